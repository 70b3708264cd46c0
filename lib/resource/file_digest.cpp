// See file_digest.hpp.
#include "resource/file_digest.hpp"

#include <cstdint>
#include <string_view>

#include "base/fnv.hpp"
#include "base/text.hpp"

namespace hb::resource {

std::string file_digest(const std::vector<config::ResourceGroup>& groups) {
    std::uint64_t hash = fnv_basis;
    const auto add = [&hash](std::string_view text) { hash = fnv1a(text, hash); };
    for (const config::ResourceGroup& group : groups) {
        add(group.node);
        for (const config::Member& member : group.members) {
            add(" ");
            add(member.token);
        }
        add("\n");
    }
    return to_hex(hash);
}

}  // namespace hb::resource
