// Everything a node knows of its cluster at one moment, for people and programs. Words and numbers
// only, so that a reader of another version takes what it does not know for a word. Nothing is
// decided by it.
//
// `fields` names the members for whoever writes or reads them: status_json, and the tool cl_status.
// The names are public: man/heartbeat-status.schema.json has them all, and a test compares.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/instant.hpp"

namespace hb::core {

using Age = std::optional<Duration>;  // nothing: it never happened

struct LinkStatus {
    std::string name;                 // as ha.cf has it
    std::string state;                // up, dead, never
    Age age;                          // since the peer was heard over it
    std::string way;                  // both, to_peer_only, from_peer_only
    std::uint64_t heard{}, missed{};  // heartbeats

    static void fields(auto& it, auto&& each) {
        each("name", it.name);
        each("state", it.state);
        each("age_ms", it.age);
        each("way", it.way);
        each("heard", it.heard);
        each("missed", it.missed);
    }
    bool operator==(const LinkStatus&) const = default;
};

struct NodeStatus {
    std::string name;
    std::string state;  // init, up, active, dead
    bool ours{};        // a daemon of this project
    std::uint64_t generation{};
    Age age;              // since its last heartbeat
    Age deadtime;         // as it announces it
    bool hears_us{true};  // false only when it says so
    std::uint64_t deaths{}, late{}, lost{}, repeated{};
    std::string claim;     // alive, fencing, cleared, blocked: may its groups be taken?
    std::string holdings;  // none, local, foreign, all: by its word
    bool reported{};       // its word is known
    bool left{};           // it has ended in order
    bool proven_down{};    // an operator has said so
    bool file_differs{};   // its haresources is another one
    std::vector<LinkStatus> links;

    static void fields(auto& it, auto&& each) {
        each("name", it.name);
        each("state", it.state);
        each("ours", it.ours);
        each("generation", it.generation);
        each("age_ms", it.age);
        each("deadtime_ms", it.deadtime);
        each("hears_us", it.hears_us);
        each("deaths", it.deaths);
        each("late", it.late);
        each("lost", it.lost);
        each("repeated", it.repeated);
        each("claim", it.claim);
        each("holdings", it.holdings);
        each("reported", it.reported);
        each("left", it.left);
        each("proven_down", it.proven_down);
        each("haresources_differ", it.file_differs);
        each("links", it.links);
    }
    bool operator==(const NodeStatus&) const = default;
};

struct PingStatus {
    std::string name;
    std::string kind;   // ping, ping6, ping_group
    std::string state;  // up, dead, unheard
    Age age;            // since its last answer

    static void fields(auto& it, auto&& each) {
        each("name", it.name);
        each("kind", it.kind);
        each("state", it.state);
        each("age_ms", it.age);
    }
    bool operator==(const PingStatus&) const = default;
};

struct LineStatus {
    std::string name;
    bool ping{}, usable{};
    std::uint64_t received{}, refused{};

    static void fields(auto& it, auto&& each) {
        each("name", it.name);
        each("ping", it.ping);
        each("usable", it.usable);
        each("received", it.received);
        each("refused", it.refused);
    }
    bool operator==(const LineStatus&) const = default;
};

// One action of one script.
struct ScriptStatus {
    std::uint64_t runs{}, failures{};
    Duration took{}, longest{};  // the last run; of all
    Age age;                     // since the last one ended
    std::string result;          // ok, exit N, signal N, timed out, missing, not started

    static void fields(auto& it, auto&& each) {
        each("runs", it.runs);
        each("failures", it.failures);
        each("took_ms", it.took);
        each("longest_ms", it.longest);
        each("age_ms", it.age);
        each("result", it.result);
    }
    bool operator==(const ScriptStatus&) const = default;
};

struct ResourceStatus {
    std::string name;  // as haresources has it
    std::optional<ScriptStatus> start, stop, status;

    static void fields(auto& it, auto&& each) {
        each("name", it.name);
        each("start", it.start);
        each("stop", it.stop);
        each("status", it.status);
    }
    bool operator==(const ResourceStatus&) const = default;
};

struct GroupStatus {
    std::string name, preferred;
    std::string owner;  // who claims it, as far as we know; empty: nobody
    std::string rival;  // a second one that does
    // running, starting, stopping, on_peer, waiting, failed, stuck, stopped, unknown
    std::string state;
    std::string why;    // resource::why_word(): why it does not run, or waits
    std::string about;  // the group or node that is meant
    std::vector<ResourceStatus> resources;

    static void fields(auto& it, auto&& each) {
        each("name", it.name);
        each("preferred", it.preferred);
        each("owner", it.owner);
        each("rival", it.rival);
        each("state", it.state);
        each("why", it.why);
        each("about", it.about);
        each("resources", it.resources);
    }
    bool operator==(const GroupStatus&) const = default;
};

// A node that is to be reset.
struct FenceOrder {
    std::string node, because;
    std::string device;  // of the shot under way, or of the next
    bool shooting{};
    Age next;  // until the next shot
    std::uint64_t round{}, rounds_max{};
    bool defence{};  // no group waits for it

    static void fields(auto& it, auto&& each) {
        each("node", it.node);
        each("because", it.because);
        each("device", it.device);
        each("shooting", it.shooting);
        each("next_ms", it.next);
        each("round", it.round);
        each("rounds_max", it.rounds_max);
        each("defence", it.defence);
    }
    bool operator==(const FenceOrder&) const = default;
};

struct FenceShot {
    std::string node, device;
    std::string result;  // confirmed, refused, unknown
    Duration took{};
    Age age;
    std::string words;  // of the device

    static void fields(auto& it, auto&& each) {
        each("node", it.node);
        each("device", it.device);
        each("result", it.result);
        each("took_ms", it.took);
        each("age_ms", it.age);
        each("words", it.words);
    }
    bool operator==(const FenceShot&) const = default;
};

struct FencingStatus {
    std::vector<FenceOrder> orders;
    std::vector<std::string> blocked;  // nodes whose groups stay down until an operator says so
    std::vector<FenceShot> shots;      // since our start, oldest first

    static void fields(auto& it, auto&& each) {
        each("orders", it.orders);
        each("blocked", it.blocked);
        each("shots", it.shots);
    }
    bool operator==(const FencingStatus&) const = default;
};

// A line respawn or failfast of ha.cf.
struct ProgramStatus {
    std::string path, user, kind;
    std::string state;        // running, stopping, waiting, down
    std::uint64_t crashes{};  // ends after a short life, in a row
    Age next;                 // until it is started again

    static void fields(auto& it, auto&& each) {
        each("path", it.path);
        each("user", it.user);
        each("kind", it.kind);
        each("state", it.state);
        each("crashes", it.crashes);
        each("next_ms", it.next);
    }
    bool operator==(const ProgramStatus&) const = default;
};

// In force now.
struct TimerStatus {
    Duration keepalive{}, warntime{}, deadtime{}, deadping{}, initdead{};

    static void fields(auto& it, auto&& each) {
        each("keepalive_ms", it.keepalive);
        each("warntime_ms", it.warntime);
        each("deadtime_ms", it.deadtime);
        each("deadping_ms", it.deadping);
        each("initdead_ms", it.initdead);
    }
    bool operator==(const TimerStatus&) const = default;
};

// Moments at which we were late by more than a keepalive.
struct StallStatus {
    std::uint64_t count{};
    Duration worst{};
    Age age;  // of the last

    static void fields(auto& it, auto&& each) {
        each("count", it.count);
        each("worst_ms", it.worst);
        each("age_ms", it.age);
    }
    bool operator==(const StallStatus&) const = default;
};

struct Status {
    std::string name, uuid;
    std::uint64_t generation{};
    std::string state;  // init, up, active: our own word
    bool comm_up{}, stopping{}, finished{}, managed{};
    std::string holdings;  // none, local, foreign, all, transition
    std::string arbiter;   // resource::standing_word(), or ""
    std::string handover;  // idle, or how far one has come
    std::string handover_with;
    std::uint64_t unix_seconds{};
    Duration uptime{};
    std::uint64_t heartbeats{}, messages{};  // sent
    TimerStatus timers;
    StallStatus stalls;
    std::vector<NodeStatus> nodes;  // the others, file order
    std::vector<PingStatus> ping_nodes;
    std::vector<GroupStatus> groups;
    FencingStatus fencing;
    std::vector<LineStatus> lines;  // file order; who adds to them names them himself

    static void fields(auto& it, auto&& each) {
        each("name", it.name);
        each("uuid", it.uuid);
        each("generation", it.generation);
        each("state", it.state);
        each("communication", it.comm_up);
        each("stopping", it.stopping);
        each("finished", it.finished);
        each("managed", it.managed);
        each("holdings", it.holdings);
        each("arbiter", it.arbiter);
        each("handover", it.handover);
        each("handover_with", it.handover_with);
        each("time", it.unix_seconds);
        each("uptime_ms", it.uptime);
        each("heartbeats", it.heartbeats);
        each("messages", it.messages);
        each("timers", it.timers);
        each("stalls", it.stalls);
        each("nodes", it.nodes);
        each("ping_nodes", it.ping_nodes);
        each("groups", it.groups);
        each("fencing", it.fencing);
    }
    bool operator==(const Status&) const = default;
};

}  // namespace hb::core
