// What a node tells of its haresources while another node goes by a different one: every group as
// hashes, and whether it runs there. From it each side knows what of its own file the other one may
// run, may be about to run, or cannot run at all.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/haresources.hpp"

namespace hb::resource {

struct GroupMark {
    enum class State : std::uint8_t {
        idle,     // in the file
        claimed,  // and held there
        removed,  // taken out of the file while the daemon ran
    };
    State state{State::idle};
    std::uint32_t definition{};          // of preferred node and members as written
    std::vector<std::uint32_t> members;  // of what each member is about: an address, a device
    bool operator==(const GroupMark&) const = default;
};

// Addresses do not depend on each other, and a group may have a thousand.
bool is_address(const config::Member& member) noexcept;
// Two members are one when type and arguments are.
bool same_member(const config::Member& a, const config::Member& b) noexcept;
// The same for members that cannot be in use twice: an address with whatever mask and interface, a
// type with the same first argument.
std::uint32_t mark_of(const config::Member& member);
GroupMark mark_of(const config::ResourceGroup& group);

// One word per group: state letter, definition, ':', members.
std::string marks_text(const std::vector<GroupMark>& marks);
// Words that are none are passed over: they come from another version.
std::vector<GroupMark> read_marks(std::string_view text);

}  // namespace hb::resource
