// What the manager tells of itself to people, tools and checkers. Plain data: nothing is decided by
// it. Ages are counted to the moment that was asked for.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/event.hpp"
#include "resource/tenure.hpp"

namespace hb::resource {

struct GroupView {
    std::string key;
    NodeName preferred;
    Tenure tenure{};
    bool peer_holds{};  // by a live peer's last report
};

// All runs of one action of one member since our start.
struct ScriptView {
    std::uint64_t runs{}, failures{};
    Duration took{}, longest{};   // of the last run; of all
    std::optional<Duration> age;  // since the last one ended; nothing: none did
    ScriptEnd end{};              // of the last one
    int status{};                 // as in ScriptDone
};

struct MemberView {
    std::string token;                  // as haresources has it
    std::array<ScriptView, 3> scripts;  // by ScriptAction
};

// Why a group does not run, or does nothing for the moment.
enum class Why : std::uint8_t {
    nothing,            // it runs here or on a peer, or is under way
    asking,             // its scripts are being asked whether it runs
    waits_for_group,    // of another one: that must start or stop first
    waits_for_fencing,  // of a node that is not proven to be down
    fencing_blocked,    // the same, and the devices were given up: an operator must say so
    waits_for_arbiter,  // no ping node has said yet that the other node must have given it up
    isolated,           // no ping node answers us: nothing runs here
    start_failed,       // here; another node may take it
    failed_everywhere,  // or here, and no other node is there
    stop_failed,        // the machine gives itself up
    waits_for_nodes,    // communication is not up
    waits_for_report,   // of a node that has not said what it holds
    hand_over,          // one is under way
    this_node_stops,
    not_managed,
    nobody_takes_it,
};
constexpr std::string_view why_word(Why why) noexcept {
    constexpr std::string_view all[] = {"",
                                        "asking",
                                        "waits_for_group",
                                        "waits_for_fencing",
                                        "fencing_blocked",
                                        "waits_for_arbiter",
                                        "isolated",
                                        "start_failed",
                                        "failed_everywhere",
                                        "stop_failed",
                                        "waits_for_nodes",
                                        "waits_for_report",
                                        "hand_over",
                                        "this_node_stops",
                                        "not_managed",
                                        "nobody_takes_it"};
    return all[static_cast<std::size_t>(why)];
}

struct GroupState {
    GroupView group;
    NodeName owner;  // who claims it: we, or a peer by its last report; empty: nobody
    NodeName rival;  // a peer that claims it while we do
    bool probing{};  // whether it runs here is not known yet
    Why why{};
    std::string about;  // the group or node that is meant, or ""
    std::vector<MemberView> members;
};

// What is known of another node's groups, and whether they may be taken.
struct HolderView {
    NodeName name;
    std::string_view claim;    // claim_word()
    std::string_view holding;  // none, local, foreign, all: by its word
    bool reported{};           // its holdings are known
    bool left{};               // it has ended in order
    bool proven_down{};        // an operator has said so
    bool file_differs{};       // its haresources is another one
};

struct OrderView {
    NodeName target;
    std::string because;
    std::string device;               // of the shot under way, or of the next one
    bool shooting{};                  // one is under way
    std::optional<Duration> next_in;  // else: until the next one
    unsigned round{}, rounds_max{};   // from 1; all devices are a round
    bool defence{};                   // nothing waits for it
};

struct ShotView {
    NodeName target;
    std::string device;
    FenceResult result{};
    Duration took{}, age{};
    std::string words;  // of the device
};

struct FencingView {
    std::vector<OrderView> orders;
    std::vector<ShotView> shots;  // the last ones, oldest first
};

struct ManagerView {
    std::vector<GroupState> groups;   // file order
    std::vector<HolderView> holders;  // the other nodes, file order
    FencingView fencing;
    std::string_view standing;  // of the arbiter: standing_word(), or "" without one
    std::string_view handover;  // Standby::phase_word()
    NodeName handover_with;
};

}  // namespace hb::resource
