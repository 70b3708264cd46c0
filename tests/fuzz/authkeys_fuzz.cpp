// Any bytes as authkeys: without an error there is a key that signs.
#include "config/authkeys.hpp"
#include "fuzz/messages.hpp"

using namespace hb;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    config::Diagnostics found;
    const config::AuthKeys keys =
        config::parse_authkeys(fuzz::view(data, size), 0100600, "authkeys", found);
    fuzz::check_messages(found);
    if (!found.errors.empty()) return 0;
    fuzz::require(keys.signing <= limits::key_index_max && keys.by_index[keys.signing],
                  "no key signs");
    for (const auto& key : keys.by_index) {
        if (key) fuzz::require((key->method == "crc") == key->text.empty(), "a key without text");
    }
    return 0;
}
