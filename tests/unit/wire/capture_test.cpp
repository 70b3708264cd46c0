// Every signed packet of the captures of real 3.0.6 clusters (tests/data/captures).
#include <gtest/gtest.h>

#include <map>

#include "unit/wire/capture_reader.hpp"
#include "wire/netstring.hpp"
#include "wire/text_form.hpp"

namespace hb::wire {
namespace {

// What the test peer of cap1 sent to see it refused, by `seq` and form.
const std::map<std::string, Errc> refused_on_purpose{
    {"text f", Errc::bad_signature},        // changed after signing
    {"netstring 13", Errc::bad_signature},  // the same
    {"netstring 19", Errc::bad_signature},  // index 2, but signed with the text of key 1
    {"text 1e", Errc::bad_signature},       // the same
    {"netstring 24", Errc::unknown_key},    // index 5
    {"netstring 28", Errc::bad_signature},  // right, but in upper-case hex
};
// What it sent to see it accepted, though no node writes it like that.
const std::map<std::string, const char*> oddly_written{
    {"netstring 2b", "a NUL follows the signature"},
    {"netstring 2d", "`garbage` follows the signature"},
    {"netstring 30", "the first length has a zero in front"},
};

// From the README of the captures, which counts neither text nor packets that came in fragments
// among the netstring ones, and wrong signatures only of those it counts.
struct Captured {
    const char* name;
    std::size_t netstring, text, netstring_wrong, fragmented;
};

class Capture : public testing::TestWithParam<Captured> {
protected:
    static std::vector<capture::Payload> packets() {
        return capture::Reader::payloads(std::string(HB_TEST_DATA) + "/data/captures/" +
                                         GetParam().name + ".pcap");
    }
};

bool is_netstring(const Bytes& packet) { return packet.starts_with("###\n"); }
bool is_text(const Bytes& packet) { return packet.starts_with(">>>\n"); }

// What the packet says outside, whether it is signed rightly or not.
Result<Message> outside_of(const Bytes& packet) {
    if (is_text(packet)) return text_form::decode(packet);
    const auto parts = netstring::cut(packet);
    if (!parts) return tl::unexpected(parts.error());
    return netstring::decode(parts->body);
}

std::string label(const Bytes& packet) {
    const auto message = outside_of(packet);
    const std::string seq(message ? message->get("seq") : "unreadable");
    return (is_text(packet) ? "text " : "netstring ") + seq;
}

// The packet as we write what it says, signed with the key of its index.
Bytes written_again(const Bytes& packet) {
    const auto message = outside_of(packet);
    if (!message) return "unreadable: " + message.error().what;
    if (is_text(packet)) {
        return text_form::encode(*message).value() + (packet.ends_with('\0') ? Bytes(1, '\0') : "");
    }
    const auto index = static_cast<std::size_t>(netstring::cut(packet)->signature.front() - '0');
    return Signer(known::keys(index)).seal_netstring(*message, InnerAuth::absent).value();
}

// Why: "understands a real node" means each packet that one ever sent, not a choice of them.
TEST_P(Capture, HasItsSignaturesJudgedAsItsReadmeSays) {
    const Signer signer(known::keys());
    std::size_t netstring = 0, text = 0, netstring_wrong = 0, fragmented = 0;
    for (const auto& [packet, joined] : packets()) {
        if (!is_netstring(packet) && !is_text(packet)) continue;
        (is_text(packet) ? text : joined ? fragmented : netstring) += 1;
        const auto message = signer.open(packet);
        if (message) continue;
        if (is_netstring(packet)) ++netstring_wrong;
        const auto known = refused_on_purpose.find(label(packet));
        ASSERT_NE(known, refused_on_purpose.end()) << label(packet) << message.error().what;
        EXPECT_EQ(message.error().code, known->second) << label(packet);
    }
    EXPECT_EQ(netstring, GetParam().netstring);
    EXPECT_EQ(text, GetParam().text);
    EXPECT_EQ(netstring_wrong, GetParam().netstring_wrong);
    EXPECT_EQ(fragmented, GetParam().fragmented);
}

// Why: a field lost or moved on the way through a Message would break signatures of real peers.
TEST_P(Capture, IsWrittenAgainByteForByte) {
    const Signer signer(known::keys());
    std::size_t odd = 0;
    for (const auto& [packet, joined] : packets()) {
        if (!signer.open(packet)) continue;
        const Bytes again = written_again(packet);
        if (again == packet) continue;
        ++odd;
        EXPECT_TRUE(oddly_written.contains(label(packet))) << again << "\ninstead of\n" << packet;
        EXPECT_TRUE(signer.open(again));
    }
    EXPECT_EQ(odd, std::string_view(GetParam().name) == "cap1" ? oddly_written.size() : 0U);
}

// Why: the canonical text is only seen in inner signatures, and here are thousands of real ones.
TEST_P(Capture, HasInnerSignaturesThatFitOurCanonicalText) {
    const Signer signer(known::keys());
    for (const auto& [packet, joined] : packets()) {
        if (!is_netstring(packet) || !signer.open(packet)) continue;
        const auto message = outside_of(packet);
        if (!message->has("auth")) continue;
        const auto lines = text_form::signed_lines(*message);
        ASSERT_TRUE(lines) << lines.error().what;
        EXPECT_TRUE(signer.verify(*lines, message->get("auth"))) << label(packet) << packet;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Wire, Capture,
    testing::Values(Captured{"cap1", 2087, 6, 4, 0}, Captured{"cap2", 2112, 0, 0, 0},
                    Captured{"cap4", 135, 0, 0, 0}, Captured{"cap5", 27, 0, 0, 1},
                    Captured{"cap6", 27, 0, 0, 1}, Captured{"cap7", 68, 0, 0, 0}),
    [](const auto& given) { return std::string(given.param.name); });

}  // namespace
}  // namespace hb::wire
