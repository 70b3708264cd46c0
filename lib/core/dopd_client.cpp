// See dopd_client.hpp.
#include "core/dopd_client.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "base/log.hpp"
#include "base/text.hpp"

namespace hb::core {
namespace {

constexpr std::size_t resource_bytes_max = 128;  // more than drbdadm takes
constexpr std::uint64_t value_max = 255;         // an exit status

}  // namespace

void DopdClient::plugin_runs(bool running) {
    // A new one knows nothing: it is told everything.
    restarted_ = running && running_;
    running_ = running;
    sign_on_failed_ = false;
    news_.clear();
}

void DopdClient::heard(const NodeName& from, const wire::Message& message) {
    if (!id_ || from == self_ || message.get("to_id") != name) return;
    const std::string_view type = message.type();
    if (type != "start_outdate" && type != "outdate_rc") return;
    if (news_.size() >= limits::helper_request_burst) return;
    PluginFields event{
        {"t", std::string(type)}, {"src", from}, {"dop_res", std::string(message.get("dop_res"))}};
    if (type == "outdate_rc") event.emplace_back("dop_value", message.get("dop_value"));
    news_.push_back(std::move(event));
}

DopdClient::Facts DopdClient::facts(const cluster::Engine& engine,
                                    const cluster::EngineConfig& config, bool stopping) {
    Facts out{engine.comm_up(), stopping, {}};
    for (const NodeName& node : config.nodes) {
        if (node != config.self) out.others.emplace_back(node, engine.alive(node));
    }
    return out;
}

void DopdClient::sign_on(const Facts& facts, Clients& clients, std::vector<wire::Message>& say,
                         Effects& out) {
    const auto id = clients.sign_on(name, say);
    if (!id) {
        if (!std::exchange(sign_on_failed_, true)) {
            out.emplace_back(log_line(LogId::client_refused, name, id.error().what));
        }
        return;
    }
    id_ = *id;
    news_.clear();
    told_ = facts.others;
    PluginFields event{{"t", "start"}, {"node", self_}};
    for (const auto& [node, alive] : told_) event.emplace_back(alive ? "alive" : "dead", node);
    out.emplace_back(TellPlugin{name, std::move(event)});
}

void DopdClient::look(const Facts& facts, Clients& clients, std::vector<wire::Message>& say,
                      Effects& out) {
    const bool serving = wanted_ && running_ && facts.comm_up && !facts.stopping;
    if (!serving || std::exchange(restarted_, false)) {
        if (id_) clients.sign_off(*id_, serving || !running_ ? "died" : "signoff", say);
        id_.reset();
    }
    if (!serving) return;
    if (!id_) return sign_on(facts, clients, say, out);
    if (facts.others != told_) {
        told_ = facts.others;
        PluginFields event{{"t", "nodes"}};
        for (const auto& [node, alive] : told_) event.emplace_back(alive ? "alive" : "dead", node);
        out.emplace_back(TellPlugin{name, std::move(event)});
    }
    for (PluginFields& event : news_) out.emplace_back(TellPlugin{name, std::move(event)});
    news_.clear();
}

// --- what the plugin asks for ---

std::string DopdClient::mistake_of(const PluginFields& request) const {
    const std::string_view type = value_of(request, "t");
    if (type != "start_outdate" && type != "outdate_rc") return "unknown request";
    const std::string_view resource = value_of(request, "dop_res");
    if (resource.empty() || resource.size() > resource_bytes_max) {
        return "dop_res is no name of a resource";
    }
    const std::string_view dest = value_of(request, "dest");
    if (std::none_of(told_.begin(), told_.end(),
                     [&](const auto& other) { return other.first == dest; })) {
        return "dest is no other node";
    }
    const auto value = parse_dec(value_of(request, "dop_value"));
    if (type == "outdate_rc" && (!value || *value > value_max)) return "dop_value is no result";
    return {};
}

std::optional<wire::Message> DopdClient::asks(Instant now, const PluginFields& request,
                                              Effects& out) {
    // Many resources may lose their connection at once.
    const bool flood = requests_.flood(now);
    if (!id_) return std::nullopt;  // asked before an end of which it did not know
    const std::string mistake = flood ? "too many requests" : mistake_of(request);
    if (!mistake.empty()) {
        requests_.refused(now, request, mistake, out);
        return std::nullopt;
    }
    // In the order of 3.0.6.
    wire::Message message = wire::make_message(value_of(request, "t"));
    if (message.type() == "start_outdate") {
        message.set("src", self_);
        message.set("dop_res", value_of(request, "dop_res"));
    } else {
        message.set("dop_value", value_of(request, "dop_value"));
        message.set("dop_res", value_of(request, "dop_res"));
        message.set("src", self_);
    }
    message.set("dest", value_of(request, "dest"));
    return message;
}

std::optional<wire::Message> DopdClient::message(Instant now, const PluginFields& request,
                                                 const Clients& clients, Effects& out) {
    auto asked = asks(now, request, out);
    if (!asked || !id_) return std::nullopt;
    auto stamped = clients.stamped(*id_, *std::move(asked));
    return stamped ? std::optional(*std::move(stamped)) : std::nullopt;
}

}  // namespace hb::core
