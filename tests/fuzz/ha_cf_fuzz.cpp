// Any bytes as ha.cf: what is accepted must be fit for use, and mean the same when read again.
#include "config/ha_cf.hpp"
#include "fuzz/messages.hpp"

using namespace hb;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView text = fuzz::view(data, size);
    const config::Machine machine{"alpha", true, 0};
    config::Diagnostics found;
    const config::HaCf cf = config::parse_ha_cf(text, "ha.cf", machine, found);
    fuzz::check_messages(found);
    config::Diagnostics again;
    fuzz::require(config::parse_ha_cf(text, "ha.cf", machine, again) == cf, "read otherwise again");
    if (!found.errors.empty()) return 0;
    fuzz::require(cf.keepalive > Duration::zero(), "no keepalive");
    fuzz::require(cf.deadtime > 2 * cf.keepalive && cf.initdead >= cf.deadtime,
                  "deadtime too short");
    fuzz::require(cf.start_timeout > Duration::zero() && cf.stop_timeout > Duration::zero(),
                  "no time for scripts");
    fuzz::require(!cf.nodes.empty() && known_names(cf).size() <= limits::nodes_max, "nodes");
    fuzz::require(!cf.media.empty() && cf.media.size() <= limits::links_max, "media");
    for (const config::Medium& medium : cf.media) {
        fuzz::require(!medium.name.empty(), "a medium without a name");
        if (is_supported(medium.kind))
            fuzz::require(medium.port - 1 < 65535, "a port out of range");
    }
    fuzz::require(!cf.logfile.empty() || !cf.debugfile.empty() || !cf.logfacility.empty(),
                  "nothing is logged to");
    return 0;
}
