// Any bytes as haresources: every group that comes out must be one that can be run.
#include <set>

#include "config/haresources.hpp"
#include "fuzz/messages.hpp"

using namespace hb;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    config::Diagnostics found;
    const auto groups =
        config::parse_haresources(fuzz::view(data, size), "haresources", {"alpha", "beta"}, found);
    fuzz::check_messages(found);
    std::set<std::string> keys;
    for (const config::ResourceGroup& group : groups) {
        fuzz::require(group.node == "alpha" || group.node == "beta", "an unknown node");
        fuzz::require(keys.insert(group.key).second, "a key twice");
        fuzz::require(!group.members.empty() && group.members[0].token == group.key, "no members");
        for (const config::Member& member : group.members) {
            fuzz::require(!member.type.empty() && member.type.front() != '-' &&
                              member.type.find('/') == std::string::npos,
                          "a type that is no name of a script");
            for (const std::string& argument : member.arguments) {
                fuzz::require(!argument.empty(), "an empty argument");
                fuzz::require(
                    argument.find_first_of(std::string(" \t\n\0", 4)) == std::string::npos,
                    "an argument that is no word");
            }
        }
    }
    return 0;
}
