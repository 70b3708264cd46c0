// See ipfail_client.hpp.
#include "core/ipfail_client.hpp"

#include <utility>

#include "base/limits.hpp"
#include "base/text.hpp"

namespace hb::core {
namespace {

std::string yes_or_no(bool yes) { return yes ? "1" : "0"; }

constexpr std::string_view moving = "transition";

}  // namespace

IpfailClient::IpfailClient(const IpfailConfig& config, NodeName self, NodeName peer)
    : config_(config), self_(std::move(self)), peer_(std::move(peer)) {}

void IpfailClient::reconfigure(const IpfailConfig& next) {
    const bool changed = next.keepalive != config_.keepalive || next.failback != config_.failback;
    config_.keepalive = next.keepalive;
    config_.failback = next.failback;
    reconfigured_ = reconfigured_ || changed;
}

void IpfailClient::tell(PluginFields event, Effects& out) const {
    out.emplace_back(TellPlugin{name, std::move(event)});
}

void IpfailClient::plugin_runs(bool running) {
    // A new one knows nothing: it is told everything, and the peer's ipfail that it is new.
    restarted_ = running && running_;
    running_ = running;
    forget();
}

void IpfailClient::forget() {
    link_dead_ = scripts_ran_ = reconfigured_ = sign_on_failed_ = false;
    news_.clear();
}

// --- what the plugin is told ---

void IpfailClient::heard(const NodeName& from, const wire::Message& message) {
    if (from != peer_) return;
    const std::string_view type = message.type();
    if (type == "ask_resources" && message.get("to_id") == name) peer_asked_ = true;
    if (!id_) return;
    if (type == "resource" && message.has("isstable")) {
        PluginFields event{{"t", "peer_resource"},
                           {"stable", yes_or_no(message.get("isstable") == "1")}};
        if (message.has("info")) event.emplace_back("info", message.get("info"));
        news_.push_back(std::move(event));
    }
    if (message.get("to_id") != name) return;
    if (type == "hbapi-clstat" && message.get("st") == "join") {
        news_.push_back({{"t", "peer_join"}});
    }
    PluginFields event{{"t", "peer_message"}, {"type", std::string(type)}};
    if (type == "num_ping_nodes") event.emplace_back("num_ping", message.get("num_ping"));
    if (type == "ask_resources") event.emplace_back("rsc_hold", message.get("rsc_hold"));
    if (type == "num_ping_nodes" || type == "you_are_dead" || type == "abort_giveup" ||
        type == "ask_resources") {
        news_.push_back(std::move(event));
    }
}

PluginFields IpfailClient::config_fields() const {
    return {{"keepalive_ms", std::to_string(to_ms(config_.keepalive))},
            {"auto_failback", config_.failback ? "on" : "off"}};
}

void IpfailClient::sign_on(const Facts& facts, Clients& clients, std::vector<wire::Message>& say,
                           Effects& out) {
    const auto id = clients.sign_on(name, say);
    if (!id) {
        if (!std::exchange(sign_on_failed_, true)) {
            out.emplace_back(log_line(LogId::client_refused, name, id.error().what));
        }
        return;
    }
    id_ = *id;
    out.emplace_back(log_line(LogId::ipfail_serving, peer_, facts.pings));
    forget();
    told_peer_alive_ = facts.peer_alive;
    told_pings_ = facts.pings;
    told_holdings_ = facts.holdings;
    PluginFields event{{"t", "start"}, {"node", self_}, {"peer", peer_}};
    for (auto& field : config_fields()) event.push_back(std::move(field));
    event.emplace_back("count", std::to_string(facts.pings));
    event.emplace_back("peer_alive", yes_or_no(facts.peer_alive));
    event.emplace_back("stable", yes_or_no(facts.holdings != moving));
    event.emplace_back("holds", facts.holdings);
    if (moved_at_ && facts.now - *moved_at_ < limits::ipfail_move_pause) {
        const Duration left = limits::ipfail_move_pause - (facts.now - *moved_at_);
        event.emplace_back("pause_ms", std::to_string(to_ms(left)));
    }
    tell(std::move(event), out);
}

// As the plugin counts them.
void IpfailClient::watch_moves(const Facts& facts) {
    if (std::exchange(peer_asked_, false)) requested_at_ = facts.now;
    if (facts.holdings == moving) return;
    const bool known = !rested_.empty();
    const bool changed = std::exchange(rested_, facts.holdings) != facts.holdings;
    if (!std::exchange(touched_, false) && !changed) return;
    if (!known || !requested_at_ || facts.now - *requested_at_ >= limits::ipfail_move_pause) return;
    moved_at_ = facts.now;
    requested_at_.reset();
}

void IpfailClient::look(const Facts& facts, Clients& clients, std::vector<wire::Message>& say,
                        Effects& out) {
    watch_moves(facts);
    const bool serving = wanted() && running_ && facts.comm_up && !facts.stopping;
    if (!serving || std::exchange(restarted_, false)) {
        const bool died = serving || !running_;
        if (id_) clients.sign_off(*id_, died ? "died" : "signoff", say);
        id_.reset();
    }
    if (!serving) return;
    if (!id_) return sign_on(facts, clients, say, out);
    if (std::exchange(reconfigured_, false)) {
        PluginFields event{{"t", "config"}};
        for (auto& field : config_fields()) event.push_back(std::move(field));
        tell(std::move(event), out);
    }
    if (facts.holdings != told_holdings_) {
        told_holdings_ = facts.holdings;
        PluginFields event{{"t", "stable"}, {"stable", yes_or_no(facts.holdings != moving)}};
        if (facts.holdings != moving) {
            event.emplace_back("holds", facts.holdings);
            event.emplace_back("moved", yes_or_no(std::exchange(scripts_ran_, false)));
        }
        tell(std::move(event), out);
    }
    if (facts.peer_alive != told_peer_alive_) {
        told_peer_alive_ = facts.peer_alive;
        tell({{"t", "peer"}, {"alive", yes_or_no(facts.peer_alive)}}, out);
    }
    if (facts.pings != told_pings_) {
        told_pings_ = facts.pings;
        tell({{"t", "ping_count"}, {"count", std::to_string(facts.pings)}}, out);
    } else if (link_dead_ && facts.peer_alive) {
        tell({{"t", "link_dead"}}, out);
    }
    link_dead_ = false;
    for (PluginFields& event : news_) tell(std::move(event), out);
    news_.clear();
}

// --- what the plugin asks for ---

IpfailClient::Wish IpfailClient::asks(Instant now, const PluginFields& request, Effects& out) {
    if (requests_.flood(now)) {
        requests_.refused(now, request, "too many requests", out);
        return {};
    }
    if (!id_) return {};  // asked before an end of which it did not know
    const std::string_view type = value_of(request, "t");
    wire::Message message = wire::make_message(type);
    if (type == "num_ping_nodes") {
        const auto count = parse_dec(value_of(request, "num_ping"));
        if (!count || *count > limits::ping_count_max) {
            requests_.refused(now, request, "num_ping is no number of ping nodes", out);
            return {};
        }
        message.set("src", self_);
        message.set("num_ping", std::to_string(*count));
    } else if (type == "abort_giveup") {
        message.set("src", self_);
    } else if (type == "ask_resources") {
        const std::string_view scope = value_of(request, "rsc_hold");
        if (scope == "all" || scope == "foreign") return {std::nullopt, std::string(scope)};
        requests_.refused(now, request, "rsc_hold, expected all or foreign", out);
        return {};
    } else if (type != "you_are_dead") {
        requests_.refused(now, request, "unknown request", out);
        return {};
    }
    if (!told_peer_alive_) return {};  // nobody is there to hear it
    message.set("dest", peer_);
    return {std::move(message), {}};
}

void IpfailClient::refuse(const std::string& reason, bool in_flux, Effects& out) {
    out.emplace_back(TellPlugin{name,
                                {{"t", "refused"},
                                 {"request", "ask_resources"},
                                 {"why", in_flux ? "flux" : "other"},
                                 {"reason", reason}}});
}

}  // namespace hb::core
