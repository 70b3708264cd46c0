// Frames with check lines on a line that damages them, and the code behind.
#include "wire/mending.hpp"

#include <gtest/gtest.h>

#include <set>

#include "base/limits.hpp"
#include "base/prng.hpp"
#include "unit/wire/known.hpp"
#include "wire/reed_solomon.hpp"

namespace hb::wire {
namespace {

constexpr std::size_t bound = 65536;

Bytes frame_of(std::size_t size, char with = 'x') {
    const Bytes begin = ">>>\nt=status\nx=";
    return begin + Bytes(size - begin.size() - 5, with) + "\n<<<\n";
}

Bytes on_line(const Bytes& frame) { return check_line(frame) + frame; }

struct Reader {
    MendingFrames frames{bound, SerialFrames::Begin::frame};
    std::vector<Bytes> got;
    std::size_t mended{}, damaged{};

    void read(ByteView bytes, std::size_t piece = 11) {
        for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
            auto found = frames.feed(bytes.substr(0, piece));
            for (Bytes& one : found.frames) got.push_back(std::move(one));
            mended += found.mended;
            damaged += found.damaged;
        }
    }
};

// Why: whatever the code promises must hold for each length and each place of the damage.
TEST(ReedSolomon, MendsUpToHalfOfItsCheckBytes) {
    Prng dice(7);
    for (int round = 0; round < 2000; ++round) {
        Bytes block;
        const std::size_t size = 1 + dice.below(reed_solomon::block_bytes_max);
        for (std::size_t i = 0; i < size; ++i) block += static_cast<char>(dice.below(256));
        Bytes check = reed_solomon::check(block);
        ASSERT_EQ(check.size(), reed_solomon::check_bytes);
        Bytes hurt = block;
        std::set<std::size_t> places;
        const std::size_t wanted =
            std::min<std::size_t>(dice.below(reed_solomon::check_bytes / 2 + 4), size);
        while (places.size() < wanted) places.insert(dice.below(size + check.size()));
        for (const std::size_t at : places) {
            char& byte = at < size ? hurt[at] : check[at - size];
            byte = static_cast<char>(byte ^ static_cast<char>(1 + dice.below(255)));
        }
        const Bytes before = hurt;
        const auto mended = reed_solomon::mend(hurt, check);
        if (places.size() <= reed_solomon::check_bytes / 2) {
            ASSERT_TRUE(mended) << round;
            ASSERT_EQ(*mended, places.size());
            ASSERT_EQ(hurt, block);
        } else if (!mended) {
            ASSERT_EQ(hurt, before);
        }
    }
}

// Why: on a good line nothing changes, and in any pieces.
TEST(Mending, AGoodFrameComesThroughAsItIs) {
    for (const std::size_t size : {24UL, 160UL, 161UL, 300UL, 4095UL}) {
        for (const std::size_t piece : {1UL, 7UL, 5000UL}) {
            Reader reader;
            reader.read(on_line(frame_of(size)) + on_line(frame_of(30)), piece);
            EXPECT_EQ(reader.got, (std::vector<Bytes>{frame_of(size), frame_of(30)})) << size;
            EXPECT_EQ(reader.mended + reader.damaged, 0U);
        }
    }
    EXPECT_EQ(check_line(frame_of(4096)), "") << "too large: it goes without";
}

// Why: a real 3.0.6 sends no check lines; its frames must not wait for anything.
TEST(Mending, AFrameWithoutACheckLineIsReadAtOnce) {
    Reader reader;
    const Bytes real = known::vector_bytes(16);
    reader.read(real);
    EXPECT_EQ(reader.got, std::vector<Bytes>{real});
    reader.read(">>>\nt=half\n" + real);
    EXPECT_EQ(reader.got.size(), 2U);
    EXPECT_EQ(reader.damaged, 1U);
}

// Why: whoever does not know check lines, a 3.0.6, must see a line that begins no frame.
TEST(Mending, ACheckLineIsOneLineOfPlainText) {
    const Bytes line = check_line(frame_of(300));
    EXPECT_TRUE(line.starts_with("#~12c12c"));
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    for (const char c : line.substr(0, line.size() - 1)) EXPECT_TRUE(c > ' ' && c < 127) << line;
    SerialFrames plain(bound);
    EXPECT_EQ(plain.feed(line + frame_of(300)).frames, std::vector<Bytes>{frame_of(300)});
}

// Why: this is what it is for: with one byte of a hundred flipped hardly a frame of 300 bytes is
// whole (one of 20), and most must arrive all the same; each damaged one is counted.
TEST(Mending, OnePercentOfFlippedBytesCostsFewFrames) {
    Prng dice(11);
    Reader reader;
    const Bytes sent = on_line(frame_of(300, 'e'));
    const std::size_t rounds = 1000;
    std::size_t hurt_frames = 0;
    for (std::size_t i = 0; i < rounds; ++i) {
        Bytes hurt = sent;
        for (char& byte : hurt) {
            if (dice.below(100) == 0) {
                byte = static_cast<char>(byte ^ static_cast<char>(1 + dice.below(127)));
            }
        }
        Bytes arrives;
        for (const char byte : hurt) {
            if (byte != '\r') arrives += byte;  // as IGNCR does
        }
        hurt_frames += hurt == sent ? 0 : 1;
        reader.read(arrives);
    }
    const auto whole = static_cast<std::size_t>(
        std::count(reader.got.begin(), reader.got.end(), frame_of(300, 'e')));
    EXPECT_GT(hurt_frames, rounds * 9 / 10);
    EXPECT_GT(whole, rounds * 8 / 10);
    EXPECT_GE(reader.mended + reader.damaged + (reader.got.size() - whole), hurt_frames * 9 / 10);
    EXPECT_LE(reader.frames.kept(), bound);
}

// Why: a break reads as a NUL in the middle of a frame.
TEST(Mending, ABreakInAFrameIsMendedAndOneBetweenFramesIsNothing) {
    Reader reader;
    Bytes sent = on_line(frame_of(100));
    reader.read(Bytes(1, '\0') + sent);
    EXPECT_EQ(reader.mended, 0U);
    sent.insert(50, 1, '\0');
    reader.read(sent);
    EXPECT_EQ(reader.got, (std::vector<Bytes>{frame_of(100), frame_of(100)}));
    EXPECT_EQ(reader.mended, 1U);
}

// Why: bytes that vanish shift the rest: that frame is lost, and none behind it.
TEST(Mending, SwallowedBytesCostTheirOwnFrameOnly) {
    const Bytes sent = on_line(frame_of(300));
    for (const std::size_t at : {0UL, 4UL, 9UL, 60UL, 200UL, sent.size() - 3}) {
        Reader reader;
        Bytes hurt = sent;
        hurt.erase(at, 1);
        reader.read(hurt + sent + sent);
        EXPECT_GE(std::count(reader.got.begin(), reader.got.end(), frame_of(300)), 2) << at;
        EXPECT_GE(reader.damaged + reader.got.size(), 3U) << at;
    }
}

// Why: a sender that dies in the middle must not make its next frame wait for the rest.
TEST(Mending, AFrameThatIsBegunAgainIsReadAtOnce) {
    Reader reader;
    reader.read(on_line(frame_of(4000)).substr(0, 900) + "\n");
    reader.read(on_line(frame_of(60)));
    EXPECT_EQ(reader.got, std::vector<Bytes>{frame_of(60)});
    EXPECT_EQ(reader.damaged, 1U);
}

// Why: noise that announces a frame must neither be kept without end nor hide what follows.
TEST(Mending, NoiseThatLooksLikeAHeadIsNoFrame) {
    Reader reader;
    reader.read("#~fffff" + on_line(frame_of(60)) + "#~fffffe\n#~000000\n" + on_line(frame_of(61)));
    EXPECT_EQ(reader.got, (std::vector<Bytes>{frame_of(60), frame_of(61)}));
    reader.read("#~ffffff" + Bytes(20000, 'x') + "\n");
    EXPECT_LE(reader.frames.kept(), 30000U);
    reader.read(on_line(frame_of(62)));
    EXPECT_EQ(reader.got.back(), frame_of(62));
}

}  // namespace
}  // namespace hb::wire
