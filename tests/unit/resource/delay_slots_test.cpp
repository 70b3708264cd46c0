// Which of two survivors of a cut shoots first.
#include <gtest/gtest.h>

#include "resource/fencer.hpp"

namespace hb::resource {
namespace {

// Why: two survivors that shoot at the same moment both fall; what each believes of the groups may
// be old and may contradict what the other believes.
TEST(DelaySlots, AreNeverTheSameOnBothNodes) {
    for (int beliefs = 0; beliefs < 16; ++beliefs) {
        const Standpoint first{true, (beliefs & 1) != 0, (beliefs & 2) != 0};
        const Standpoint later{false, (beliefs & 4) != 0, (beliefs & 8) != 0};
        EXPECT_NE(delay_slots(first), delay_slots(later)) << beliefs;
    }
}

// Why: when both see it alike, the service that runs on more groups should survive a cut.
TEST(DelaySlots, LetTheOwnerOfMoreShootFirst) {
    EXPECT_LT(delay_slots({true, false}), delay_slots({false, true}));
    EXPECT_GT(delay_slots({true, true}), delay_slots({false, false}));
}

// Why: a node whose own cable broke must not shoot the one that still reaches everybody, whatever
// it owns.
TEST(DelaySlots, LetTheOneThatHearsAPingNodeShootFirst) {
    EXPECT_LT(delay_slots({true, true, true}), delay_slots({false, false, false}));
    EXPECT_LT(delay_slots({false, true, true}), delay_slots({true, false, false}));
}

}  // namespace
}  // namespace hb::resource
