// rhcs.so: drives fence agents (fence_*) as Debian's packages install them: parameters on stdin,
// names and values checked against the agent's metadata, every answer but 0 a no.
#include <algorithm>
#include <cstdlib>
#include <iterator>

#include "base/text.hpp"
#include "heartbeat/plugin.hpp"
#include "plugin/agent_metadata.hpp"
#include "plugin/device_complaint.hpp"
#include "plugin/device_files.hpp"
#include "plugin/device_limits.hpp"
#include "plugin/device_program.hpp"
#include "plugin/fence_params.hpp"

namespace {

using namespace hb::fence;
namespace plugin = hb::plugin;
using How = DeviceEnd::How;

Folders folders() { return {own_folder() + "/rhcs", "/usr/sbin", "/usr/lib/stonith/plugins/rhcs"}; }

class Agent {
public:
    explicit Agent(const std::string& name) : path_(find_program(folders(), name, true)) {}

    DeviceEnd operator()(const std::string& input, hb::Duration timeout) const {
        return start({path_}, input, timeout);
    }
    std::string metadata() const {
        return remembered(memory_folder, path_, "metadata", [&] {
            const DeviceEnd end =
                start({path_, "-o", "metadata"}, "", hb::limits::device_describe_timeout);
            if (end.ok()) return end.output;
            const bool late = end.how == How::timed_out;
            throw plugin::Refusal(
                late ? HB_TIMED_OUT : HB_BAD_CONFIG,
                std::string("parameter type: ") +
                    (late ? "asked for its metadata: " : "it is no fence agent: its metadata: ") +
                    end_words(end, hb::limits::device_describe_timeout));
        });
    }

private:
    static DeviceEnd start(std::vector<std::string> argv, std::string input, hb::Duration timeout) {
        DeviceProgram program;
        program.argv = std::move(argv);
        const char* path = std::getenv("PATH");
        program.env = {
            std::string("PATH=") + (path == nullptr ? "/usr/sbin:/usr/bin:/sbin:/bin" : path),
            "LC_ALL=C.UTF-8", "PYTHONWARNINGS=ignore", "PYTHONDONTWRITEBYTECODE=1"};
        program.input = std::move(input);
        program.timeout = timeout;
        return run(program);
    }
    std::string path_;
};

// What we say ourselves, or what belongs to a command line.
bool is_offered(const Parameter& parameter) {
    static const Names not_ours{"action", "option",    "verbose", "version",
                                "help",   "separator", "debug"};
    return std::find(not_ours.begin(), not_ours.end(), parameter.name) == not_ours.end();
}

Metadata metadata_of(const Agent& agent) {
    auto metadata = parse_metadata(agent.metadata());
    if (metadata) return *std::move(metadata);
    throw plugin::Refusal(HB_BAD_CONFIG,
                          "parameter type: it is no fence agent: " + metadata.error().what);
}

class Rhcs final : public plugin::Fencer {
public:
    Rhcs(const plugin::Host& host, const plugin::Fields& config);

    static hb_rc describe(const plugin::Host&, const char* type, const plugin::Tell& tell);

    hb_rc probe(std::uint32_t timeout_ms) override {
        const hb::Duration timeout = std::chrono::milliseconds(timeout_ms);
        const DeviceEnd end = ask("monitor", "", timeout);
        return end.ok() ? HB_OK : complain(end, "monitor", HB_ACCESS, timeout);
    }
    hb_rc fence(hb_fence_op op, const std::string& node, std::uint32_t timeout_ms) override;
    hb_rc hosts(std::uint32_t, const plugin::Tell& tell) override {
        for (const std::string& host : hosts_) tell("host", host);
        return hosts_.empty() ? HB_NOT_SUPPORTED : HB_OK;
    }

private:
    DeviceEnd ask(const std::string& action, const std::string& node, hb::Duration timeout) const;
    std::string target_lines(const std::string& node) const;
    bool configured(const std::string& name) const {
        return std::any_of(config_.begin(), config_.end(),
                           [&name](const auto& field) { return field.first == name; });
    }
    // It says so itself: exit status 2 alone may also be an agent that was called wrongly.
    bool is_off(const std::string& node, const Deadline& deadline) const {
        const DeviceEnd end = ask("status", node, deadline.left());
        return end.how == How::exited && end.status == 2 &&
               hb::lower(end.output).find("status: off") != std::string::npos;
    }
    hb_rc complain(const DeviceEnd& end, const std::string& action, hb_rc when_refused,
                   hb::Duration timeout) const {
        return complain_of(host_, config_, end, action, when_refused, timeout);
    }

    plugin::Host host_;
    Fields config_;  // what the agent gets
    Agent agent_;
    Metadata metadata_;
    Names hosts_;
    Fields plugs_;  // node in lower case and its outlet
};

// `hostlist` and `host_map` are ours: which nodes, and behind which outlet each is.
Rhcs::Rhcs(const plugin::Host& host, const plugin::Fields& config)
    : host_(host), config_(config), agent_(take_type(config_)), metadata_(metadata_of(agent_)) {
    std::vector<Parameter> known{{"hostlist", false, {}, {}, {}, {}},
                                 {"host_map", false, {}, {}, {}, {}}};
    std::copy_if(metadata_.parameters.begin(), metadata_.parameters.end(),
                 std::back_inserter(known), is_offered);
    config_ = by_name(config_, {});
    check(config_, known, {"plug", "port", "nodename"});
    for (const std::string& pair : host_list(plugin::value_of(config_, "host_map"))) {
        const std::size_t colon = pair.find(':');
        if (colon == 0 || colon == std::string::npos) {
            throw plugin::Refusal(HB_BAD_CONFIG,
                                  "parameter host_map is wrong, expected NODE:OUTLET,...");
        }
        plugs_.emplace_back(hb::lower(pair.substr(0, colon)), pair.substr(colon + 1));
        hosts_.push_back(plugs_.back().first);
    }
    for (const std::string& one : host_list(plugin::value_of(config_, "hostlist"))) {
        if (!contains(hosts_, one)) hosts_.push_back(one);
    }
    std::erase_if(config_, [](const auto& field) {
        return field.first == "hostlist" || field.first == "host_map";
    });
}

hb_rc Rhcs::describe(const plugin::Host&, const char* type, const plugin::Tell& tell) {
    if (type == nullptr) {
        for (const auto& name : list_programs(folders(), "fence_", true)) tell("type", name);
        return HB_OK;
    }
    const Agent agent(type);
    const std::string text = agent.metadata();
    const Metadata metadata = metadata_of(agent);
    for (const Parameter& parameter : metadata.parameters) {
        if (is_offered(parameter)) tell("param", parameter.name);
    }
    tell("param", "hostlist");
    tell("param", "host_map");
    tell("device", metadata.summary);
    tell("description", metadata.description);
    tell("url", metadata.url);
    tell("xml", parameters_element(text));
    return HB_OK;
}

// Which outlet. One that is configured, or else in host_map, or else, for an agent that must have
// one, called like the node.
std::string Rhcs::target_lines(const std::string& node) const {
    const std::string mapped = plugin::value_of(plugs_, node);
    const Parameter* plug = metadata_.parameter("plug");
    if (plug == nullptr) plug = metadata_.parameter("port");
    if (plug == nullptr) {
        const bool named = metadata_.parameter("nodename") != nullptr && !configured("nodename");
        return named ? "nodename=" + (mapped.empty() ? node : mapped) + "\n" : "";
    }
    if (!mapped.empty()) return plug->name + "=" + mapped + "\n";
    if (configured("plug") || configured("port") || !plug->required) return "";
    return plug->name + "=" + node + "\n";
}

DeviceEnd Rhcs::ask(const std::string& action, const std::string& node,
                    hb::Duration timeout) const {
    std::string input = "action=" + action + "\n";
    for (const auto& [name, value] : config_) input += name + "=" + value + "\n";
    if (!node.empty()) input += target_lines(node);
    return agent_(input, timeout);
}

hb_rc Rhcs::fence(hb_fence_op op, const std::string& node, std::uint32_t timeout_ms) {
    const std::string name = hb::lower(node);
    const hb::Duration timeout = std::chrono::milliseconds(timeout_ms);
    const Deadline deadline(timeout);
    if (!hosts_.empty() && !contains(hosts_, name)) {
        throw plugin::Refusal(HB_UNKNOWN_NODE, name + " is neither in hostlist nor in host_map");
    }
    const bool reset = op == HB_FENCE_RESET;
    const bool whole = reset && metadata_.can("reboot");
    const std::string action = op == HB_FENCE_ON ? "on" : whole ? "reboot" : "off";
    const DeviceEnd end = ask(action, name, deadline.left());
    if (end.ok()) {
        if (!reset || whole || !metadata_.can("on")) return HB_OK;
        const DeviceEnd on = ask("on", name, deadline.left());
        if (!on.ok()) complain(on, "on", HB_REFUSED, timeout);
        return HB_OK;  // it was off, whatever came then
    }
    const hb_rc rc = complain(end, action, HB_REFUSED, timeout);
    if (op == HB_FENCE_ON || end.how != How::exited || !is_off(name, deadline)) return rc;
    host_.log(HB_LEVEL_WARNING, "its device says that " + name + " is without power: that will do");
    return HB_OK;
}

}  // namespace

HB_EXPORT_FENCER(Rhcs, "rhcs", HB_VERSION, "GPL-2.0-or-later", nullptr)
