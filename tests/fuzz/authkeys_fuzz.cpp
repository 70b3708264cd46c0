// Any bytes as authkeys: without an error there is a key that signs.
#include "config/authkeys.hpp"
#include "config/diff.hpp"
#include "fuzz/messages.hpp"

using namespace hb;

// A reload from and to these keys is noticed and never shows one in the log.
static void reload(const config::AuthKeys& keys) {
    const config::HaCf ha_cf;
    const std::vector<config::ResourceGroup> groups;
    config::AuthKeys other = keys;
    const std::size_t place = (keys.signing + 1) % other.by_index.size();
    other.by_index[place] = config::AuthKey{"sha1", "another key", 0};
    other.by_index[(place + 1) % other.by_index.size()].reset();
    other.signing = place;
    const auto between = [&](const config::AuthKeys& a, const config::AuthKeys& b) {
        return config::compare({ha_cf, a, groups}, {ha_cf, b, groups});
    };
    fuzz::require(between(keys, keys).empty(), "keys differ from themselves");
    const auto there = between(keys, other), back = between(other, keys);
    fuzz::require(there.live.size() == 1 && back.live.size() == 1, "a reload is not noticed");
    for (const auto& key : keys.by_index) {
        constexpr std::size_t telling = 20;  // shorter ones may stand in any text
        if (!key || key->text.size() < telling) continue;
        fuzz::require((there.live[0] + back.live[0]).find(key->text) == std::string::npos,
                      "a key is shown");
    }
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    config::Diagnostics found;
    (void)config::parse_authkeys(fuzz::view(data, size), 0100644, "authkeys", found);
    fuzz::require(!found.errors.empty(), "anybody may read the keys");
    found = {};
    const config::AuthKeys keys =
        config::parse_authkeys(fuzz::view(data, size), 0100600, "authkeys", found);
    fuzz::check_messages(found);
    if (!found.errors.empty()) return 0;
    fuzz::require(keys.signing <= limits::key_index_max && keys.by_index[keys.signing],
                  "no key signs");
    reload(keys);
    for (const auto& key : keys.by_index) {
        if (key) fuzz::require((key->method == "crc") == key->text.empty(), "a key without text");
    }
    return 0;
}
