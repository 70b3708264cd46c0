// Any bytes as authkeys: what is accepted makes a signer that can sign and verify.
#include "base/limits.hpp"
#include "config/authkeys.hpp"
#include "fuzz/fuzz.hpp"
#include "wire/signer.hpp"

using namespace hb;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr unsigned private_mode = 0600;
    config::Diagnostics found;
    const auto parsed =
        config::parse_authkeys(fuzz::view(data, size), private_mode, "authkeys", found);
    fuzz::require(found.errors.size() <= limits::config_errors_max + 1, "too many errors are kept");
    if (!found.errors.empty()) return 0;
    wire::Keys keys;
    keys.signing = parsed.signing;
    for (std::size_t i = 0; i < parsed.by_index.size(); ++i) {
        if (!parsed.by_index[i]) continue;
        const auto method = wire::method_named(parsed.by_index[i]->method);
        fuzz::require(method.has_value(), "an accepted method is unknown to the signer");
        fuzz::require(parsed.by_index[i]->text.empty() == (*method == wire::Method::crc),
                      "a key is there for crc, or missing for another");
        keys.by_index[i] = wire::Key{*method, parsed.by_index[i]->text};
    }
    fuzz::require(keys.signing < keys.by_index.size() && keys.by_index[keys.signing].has_value(),
                  "no key signs");
    const wire::Signer signer(keys);
    fuzz::require(signer.verify("bytes", signer.sign("bytes")).has_value(), "a signature is wrong");
    return 0;
}
