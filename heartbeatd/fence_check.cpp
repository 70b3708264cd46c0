// See fence_check.hpp.
#include "fence_check.hpp"

#include "base/text.hpp"
#include "fencing.hpp"
#include "loop.hpp"

namespace hb::shell {

namespace {

// Agents that are scripts need a second or two to tell what they know.
constexpr Duration longest = std::chrono::seconds(30);

void take(const Paths& paths, const config::FenceDevice& device, const PluginAnswer& answer,
          LoadedConfig& config) {
    const FenceDone& done = answer.done;
    if (done.result == FenceResult::confirmed) return;
    const bool refused = done.result == FenceResult::refused;
    auto& list = refused ? config.found.errors : config.found.warnings;
    list.push_back({paths.ha_cf(), device.line,
                    "fencing device " + printable(device.shown, 80) + ": " +
                        (refused ? "" : "not checked: ") + printable(done.words, 400),
                    config::Topic::device});
}

}  // namespace

void check_devices(const Paths& paths, LoadedConfig& config) {
    const auto& devices = config.ha_cf.devices;
    if (devices.empty()) return;
    Loop loop;
    Launcher launcher(loop.context());
    Paths folder = paths;
    folder.plugin_dir = paths.fencing_plugins();
    std::size_t left = devices.size();
    PluginHost host(
        loop.context(), launcher, folder,
        [&](const PluginAnswer& answer) {
            const auto number = static_cast<std::size_t>(answer.done.job);
            take(paths, devices[number - 1], answer, config);
            if (--left == 0) loop.stop();
        },
        [](const LogLine&) {});  // the last of a plugin's complaints comes with its answer
    for (std::size_t i = 0; i < devices.size(); ++i) {
        PluginCall call;
        call.job = JobId{i + 1};
        call.plugin = devices[i].type.plugin;
        call.config = parameters_of(devices[i]);
        call.op = "check";
        call.timeout = longest;
        host.run(std::move(call));
    }
    loop.run();
}

}  // namespace hb::shell
