// Any bytes as haresources: parsed without harm; a group that comes out is whole.
#include <set>

#include "base/limits.hpp"
#include "config/haresources.hpp"
#include "fuzz/fuzz.hpp"

using namespace hb;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    config::Diagnostics found;
    const auto groups =
        config::parse_haresources(fuzz::view(data, size), "haresources", {"alpha", "beta"}, found);
    fuzz::require(found.errors.size() <= limits::config_errors_max + 1, "too many errors are kept");
    if (!found.errors.empty()) return 0;
    std::set<std::string> keys;
    for (const auto& group : groups) {
        fuzz::require(!group.members.empty(), "a group has no member");
        fuzz::require(group.node == "alpha" || group.node == "beta", "a group has no known node");
        fuzz::require(keys.insert(group.key).second, "a key stands twice");
        for (const auto& member : group.members) {
            fuzz::require(!member.type.empty(), "a member has no type");
        }
    }
    return 0;
}
