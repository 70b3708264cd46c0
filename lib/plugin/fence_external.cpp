// external.so: drives the scripts of cluster-glue's external/* protocol (stonith.md 6), those of
// cluster-glue itself and those in the folder `external` beside this file.
#include <algorithm>
#include <cstdlib>

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

Folders folders() { return {own_folder() + "/external", "/usr/lib/stonith/plugins/external"}; }

class Script {
public:
    explicit Script(const std::string& name)
        : name_(name), path_(find_program(folders(), name, false)) {}

    DeviceEnd operator()(const std::string& op, const std::string& node, const Fields& config,
                         hb::Duration timeout) const {
        DeviceProgram program;
        program.argv = {path_, op};
        if (!node.empty()) program.argv.push_back(node);
        const char* path = std::getenv("PATH");
        program.env = {std::string("PATH=/usr/share/cluster-glue:") +
                           (path == nullptr ? "/usr/sbin:/usr/bin:/sbin:/bin" : path),
                       "HA_LOGTAG=external/" + name_, "LC_ALL=C.UTF-8"};
        for (const auto& [parameter, value] : config)
            program.env.push_back(parameter + "=" + value);
        program.timeout = timeout;
        return run(program);
    }
    // What it says of itself, or "".
    std::string say(const std::string& op) const {
        const DeviceEnd end = (*this)(op, "", {}, hb::limits::device_describe_timeout);
        return end.ok() ? end.output : "";
    }
    std::string remember(const std::string& op) const {
        return remembered(memory_folder, path_, op, [&] { return say(op); });
    }

private:
    std::string name_;
    std::string path_;
};

// What it names in `getconfignames` and, beyond that, in its XML. Some scripts say there what is
// required, others nothing at all: then each of the former is.
std::vector<Parameter> known_of(const Script& script, Names& positions) {
    positions = hb::words(script.remember("getconfignames"));
    const auto described = parse_metadata(script.remember("getinfo-xml"));
    std::vector<Parameter> out;
    for (const std::string& name : positions) {
        const Parameter* more = described ? described->parameter(name) : nullptr;
        const bool required =
            !described || !described->says_required || (more != nullptr && more->required);
        out.push_back({name, required, {}, {}, {}, {}});
    }
    if (!described) return out;
    for (const Parameter& parameter : described->parameters) {
        if (std::find(positions.begin(), positions.end(), parameter.name) != positions.end())
            continue;
        out.push_back({parameter.name, parameter.required, {}, {}, {}, {}});
    }
    return out;
}

class External final : public plugin::Fencer {
public:
    External(const plugin::Host& host, const plugin::Fields& config)
        : host_(host), config_(config), script_(take_type(config_)) {
        Names positions;
        const std::vector<Parameter> known = known_of(script_, positions);
        if (known.empty()) {
            throw plugin::Refusal(HB_BAD_CONFIG, "parameter type: the script names no parameters");
        }
        config_ = by_name(config_, positions);
        check(config_, known);
    }

    static hb_rc describe(const plugin::Host&, const char* type, const plugin::Tell& tell);

    hb_rc probe(std::uint32_t timeout_ms) override {
        const hb::Duration timeout = std::chrono::milliseconds(timeout_ms);
        const DeviceEnd end = script_("status", "", config_, timeout);
        return end.ok() ? HB_OK : complain(end, "status", HB_ACCESS, timeout);
    }
    hb_rc fence(hb_fence_op op, const std::string& node, std::uint32_t timeout_ms) override;
    hb_rc hosts(std::uint32_t timeout_ms, const plugin::Tell& tell) override {
        const hb::Duration timeout = std::chrono::milliseconds(timeout_ms);
        const DeviceEnd end = script_("gethosts", "", config_, timeout);
        if (!end.ok()) return complain(end, "gethosts", HB_ACCESS, timeout);
        for (const std::string& host : host_list(end.output)) tell("host", host);
        return HB_OK;
    }

private:
    // A host that the script does not list is not its business. A script that cannot say is asked
    // to act all the same.
    void must_list(const std::string& node, hb::Duration timeout) const {
        const DeviceEnd end = script_("gethosts", "", config_, timeout);
        const Names hosts = end.ok() ? host_list(end.output) : Names{};
        if (hosts.empty() || contains(hosts, node)) return;
        throw plugin::Refusal(HB_UNKNOWN_NODE, "it does not list the node " + node);
    }
    hb_rc complain(const DeviceEnd& end, const std::string& op, hb_rc when_refused,
                   hb::Duration timeout) const {
        return complain_of(host_, config_, end, op, when_refused, timeout);
    }

    plugin::Host host_;
    Fields config_;
    Script script_;
};

hb_rc External::describe(const plugin::Host&, const char* type, const plugin::Tell& tell) {
    if (type == nullptr) {
        for (const auto& name : list_programs(folders(), "", false)) tell("type", name);
        return HB_OK;
    }
    const Script script(type);
    for (const auto& name : hb::words(script.remember("getconfignames"))) tell("param", name);
    tell("device", script.remember("getinfo-devid"));
    tell("description", script.remember("getinfo-devdescr"));
    tell("url", script.remember("getinfo-devurl"));
    tell("xml", script.remember("getinfo-xml"));
    return HB_OK;
}

hb_rc External::fence(hb_fence_op op, const std::string& node, std::uint32_t timeout_ms) {
    const std::string name = hb::lower(node);
    const hb::Duration timeout = std::chrono::milliseconds(timeout_ms);
    const Deadline deadline(timeout);
    must_list(name, timeout / 4);
    const std::string action = op == HB_FENCE_OFF ? "off" : op == HB_FENCE_ON ? "on" : "reset";
    const DeviceEnd end = script_(action, name, config_, deadline.left());
    if (end.ok()) return HB_OK;
    const hb_rc rc = complain(end, action, HB_REFUSED, timeout);
    if (op != HB_FENCE_RESET || end.how != How::exited) return rc;
    // Some devices cannot reset what is without power; switching it off says whether it is.
    const DeviceEnd off = script_("off", name, config_, deadline.left());
    if (!off.ok()) return complain(off, "off", HB_REFUSED, timeout);
    host_.log(HB_LEVEL_WARNING, name + " was not reset but is switched off");
    return HB_OK;
}

}  // namespace

HB_EXPORT_FENCER(External, "external", HB_VERSION, "GPL-2.0-or-later", nullptr)
