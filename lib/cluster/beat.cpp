// What our own heartbeat says (wire.md 4.1). When it is due is beat.hpp's.
#include "base/text.hpp"
#include "cluster/state.hpp"

namespace hb::cluster {

void Engine::State::send_status(Now now, Effects& out) {
    wire::Message status = wire::make_message("status");
    status.fields.reserve(16);
    status.set("st", own_word);
    const auto timeout_ms = to_ms(config.deadtime + beat.grace());
    status.set("dt", to_hex(static_cast<std::uint64_t>(timeout_ms)));
    if (acks.on()) status.set("protocol", "1");
    status.set(capabilities_field, capabilities_value);
    status.set(heard_field, heard_list());
    if (!config.arbiter.empty()) status.set(arbiter_field, config.arbiter);
    send(now, std::move(status), out);
    ping_all(now, out);
    beat.sent(now.mono);
}

}  // namespace hb::cluster
