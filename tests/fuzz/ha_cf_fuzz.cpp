// Any bytes as ha.cf: parsed without harm, with a bounded number of findings, and the same each
// time.
#include "base/limits.hpp"
#include "config/ha_cf.hpp"
#include "fuzz/fuzz.hpp"

using namespace hb;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView text = fuzz::view(data, size);
    const config::Machine machine{"alpha", true, 0};
    config::Diagnostics found;
    const config::HaCf parsed = config::parse_ha_cf(text, "ha.cf", machine, found);
    // One more than the bound: the line that counts the rest.
    fuzz::require(found.errors.size() <= limits::config_errors_max + 1, "too many errors are kept");
    for (const auto& error : found.errors) {
        fuzz::require(error.shown().starts_with("ha.cf:"), "an error does not name its file");
    }
    if (size % 8 != 0) return 0;  // once more is as slow as the first time
    config::Diagnostics again;
    const config::HaCf second = config::parse_ha_cf(text, "ha.cf", machine, again);
    fuzz::require(parsed == second && found.errors.size() == again.errors.size(),
                  "the same text is read otherwise the second time");
    return 0;
}
