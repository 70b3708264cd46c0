// What happens between a daemon of the simulated world and its plugin, and to the plugin.
#include <algorithm>

#include "sim/world.hpp"

namespace hb::sim {

using namespace std::chrono_literals;

void World::start_plugin_later(Machine& machine, Duration span) {
    const std::uint64_t life = machine.life;
    after(span, [this, &machine, life] {
        if (machine.life != life || !machine.core || machine.plugin.runs) return;
        if (machine.paused()) return start_plugin_later(machine, 1s);
        start_plugin(machine);
    });
}

void World::start_plugin(Machine& machine) {
    PluginProcess fresh;
    fresh.life = machine.plugin.life + 1;
    fresh.runs = true;
    machine.plugin = std::move(fresh);
    trace(&machine, "plugin starts");
    damped_.plugin_began(machine.index);
    deliver(machine, PluginState{"ipfail", true});
}

// With its daemon, or alone.
void World::end_plugin(Machine& machine) {
    if (!machine.plugin.runs) return;
    machine.plugin.runs = false;
    ++machine.plugin.life;
    damped_.plugin_began(machine.index);
}

// One step of the plugin, some time from now; a machine or process that stands still makes none.
void World::plugin_soon(Machine& machine, void (World::*step)(Machine&)) {
    const std::uint64_t life = machine.plugin.life;
    after(prng_.between(50us, 5ms), [this, &machine, life, step] {
        if (machine.plugin.life != life) return;
        if (machine.paused() || machine.plugin.hangs) return plugin_soon(machine, step);
        (this->*step)(machine);
    });
}

void World::tell_plugin(Machine& machine, const PluginFields& event) {
    if (!machine.plugin.runs) return;
    machine.plugin.inbox.push_back(event);
    plugin_soon(machine, &World::plugin_reads);
}

void World::plugin_reads(Machine& machine) {
    PluginProcess& plugin = machine.plugin;
    if (plugin.inbox.empty()) return;
    const PluginFields event = std::move(plugin.inbox.front());
    plugin.inbox.pop_front();
    plugin_thinks(machine, event);
}

void World::plugin_thinks(Machine& machine, const PluginFields& event) {
    PluginProcess& plugin = machine.plugin;
    ipfail::Asks asks;
    ipfail::tell(plugin.logic, machine.now(now_).mono, event, asks);
    for (const ipfail::Ask& ask : asks) {
        if (const auto request = ipfail::request_of(ask)) {
            plugin.outbox.push_back(*request);
            plugin_soon(machine, &World::plugin_speaks);
        } else if (print_) {
            trace(&machine, "plugin: " + std::get<ipfail::Note>(ask).text);
        }
    }
    const Instant next = std::max(machine.world(plugin.logic.next_deadline()), now_ + 1ms);
    if (next >= plugin.wake_at && plugin.wake_at > now_) return;
    plugin.wake_at = next;
    if (next == never) return;
    const std::uint64_t life = plugin.life;
    at(next, Happens{[this, &machine, life, next] {
           if (machine.plugin.life != life || machine.plugin.wake_at != next) return;
           machine.plugin.wake_at = never;
           tell_plugin(machine, {{"t", "timer"}});
       }});
}

void World::plugin_speaks(Machine& machine) {
    PluginProcess& plugin = machine.plugin;
    if (plugin.outbox.empty()) return;
    const PluginFields request = std::move(plugin.outbox.front());
    plugin.outbox.pop_front();
    deliver(machine, PluginAsks{"ipfail", request});
}

// It crashes, hangs until it is replaced, or raves.
void World::apply_to_plugin(const Fault& fault) {
    Machine& machine = machines_[fault.machine];
    if (!machine.plugin.runs || machine.paused()) return;
    if (fault.detail % 3 == 0) {
        trace(&machine, "plugin crashes");
        end_plugin(machine);
        deliver(machine, PluginState{"ipfail", false});
        start_plugin_later(machine, 1s);
        return;
    }
    if (fault.detail % 3 == 1) {
        trace(&machine, "plugin hangs");
        machine.plugin.hangs = true;
        const std::uint64_t life = machine.plugin.life;
        after(5s, [this, &machine, life] {
            if (machine.plugin.life != life) return;
            end_plugin(machine);
            deliver(machine, PluginState{"ipfail", false});
            start_plugin_later(machine, 1s);
        });
        return;
    }
    trace(&machine, "plugin raves");
    static const PluginFields nonsense[] = {{{"t", "ask_resources"}, {"rsc_hold", "all"}},
                                            {{"t", "ask_resources"}, {"rsc_hold", "foreign"}},
                                            {{"t", "ask_resources"}, {"rsc_hold", "local"}},
                                            {{"t", "num_ping_nodes"}, {"num_ping", "7"}},
                                            {{"t", "num_ping_nodes"}, {"num_ping", "-1"}},
                                            {{"t", "you_are_dead"}},
                                            {{"t", "resource"}, {"rsc_hold", "all"}},
                                            {}};
    damped_.plugin_raves(now_);
    for (unsigned i = 0; i < 40; ++i) {
        machine.plugin.outbox.push_back(nonsense[prng_.below(std::size(nonsense))]);
        plugin_soon(machine, &World::plugin_speaks);
    }
}

}  // namespace hb::sim
