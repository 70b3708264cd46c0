// See fault.hpp: how a seed draws its faults.
#include "sim/fault.hpp"

#include <algorithm>
#include <bit>

namespace hb::sim {

using namespace std::chrono_literals;

namespace {

// Kinds that this seed has at all: a world with everything at once shows less.
std::vector<FaultKind> draw_kinds(const Options& o, Prng& prng) {
    std::vector<FaultKind> kinds;
    const auto maybe = [&](FaultKind kind, unsigned percent) {
        if (prng.chance(percent)) kinds.push_back(kind);
    };
    maybe(FaultKind::power_cut, 60);
    maybe(FaultKind::power_cut_at_start, 20);
    maybe(FaultKind::old_state, 10);
    maybe(FaultKind::daemon_killed, 25);
    maybe(FaultKind::pause, 35);
    maybe(FaultKind::pause_clock_too, 30);
    maybe(FaultKind::cut, 50);
    maybe(FaultKind::loss, 15);
    maybe(FaultKind::clog, 15);
    maybe(FaultKind::garble, 15);
    maybe(FaultKind::command, 60);
    maybe(FaultKind::stop, 35);
    maybe(FaultKind::reload, 10);
    maybe(FaultKind::clock_step, 10);
    maybe(FaultKind::user_message, 30);
    if (o.fencing) {
        maybe(FaultKind::device, 40);
        maybe(FaultKind::operator_confirms, 20);
    }
    // A restored directory and a wall clock that went back are two faults in one; with both no
    // generation can be right.
    const auto has_old = std::find(kinds.begin(), kinds.end(), FaultKind::old_state);
    if (has_old != kinds.end()) std::erase(kinds, FaultKind::clock_step);
    return kinds;
}

// Around the border of deadtime lie the interesting lengths; few last for minutes.
Duration draw_span(const Options& o, Prng& prng) {
    if (prng.chance(50)) return prng.between(1ms, o.deadtime() * 2);
    if (prng.chance(96) || o.keepalive() < 500ms) return prng.between(1ms, o.deadtime() * 8);
    return prng.between(1s, 600s);
}

std::uint64_t draw_detail(FaultKind kind, Prng& prng) {
    // 2 bits: directions; 3 bits: lines, none means all.
    if (kind == FaultKind::cut)
        return (1 + prng.below(3)) | ((prng.chance(70) ? 0 : prng.below(8)) << 2U);
    if (kind == FaultKind::device) return prng.below(6);
    return prng.below(1000);
}

// A 3.0.6 has no limit of time for a script and no status that it believes after the start; what
// follows from that is known, and would hide the rest.
void spare_the_real(Options& o) {
    std::erase_if(o.bad_scripts, [&o](const BadScript& bad) {
        return o.real[bad.machine] && bad.what != ScriptFault::start_fails;
    });
    // Legacy and managed nodes do not understand each other (resources.md 4.18).
    if (o.node[0].failback != o.node[1].failback) o.node[1].failback = o.node[0].failback;
}

// What a 3.0.6 is not asked to bear: a standstill (it has no guard), a number that goes back, and
// commands that it does not know.
bool unfair(FaultKind kind) {
    return kind == FaultKind::pause || kind == FaultKind::pause_clock_too ||
           kind == FaultKind::old_state || kind == FaultKind::reload ||
           kind == FaultKind::operator_confirms || kind == FaultKind::user_message ||
           kind == FaultKind::clock_step;
}

// No device ever says yes: the end of patience comes after minutes, and then an operator who has
// looked, or who lets the devices be tried again, or the machine itself.
void draw_stubborn(Plan& plan, Prng& prng) {
    for (NodeOptions& node : plan.options.node) {
        for (DeviceMood& mood : node.devices) {
            mood = prng.chance(50) ? DeviceMood::refuses : DeviceMood::silent;
        }
    }
    Fault fault;
    fault.at = Instant{prng.between(plan.options.initdead() * 2, plan.options.fault_span)};
    fault.machine = prng.below(2);
    fault.span = prng.between(300s, 900s);
    fault.kind = prng.chance(50) ? FaultKind::power_cut : FaultKind::cut;
    fault.detail = 1 + prng.below(3);
    plan.faults.push_back(fault);
    fault.at = fault.at + prng.between(100s, 900s);
    fault.kind = FaultKind::operator_confirms;
    if (prng.chance(50)) plan.faults.push_back(fault);
    fault.machine = 1 - fault.machine;
    fault.kind = FaultKind::reload;
    if (prng.chance(50)) plan.faults.push_back(fault);
}

// What an arbiter is for, and what is not.
void draw_separations(Plan& plan) {
    const Options& o = plan.options;
    Prng prng(o.seed ^ 0x5e9a4a7eU);
    const std::uint64_t count = 1 + prng.below(4);
    for (std::uint64_t i = 0; i < count; ++i) {
        Fault fault;
        fault.at = Instant{prng.between(o.initdead() * 2, o.fault_span)};
        fault.kind = prng.chance(65) ? FaultKind::unplugged : FaultKind::gateways_cut;
        fault.machine = prng.below(2);
        fault.span = draw_span(o, prng);
        fault.detail = fault.kind == FaultKind::unplugged
                           ? (prng.chance(70) ? 0 : 1 + prng.below(2))
                           : (1 + prng.below(3)) | ((prng.chance(70) ? 0 : prng.below(4)) << 2U);
        plan.faults.push_back(fault);
    }
}

// Ways to ping nodes, silent for one machine or both, or flapping (fifth bit).
void draw_silent_gateways(Plan& plan) {
    const Options& o = plan.options;
    Prng prng(o.seed ^ 0x51e47U);
    const Duration deadping = o.deadping == Duration{} ? o.deadtime() : o.deadping;
    const std::uint64_t count = prng.below(o.ipfail ? 6 : 4);
    for (std::uint64_t i = 0; i < count; ++i) {
        Fault fault;
        fault.at = Instant{prng.between(o.initdead() * 2, o.fault_span)};
        fault.kind = FaultKind::gateways_cut;
        fault.machine = prng.below(2);
        fault.span =
            prng.chance(50) ? draw_span(o, prng) : prng.between(deadping / 2, deadping * 8);
        fault.detail = (1 + prng.below(3)) | ((prng.chance(60) ? 0 : prng.below(4)) << 2U) |
                       (prng.chance(30) ? 16U : 0U);
        plan.faults.push_back(fault);
    }
}

// The plugin's own.
void draw_plugin_fault(Plan& plan) {
    const Options& o = plan.options;
    Prng prng(o.seed ^ 0x71f6U);
    if (!prng.chance(30)) return;
    Fault fault;
    fault.kind = FaultKind::plugin;
    fault.at = Instant{prng.between(o.initdead() * 2, o.fault_span)};
    fault.machine = prng.below(2);
    fault.detail = prng.below(3);
    plan.faults.push_back(fault);
}

// An operator at haresources, who copies it to the other node soon, late, or never.
void draw_edits(Plan& plan, bool always) {
    Options& o = plan.options;
    Prng prng(o.seed ^ 0xed17U);
    if (o.real[0] || o.real[1] || (!prng.chance(25) && !always)) return;
    o.edited = true;
    const std::uint64_t count = 1 + prng.below(4);
    for (std::uint64_t i = 0; i < count; ++i) {
        Fault fault;
        fault.at = Instant{prng.between(Duration::zero(), o.fault_span)};
        fault.kind = FaultKind::edited;
        fault.machine = prng.below(2);
        fault.span = prng.chance(20) ? o.fault_span * 2 : draw_span(o, prng);
        if (prng.chance(30)) fault.span = prng.between(0ms, 5ms);
        fault.detail = prng.chance(20) ? 0 : 1 + prng.below(1000);
        plan.faults.push_back(fault);
        plan.last_file = prng.chance(50) ? fault.detail : 0;
    }
}

}  // namespace

Plan draw(std::uint64_t seed, const Wanted& wanted) {
    Prng prng(seed);
    Plan plan;
    plan.options = draw_options(seed, prng);
    Options& o = plan.options;
    if (wanted.fencing == Wanted::Fencing::off) o.fencing = false;
    if (wanted.fencing == Wanted::Fencing::on && !o.fencing) {
        o.fencing = true;
        o.device_acts = 500ms;
        o.fence_delay = o.device_acts + o.keepalive() + 500ms;
        for (NodeOptions& node : o.node) node.devices = {DeviceMood::works};
    }
    if (wanted.peer != Wanted::Peer::ours) {
        o.real[seed % 2] = true;
        o.real[1 - seed % 2] = wanted.peer == Wanted::Peer::both;
        spare_the_real(o);
    }
    if (wanted.arbiter) o.fencing = false;
    draw_arbiter(o, wanted.arbiter);
    draw_gateways(o);
    draw_ipfail(o, wanted.ipfail);
    const std::vector<FaultKind> kinds = draw_kinds(o, prng);
    const std::uint64_t count = 1 + prng.below(8);
    for (std::uint64_t i = 0; i < count && !kinds.empty(); ++i) {
        Fault fault;
        fault.at = Instant{prng.between(o.initdead() * 2, o.fault_span)};
        fault.kind = kinds[prng.below(kinds.size())];
        fault.machine = prng.below(2);
        fault.span = draw_span(o, prng);
        fault.detail = draw_detail(fault.kind, prng);
        plan.faults.push_back(fault);
    }
    if (o.fencing && o.keepalive() >= 500ms && prng.chance(3)) draw_stubborn(plan, prng);
    if (o.arbiter) draw_separations(plan);
    if (o.gateways > 0 && !o.arbiter) draw_silent_gateways(plan);
    if (o.ipfail) draw_plugin_fault(plan);
    draw_edits(plan, wanted.edits);
    std::erase_if(plan.faults,
                  [&o](const Fault& fault) { return o.real[fault.machine] && unfair(fault.kind); });
    std::sort(plan.faults.begin(), plan.faults.end(),
              [](const Fault& a, const Fault& b) { return a.at < b.at; });
    return plan;
}

}  // namespace hb::sim
