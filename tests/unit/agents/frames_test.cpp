// The bytes of what is put on the wire, against the layouts of RFC 826 and RFC 4861.
#include "agents/frames.hpp"

#include <gtest/gtest.h>

#include <string>

#include "agents/announce.hpp"

namespace hb::agents {
namespace {

constexpr Mac our_mac{2, 0, 0, 0, 0, 0x11};
constexpr Mac their_mac{2, 0, 0, 0, 0, 0x22};

std::string hex_of(const Frame& frame, std::size_t begin, std::size_t end) {
    std::string out;
    for (std::size_t i = begin; i < end && i < frame.size(); ++i) {
        constexpr char digits[] = "0123456789abcdef";
        out += digits[frame[i] >> 4U];
        out += digits[frame[i] & 15U];
    }
    return out;
}

// Ones' complement sum over the pseudo-header and the message; 0xffff when the checksum fits.
unsigned checksum_of(const Frame& frame) {
    unsigned sum = static_cast<unsigned>(frame.size() - 54) + 58;
    for (std::size_t i = 22; i + 1 < frame.size(); i += 2) {
        sum += static_cast<unsigned>(frame[i] << 8U) | frame[i + 1];
    }
    while (sum >> 16U != 0) sum = (sum & 0xffffU) + (sum >> 16U);
    return sum;
}

TEST(Frames, GratuitousArpAsRequestAndAsReply) {
    const Ip ip = *parse_ip("10.0.0.5");
    const Frame request = gratuitous_arp(ArpForm::request, our_mac, ip);
    const Frame reply = gratuitous_arp(ArpForm::reply, our_mac, ip);
    EXPECT_EQ(request.size(), 60U);  // the shortest that Ethernet carries
    EXPECT_EQ(hex_of(request, 0, 14), "ffffffffffff0200000000110806");
    EXPECT_EQ(hex_of(request, 14, 42),
              "0001080006040001"
              "0200000000110a000005"
              "0000000000000a000005");
    EXPECT_EQ(hex_of(reply, 14, 42),
              "0001080006040002"
              "0200000000110a000005"
              "0200000000110a000005");
}

TEST(Frames, UnsolicitedNeighbourAdvertisement) {
    const Frame frame = neighbour_advertisement(our_mac, *parse_ip("fd00::5"));
    EXPECT_EQ(hex_of(frame, 0, 14), "33330000000102000000001186dd");
    EXPECT_EQ(hex_of(frame, 14, 22), "6000000000203aff");  // 32 bytes of ICMPv6, hop limit 255
    EXPECT_EQ(hex_of(frame, 22, 54),
              "fd000000000000000000000000000005"
              "ff020000000000000000000000000001");
    EXPECT_EQ(hex_of(frame, 54, 56), "8800");
    EXPECT_EQ(hex_of(frame, 58, 86),
              "20000000"
              "fd000000000000000000000000000005"
              "0201020000000011");
    EXPECT_EQ(checksum_of(frame), 0xffffU);
}

TEST(Frames, ProbesClaimNothing) {
    EXPECT_EQ(hex_of(probe_for(our_mac, *parse_ip("10.0.0.5")), 14, 42),
              "0001080006040001"
              "02000000001100000000"
              "0000000000000a000005");
    const Frame frame = probe_for(our_mac, *parse_ip("fd00::1:203"));
    EXPECT_EQ(hex_of(frame, 0, 6), "3333ff010203");
    EXPECT_EQ(hex_of(frame, 22, 54),
              "00000000000000000000000000000000"
              "ff0200000000000000000001ff010203");
    EXPECT_EQ(hex_of(frame, 54, 56), "8700");
    EXPECT_EQ(checksum_of(frame), 0xffffU);
}

TEST(Frames, WhoeverAnswersOrProbesClaims) {
    for (const char* text : {"10.0.0.5", "fd00::5"}) {
        const Ip ip = *parse_ip(text);
        for (const Frame& frame : {announcement(their_mac, ip)[0], announcement(their_mac, ip)[1],
                                   probe_for(their_mac, ip)}) {
            const auto claim = read_claim(frame);
            ASSERT_TRUE(claim) << text;
            EXPECT_EQ(claim->ip, ip);
            EXPECT_EQ(claim->mac, their_mac);
        }
    }
}

// Why: these bytes come from whoever is on the segment.
TEST(Frames, DamagedFramesClaimNothing) {
    for (const char* text : {"10.0.0.5", "fd00::5"}) {
        const Frame whole = announcement(their_mac, *parse_ip(text))[0];
        for (std::size_t size = 0; size < 42; ++size) {
            EXPECT_FALSE(read_claim({whole.data(), size})) << text << " " << size;
        }
    }
    Frame other_hops = neighbour_advertisement(their_mac, *parse_ip("fd00::5"));
    other_hops[21] = 64;  // it came through a router
    EXPECT_FALSE(read_claim(other_hops));
    Frame other_hardware = gratuitous_arp(ArpForm::reply, their_mac, *parse_ip("10.0.0.5"));
    other_hardware[15] = 6;
    EXPECT_FALSE(read_claim(other_hardware));
}

TEST(Burst, ThePairsKeepTheirDistance) {
    Burst burst;
    burst.interval = std::chrono::milliseconds(500);
    EXPECT_EQ(burst.frames(), 10U);
    EXPECT_EQ(burst.due(1).count(), 0);
    EXPECT_EQ(burst.due(2).count(), 500);
    EXPECT_EQ(burst.due(3).count(), 750);
    EXPECT_EQ(burst.due(9).count(), 2250);
}

}  // namespace
}  // namespace hb::agents
