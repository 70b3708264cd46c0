// What the engine tells of itself to people, tools and checkers. Plain data: nothing is decided by
// it. Ages are counted to the moment that was asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/instant.hpp"

namespace hb::cluster {

// In which direction a line works.
enum class Way : std::uint8_t {
    both,  // or nothing is known
    only_to_peer,
    only_to_us,
};

struct LinkView {
    LinkId link{};
    bool up{};
    std::optional<Duration> age;  // since it was heard last; nothing: never
    Way way{Way::both};           // as it was told in the log
    // Heartbeats of the peer that came over this line, and those that came over others only since
    // it was first heard here. The copy of the newest may still be on its way.
    std::uint64_t heard{}, missed{};
};

struct PeerView {
    NodeName name;
    std::string status;  // init, up, active, dead
    bool ours{};         // sends our capabilities field
    bool heard{};        // since it was last declared dead
    std::uint64_t generation{};
    std::vector<LinkView> links;  // without those of ping nodes
    std::optional<Duration> age;  // since its last heartbeat; nothing: none since start
    Duration deadtime{};          // as it announces it; zero: it does not, ours counts
    bool hears_us{true};          // false only when it says so
    std::uint64_t deaths{}, late{};
    // Messages of it that never came and were asked for; ours that it has asked for.
    std::uint64_t lost{}, repeated{};
};

struct PingView {
    NodeName name;
    bool up{};
    bool heard{};                 // in this life of ours
    std::string kind;             // ping, ping6, ping_group
    std::optional<Duration> age;  // since its last answer; nothing: never
};

// One of our own lines, whoever is at the other end.
struct LineView {
    std::string name;
    bool ping{}, usable{};
    std::uint64_t received{};  // packets with a good signature; of a ping node: answers
    std::uint64_t refused{};   // all others
};

// We were called late by more than a keepalive.
struct StallView {
    std::uint64_t count{};
    Duration worst{};
    std::optional<Duration> age;  // of the last one
};

struct EngineView {
    std::string word;             // init, up, active: our own
    std::vector<PeerView> peers;  // without ourselves, file order
    std::vector<PingView> pings;  // file order
    std::vector<LineView> lines;  // file order
    std::uint64_t heartbeats{};   // status messages of ours
    std::uint64_t messages{};     // number of our last message
    StallView stalls;
};

}  // namespace hb::cluster
