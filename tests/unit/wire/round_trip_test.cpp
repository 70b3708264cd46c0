// Messages and bytes at random: what is written comes back, and no bytes do harm.
#include <gtest/gtest.h>

#include "unit/wire/known.hpp"
#include "wire/netstring.hpp"
#include "wire/text_form.hpp"

namespace hb::wire {
namespace {

constexpr int rounds = 2000;

class RandomMessage : public testing::TestWithParam<std::uint64_t> {};

// Why: no list of examples holds every mixture of types, depths and bytes.
TEST_P(RandomMessage, ComesBackFromTheNetstringForm) {
    Prng prng(GetParam());
    const Signer signer(known::keys());
    for (int round = 0; round < rounds; ++round) {
        const Message message = known::random_message(prng, {true});
        const auto packet = signer.seal_netstring(message, InnerAuth::absent);
        ASSERT_TRUE(packet) << "round " << round << ": " << packet.error().what;
        const auto back = signer.open(*packet);
        ASSERT_TRUE(back) << "round " << round << ": " << back.error().what;
        ASSERT_EQ(*back, message) << "round " << round;
    }
}

// Why: the same for the form whose signature covers the text as we write it again.
TEST_P(RandomMessage, ComesBackFromTheTextForm) {
    Prng prng(GetParam());
    const Signer signer(known::keys());
    for (int round = 0; round < rounds; ++round) {
        const Message message = known::random_message(prng, {false});
        const auto frame = signer.seal_text(message);
        ASSERT_TRUE(frame) << "round " << round << ": " << frame.error().what;
        auto back = signer.open(*frame);
        ASSERT_TRUE(back) << "round " << round << ": " << back.error().what;
        back->erase("auth");
        ASSERT_EQ(*back, message) << "round " << round;
    }
}

// Changes, drops or doubles a few bytes.
Bytes damaged(Prng& prng, Bytes packet) {
    for (std::uint64_t n = 1 + prng.below(4); n > 0 && !packet.empty(); --n) {
        const auto at = static_cast<std::size_t>(prng.below(packet.size()));
        const auto size = static_cast<std::size_t>(prng.below(8));
        switch (prng.below(3)) {
            case 0:
                packet[at] = static_cast<char>(prng.below(256));
                break;
            case 1:
                packet.erase(at, size);
                break;
            default:
                packet.insert(at, packet.substr(prng.below(packet.size()), size));
                break;
        }
    }
    return packet;
}

// Why: what passes as a message at all must be written as bytes that mean the same.
TEST_P(RandomMessage, StaysTheSameThroughBothFormsWhenDamaged) {
    Prng prng(GetParam());
    for (int round = 0; round < rounds; ++round) {
        const Message message = known::random_message(prng, {false});
        const auto body = netstring::decode(damaged(prng, *netstring::encode(message)));
        if (body) {
            ASSERT_EQ(*netstring::decode(*netstring::encode(*body)), *body) << "round " << round;
        }
        const auto text = text_form::decode(damaged(prng, *text_form::encode(message)));
        if (text) {
            ASSERT_EQ(*text_form::decode(*text_form::encode(*text)), *text) << "round " << round;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Seed, RandomMessage, testing::Values(1, 2, 20240229));

// Why: every vector, damaged in many ways, is refused or still says what it said.
TEST(DamagedVector, IsRefusedOrUnchanged) {
    Prng prng(7);
    const Signer signer(known::keys());
    for (const auto& vector : known::vectors()) {
        if (vector.key == 3) continue;  // crc is no protection
        const Bytes packet = known::bytes_of(vector);
        auto original = signer.open(packet);
        ASSERT_TRUE(original);
        for (int round = 0; round < rounds / 10; ++round) {
            const auto message = signer.open(damaged(prng, packet));
            if (message) {
                ASSERT_EQ(*message, *original) << vector.name << " round " << round;
            }
        }
    }
}

}  // namespace
}  // namespace hb::wire
