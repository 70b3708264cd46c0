// See core.hpp: the order of calls. Events go to the engine or the manager, the engine's notices to
// the manager, the manager's wishes back to the engine or out.
#include "core/core.hpp"

#include <algorithm>

#include "core/client_service.hpp"
#include "core/clients.hpp"
#include "core/dopd_client.hpp"
#include "core/ipfail_client.hpp"
#include "core/letters.hpp"
#include "core/local.hpp"
#include "core/status_parts.hpp"
#include "resource/letter.hpp"

namespace hb::core {
namespace {

// Types that 3.0.6 never gives to rc.d (resources.md 3.1).
bool without_hook(std::string_view type) {
    static constexpr std::string_view types[] = {
        "starting", "resource",  "ask_resources", "shutdone", "addnode",
        "delnode",  "setweight", "setsite",       "reqnodes", "repnodes"};
    return type.starts_with("NS_") ||
           std::find(std::begin(types), std::end(types), type) != std::end(types);
}

// Whom ipfail speaks to: 3.0.6 takes the same one.
NodeName first_other(const cluster::EngineConfig& engine) {
    for (const NodeName& node : engine.nodes) {
        if (node != engine.self) return node;
    }
    return {};
}

template <class... F>
struct Overloaded : F... {
    using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

}  // namespace

struct Core::State {
    State(CoreConfig given, Now now)
        : born(now.mono),
          config(std::move(given)),
          engine(config.engine, now),
          manager(config.resources, now),
          clients(config.engine.self),
          ipfail(config.ipfail, config.engine.self, first_other(config.engine)),
          dopd(config.dopd, config.engine.self),
          protection(config.protection, managed_groups(config)),
          service(config.api, clients, engine, config.engine, manager) {}

    void notices(Now now, cluster::Notices& up, Effects& out);
    void notice(Now now, const cluster::Notice& notice, resource::Wishes& wishes, Effects& out);
    void delivered(Now now, const cluster::Delivered& news, resource::Wishes& wishes, Effects& out);
    void carry_out(Now now, resource::Wishes& wishes, Effects& out);
    void watch_protection(Now now, Effects& out);
    void local(Now now, const LocalMessage& event, Effects& out);
    void reconfigure(Now now, const CoreConfig& next, resource::Wishes& wishes, Effects& out);
    void plugin_asks(Now now, const PluginAsks& asks, Effects& out);
    void give_up(Now now, const std::string& scope, Effects& out);
    void tell_ipfail(Now now, Effects& out);
    void tell_dopd(Now now, Effects& out);
    std::size_t pings_reached() const;

    Instant born;
    CoreConfig config;
    cluster::Engine engine;
    resource::Manager manager;
    Clients clients;
    IpfailClient ipfail;
    DopdClient dopd;
    ProtectionWatch protection;
    ClientService service;
};

Core::Core(CoreConfig config, Now now) : state_(std::make_unique<State>(std::move(config), now)) {}
Core::~Core() = default;
Core::Core(Core&&) noexcept = default;
Core& Core::operator=(Core&&) noexcept = default;

void Core::start(Now now, Effects& out) {
    state_->engine.start(now, out);
    std::vector<LogLine> lines;
    state_->protection.start(now.mono, lines);
    out.insert(out.end(), lines.begin(), lines.end());
    resource::Wishes wishes;
    state_->manager.start(now, wishes);
    state_->carry_out(now, wishes, out);
}

void Core::State::watch_protection(Now now, Effects& out) {
    std::vector<LogLine> lines;
    protection.wakeup(now.mono, lines);
    out.insert(out.end(), lines.begin(), lines.end());
}

void Core::State::carry_out(Now now, resource::Wishes& wishes, Effects& out) {
    for (resource::Wish& each : wishes) {
        if (auto* letter = std::get_if<resource::Letter>(&each)) {
            service.send(now, to_message(*letter), out);
        } else {
            Effect& effect = std::get<Effect>(each);
            if (std::holds_alternative<Finished>(effect)) engine.last_words(out);
            const auto* run = std::get_if<RunAgent>(&effect);
            if (run != nullptr && run->call.action != ScriptAction::status) ipfail.group_script();
            out.push_back(std::move(effect));
        }
    }
    wishes.clear();
}

void Core::State::notices(Now now, cluster::Notices& up, Effects& out) {
    resource::Wishes wishes;
    for (const cluster::Notice& each : up) {
        // Clients hear how a node is before what follows from it, and what it says behind our
        // answer to that, as from 3.0.6 (clientapi.md 8.1).
        const bool said = std::holds_alternative<cluster::Delivered>(each);
        if (!said) service.tell(now, each, out);
        notice(now, each, wishes, out);
        carry_out(now, wishes, out);
        if (said) service.tell(now, each, out);
    }
}

void Core::State::notice(Now now, const cluster::Notice& news, resource::Wishes& wishes,
                         Effects& out) {
    std::visit(
        Overloaded{
            [&](const cluster::CommUp&) { manager.comm_up(now, wishes); },
            [&](const cluster::PeerUp& up) {
                manager.peer_deadtime(up.deadtime);
                manager.peer_up(now, up.peer, up.restarted, up.ours, wishes);
            },
            [&](const cluster::PeerDead& dead) {
                out.emplace_back(RunHook{"status",
                                         {{"t", "status"},
                                          {"seq", "1"},
                                          {"ts", std::to_string(now.unix_seconds)},
                                          {"src", dead.peer},
                                          {"st", "dead"}}});
                manager.peer_dead(now, dead.peer, {dead.ever_heard, dead.lag}, wishes);
            },
            [&](const cluster::PeerReturned& back) {
                manager.peer_returned(now, back.peer, wishes);
            },
            [&](const cluster::PeerStatus& status) {
                manager.peer_active(now, status.peer, status.message.get("st") == "active", wishes);
                out.emplace_back(hook_for(status.message));
            },
            [&](const cluster::PingState& ping) {
                out.emplace_back(RunHook{"status",
                                         {{"t", "status"},
                                          {"seq", "1"},
                                          {"ts", std::to_string(now.unix_seconds)},
                                          {"src", ping.ping},
                                          {"st", ping.up ? "ping" : "dead"},
                                          {"info", "ping"}}});
            },
            [&](const cluster::LinkState& link) {
                const auto index = static_cast<std::size_t>(link.link);
                const std::string name = index < config.engine.links.size()
                                             ? config.engine.links[index].name
                                             : std::string();
                out.emplace_back(RunHook{"ifstat",
                                         {{"t", "ifstat"},
                                          {"node", link.node},
                                          {"ifname", name},
                                          {"st", link.up ? "up" : "dead"}}});
                if (!link.up && link.node == ipfail.peer()) ipfail.link_dead();
            },
            [&](const cluster::PingHeard& echo) { manager.ping_heard(now, echo.ping, wishes); },
            [&](const cluster::HeardBy& word) {
                manager.heard_by(now, word.peer, word.anywhere, wishes);
            },
            [&](const cluster::Delivered& message) { delivered(now, message, wishes, out); },
            [&](const cluster::SentAgain& again) { manager.repeated_to(now, again.peer, wishes); },
            [&](const cluster::StalledUs& stall) {
                manager.stalled(now, stall.overslept, config.engine.deadtime, wishes);
            }},
        news);
}

void Core::State::delivered(Now now, const cluster::Delivered& news, resource::Wishes& wishes,
                            Effects& out) {
    if (news.message.type() == "query-cstatus") {
        service.send(now, clients.answer(news.message, news.peer), out);
        return;
    }
    ipfail.heard(news.peer, news.message);
    dopd.heard(news.peer, news.message);
    const resource::Letter letter{std::string(news.message.type()), string_fields(news.message)};
    const bool known = manager.letter(now, news.peer, letter, wishes);
    if (without_hook(letter.type)) return;
    const bool for_client = news.message.has("to_id") && !clients.hearers(news.message).empty();
    if (!known && !for_client) {
        out.emplace_back(log_line(LogId::unknown_message, letter.type, news.peer));
    }
    out.emplace_back(hook_for(news.message));
}

// What a local script wrote into the FIFO. The daemon's own messages cannot be forged by it.
void Core::State::local(Now now, const LocalMessage& event, Effects& out) {
    resource::Wishes wishes;
    const LocalRequest request = read_local(event.text);
    switch (request.kind) {
        case LocalRequest::Kind::standby:
            manager.standby_command(now, request.resource_class, wishes);
            break;
        case LocalRequest::Kind::takeover:
            manager.takeover_command(now, request.resource_class, wishes);
            break;
        case LocalRequest::Kind::confirm_fenced:
            manager.confirm_fenced(now, request.node, wishes);
            break;
        case LocalRequest::Kind::refused:
            out.emplace_back(log_line(LogId::request_bad, request.type, request.reason));
            break;
        case LocalRequest::Kind::pass_on: {
            service.send(now, request.message, out);
            // Our own scripts hear of it as the peer's do: with the sender.
            RunHook hook = hook_for(request.message);
            hook.fields.emplace_back("src", config.engine.self);
            out.emplace_back(std::move(hook));
            break;
        }
    }
    carry_out(now, wishes, out);
}

void Core::State::reconfigure(Now now, const CoreConfig& next, resource::Wishes& wishes,
                              Effects& out) {
    cluster::EngineConfig engine_next = next.engine;
    // Nodes, links and identity stay as they run; the shell has named what waits.
    engine_next.self = config.engine.self;
    engine_next.self_uuid = config.engine.self_uuid;
    engine_next.generation = config.engine.generation;
    engine_next.nodes = config.engine.nodes;
    engine_next.links = config.engine.links;
    engine_next.pings = config.engine.pings;
    config.engine = engine_next;
    engine.reconfigure(now, config.engine, out);
    manager.reconfigure(now, next.resources, wishes);
    ipfail.reconfigure(next.ipfail);
    dopd.reconfigure(next.dopd);
    service.reconfigure(next.api);
    std::vector<LogLine> lines;
    protection.change(now.mono, next.protection, managed_groups(next), lines);
    out.insert(out.end(), lines.begin(), lines.end());
}

// --- the plugins ipfail and dopd ---

void Core::State::plugin_asks(Now now, const PluginAsks& asks, Effects& out) {
    if (asks.plugin == DopdClient::name) {
        auto message = dopd.message(now.mono, asks.request, clients, out);
        if (message) service.send(now, *std::move(message), out);
        return;
    }
    if (asks.plugin != IpfailClient::name) return;
    IpfailClient::Wish wish = ipfail.asks(now.mono, asks.request, out);
    if (!wish.give_up.empty()) return give_up(now, wish.give_up, out);
    if (!wish.say || !ipfail.id()) return;
    if (auto stamped = clients.stamped(*ipfail.id(), *std::move(wish.say))) {
        service.send(now, *std::move(stamped), out);
    }
}

// Our own manager judges it; its `me` then goes out as a real ipfail's message would.
void Core::State::give_up(Now now, const std::string& scope, Effects& out) {
    using Given = resource::Manager::Given;
    resource::Wishes wishes;
    const Given given = service.give_up(now, scope, *ipfail.id(), wishes);
    if (given == Given::begun) {
        ipfail.gives_up(now.mono);
        out.emplace_back(
            log_line(scope == "all" ? LogId::ipfail_gives_up : LogId::ipfail_gives_back, scope,
                     ipfail.peer(), pings_reached()));
    } else {
        const bool flux = given == Given::in_flux;
        const char* why = flux ? "groups are moving" : "this node stops, or no other node lives";
        out.emplace_back(given == Given::nothing_here
                             ? log_line(LogId::ipfail_nothing, scope)
                             : log_line(LogId::ipfail_not_now, scope, why));
        IpfailClient::refuse(why, flux, out);
    }
    carry_out(now, wishes, out);
}

std::size_t Core::State::pings_reached() const {
    const auto pings = engine.pings();
    return static_cast<std::size_t>(std::count_if(
        pings.begin(), pings.end(), [](const cluster::PingView& ping) { return ping.up; }));
}

void Core::State::tell_ipfail(Now now, Effects& out) {
    std::vector<wire::Message> say;
    ipfail.look({engine.comm_up(), manager.stopping(), engine.alive(ipfail.peer()), pings_reached(),
                 std::string(manager.holdings()), now.mono},
                clients, say, out);
    for (wire::Message& message : say) service.send(now, std::move(message), out);
}

void Core::State::tell_dopd(Now now, Effects& out) {
    std::vector<wire::Message> say;
    dopd.look(DopdClient::facts(engine, config.engine, manager.stopping()), clients, say, out);
    for (wire::Message& message : say) service.send(now, std::move(message), out);
}

void Core::step(Now now, const Event& event, Effects& out) {
    State& node = *state_;
    cluster::Notices up;
    resource::Wishes wishes;
    std::visit(
        Overloaded{
            [&](const FrameIn& in) { node.engine.frame(now, in.link, in.bytes, out, up); },
            [&](const LinkChanged& link) {
                node.engine.link_changed(now, link.link, link.usable, out);
            },
            [&](const ScriptDone& done) { node.manager.script_done(now, done, wishes); },
            [&](const FenceDone& done) { node.manager.fence_done(now, done, wishes); },
            [&](const LocalMessage& message) { node.local(now, message, out); },
            [&](const ConfigChanged& change) {
                if (change.next) node.reconfigure(now, *change.next, wishes, out);
            },
            [&](const PluginAsks& asks) { node.plugin_asks(now, asks, out); },
            [&](const PluginState& state) {
                if (state.plugin == IpfailClient::name) {
                    node.ipfail.plugin_runs(state.running);
                }
                if (state.plugin == DopdClient::name) node.dopd.plugin_runs(state.running);
            },
            [&](const ClientCame& client) { node.service.happened(now, client, out); },
            [&](const ClientCall& client) { node.service.happened(now, client, wishes, out); },
            [&](const ClientGone& client) { node.service.happened(now, client, wishes, out); },
            [&](const ClientsAllowed& rules) { node.service.happened(rules); },
            [&](const Surroundings& around) { node.engine.load(around.load); },
            [&](const Wakeup&) {
                node.engine.wakeup(now, out, up);
                node.watch_protection(now, out);
                if (now.mono >= node.manager.next_deadline()) {
                    node.manager.wakeup(now, wishes);
                }
            },
            [&](const StopRequested&) {
                if (!node.manager.stopping()) node.engine.send_status(now, out);
                node.manager.stop(now, wishes);
            }},
        event);
    node.carry_out(now, wishes, out);
    node.notices(now, up, out);
    if (node.ipfail.wanted()) node.tell_ipfail(now, out);
    if (node.dopd.wanted()) node.tell_dopd(now, out);
    node.service.look(out);
}

Instant Core::next_deadline() const {
    return std::min({state_->engine.next_deadline(), state_->manager.next_deadline(),
                     state_->protection.next_deadline()});
}

Pulse Core::pulse() const noexcept {
    return {state_->engine.heartbeats(), state_->engine.comm_up()};
}

Glance Core::glance() const {
    const State& node = *state_;
    Glance glance;
    glance.comm_up = node.engine.comm_up();
    glance.finished = node.manager.finished();
    glance.holdings = std::string(node.manager.holdings());
    glance.peers = node.config.engine.nodes.size() - 1;
    glance.groups = node.manager.groups().size();
    glance.pings = node.config.engine.pings.size();
    glance.pings_up = node.pings_reached();
    return glance;
}

Status Core::status(Now now) const {
    const State& node = *state_;
    Status status;
    add_config(node.config, status);
    status.comm_up = node.engine.comm_up();
    status.stopping = node.manager.stopping();
    status.finished = node.manager.finished();
    status.holdings = std::string(node.manager.holdings());
    status.unix_seconds = now.unix_seconds;
    status.uptime = now.mono - node.born;
    const cluster::EngineView engine = node.engine.view(now.mono);
    add_engine(engine, status);
    add_manager(engine, node.manager.picture(now.mono), status);
    return status;
}

}  // namespace hb::core
