// Silence, lateness, death and forgiveness (wire.md 6.2).
#include "cluster/liveness.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace hb::cluster {
namespace {

using namespace std::chrono_literals;

constexpr LivenessTimes times{5s, 2s, 12s};

Liveness running() {
    Liveness liveness(1, times, Instant{});
    liveness.heard(0, Instant{1s});
    liveness.comm_up();
    return liveness;
}

// Why: a network needs time after a boot; initdead holds for everybody until communication is up.
TEST(Liveness, UntilCommunicationIsUpInitdeadHolds) {
    Liveness liveness(2, times, Instant{});
    liveness.heard(0, Instant{3s});
    EXPECT_EQ(liveness.deadline(0), Instant{15s});
    EXPECT_EQ(liveness.deadline(1), Instant{12s});
    liveness.comm_up();
    EXPECT_EQ(liveness.deadline(0), Instant{8s});
}

// Why: the peer knows how long it may be silent; a real node honours that too.
TEST(Liveness, APeersOwnWordReplacesOurDeadtime) {
    Liveness liveness = running();
    liveness.announced(0, 60s);
    EXPECT_EQ(liveness.deadline(0), Instant{61s});
    EXPECT_TRUE(liveness.passed(Instant{61s - 1ns}).empty());
    EXPECT_EQ(liveness.passed(Instant{61s}).size(), 1U);
}

// Why: the dead are not declared dead again.
TEST(Liveness, TheDeadHaveNoDeadline) {
    Liveness liveness = running();
    liveness.declare_dead(0);
    EXPECT_EQ(liveness.next_deadline(), never);
    EXPECT_TRUE(liveness.passed(Instant{100s}).empty());
    EXPECT_EQ(liveness.heard(0, Instant{101s}).before, PeerState::dead);
}

// Why: lateness is the first sign of trouble; each bound has its own line.
TEST(Liveness, TellsLateFromPastDeadtime) {
    Liveness liveness = running();
    EXPECT_EQ(liveness.heard(0, Instant{3s}).lateness, Lateness::on_time);
    EXPECT_EQ(liveness.heard(0, Instant{6s}).lateness, Lateness::late);
    EXPECT_EQ(liveness.heard(0, Instant{6s + 5001ms}).lateness, Lateness::past_deadtime);
}

// Why: the pause of a restart or of a death is no late heartbeat.
TEST(Liveness, ANewLifeIsNotLate) {
    Liveness liveness = running();
    liveness.new_life(0);
    EXPECT_EQ(liveness.heard(0, Instant{9s}).lateness, Lateness::on_time);
    liveness.declare_dead(0);
    EXPECT_EQ(liveness.heard(0, Instant{90s}).lateness, Lateness::on_time);
}

// Why: what we slept through says nothing about the peer.
TEST(Liveness, ForgivesOurOwnStall) {
    Liveness liveness = running();
    liveness.forgive(4s);
    EXPECT_EQ(liveness.deadline(0), Instant{10s});
    EXPECT_EQ(liveness.heard(0, Instant{6s}).lateness, Lateness::on_time);
}

}  // namespace
}  // namespace hb::cluster
