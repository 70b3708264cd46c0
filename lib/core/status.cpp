// From what the rooms tell of themselves (cluster/view, resource/view) to core::Status.
#include "core/status.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "cluster/membership.hpp"
#include "core/core.hpp"
#include "core/status_parts.hpp"

namespace hb::core {
namespace {

const char* way_word(cluster::Way way) noexcept {
    switch (way) {
        case cluster::Way::both:
            return "both";
        case cluster::Way::only_to_peer:
            return "to_peer_only";
        case cluster::Way::only_to_us:
            return "from_peer_only";
    }
    return "";
}

const char* result_word(FenceResult result) noexcept {
    switch (result) {
        case FenceResult::confirmed:
            return "confirmed";
        case FenceResult::refused:
            return "refused";
        case FenceResult::unknown:
            return "unknown";
    }
    return "";
}

std::string end_words(const resource::ScriptView& script) {
    switch (script.end) {
        case ScriptEnd::exited:
            return script.status == 0 ? "ok" : "exit " + std::to_string(script.status);
        case ScriptEnd::signalled:
            return "signal " + std::to_string(script.status);
        case ScriptEnd::timed_out:
            return "timed out";
        case ScriptEnd::missing:
            return "missing";
        case ScriptEnd::not_started:
            return "not started";
    }
    return "";
}

std::optional<ScriptStatus> script_status(const resource::ScriptView& script) {
    if (script.runs == 0) return std::nullopt;
    return ScriptStatus{script.runs,    script.failures, script.took,
                        script.longest, script.age,      end_words(script)};
}

const char* group_word(const resource::GroupState& state) noexcept {
    if (state.probing) return "unknown";
    switch (state.group.tenure) {
        case resource::Tenure::held:
            return "running";
        case resource::Tenure::acquiring:
            return "starting";
        case resource::Tenure::releasing:
            return "stopping";
        case resource::Tenure::stuck:
            return "stuck";
        case resource::Tenure::waiting_for_claim:
            return "waiting";
        case resource::Tenure::failed_here:
            return state.owner.empty() ? "failed" : "on_peer";
        case resource::Tenure::elsewhere:
            return state.owner.empty() ? "stopped" : "on_peer";
    }
    return "";
}

}  // namespace

NodeStatus node_status(const cluster::PeerView& peer, const resource::HolderView* holder,
                       const std::vector<cluster::LineView>& lines) {
    NodeStatus node;
    node.name = peer.name;
    node.state = printable(peer.status);
    node.ours = peer.ours;
    node.generation = peer.generation;
    node.age = peer.age;
    if (peer.deadtime > Duration::zero()) node.deadtime = peer.deadtime;
    node.hears_us = peer.hears_us;
    node.deaths = peer.deaths;
    node.late = peer.late;
    node.lost = peer.lost;
    node.repeated = peer.repeated;
    if (holder != nullptr) {
        node.claim = holder->claim;
        node.holdings = holder->holding;
        node.reported = holder->reported;
        node.left = holder->left;
        node.proven_down = holder->proven_down;
        node.file_differs = holder->file_differs;
    }
    for (const cluster::LinkView& link : peer.links) {
        const auto index = static_cast<std::size_t>(link.link);
        node.links.push_back({index < lines.size() ? lines[index].name : std::string(),
                              link.up ? "up" : (link.age ? "dead" : "never"), link.age,
                              way_word(link.way), link.heard, link.missed});
    }
    return node;
}

GroupStatus group_status(const resource::GroupState& state) {
    GroupStatus group;
    group.name = state.group.key;
    group.preferred = state.group.preferred;
    group.owner = state.owner;
    group.rival = state.rival;
    group.state = group_word(state);
    group.why = resource::why_word(state.why);
    group.about = state.about;
    for (const resource::MemberView& member : state.members) {
        const auto script = [&member](ScriptAction action) {
            return script_status(member.scripts[static_cast<std::size_t>(action)]);
        };
        group.resources.push_back({member.token, script(ScriptAction::start),
                                   script(ScriptAction::stop), script(ScriptAction::status)});
    }
    return group;
}

FencingStatus fencing_status(const resource::ManagerView& view) {
    FencingStatus fencing;
    for (const resource::OrderView& order : view.fencing.orders) {
        fencing.orders.push_back({order.target, order.because, order.device, order.shooting,
                                  order.next_in, order.round, order.rounds_max, order.defence});
    }
    for (const resource::HolderView& holder : view.holders) {
        if (holder.claim == resource::claim_word(resource::Claim::blocked)) {
            fencing.blocked.push_back(holder.name);
        }
    }
    for (const resource::ShotView& shot : view.fencing.shots) {
        fencing.shots.push_back({shot.target, shot.device, result_word(shot.result), shot.took,
                                 shot.age, printable(shot.words)});
    }
    return fencing;
}

void add_config(const CoreConfig& config, Status& out) {
    const cluster::EngineConfig& engine = config.engine;
    out.name = engine.self;
    out.uuid = cluster::uuid_text(uuid_bytes(engine.self_uuid));
    out.generation = engine.generation;
    out.managed = config.resources.manage;
    const bool own = engine.deadping > Duration::zero();
    out.timers = {engine.keepalive, engine.warntime, engine.deadtime,
                  own ? engine.deadping : engine.deadtime, engine.initdead};
}

void add_engine(const cluster::EngineView& engine, Status& out) {
    out.state = engine.word;
    out.heartbeats = engine.heartbeats;
    out.messages = engine.messages;
    out.stalls = {engine.stalls.count, engine.stalls.worst, engine.stalls.age};
    for (const cluster::PingView& ping : engine.pings) {
        out.ping_nodes.push_back(
            {ping.name, ping.kind, ping.up ? "up" : (ping.heard ? "dead" : "unheard"), ping.age});
    }
    for (const cluster::LineView& line : engine.lines) {
        out.lines.push_back({line.name, line.ping, line.usable, line.received, line.refused});
    }
}

void add_manager(const cluster::EngineView& engine, const resource::ManagerView& manager,
                 Status& out) {
    for (const cluster::PeerView& peer : engine.peers) {
        const auto holder =
            std::find_if(manager.holders.begin(), manager.holders.end(),
                         [&peer](const auto& each) { return each.name == peer.name; });
        out.nodes.push_back(
            node_status(peer, holder == manager.holders.end() ? nullptr : &*holder, engine.lines));
    }
    for (const resource::GroupState& group : manager.groups) {
        out.groups.push_back(group_status(group));
    }
    out.fencing = fencing_status(manager);
    out.arbiter = manager.standing;
    out.handover = manager.handover;
    out.handover_with = manager.handover_with;
}

}  // namespace hb::core
