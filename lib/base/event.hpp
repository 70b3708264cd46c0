// Everything that can happen to a node (Event) and everything it can ask for (Effect). The only
// way into and out of lib/core.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/ids.hpp"
#include "base/instant.hpp"
#include "base/log.hpp"

namespace hb::core {
struct CoreConfig;  // core/core.hpp
}

namespace hb {

// --- events ---

// One datagram or frame as it came, at most limits::message_bytes_max.
struct FrameIn {
    LinkId link{};
    Bytes bytes;
};
// The medium was opened (usable) or cannot send and receive for now.
struct LinkChanged {
    LinkId link{};
    bool usable{};
};
// How a script ended. `missing`: no file of that name; `not_started`: the system refused.
enum class ScriptEnd : std::uint8_t { exited, signalled, timed_out, missing, not_started };
struct ScriptDone {
    JobId job{};
    ScriptEnd end{};
    int status{};        // exit status, or the signal's number
    std::string output;  // first bytes of stdout, at most limits::script_output_bytes_max
    Duration took{};
};
// How a shot at a peer ended. Only `confirmed` is a yes: the peer is without power or was reset.
// `unknown`: a crash, a time-out or nonsense of the device.
enum class FenceResult : std::uint8_t { confirmed, refused, unknown };
struct FenceDone {
    JobId job{};
    FenceResult result{};
    std::string words;  // of the device, for the log
    Duration took{};
};
// One message of a local script, from `>>>` to `<<<` with both lines (the FIFO).
struct LocalMessage {
    Bytes text;
};
// SIGHUP, and all files are right.
struct ConfigChanged {
    std::shared_ptr<const core::CoreConfig> next;
};
// What passes between the core and a watching plugin: pairs of text. The field `t` says what.
using PluginFields = std::vector<std::pair<std::string, std::string>>;
// A watching plugin wants something done. Whether it is done, the core decides.
struct PluginAsks {
    std::string plugin;  // its name, `ipfail`
    PluginFields request;
};
// Its helper process has started and opened it, or has ended; a new one knows nothing yet.
struct PluginState {
    std::string plugin;
    bool running{};
};
// A program has connected to the client socket. The kernel says who it is.
struct ClientCame {
    ConnectionId connection{};
    std::int64_t pid{};
    std::uint32_t uid{}, gid{};  // gid: its primary group
};
// The body of one of its frames, at most limits::client_body_bytes_max. `process_lives`: whether
// there is a process of the number in the field `pid`; only looked up for a sign-on.
struct ClientCall {
    ConnectionId connection{};
    Bytes body;
    bool process_lives{};
};
// The connection is closed. `reason` as 3.0.6 tells it: EOF, sendfail, died. With `died-audit` it
// is still open: the process that had connected is gone, somebody else holds its end.
inline constexpr const char* died_audit = "died-audit";
struct ClientGone {
    ConnectionId connection{};
    std::string reason;
};
// Who may sign on as this client: a uid or a gid of the lists.
struct ClientRule {
    std::string client;
    std::vector<std::uint32_t> uids, gids;
};
// The rules in force from now on, with users and groups of this machine looked up. Before the first
// ClientCame, and after each reload.
struct ClientsAllowed {
    std::vector<ClientRule> rules;
};
// First line of /proc/loadavg, for the field `ld`. At most once a second.
struct Surroundings {
    std::string load;
};
// The deadline that Core named has come.
struct Wakeup {};
// SIGTERM: release everything, say so, end.
struct StopRequested {};

using Event = std::variant<FrameIn, LinkChanged, ScriptDone, FenceDone, LocalMessage, ConfigChanged,
                           PluginAsks, PluginState, ClientCame, ClientCall, ClientGone,
                           ClientsAllowed, Surroundings, Wakeup, StopRequested>;

// --- effects, carried out in order ---

struct SendFrame {
    LinkId link{};
    Bytes bytes;
};
enum class ScriptAction : std::uint8_t { start, stop, status };
constexpr const char* action_word(ScriptAction a) noexcept {
    return a == ScriptAction::start ? "start" : a == ScriptAction::stop ? "stop" : "status";
}
// One member of a group, one action: `resource.d/TYPE ARGS... ACTION`.
struct AgentCall {
    std::string type;
    std::vector<std::string> arguments;
    ScriptAction action{};
};
// Run it; one ScriptDone with this job follows, whatever happens. After `timeout` its process group
// gets SIGTERM, limits::kill_ladder_pause later SIGKILL.
struct RunAgent {
    JobId job{};
    AgentCall call;
    Duration timeout{};
};
// Reset that node with the configured device of this name. One FenceDone with this job follows;
// after `timeout` at the latest, and then it is `unknown`.
struct FenceNode {
    JobId job{};
    NodeName target;
    std::string device;
    Duration timeout{};
};
// End it now (same ladder); its ScriptDone or FenceDone still comes.
struct KillJob {
    JobId job{};
};
// Tell the segment again of the addresses among these, which run here: another node had told it of
// them as well, and has given them up or died.
struct AnnounceAgain {
    std::vector<AgentCall> calls;
};
// Offer a message to the scripts of rc.d: the one named `type` runs if it is there, with
// HA_<field> for each pair. In the shell's own queue; no answer comes back.
struct RunHook {
    std::string type;
    std::vector<std::pair<std::string, std::string>> fields;
};
// For a watching plugin. Dropped when its helper does not run.
struct TellPlugin {
    std::string plugin;
    PluginFields event;
};
// For a client: one whole frame into its queue. Afterwards its process gets that signal; 0: none.
// Dropped when the connection is closed.
struct Notify {
    ConnectionId connection{};
    Bytes frame;
    int signal{};
};
// A client wants to know everything that this node knows of itself, which is more than the core
// does: it gets the answer to its request `hbstatus` in one frame, like a Notify.
struct TellStatus {
    ConnectionId connection{};
    int signal{};
};
// Close this connection once what waits for it is written, or at once if it takes nothing. No
// ClientGone follows.
struct EndClient {
    ConnectionId connection{};
};
// From now on that many frames may wait for this client.
struct ClientQueue {
    ConnectionId connection{};
    std::size_t frames{};
};
// Read nothing more from any client; or again.
struct PauseClients {
    bool paused{};
};
// A stop failed: give up the machine at once.
struct SelfFence {
    std::string reason;
};
// The orderly end: everything is released and said.
struct Finished {};

using Effect =
    std::variant<SendFrame, RunAgent, FenceNode, KillJob, RunHook, TellPlugin, Notify, TellStatus,
                 EndClient, ClientQueue, PauseClients, SelfFence, Finished, LogLine, AnnounceAgain>;
using Effects = std::vector<Effect>;

}  // namespace hb
