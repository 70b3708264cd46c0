// See file_digest.hpp.
#include "resource/file_digest.hpp"

#include <cstdint>
#include <string_view>

#include "base/text.hpp"

namespace hb::resource {

std::string file_digest(const std::vector<config::ResourceGroup>& groups) {
    // FNV-1a, 64 bits (http://www.isthe.com/chongo/tech/comp/fnv).
    std::uint64_t hash = 0xcbf29ce484222325U;
    const auto add = [&hash](std::string_view text) {
        for (const char c : text) {
            hash ^= static_cast<unsigned char>(c);
            hash *= 0x100000001b3U;
        }
    };
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
