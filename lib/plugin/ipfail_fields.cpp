// See ipfail_fields.hpp.
#include "plugin/ipfail_fields.hpp"

#include <string_view>

#include "base/limits.hpp"
#include "base/text.hpp"

namespace hb::ipfail {
namespace {

class Event {
public:
    explicit Event(const PluginFields& fields) : fields_(fields) {}
    bool has(std::string_view name) const { return find(name) != nullptr; }
    std::string get(std::string_view name) const {
        const std::string* value = find(name);
        return value != nullptr ? *value : std::string();
    }
    bool yes(std::string_view name) const { return get(name) == "1"; }
    std::optional<std::size_t> count(std::string_view name) const {
        const auto number = parse_dec(get(name));
        if (!number || *number > limits::ping_count_max) return std::nullopt;
        return static_cast<std::size_t>(*number);
    }
    Duration keepalive() const { return span("keepalive_ms", 1); }
    Duration span(std::string_view name, std::uint64_t shortest_ms) const {
        const auto ms = parse_dec(get(name)).value_or(0);
        constexpr std::uint64_t longest = 3'600'000;
        return std::chrono::milliseconds(std::min(std::max(ms, shortest_ms), longest));
    }

private:
    const std::string* find(std::string_view name) const {
        for (const auto& [key, value] : fields_) {
            if (key == name) return &value;
        }
        return nullptr;
    }

    const PluginFields& fields_;
};

void peer_message(Logic& logic, Instant now, const Event& event, Asks& out) {
    const std::string type = event.get("type");
    if (type == "num_ping_nodes") {
        if (const auto count = event.count("num_ping")) return logic.peer_counts(now, *count, out);
        const std::string word = printable(event.get("num_ping"), 64);
        out.emplace_back(Note{"the peer's num_ping '" + word + "' is no number", true});
    }
    if (type == "you_are_dead") logic.you_are_dead(now, out);
    if (type == "abort_giveup") logic.abort_giveup(out);
    if (type == "ask_resources") logic.peer_gives_up(now);
}

}  // namespace

void tell(Logic& logic, Instant now, const PluginFields& fields, Asks& out) {
    const Event event(fields);
    const std::string what = event.get("t");
    if (what == "start") {
        logic.start(now, {event.keepalive(), event.get("auto_failback") == "on",
                          event.count("count").value_or(0), event.yes("peer_alive"),
                          event.yes("stable"), event.get("holds"), event.span("pause_ms", 0)});
    }
    if (what == "config") logic.new_config(event.keepalive(), event.get("auto_failback") == "on");
    if (what == "ping_count") {
        if (const auto count = event.count("count")) logic.pings(now, *count, out);
    }
    if (what == "link_dead") logic.link_dead(now, out);
    if (what == "peer") logic.peer_alive(now, event.yes("alive"), out);
    if (what == "peer_join") logic.peer_joined(now, out);
    if (what == "peer_message") peer_message(logic, now, event, out);
    if (what == "peer_resource") {
        logic.peer_resources(now, event.yes("stable"), !event.has("info"));
    }
    if (what == "stable") {
        logic.own_resources(now, event.yes("stable"), event.get("holds"), event.yes("moved"), out);
    }
    if (what == "refused") logic.refused(event.get("why") == "flux");
    logic.time(now, out);
}

std::optional<PluginFields> request_of(const Ask& ask) {
    if (const auto* say = std::get_if<SayCount>(&ask)) {
        return PluginFields{{"t", "num_ping_nodes"}, {"num_ping", std::to_string(say->count)}};
    }
    if (std::holds_alternative<SayYouAreDead>(ask)) return PluginFields{{"t", "you_are_dead"}};
    if (std::holds_alternative<SayAbortGiveup>(ask)) return PluginFields{{"t", "abort_giveup"}};
    if (const auto* give = std::get_if<GiveUp>(&ask)) {
        const char* scope = give->scope == Scope::all ? "all" : "foreign";
        return PluginFields{{"t", "ask_resources"}, {"rsc_hold", scope}};
    }
    return std::nullopt;
}

}  // namespace hb::ipfail
