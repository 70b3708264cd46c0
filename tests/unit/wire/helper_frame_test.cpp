// The frames between heartbeatd and the helper of a plugin: either end may have gone wild.
#include "wire/helper_frame.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace hb::wire::helper_frame {
namespace {

Frame sample() {
    return {Kind::call, {{"t", "ping_count"}, {"n", ""}, {"n", "two\nlines \xc3\xa4"}}};
}

Bytes raw(const Bytes& body) {
    Bytes out(4, '\0');
    for (int i = 0; i < 4; ++i) {
        out[static_cast<std::size_t>(i)] = static_cast<char>(body.size() >> (24 - 8 * i) & 0xffU);
    }
    return out + body;
}

Errc error_of(const Bytes& stream) {
    Reader reader;
    const auto found = reader.feed(stream);
    EXPECT_TRUE(found.broken);
    EXPECT_TRUE(found.frames.empty());
    EXPECT_EQ(reader.kept(), 0U);
    return found.broken ? found.broken->code : Errc::io;
}

// Why: a stream socket cuts where it likes.
TEST(HelperFrame, ComesOutWholeFromAnyPieces) {
    const Bytes stream = encode(sample()).value() + encode({Kind::question, {}}).value();
    for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
        Reader reader;
        std::vector<Frame> frames;
        for (std::size_t at = 0; at < stream.size(); at += piece) {
            auto found = reader.feed(ByteView(stream).substr(at, piece));
            EXPECT_FALSE(found.broken);
            for (Frame& frame : found.frames) frames.push_back(std::move(frame));
        }
        ASSERT_EQ(frames.size(), 2U) << piece;
        EXPECT_EQ(frames[0], sample());
        EXPECT_EQ(frames[1], (Frame{Kind::question, {}}));
        EXPECT_EQ(reader.kept(), 0U);
    }
}

// Why: what does not fit must be refused where it is made, not where it arrives.
TEST(HelperFrame, RefusesToWriteWhatNobodyWouldRead) {
    EXPECT_EQ(encode({Kind::call, {{"", "x"}}}).error().code, Errc::malformed);
    EXPECT_EQ(encode({Kind::call, {{"a", Bytes("x\0y", 3)}}}).error().code, Errc::malformed);
    EXPECT_EQ(encode({Kind::call, {{Bytes("a\0", 2), "x"}}}).error().code, Errc::malformed);
    EXPECT_EQ(encode({Kind::call, {{Bytes(256, 'n'), "x"}}}).error().code, Errc::too_large);
    const Fields many(limits::helper_fields_max + 1, {"a", "b"});
    EXPECT_EQ(encode({Kind::call, many}).error().code, Errc::too_large);
    const Bytes half(limits::helper_frame_bytes_max / 2, 'x');
    EXPECT_EQ(encode({Kind::call, {{"a", half}, {"b", half}}}).error().code, Errc::too_large);
    EXPECT_TRUE(encode({Kind::call, {{"a", half}}}));
}

// Why: a plugin that got hold of the socket may send anything.
TEST(HelperFrame, BreaksAtBytesThatNoHelperSends) {
    EXPECT_EQ(error_of(raw("\x03")), Errc::too_large);                     // no head
    EXPECT_EQ(error_of(Bytes("\xff\xff\xff\xff", 4)), Errc::too_large);    // 4 GiB
    EXPECT_EQ(error_of(raw(Bytes("\x63\x00\x00", 3))), Errc::malformed);   // kind
    EXPECT_EQ(error_of(raw(Bytes("\x03\xff\xff", 3))), Errc::too_large);   // fields
    EXPECT_EQ(error_of(raw(Bytes("\x03\x00\x01", 3))), Errc::malformed);   // no field
    EXPECT_EQ(error_of(raw(Bytes("\x03\x00\x00x", 4))), Errc::malformed);  // more
    EXPECT_EQ(error_of(raw(Bytes("\x03\x00\x01\x00\x00\x00\x00\x00\x00", 9))), Errc::malformed);
    EXPECT_EQ(error_of(raw(Bytes("\x03\x00\x01\x00\x01\xff\xff\xff\xff"
                                 "a",
                                 10))),
              Errc::malformed);
}

// Why: memory follows what came, not what is announced.
TEST(HelperFrame, StaysBrokenAndKeepsNothing) {
    Reader reader;
    EXPECT_TRUE(reader.feed(raw("\x03")).broken);
    const auto later = reader.feed(encode(sample()).value());
    EXPECT_TRUE(later.broken);
    EXPECT_TRUE(later.frames.empty());
    Reader patient;
    EXPECT_FALSE(patient.feed(encode(sample())->substr(0, 6)).broken);
    EXPECT_EQ(patient.kept(), 6U);
}

}  // namespace
}  // namespace hb::wire::helper_frame
