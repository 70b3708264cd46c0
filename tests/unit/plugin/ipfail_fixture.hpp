// One ipfail as tests drive it: what it is told, how time passes, what it asks for.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "plugin/ipfail_logic.hpp"

namespace hb::ipfail {

using namespace std::chrono_literals;

inline std::string word(const Ask& ask) {
    if (const auto* say = std::get_if<SayCount>(&ask)) return "count " + std::to_string(say->count);
    if (std::holds_alternative<SayYouAreDead>(ask)) return "you_are_dead";
    if (std::holds_alternative<SayAbortGiveup>(ask)) return "abort_giveup";
    const auto& give = std::get<GiveUp>(ask);
    return give.scope == Scope::all ? "give all" : "give foreign";
}

// One ipfail, with a peer that lives, keepalive 1 s and groups at rest.
struct Ipfail {
    explicit Ipfail(std::size_t pings = 1, bool failback = false) {
        logic.start(now, {1s, failback, pings, true, true, "local"});
    }
    // What it asked for since the last call, notes left out.
    std::string asked() {
        std::string out;
        for (const Ask& ask : asks) {
            if (!std::holds_alternative<Note>(ask)) out += (out.empty() ? "" : ", ") + word(ask);
        }
        asks.clear();
        return out;
    }
    std::string pass(Duration span) {
        const Instant end = now + span;
        while (logic.next_deadline() <= end) {
            now = std::max(now, logic.next_deadline());
            logic.time(now, asks);
        }
        now = end;
        return asked();
    }
    std::string pings(std::size_t count) {
        logic.pings(now, count, asks);
        return asked();
    }
    std::string theirs(std::size_t count) {
        logic.peer_counts(now, count, asks);
        return asked();
    }
    // The peer says that we reach less, which is how it also confirms.
    std::string told_dead() {
        logic.you_are_dead(now, asks);
        return asked();
    }
    std::string own(bool stable, const std::string& holds = {}, bool moved = false) {
        logic.own_resources(now, stable, holds, moved, asks);
        return asked();
    }
    // A whole hand-over for ping nodes is carried out, after which we hold `holds`.
    void moves(const std::string& holds) {
        logic.peer_gives_up(now);
        EXPECT_EQ(own(false), "");
        EXPECT_EQ(own(true, holds), "");
    }

    Instant now{100s};
    Logic logic;
    Asks asks;
};

}  // namespace hb::ipfail
