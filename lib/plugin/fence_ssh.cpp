// ssh.so: asks the node itself, over ssh, to reboot. Useless when the node hangs or no network
// reaches it; for tests.
#include <algorithm>
#include <cstdlib>
#include <ctime>

#include "plugin/device_program.hpp"
#include "plugin/fence_hostlist.hpp"

namespace {

using namespace hb::fence;
namespace plugin = hb::plugin;
using namespace std::chrono_literals;

constexpr auto one_ping = 5s;    // ping itself waits a second
constexpr int silent_pings = 3;  // in a row: a lost packet is no proof

class Ssh final : public HostlistFencer {
public:
    using HostlistFencer::HostlistFencer;

    static hb_rc describe(const plugin::Host&, const char* type, const plugin::Tell& tell) {
        return describe_fixed(
            {"SSH STONITH device",
             "SSH-based host reset\nFine for testing, but not suitable for production!",
             "http://openssh.org"},
            type, tell);
    }

    hb_rc fence(hb_fence_op op, const std::string& node, std::uint32_t timeout_ms) override;

private:
    static DeviceEnd tool(const char* name, std::vector<std::string> arguments, hb::Duration time) {
        DeviceProgram program;
        program.argv = {"/usr/bin/env", name};
        program.argv.insert(program.argv.end(), arguments.begin(), arguments.end());
        const char* path = std::getenv("PATH");
        program.env = {std::string("PATH=") + (path == nullptr ? "/usr/bin:/bin" : path)};
        program.timeout = time;
        return run(program);
    }
    // Whether it fell silent in time. An error of ping (status 2) is no silence.
    static bool falls_silent(const std::string& node, const Deadline& deadline);
};

bool Ssh::falls_silent(const std::string& node, const Deadline& deadline) {
    int silent = 0;
    while (deadline.left() > 0s) {
        const DeviceEnd end = tool("ping", {"-n", "-q", "-c", "1", "-w", "1", "--", node},
                                   std::min<hb::Duration>(one_ping, deadline.left()));
        silent = end.how == DeviceEnd::How::exited && end.status == 1 ? silent + 1 : 0;
        if (silent == silent_pings) return true;
        if (end.ok()) {
            const timespec pause{0, 500'000'000};
            ::nanosleep(&pause, nullptr);
        }
    }
    return false;
}

hb_rc Ssh::fence(hb_fence_op op, const std::string& node, std::uint32_t timeout_ms) {
    if (op == HB_FENCE_ON) throw plugin::Refusal(HB_NOT_SUPPORTED, "ssh can switch nothing on");
    const std::string name = listed(node);
    if (name.starts_with('-')) throw plugin::Refusal(HB_UNKNOWN_NODE, "no node is called so");
    const hb::Duration timeout = std::chrono::milliseconds(timeout_ms);
    const Deadline deadline(timeout);
    const std::string action = op == HB_FENCE_OFF ? "poweroff -nf" : "reboot -nf";
    // Two seconds later and apart from the session, so that ssh comes back.
    const std::string command =
        "nohup sh -c 'sleep 2; " + action + "' >/dev/null 2>&1 </dev/null &";
    const DeviceEnd end = tool("ssh",
                               {"-q", "-x", "-n", "-l", "root", "-o", "BatchMode=yes", "-o",
                                "ConnectTimeout=10", "--", name, command},
                               timeout);
    if (!end.ok()) {
        throw plugin::Refusal(end.how == DeviceEnd::How::timed_out ? HB_TIMED_OUT : HB_ACCESS,
                              "ssh root@" + name + ": " + end_words(end, timeout) +
                                  (end.words.empty() ? "" : ": " + end.words));
    }
    if (!falls_silent(name, deadline)) {
        throw plugin::Refusal(HB_TIMED_OUT, name + " was told to go down and still answers pings");
    }
    host_.log(HB_LEVEL_NOTICE, name + " took the order to go down, and answers no ping any more");
    return HB_OK;
}

}  // namespace

HB_EXPORT_FENCER(Ssh, "ssh", HB_VERSION, "GPL-2.0-or-later", hb::fence::hostlist_params)
