// See options.hpp. Ranges are those of clusters in the field, pressed together.
#include "sim/options.hpp"

#include <algorithm>

#include "sim/files.hpp"
#include "sim/gateways.hpp"

namespace hb::sim {

using namespace std::chrono_literals;

namespace {

template <class T>
T one_of(Prng& prng, std::initializer_list<T> choices) {
    return *(choices.begin() + static_cast<std::ptrdiff_t>(prng.below(choices.size())));
}

void draw_timers(Options& o, Prng& prng) {
    NodeOptions& first = o.node[0];
    first.keepalive = one_of<Duration>(prng, {50ms, 200ms, 500ms, 1000ms, 2000ms});
    first.deadtime = first.keepalive * static_cast<int>(4 + prng.below(8));
    first.initdead = first.deadtime * static_cast<int>(1 + prng.below(3));
    first.failback =
        one_of(prng, {config::Failback::on, config::Failback::off, config::Failback::legacy});
    o.node[1] = first;
    if (prng.chance(80)) return;
    // Two files that are not the same.
    o.node[1].keepalive = first.keepalive * static_cast<int>(1 + prng.below(2));
    o.node[1].deadtime = o.node[1].keepalive * static_cast<int>(4 + prng.below(8));
    o.node[1].initdead = o.node[1].deadtime * static_cast<int>(1 + prng.below(3));
    if (prng.chance(50)) {
        o.node[1].failback = one_of(prng, {config::Failback::on, config::Failback::off});
    }
}

void draw_line(Options& o, Prng& prng) {
    o.line.loss_percent = prng.chance(50) ? 0 : static_cast<unsigned>(prng.below(35));
    o.line.repeat_percent = prng.chance(50) ? 0 : static_cast<unsigned>(prng.below(20));
    o.line.garble_percent = prng.chance(80) ? 0 : static_cast<unsigned>(prng.below(10));
    o.line.delay_min = 100us;
    const Duration least = std::min(o.node[0].keepalive, o.node[1].keepalive);
    o.line.delay_max = std::min(one_of<Duration>(prng, {200us, 5ms, 100ms}), least / 2);
}

void draw_scripts(Options& o, Prng& prng) {
    o.script_min = 1ms;
    o.script_max = one_of<Duration>(prng, {5ms, 100ms, 3000ms});
    o.start_timeout = std::max<Duration>(5s, o.script_max * 2);
    o.status_timeout = std::max<Duration>(3s, o.script_max * 2);
    o.stop_timeout = std::max<Duration>(6s, o.script_max * 2);
    if (!prng.chance(25)) return;
    const std::uint64_t count = 1 + prng.below(2);
    for (std::uint64_t i = 0; i < count; ++i) {
        BadScript bad{prng.below(2), prng.below(o.groups), prng.below(o.members), {}};
        bad.what = static_cast<ScriptFault>(prng.below(9));
        o.bad_scripts.push_back(bad);
    }
}

DeviceMood draw_mood(Prng& prng) {
    if (prng.chance(60)) return DeviceMood::works;
    return static_cast<DeviceMood>(1 + prng.below(5));
}

void draw_fencing(Options& o, Prng& prng) {
    o.fencing = prng.chance(50);
    o.boot_min = 1s;
    o.boot_max = one_of<Duration>(prng, {3s, 30s});
    if (!o.fencing) return;
    o.device_acts = one_of<Duration>(prng, {50ms, 1500ms});
    o.fence_delay = prng.chance(20) ? Duration{} : o.device_acts + o.keepalive() + 500ms;
    for (NodeOptions& node : o.node) {
        node.devices.push_back(draw_mood(prng));
        if (prng.chance(30)) node.devices.push_back(draw_mood(prng));
    }
}

// Ways to ping nodes are links behind those to the peer.
void add_gateways(const Options& o, std::size_t index, core::CoreConfig& core) {
    if (o.real[index]) return;
    cluster::EngineConfig& engine = core.engine;
    engine.deadping = o.deadping;
    core.ipfail = {o.has_ipfail(index), o.node[index].keepalive,
                   o.node[index].failback == config::Failback::on};
    for (std::size_t i = 0; i < o.gateways; ++i) {
        const LinkId link{static_cast<std::uint16_t>(o.links + i)};
        engine.links.push_back({link, gateway_name(i), false, true});
        engine.pings.push_back({gateway_name(i), cluster::PingKind::ping, link});
        ++engine.ttl;
        if (!o.arbiter) continue;
        core.resources.arbiter.names.push_back(gateway_name(i));
        engine.arbiter += (engine.arbiter.empty() ? "ping " : " ") + gateway_name(i);
    }
    engine.deadping = o.deadping;
    core.resources.arbiter.reboot = o.arbiter_reboots;
    core.resources.arbiter.deadtime = o.node[index].deadtime;
}

}  // namespace

std::string machine_name(std::size_t index) { return index == 0 ? "alpha" : "beta"; }

std::string device_name(std::size_t level) { return "switch" + std::to_string(level); }

std::string token_of(std::size_t group, std::size_t member) {
    return "g" + std::to_string(group) + "m" + std::to_string(member);
}

std::size_t group_of(const std::string& token) { return static_cast<std::size_t>(token[1] - '0'); }
std::size_t member_of(const std::string& token) { return static_cast<std::size_t>(token[3] - '0'); }

bool Options::has(ScriptFault what) const {
    return std::any_of(bad_scripts.begin(), bad_scripts.end(),
                       [what](const BadScript& bad) { return bad.what == what; });
}

bool Options::has(const BadScript& which) const {
    return std::any_of(bad_scripts.begin(), bad_scripts.end(), [&which](const BadScript& bad) {
        return bad.machine == which.machine && bad.group == which.group &&
               bad.member == which.member && bad.what == which.what;
    });
}

bool Options::has_ipfail(std::size_t machine) const {
    return ipfail && !real[machine] && node[machine].failback != config::Failback::legacy;
}

Duration Options::longest_script() const {
    Duration longest = script_max;
    if (has(ScriptFault::start_hangs)) longest = std::max(longest, start_timeout);
    if (has(ScriptFault::status_hangs)) longest = std::max(longest, status_timeout);
    if (has(ScriptFault::stop_fails_twice)) longest = std::max(longest, 3 * script_max + 2s);
    if (has(ScriptFault::stop_fails)) longest = std::max(longest, 12 * script_max + 12s);
    if (has(ScriptFault::stop_hangs)) longest = std::max(longest, 2 * stop_timeout + 2s);
    return longest;
}

Options draw_options(std::uint64_t seed, Prng& prng) {
    Options o;
    o.seed = seed;
    o.links = 1 + prng.below(3);
    o.groups = 1 + prng.below(4);
    o.members = 1 + prng.below(3);
    draw_timers(o, prng);
    draw_line(o, prng);
    draw_scripts(o, prng);
    draw_fencing(o, prng);
    for (NodeOptions& node : o.node) {
        if (prng.chance(30)) node.clock_ppm = static_cast<int>(prng.below(20001)) - 10000;
    }
    o.crc = prng.chance(5);
    o.fault_span = std::max<Duration>(20s, o.deadtime() * 12);
    return o;
}

void draw_arbiter(Options& o, bool always) {
    if (o.real[0] || o.real[1] || o.fencing) return;
    Prng prng(o.seed ^ 0xa4b17e4U);
    o.arbiter = prng.chance(30) || always;
    if (!o.arbiter) return;
    o.gateways = 1 + prng.below(2);
    o.arbiter_reboots = prng.chance(25);
    // As the manual demands it.
    const Duration longer = std::max(o.node[0].deadtime, o.node[1].deadtime);
    for (NodeOptions& node : o.node) node.initdead = std::max(node.initdead, longer * 2);
}

void draw_gateways(Options& o) {
    if (o.real[0] || o.real[1] || o.gateways > 0) return;
    Prng prng(o.seed ^ 0x9149eU);
    if (!prng.chance(25)) return;
    o.gateways = 1 + prng.below(2);
    o.deadping = o.keepalive() * static_cast<int>(3 + prng.below(8));
}

void draw_ipfail(Options& o, bool always) {
    Prng prng(o.seed ^ 0x91f6U);
    o.ipfail = always || (o.gateways > 0 && prng.chance(30));
    if (!o.ipfail) return;
    if (o.gateways == 0) o.gateways = 1 + prng.below(2);
    if (!o.arbiter) o.deadping = o.keepalive() * static_cast<int>(3 + prng.below(8));
    // What lasts for minutes can be seen in a few seeds only.
    if (prng.chance(20)) o.fault_span = std::max<Duration>(o.fault_span, 180s);
}

core::CoreConfig core_config(const Options& o, std::size_t index, std::uint64_t generation,
                             std::uint64_t seed, std::uint64_t file) {
    const NodeOptions& node = o.node[index];
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
    for (cluster::LinkSpec& link : engine.links) link.expected = true;
    engine.keepalive = node.keepalive;
    engine.deadtime = node.deadtime;
    engine.warntime = node.deadtime / 2;
    engine.initdead = node.initdead;
    engine.max_rexmit_delay = 250ms;
    engine.ttl = 3;
    engine.inner_auth = wire::InnerAuth::absent;
    engine.compression_threshold_bytes = 2048;
    engine.keys.by_index[1] =
        o.crc ? wire::Key{wire::Method::crc, ""} : wire::Key{wire::Method::sha1, "SecretKey"};
    engine.keys.signing = 1;
    engine.seed = seed;

    resource::ManagerConfig& manager = core.resources;
    manager.self = engine.self;
    manager.life = generation;
    manager.nodes = engine.nodes;
    manager.failback = node.failback;
    manager.start_timeout = o.start_timeout;
    manager.status_timeout = o.status_timeout;
    manager.stop_timeout = o.stop_timeout;
    manager.stop_retries = limits::stop_retries;
    manager.groups = file_of(o, index, file);
    // The devices that reset the other node.
    for (std::size_t i = 0; o.fencing && i < o.node[1 - index].devices.size(); ++i) {
        manager.fencing.levels.push_back({device_name(i), o.device_acts * 3 + 5s});
    }
    manager.fencing.delay = o.fence_delay;
    manager.fencing.pings = o.gateways > 0 && !o.real[index];
    manager.fencing.deadtime = node.deadtime;
    add_gateways(o, index, core);
    return core;
}

}  // namespace hb::sim
