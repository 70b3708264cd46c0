// See client_service.hpp.
#include "core/client_service.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "core/letters.hpp"

namespace hb::core {

// The node for the time of one call.
class ClientService::Host final : public DeskHost {
public:
    Host(ClientService& service, Now now, resource::Wishes& wishes, Effects& out)
        : service_(service), now_(now), wishes_(wishes), out_(out) {}
    Instant moment() const override { return now_.mono; }
    ApiView view() const override { return service_.view(); }
    bool say(wire::Message message) override {
        return service_.send(now_, std::move(message), out_);
    }
    void give_up(ClientId client, std::string_view name, std::string_view scope) override {
        using Given = resource::Manager::Given;
        const char* what = "";
        switch (service_.give_up(now_, scope, client, wishes_)) {
            case Given::begun:
                what = "it begins";
                break;
            case Given::nothing_here:
                what = "nothing of them is here";
                break;
            case Given::in_flux:
                what = "not now, groups are moving";
                break;
            case Given::refused:
                what = "refused: this node stops, no other node lives, or auto_failback is legacy";
                break;
        }
        out_.emplace_back(log_line(LogId::client_asks_standby, name, printable(scope, 32), what));
    }

private:
    ClientService& service_;
    Now now_;
    resource::Wishes& wishes_;
    Effects& out_;
};

ClientService::ClientService(ApiConfig config, Clients& clients, cluster::Engine& engine,
                             const cluster::EngineConfig& engine_config, resource::Manager& manager)
    : config_(std::move(config)),
      clients_(clients),
      engine_(engine),
      engine_config_(engine_config),
      manager_(manager),
      desk_(config_, clients) {}

void ClientService::reconfigure(ApiConfig config) {
    config_ = std::move(config);
    desk_.reconfigure(config_);
}

void ClientService::happened(Now now, const ClientCame& event, Effects& out) {
    desk_.came(now.mono, event, out);
}

void ClientService::happened(Now now, const ClientCall& event, resource::Wishes& wishes,
                             Effects& out) {
    Host host(*this, now, wishes, out);
    desk_.called(host, event, out);
}

void ClientService::happened(Now now, const ClientGone& event, resource::Wishes& wishes,
                             Effects& out) {
    Host host(*this, now, wishes, out);
    desk_.gone(host, event, out);
}

// --- the cluster, as clients see it ---

namespace {

// Of several links with one name the first speaks for all.
void add_link(std::vector<ApiLink>& links, const std::string& name, bool up) {
    const auto first = std::find_if(links.begin(), links.end(),
                                    [&name](const ApiLink& link) { return link.name == name; });
    const bool again = first != links.end();
    if (again) first->up = first->up || up;
    links.push_back({name, up && !again});
}

}  // namespace

ApiView ClientService::view() const {
    ApiView view;
    view.holdings = std::string(manager_.holdings());
    const auto& links = engine_config_.links;
    ApiNode self{config_.self, false, engine_.own_status(), *engine_.uuid_of(config_.self), {}};
    for (const cluster::LinkSpec& link : links) {
        if (!link.ping) add_link(self.links, link.name, engine_.usable(link.id));
    }
    view.nodes.push_back(std::move(self));
    for (const cluster::PeerView& peer : engine_.peers()) {
        ApiNode node{peer.name, false, peer.status, engine_.uuid_of(peer.name).value_or(""), {}};
        if (node.uuid == Bytes(node.uuid.size(), '\0')) node.uuid.clear();
        for (const cluster::LinkView& link : peer.links) {
            add_link(node.links, links[static_cast<std::size_t>(link.link)].name, link.up);
        }
        view.nodes.push_back(std::move(node));
    }
    for (const cluster::PingView& ping : engine_.pings()) {
        view.nodes.push_back(
            {ping.name, true, ping.up ? "ping" : "dead", {}, {{ping.name, ping.up}}});
    }
    const auto place = [this](const ApiNode& node) {
        return std::find(config_.listed.begin(), config_.listed.end(), node.name);
    };
    std::stable_sort(view.nodes.begin(), view.nodes.end(),
                     [&](const ApiNode& a, const ApiNode& b) { return place(a) < place(b); });
    return view;
}

bool ClientService::send(Now now, wire::Message message, Effects& out) {
    if (!desk_.anybody()) return engine_.send(now, std::move(message), out) != 0;
    const auto sent = engine_.say(now, std::move(message), out);
    if (sent) desk_.tell(*sent, class_new, out);
    return sent.has_value();
}

// --- what clients hear of the cluster ---

namespace {

wire::Message dead_status(Now now, const NodeName& node) {
    wire::Message message = wire::make_message("status");
    message.set("seq", "1");
    message.set("ts", to_hex(now.unix_seconds));
    message.set("src", node);
    message.set("st", "dead");
    return message;
}

wire::Message link_status(const NodeName& node, std::string_view link, bool up) {
    wire::Message message = wire::make_message("ifstat");
    message.set("node", node);
    message.set("ifname", link);
    message.set("st", up ? "up" : "dead");
    return message;
}

wire::Message ping_status(Now now, const NodeName& ping, std::string_view word) {
    wire::Message status = wire::make_message("NS_st");
    status.set("st", "ping");
    status.set("info", word);
    status.set("src", ping);
    status.set("ts", to_hex(now.unix_seconds));
    return status;
}

}  // namespace

std::string_view ClientService::word_of(const NodeName& ping) const {
    const auto& pings = engine_config_.pings;
    const auto spec =
        std::find_if(pings.begin(), pings.end(), [&](const auto& one) { return one.name == ping; });
    return spec == pings.end() ? std::string_view() : cluster::ping_word(spec->kind);
}

// A ping node's link is told with it: behind its death, before its return.
void ClientService::tell_ping(Now now, const cluster::PingState& ping, Effects& out) {
    const std::string_view word = word_of(ping.ping);
    if (!ping.up) {
        wire::Message status = dead_status(now, ping.ping);
        status.set("info", word);
        desk_.tell(status, class_new, out);
    }
    desk_.tell(link_status(ping.ping, ping.ping, ping.up), class_new, out);
    if (!ping.up) return;
    desk_.tell(engine_.with_auth(ping_status(now, ping.ping, word)), class_new, out);
    told_up_ = ping.ping;
}

void ClientService::tell_answer(Now now, const NodeName& ping, Effects& out) {
    if (std::exchange(told_up_, {}) == ping || !desk_.curious()) return;
    desk_.tell(engine_.with_auth(ping_status(now, ping, word_of(ping))), class_unchanged, out);
}

void ClientService::tell(Now now, const cluster::Notice& news, Effects& out) {
    if (!desk_.anybody()) return;
    if (const auto* delivered = std::get_if<cluster::Delivered>(&news)) {
        desk_.tell(delivered->message, class_new, out);
    } else if (const auto* status = std::get_if<cluster::PeerStatus>(&news)) {
        desk_.tell(status->message, class_new, out);
    } else if (const auto* dead = std::get_if<cluster::PeerDead>(&news)) {
        desk_.tell(dead_status(now, dead->peer), class_new, out);
    } else if (const auto* ping = std::get_if<cluster::PingState>(&news)) {
        tell_ping(now, *ping, out);
    } else if (const auto* heard = std::get_if<cluster::PingHeard>(&news)) {
        tell_answer(now, heard->ping, out);
    } else if (const auto* link = std::get_if<cluster::LinkState>(&news)) {
        const cluster::LinkSpec& spec = engine_config_.links[static_cast<std::size_t>(link->link)];
        if (!spec.ping) desk_.tell(link_status(link->node, spec.name, link->up), class_new, out);
    }
}

void ClientService::tell_overheard(Effects& out) {
    for (cluster::Overheard& one : engine_.take_overheard()) {
        unsigned message_class = class_unchanged;
        switch (one.kind) {
            case cluster::Overheard::Kind::unchanged:
                break;
            case cluster::Overheard::Kind::dropped:
                message_class = class_dropped;
                break;
            case cluster::Overheard::Kind::duplicate:
                message_class = class_duplicate;
                break;
            case cluster::Overheard::Kind::protocol:
                message_class = class_protocol;
                break;
        }
        const bool ours = one.message.source() == config_.self && !one.message.has("auth");
        desk_.tell(ours ? engine_.with_auth(std::move(one.message)) : one.message, message_class,
                   out);
    }
}

void ClientService::look(Effects& out) {
    using Ears = cluster::Engine::Ears;
    if (desk_.curious()) tell_overheard(out);
    engine_.listen(desk_.curious() ? Ears::curious : desk_.anybody() ? Ears::clients : Ears::none);
    const bool crowded = desk_.anybody() && engine_.crowded();
    if (std::exchange(paused_, crowded) != crowded) out.emplace_back(PauseClients{crowded});
}

// --- what clients want of the resources ---

resource::Manager::Given ClientService::give_up(Now now, std::string_view scope, ClientId client,
                                                resource::Wishes& wishes) {
    const std::size_t before = wishes.size();
    const auto given = manager_.client_standby(now, scope, wishes);
    if (given != resource::Manager::Given::begun) return given;
    for (std::size_t i = before; i < wishes.size(); ++i) {
        auto* letter = std::get_if<resource::Letter>(&wishes[i]);
        if (letter == nullptr || letter->type != "ask_resources") continue;
        auto stamped = clients_.stamped(client, to_message(*letter));
        if (stamped) *letter = {letter->type, string_fields(*stamped)};
        break;
    }
    return given;
}

}  // namespace hb::core
