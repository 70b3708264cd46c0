// See options.hpp. Ranges are those of clusters in the field, pressed together.
#include "sim/options.hpp"

#include <algorithm>

namespace hb::sim {

using namespace std::chrono_literals;

namespace {

Duration step(Prng& prng, std::initializer_list<Duration> choices) {
    return *(choices.begin() + static_cast<std::ptrdiff_t>(prng.below(choices.size())));
}

}  // namespace

std::string machine_name(std::size_t index) { return index == 0 ? "alpha" : "beta"; }

Options draw(std::uint64_t seed) {
    Prng prng(seed);
    Options o;
    o.seed = seed;
    o.links = 1 + prng.below(3);
    o.groups = 1 + prng.below(4);
    o.members = 1 + prng.below(3);
    o.keepalive = step(prng, {50ms, 200ms, 500ms, 1000ms, 2000ms});
    o.deadtime = o.keepalive * static_cast<int>(4 + prng.below(8));
    o.initdead = o.deadtime * static_cast<int>(1 + prng.below(3));
    const config::Failback policies[] = {config::Failback::on, config::Failback::off,
                                         config::Failback::legacy};
    o.failback = policies[prng.below(3)];
    o.loss_percent = prng.chance(50) ? 0 : static_cast<unsigned>(prng.below(35));
    o.repeat_percent = prng.chance(50) ? 0 : static_cast<unsigned>(prng.below(20));
    o.delay_min = 100us;
    // Delays beyond a keepalive reorder heartbeats, and the older one counts for nothing.
    o.delay_max = std::min(step(prng, {200us, 5ms, 100ms}), o.keepalive / 2);
    o.script_min = 1ms;
    o.script_max = step(prng, {5ms, 100ms, 3000ms});
    if (prng.chance(15)) o.start_fails.insert({prng.below(2), prng.below(o.groups)});
    o.crashes = prng.chance(70);
    o.cuts = prng.chance(50);
    o.pauses = prng.chance(50);
    o.daemon_kills = prng.chance(30);
    o.commands = prng.chance(60);
    o.stops = prng.chance(40);
    o.fault_span = std::max<Duration>(20s, o.deadtime * 12);
    o.fault_count = static_cast<unsigned>(1 + prng.below(8));
    return o;
}

std::string shown(const Options& o) {
    const auto flag = [](const char* name, bool on) {
        return on ? std::string(" ") + name : std::string();
    };
    std::string fails;
    for (const auto& [machine, group] : o.start_fails) {
        fails += " g" + std::to_string(group) + " fails on " + machine_name(machine);
    }
    const char* policy = o.failback == config::Failback::on    ? "on"
                         : o.failback == config::Failback::off ? "off"
                                                               : "legacy";
    return "seed " + std::to_string(o.seed) + ": links " + std::to_string(o.links) + ", groups " +
           std::to_string(o.groups) + " of " + std::to_string(o.members) + ", keepalive " +
           std::to_string(to_ms(o.keepalive)) + " ms, deadtime " +
           std::to_string(to_ms(o.deadtime)) + " ms, initdead " +
           std::to_string(to_ms(o.initdead)) + " ms, auto_failback " + policy + ", loss " +
           std::to_string(o.loss_percent) + " %, repeats " + std::to_string(o.repeat_percent) +
           " %, delay to " + std::to_string(o.delay_max.count() / 1000) + " us, scripts to " +
           std::to_string(to_ms(o.script_max)) + " ms, faults " + std::to_string(o.fault_count) +
           ":" + flag("crash", o.crashes) + flag("cut", o.cuts) + flag("pause", o.pauses) +
           flag("kill", o.daemon_kills) + flag("command", o.commands) + flag("stop", o.stops) +
           fails;
}

core::CoreConfig core_config(const Options& o, std::size_t index, std::uint64_t generation,
                             std::uint64_t seed) {
    core::CoreConfig core;
    cluster::EngineConfig& engine = core.engine;
    engine.self = machine_name(index);
    engine.self_uuid.fill(static_cast<unsigned char>('A' + index));
    engine.generation = generation;
    engine.nodes = {machine_name(0), machine_name(1)};
    for (std::size_t i = 0; i < o.links; ++i) {
        engine.links.push_back(
            {LinkId{static_cast<std::uint16_t>(i)}, "eth" + std::to_string(i), false});
    }
    engine.keepalive = o.keepalive;
    engine.deadtime = o.deadtime;
    engine.warntime = o.deadtime / 2;
    engine.initdead = o.initdead;
    engine.max_rexmit_delay = 250ms;
    engine.ttl = 3;
    engine.inner_auth = wire::InnerAuth::absent;
    engine.compression_threshold_bytes = 2048;
    engine.keys.by_index[1] = wire::Key{wire::Method::sha1, "SecretKey"};
    engine.keys.signing = 1;
    engine.seed = seed;

    resource::ManagerConfig& manager = core.resources;
    manager.self = engine.self;
    manager.life = generation;
    manager.nodes = engine.nodes;
    manager.failback = o.failback;
    manager.start_timeout = manager.status_timeout = limits::script_timeout_start;
    manager.stop_timeout = limits::script_timeout_stop;
    manager.stop_retries = limits::stop_retries;
    for (std::size_t g = 0; g < o.groups; ++g) {
        config::ResourceGroup group{machine_name(g % 2), {}, {}, 1};
        for (std::size_t m = 0; m < o.members; ++m) {
            const std::string token = "g" + std::to_string(g) + "m" + std::to_string(m);
            group.members.push_back({token, {}, token});
        }
        group.key = group.members.front().token;
        manager.groups.push_back(std::move(group));
    }
    return core;
}

}  // namespace hb::sim
