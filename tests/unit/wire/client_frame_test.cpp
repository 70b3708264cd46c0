// Frames of the local client API, against bytes that Debian's 3.0.6 and its clients exchanged
// (clientapi.md 12; tests/data/client).
#include "wire/client_frame.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "base/limits.hpp"
#include "unit/wire/known.hpp"

namespace hb::wire::client_frame {
namespace {

Bytes recorded(const std::string& name) {
    return known::file(std::string(HB_TEST_DATA) + "/data/client/" + name + ".bin");
}

Bytes header(std::uint32_t length, std::uint32_t mark = 0xabcd) {
    Bytes out(8, '\0');
    std::memcpy(out.data(), &length, 4);
    std::memcpy(out.data() + 4, &mark, 4);
    return out;
}

std::vector<Bytes> bodies_of(const Bytes& stream) {
    Reader reader;
    const auto found = reader.feed(stream);
    EXPECT_FALSE(found.broken);
    EXPECT_EQ(reader.kept(), 0U);
    return found.bodies;
}

struct Recorded {
    const char* name;
    std::size_t frames;
    const char* type;  // of the first
};

class RealFrame : public testing::TestWithParam<Recorded> {};

// Why: libhbclient, cl_status and ipfail are binaries that will not change.
TEST_P(RealFrame, IsReadAndWrittenByteForByte) {
    const Bytes stream = recorded(GetParam().name);
    const auto bodies = bodies_of(stream);
    ASSERT_EQ(bodies.size(), GetParam().frames);
    Bytes again;
    for (const Bytes& body : bodies) {
        const auto message = decode(body);
        ASSERT_TRUE(message) << message.error().what;
        again += encode(*message, Form::text).value();
    }
    EXPECT_EQ(again, stream);
    EXPECT_EQ(decode(bodies[0])->type(), GetParam().type);
}

// Why: a stream socket cuts where it likes.
TEST_P(RealFrame, ComesOutWholeFromAnyPieces) {
    const Bytes stream = recorded(GetParam().name);
    for (std::size_t piece = 1; piece < 20; ++piece) {
        Reader reader;
        std::vector<Bytes> got;
        for (std::size_t at = 0; at < stream.size(); at += piece) {
            for (Bytes& body : reader.feed(ByteView(stream).substr(at, piece)).bodies) {
                got.push_back(std::move(body));
            }
        }
        EXPECT_EQ(got, bodies_of(stream)) << "pieces of " << piece;
    }
}

INSTANTIATE_TEST_SUITE_P(ClientApi, RealFrame,
                         testing::Values(Recorded{"v1_signon", 1, "hbapi-req"},
                                         Recorded{"v2_signon_accepted", 1, "hbapi-resp"},
                                         Recorded{"v3_nodestatus", 1, "hbapi-req"},
                                         Recorded{"v4_nodestatus_answer", 1, "hbapi-resp"},
                                         Recorded{"v5_last_of_node_list", 1, "hbapi-resp"},
                                         Recorded{"v6_two_frames", 2, "status"},
                                         Recorded{"v7_nested", 1, "hello"},
                                         Recorded{"v8_nested_looped_back", 1, "hello"}),
                         [](const auto& one) { return one.param.name; });

// Why: with `msgfmt netstring` everything that goes to clients is netstring.
TEST(ClientFrame, IsNetstringWhenThatIsPreferred) {
    Message message = make_message("status");
    message.set("st", "active");
    const Bytes frame = encode(message, Form::netstring).value();
    EXPECT_EQ(frame, header(39) + "###\n11:(0)t=status,12:(0)st=active,%%%\n");
    EXPECT_EQ(decode(bodies_of(frame).at(0)), message);
}

// Why: the original was seen to hang on such a header and to serve no client any more.
TEST(ClientFrame, ALengthOutOfRangeBreaksTheStream) {
    for (const std::uint32_t length : {262145U, 263082U, 0x7fffffffU, 0x80000000U, 0xffffffffU}) {
        Reader reader;
        const auto found = reader.feed(header(length) + "more");
        ASSERT_TRUE(found.broken) << length;
        EXPECT_EQ(found.broken->code, Errc::too_large) << length;
        EXPECT_EQ(reader.kept(), 0U);
    }
}

// Why: behind a wrong header nothing can be trusted, but what came before it counts.
TEST(ClientFrame, AWrongMagicBreaksTheStreamForGood) {
    Reader reader;
    const auto found = reader.feed(recorded("v1_signon") + header(4, 0xabce) + "1234");
    EXPECT_EQ(found.bodies.size(), 1U);
    ASSERT_TRUE(found.broken);
    EXPECT_EQ(found.broken->code, Errc::malformed);
    const auto later = reader.feed(recorded("v1_signon"));
    EXPECT_TRUE(later.broken);
    EXPECT_TRUE(later.bodies.empty());
    EXPECT_EQ(reader.kept(), 0U);
}

// Why: the largest body is legal, and its header alone must not cost its size in memory.
TEST(ClientFrame, TheLargestBodyComesThroughAndIsKeptOnlyAsItComes) {
    Reader reader;
    const Bytes body(limits::client_body_bytes_max, 'b');
    reader.feed(header(limits::client_body_bytes_max));
    EXPECT_EQ(reader.kept(), 8U);
    EXPECT_EQ(reader.feed(body).bodies, (std::vector<Bytes>{body}));
    EXPECT_EQ(reader.kept(), 0U);
}

// Why: an empty or undecodable body is ignored, and the connection stays usable.
TEST(ClientFrame, AnUndecodableBodyDoesNotBreakTheStream) {
    Reader reader;
    const auto found = reader.feed(header(0) + header(3) + "abc" + recorded("v3_nodestatus"));
    EXPECT_FALSE(found.broken);
    ASSERT_EQ(found.bodies.size(), 3U);
    EXPECT_EQ(decode(found.bodies[0]).error().code, Errc::malformed);
    EXPECT_EQ(decode(found.bodies[1]).error().code, Errc::malformed);
    EXPECT_TRUE(decode(found.bodies[2]));
}

// Why: a client would leave for good on a frame that is too long, or wait for ever.
TEST(ClientFrame, AMessageTooLargeIsRefusedAndNotCut) {
    Message message = make_message("t");
    message.set("long", Bytes(limits::client_body_bytes_max, 'x'));
    for (const Form form : {Form::text, Form::netstring}) {
        const auto frame = encode(message, form);
        ASSERT_FALSE(frame);
        EXPECT_EQ(frame.error().code, Errc::too_large);
    }
    message.set("long", Bytes(1, '\0'));
    EXPECT_EQ(encode(message, Form::text).error().code, Errc::malformed);
}

}  // namespace
}  // namespace hb::wire::client_frame
