// The rules of check(), by what they look at. Not for other rooms.
#pragma once

#include <cstdint>
#include <optional>

#include "check/check.hpp"

namespace hb::check {

void check_files(const Subject& subject, Findings& out);      // rules_files.cpp
void check_machine(const Subject& subject, Findings& out);    // rules_machine.cpp
void check_resources(const Subject& subject, Findings& out);  // rules_resources.cpp
void check_peer(const Subject& subject, Findings& out);       // rules_peer.cpp

// "192.0.2.1" as a number, first byte highest.
std::optional<std::uint32_t> ip4_number(std::string_view text);

// Whether a member is an IPv4 address, and which: "192.0.2.10/24/eth0" in its parts.
struct AddressMember {
    std::string address, interface;
};
std::optional<AddressMember> address_of(const config::Member& member);

}  // namespace hb::check
