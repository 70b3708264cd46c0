// What the actions of the address agents share: the calls at work, the machine as it was looked at,
// and what of an address is already there.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agents/address_spec.hpp"
#include "agents/agent.hpp"
#include "agents/netlink.hpp"
#include "agents/state_folder.hpp"

namespace hb::agents {

struct Task {
    const AgentCall* call{};
    AddressKind kind{};
    AddressSpec spec;
    Answer answer;

    void tell(const std::string& what) { answer.err += told(*call, what); }
    void fail(const std::string& what) {
        tell("ERROR: " + what);
        answer = failed_with(std::move(answer.err));
    }
    void succeed() {
        std::string err = std::move(answer.err);
        answer = succeeded();
        answer.err = std::move(err);
    }
};

// The machine at one moment.
class Machine {
public:
    enum class Needs : std::uint8_t {
        places,  // addresses, and the links only if one of the tasks' is among them
        links,   // both
        routes,  // and the routes of tasks that name no interface
    };
    // What these tasks may need. Errors: io.
    [[nodiscard]] static Result<Machine> read(Netlink& netlink, const std::vector<Task*>& tasks,
                                              Needs needs);

    const Link* link(unsigned index) const;
    const Link* link(const std::string& name) const;
    std::string link_name(unsigned index) const;
    bool has_mac(const Mac& mac) const;
    const std::vector<Address>& addresses() const noexcept { return addresses_; }
    const std::vector<Route>& routes() const noexcept { return routes_; }
    std::vector<const Address*> with_ip(const Ip& ip) const;

private:
    std::vector<Link> links_;
    std::vector<Address> addresses_;
    std::vector<Route> routes_;
    std::multimap<Ip, std::size_t> by_ip_;  // places in addresses_
};

struct Found {
    std::vector<Address> here;     // where the address counts as this resource's
    std::string elsewhere;         // an interface where it must not be, or ""
    std::optional<Address> on_lo;  // IPaddr2: the copy that a real server of a load balancer holds
};
Found look(const Task& task, const Machine& machine);

// The interface that a route names for an address, and the length of its network: the most specific
// route to a directly connected network that contains it, of equal ones the lowest metric. With
// `any` (a mask was given) any other route may name the interface, the default route at last.
struct RouteChoice {
    unsigned index{};
    unsigned length{};
};
std::optional<RouteChoice> choose_route(const std::vector<Route>& routes, const Ip& ip, bool any);

// How a start announces this address.
Burst burst_of(const Task& task, const Address& address, const Link& link);

// Puts the copy on lo back that a start put away. In words what went wrong, or "".
std::string restore_lo_copy(Netlink& netlink, const StateFolder& state, const Task& task);

// "10.0.0.5/24", with the far end of a line if it has one.
std::string shown(const Address& address);

void start_addresses(const std::vector<Task*>& tasks, Host& host);
void stop_addresses(const std::vector<Task*>& tasks, Host& host);

}  // namespace hb::agents
