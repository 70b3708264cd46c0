// Names of things: nodes, links, jobs. Numbers are strong types, so that none is taken for another.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace hb {

// Bytes from or for the outside. A std::string holds any byte; views are never stored.
using Bytes = std::string;
using ByteView = std::string_view;

// Lower-case node name as in `node` lines of ha.cf. Compared exactly.
using NodeName = std::string;

// Index of a link (a medium line of ha.cf), in file order from 0.
enum class LinkId : std::uint16_t {};
// One script or hook run asked of the shell. Never reused in one life of the daemon; 0 is no job.
enum class JobId : std::uint64_t {};
// One client of this node (a program, or one built in). Never reused in one life of the daemon.
enum class ClientId : std::uint32_t {};
// One connection to the client socket. Never reused in one life of the daemon.
enum class ConnectionId : std::uint32_t {};

// 16 raw bytes, in the order in which the text form shows them (RFC 4122).
using Uuid = std::array<unsigned char, 16>;

inline std::string uuid_bytes(const Uuid& id) { return {id.begin(), id.end()}; }

}  // namespace hb
