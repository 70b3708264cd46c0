// What the kernel is asked to change, and what it tells of links, addresses and routes, as structs;
// their bytes in the form of rtnetlink(7). Opens no socket.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "agents/ip.hpp"

struct nlmsghdr;

namespace hb::agents {

using Mac = std::array<std::uint8_t, 6>;

struct Link {
    unsigned index{};
    std::string name;
    bool up{};         // administratively; a missing carrier does not count
    bool announces{};  // Ethernet with ARP; lo, tunnels and NOARP devices have nobody to tell
    Mac mac{};
};

struct Address {
    Ip ip;
    std::optional<Ip> peer;
    unsigned prefix{};
    unsigned index{};  // of its link
    std::optional<Ip> broadcast;
    std::string label;      // IPv4 only; the link's name when it has none of its own
    std::uint32_t flags{};  // IFA_F_*
    std::uint8_t scope{};   // RT_SCOPE_*

    bool secondary() const noexcept;  // IPv4: falls with the first address of its network
};

struct Route {
    Ip target;  // all zero with length 0: a default route
    unsigned length{};
    unsigned index{};  // of the link; of the first one where there are several
    bool direct{};     // to a connected network: no gateway, not the default route
    bool several{};    // shared by several gateways
    bool dead{};
    std::uint32_t metric{};
    std::optional<Ip> source;           // preferred
    std::vector<std::uint8_t> payload;  // of the message, to build a changed one from
};

struct AddAddress {
    Address address;
};
struct RemoveAddress {
    Address address;
};
struct LinkUp {
    unsigned index{};
};
// The same route with another preferred source, or with none.
struct SetSource {
    Route route;
    std::optional<Ip> source;
};
using Change = std::variant<AddAddress, RemoveAddress, LinkUp, SetSource>;

// One request; without NLM_F_ACK it is answered only when it fails.
std::vector<std::uint8_t> message_of(const Change& change, std::uint32_t sequence);
// A question for all of a kind. Routes are those of the main table.
enum class Kind : std::uint8_t { links, addresses, routes };
std::vector<std::uint8_t> question_for(Kind kind, int family, std::uint32_t sequence);

// Nothing when the message is another one, is damaged, or tells of what does not concern us (a
// route of another table, or that leads nowhere). An address also from the news of its removal.
std::optional<Link> read_link(const nlmsghdr* message);
std::optional<Address> read_address(const nlmsghdr* message);
std::optional<Route> read_route(const nlmsghdr* message);

}  // namespace hb::agents
