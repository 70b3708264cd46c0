// Echo packets: byte for byte those of 3.0.6, and nothing of an answer is believed unchecked.
#include "wire/icmp_echo.hpp"

#include <gtest/gtest.h>

namespace hb::wire::icmp_echo {
namespace {

const Bytes ip_header("\x45\0\0\0\0\0\0\0\x40\x01\0\0\x0a\0\0\x01\x0a\0\0\x02", 20);

Bytes reply_v4(const Packet& packet, unsigned char type = 0) {
    Bytes out = write_request(Family::ipv4, packet);
    out[0] = static_cast<char>(type);
    return ip_header + out;
}

// Why: vector A15 of wire.md: `08 00 1b 25 01 00 00 00` before its 182 bytes, on a little-endian
// machine. Its sum depends on the data, which the netstring vectors check.
TEST(IcmpEcho, TheHeaderIsThatOf306) {
    const Bytes request = write_request(Family::ipv4, {1, 0x0203, "ab"});
    ASSERT_EQ(request.size(), 10U);
    EXPECT_EQ(request.substr(0, 2), Bytes("\x08\0", 2));
    EXPECT_EQ(request.substr(6),
              "\x02\x03"
              "ab");
    std::uint16_t identifier = 0;
    request.copy(reinterpret_cast<char*>(&identifier), 2, 4);
    EXPECT_EQ(identifier, 1);
    EXPECT_EQ(checksum(request), 0);
    const Bytes request_v6 = write_request(Family::ipv6, {1, 2, "ab"});
    EXPECT_EQ(request_v6.substr(0, 4), Bytes("\x80\0\0\0", 4));
}

// Why: the sum of RFC 1071's own example, and of an odd number of bytes.
TEST(IcmpEcho, TheSumIsThatOfRfc1071) {
    EXPECT_EQ(checksum(Bytes("\x00\x01\xf2\x03\xf4\xf5\xf6\xf7", 8)), 0xffff - 0xddf2);
    EXPECT_EQ(checksum("\x01"), 0xfeff);
    EXPECT_EQ(checksum(""), 0xffff);
}

// Why: what was sent is found again behind whatever header the kernel hands up.
TEST(IcmpEcho, AReplyIsRead) {
    const Bytes received = reply_v4({77, 65535, "data"});
    const auto v4 = read_reply(Family::ipv4, received);
    ASSERT_TRUE(v4);
    EXPECT_EQ(v4->identifier, 77);
    EXPECT_EQ(v4->sequence, 65535);
    EXPECT_EQ(v4->data, "data");
    Bytes with_options = reply_v4({1, 2, "x"});
    with_options[0] = '\x46';
    with_options.insert(20, 4, '\0');
    ASSERT_TRUE(read_reply(Family::ipv4, with_options));
    EXPECT_EQ(read_reply(Family::ipv4, with_options)->data, "x");
    Bytes v6 = write_request(Family::ipv6, {9, 1, "six"});
    v6[0] = '\x81';
    ASSERT_TRUE(read_reply(Family::ipv6, v6));
    EXPECT_EQ(read_reply(Family::ipv6, v6)->data, "six");
}

// Why: raw sockets hear everything, requests of others and errors that quote ours included.
TEST(IcmpEcho, OnlyRepliesAreRead) {
    EXPECT_FALSE(read_reply(Family::ipv4, reply_v4({1, 1, "x"}, 8)));
    EXPECT_FALSE(read_reply(Family::ipv4, reply_v4({1, 1, "x"}, 3)));
    EXPECT_FALSE(read_reply(Family::ipv6, write_request(Family::ipv6, {1, 1, "x"})));
    Bytes coded = reply_v4({1, 1, "x"});
    coded[21] = 1;
    EXPECT_FALSE(read_reply(Family::ipv4, coded));
    Bytes fragment = reply_v4({1, 1, "x"});
    fragment[6] = '\x20';
    EXPECT_FALSE(read_reply(Family::ipv4, fragment));
    Bytes udp = reply_v4({1, 1, "x"});
    udp[9] = 17;
    EXPECT_FALSE(read_reply(Family::ipv4, udp));
    Bytes version = reply_v4({1, 1, "x"});
    version[0] = '\x65';
    EXPECT_FALSE(read_reply(Family::ipv4, version));
}

// Why: a packet may be cut at any byte, or say that its header is longer than it is.
TEST(IcmpEcho, CutPacketsAreRefused) {
    const Bytes whole = reply_v4({1, 1, ""});
    for (std::size_t length = 0; length < whole.size(); ++length) {
        EXPECT_FALSE(read_reply(Family::ipv4, ByteView(whole).substr(0, length))) << length;
        if (length < 8) {
            EXPECT_FALSE(read_reply(Family::ipv6, ByteView(whole).substr(0, length)));
        }
    }
    EXPECT_TRUE(read_reply(Family::ipv4, whole));
    Bytes longer = whole;
    longer[0] = '\x4f';
    EXPECT_FALSE(read_reply(Family::ipv4, longer));
    Bytes shorter = whole;
    shorter[0] = '\x44';
    EXPECT_FALSE(read_reply(Family::ipv4, shorter));
}

}  // namespace
}  // namespace hb::wire::icmp_echo
