// Frames cut out of a byte stream: whatever noise stands around them, and in whatever pieces.
#include "wire/serial_frame.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "unit/wire/known.hpp"

namespace hb::wire {
namespace {

constexpr std::size_t bound = 65536;

std::vector<Bytes> all_of(SerialFrames& frames, ByteView bytes, std::size_t piece) {
    std::vector<Bytes> got;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
        for (Bytes& one : frames.feed(bytes.substr(0, piece)).frames) got.push_back(std::move(one));
    }
    return got;
}

// Why: a frame comes in as many pieces as the line or the pipe likes.
TEST(SerialFrames, PutsAFrameTogetherFromAnyPieces) {
    const Bytes frame = ">>>\nt=ask_resources\nrsc_hold=all\ninfo=me\n<<<\n";
    for (std::size_t piece = 1; piece <= 2 * frame.size(); ++piece) {
        SerialFrames frames(bound);
        EXPECT_EQ(all_of(frames, frame + frame, piece), (std::vector<Bytes>{frame, frame}));
        EXPECT_EQ(frames.kept(), 0U);
    }
}

// Why: what a real 3.0.6 wrote to its serial line must come out as bytes that verify.
TEST(SerialFrames, GiveARealFrameThatOpens) {
    const Bytes real = known::vector_bytes(16);
    SerialFrames frames(limits::message_bytes_max);
    const auto got = all_of(frames, "e=half a line\n" + real, 7);
    ASSERT_EQ(got.size(), 1U);
    const auto message = Signer(known::keys()).open(got[0]);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->type(), "status");
}

// Why: a writer that died in the middle must not swallow the next writer's message.
TEST(SerialFrames, ANewFrameEndsAnUnfinishedOne) {
    SerialFrames frames(bound);
    const auto found = frames.feed(">>>\nt=half\n>>>\nt=whole\n<<<\n");
    EXPECT_EQ(found.frames, (std::vector<Bytes>{">>>\nt=whole\n<<<\n"}));
    EXPECT_EQ(found.garbage_bytes, std::string(">>>\nt=half\n").size());
}

// Why: a C string's end behind a frame is what Heartbeat's own tools write.
TEST(SerialFrames, TakeANulBehindAFrame) {
    SerialFrames frames(bound);
    const auto found = frames.feed(ByteView(">>>\na=b\n<<<\n\0>>>\nc=d\n<<<\n\0", 26));
    EXPECT_EQ(found.frames.size(), 2U);
    EXPECT_EQ(found.garbage_bytes, 0U);
}

// Why: a peer that starts again sends a break, which reads as NUL, whatever it had left unfinished.
TEST(SerialFrames, ABreakInFrontOfANewFrameDoesNotHideIt) {
    SerialFrames frames(bound);
    const auto found = frames.feed(ByteView(">>>\nt=half\n\0\0>>>\nt=new\n<<<\n", 27));
    EXPECT_EQ(found.frames, (std::vector<Bytes>{">>>\nt=new\n<<<\n"}));
}

// Why: noise that ate a line's end costs the frame it fell into, and none behind it.
TEST(SerialFrames, RecoverWithTheNextFrameAfterNoise) {
    const Bytes good = ">>>\nt=status\n<<<\n";
    for (const Bytes& noise : {Bytes("\x7f\x01~{>>"), Bytes(">>>\nt=sta"), Bytes(">>>\nt=a\n<<"),
                               Bytes("\n\n<<<\n"), Bytes(3, '\0')}) {
        SerialFrames frames(bound);
        const auto got = all_of(frames, noise + good + good, 5);
        ASSERT_FALSE(got.empty()) << noise;
        EXPECT_EQ(got.back(), good) << noise;
    }
}

// Why: whatever is thrown away must be seen by whoever looks for a bad cable.
TEST(SerialFrames, CountAndShowWhatIsThrownAway) {
    SerialFrames frames(bound);
    const Bytes noise = Bytes(100, 'z') + "\n";
    const auto found = frames.feed(noise + ">>>\nt=x\n<<<\n");
    EXPECT_EQ(found.garbage_bytes, noise.size());
    EXPECT_EQ(found.garbage, Bytes(SerialFrames::garbage_shown_bytes, 'z'));
}

// Why: an operator who looks for a bad cable counts frames, not bytes: each that is lost, once.
TEST(SerialFrames, CountEachDamagedFrameOnce) {
    const Bytes good = ">>>\nt=x\n<<<\n";
    struct Case {
        Bytes noise;
        std::size_t damaged;
    };
    for (const auto& [noise, damaged] :
         {Case{">>X\nt=x\n<<<\n", 1},                   // no begin
          Case{">>>\nt=x\n<<X\n", 1},                   // no end
          Case{">>>Xt=x\n<<<\n>>X\nt=x\n<<<\n", 2},     // two without a begin
          Case{">>>\nt=x\n>>>\nt=x\n", 2},              // two without an end
          Case{">>X\nt=x\n<<X\n", 1}, Case{"\n\n", 0},  // neither; only ends of lines
          Case{Bytes("\0\0", 2), 0}}) {                 // a break between frames
        SerialFrames frames(bound);
        std::size_t counted = 0;
        for (const char byte : good + noise + good) counted += frames.feed({&byte, 1}).damaged;
        EXPECT_EQ(counted, damaged) << noise;
    }
}

// Why: whoever opens a line while the other end talks hears the rest of a frame; that is no fault
// of the cable. Another speed at the other end is one, and never gives a frame.
TEST(SerialFrames, TheFrameThatWasUnderWayIsNotDamaged) {
    SerialFrames frames(bound, SerialFrames::Begin::midway);
    EXPECT_EQ(frames.feed("f=x\nttl=3\n<<<\n").damaged, 0U);
    EXPECT_EQ(frames.feed("t=x\n<<<\n").damaged, 1U);
    SerialFrames wrong_speed(bound, SerialFrames::Begin::midway);
    EXPECT_EQ(wrong_speed.feed(Bytes(limits::serial_join_bytes + 1, 'x') + "\n").damaged, 1U);
}

// Why: anybody who is root can `cat /dev/zero` into a FIFO, and a line may be broken for weeks;
// memory must not grow, and later frames must come through.
TEST(SerialFrames, BoundAnEndlessLineAndAnEndlessFrame) {
    SerialFrames frames(bound);
    const Bytes junk(1000, 'x');
    std::size_t wasted = 0;
    for (int i = 0; i < 200; ++i) {
        wasted += frames.feed(junk).garbage_bytes;
        EXPECT_LE(frames.kept(), bound);
    }
    EXPECT_GT(wasted, 200'000 - bound);
    EXPECT_EQ(frames.feed("\n>>>\nt=x\n<<<\n").frames.size(), 1U);

    frames.feed(">>>\n");
    for (int i = 0; i < 200; ++i) frames.feed(junk + "\n");
    EXPECT_LE(frames.kept(), bound);
    EXPECT_EQ(frames.feed(">>>\nt=y\n<<<\n").frames, (std::vector<Bytes>{">>>\nt=y\n<<<\n"}));
}

}  // namespace
}  // namespace hb::wire
