// Addresses that groups of this node hold are looked at: what is gone is put back, what is there is
// announced again. On the thread of the native agents; which addresses, and when, the daemon says
// (address_guard.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agents/agent.hpp"
#include "base/event.hpp"

namespace hb::agents {

struct InCare {
    AgentCall call;    // its start
    unsigned index{};  // of the link from which it went; 0 when that is not known
    // Also when it is there, on one of these interfaces; "" stands for any.
    std::set<std::string> announce_on;
    bool refresh{};            // likewise with one pair of frames
    std::optional<Mac> rival;  // likewise, if no link of this machine has it: it announced this
};

enum class Cared : std::uint8_t {
    there,
    put_back,        // and announced
    waits_for_link,  // its link is gone or down; it was not touched
    failed,
};
struct CareResult {
    Cared cared{Cared::failed};
    bool announced{};       // again, for it was there; a refresh is none
    bool rivalled{};        // because of a rival, who is none of ours
    std::string written;    // the address
    std::string interface;  // where it is, or was
    std::string words;      // of the agent, lines for the log
    std::string suspects;   // who could have taken it; of what was put back
};

// One result for each, in order. REQUIRES: calls of agents of addresses.
std::vector<CareResult> take_care(const std::vector<InCare>& addresses, Host& host);

}  // namespace hb::agents
