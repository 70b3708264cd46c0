// See dopd_fields.hpp.
#include "plugin/dopd_fields.hpp"

#include <map>

#include "base/text.hpp"

namespace hb::dopd {
namespace {

constexpr std::uint64_t value_max = 255;  // an exit status

std::string get(const PluginFields& fields, std::string_view name) {
    for (const auto& [key, value] : fields) {
        if (key == name) return value;
    }
    return {};
}

int number(std::string_view text) {
    const auto value = parse_dec(text);
    return value && *value <= value_max ? static_cast<int>(*value) : failed;
}

}  // namespace

void tell(Logic& logic, const PluginFields& event, Acts& out) {
    const std::string what = get(event, "t");
    if (what == "start" || what == "nodes") {
        std::map<std::string, bool> others;
        for (const auto& [name, node] : event) {
            if (name == "alive" || name == "dead") others[node] = name == "alive";
        }
        logic.nodes(get(event, "node"), std::move(others), out);
    }
    if (what == "start_outdate") logic.start_outdate(get(event, "src"), get(event, "dop_res"), out);
    if (what == "outdate_rc") {
        logic.outdate_rc(get(event, "src"), get(event, "dop_res"), number(get(event, "dop_value")),
                         out);
    }
}

std::optional<PluginFields> request_of(const Act& act) {
    if (const auto* start = std::get_if<SayStart>(&act)) {
        return PluginFields{
            {"t", "start_outdate"}, {"dop_res", start->resource}, {"dest", start->node}};
    }
    if (const auto* result = std::get_if<SayResult>(&act)) {
        return PluginFields{{"t", "outdate_rc"},
                            {"dop_value", std::to_string(result->value)},
                            {"dop_res", result->resource},
                            {"dest", result->node}};
    }
    return std::nullopt;
}

wire::Message message_of(const Question& question) {
    wire::Message out = wire::make_message("outdater");
    out.set("src", "drbd-peer-outdater");
    out.set("outdater_peer", question.peer);
    out.set("outdater_res", question.resource);
    return out;
}

std::optional<Question> question_of(const wire::Message& message) {
    if (message.type() != "outdater" || !message.has("outdater_peer") ||
        !message.has("outdater_res")) {
        return std::nullopt;
    }
    return Question{std::string(message.get("outdater_peer")),
                    std::string(message.get("outdater_res"))};
}

wire::Message message_of(const std::string& node, int value) {
    wire::Message out = wire::make_message("outdater_rc");
    out.set("src", node);
    out.set("dop_value", std::to_string(value));
    return out;
}

int value_of(const wire::Message& answer) {
    return answer.type() == "outdater_rc" ? number(answer.get("dop_value")) : failed;
}

}  // namespace hb::dopd
