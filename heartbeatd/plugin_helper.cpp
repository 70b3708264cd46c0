// The program heartbeat-plugin-helper, in which plugins run. heartbeatd starts it with
// a socket as stdin; what to load, and every secret, comes through that socket. It gives up its
// privileges before the first instruction of a plugin runs.
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <exception>
#include <thread>

#include "base/limits.hpp"
#include "clock.hpp"
#include "heartbeat/plugin.h"
#include "plugin/plugin_file.hpp"
#include "plugin_status.hpp"
#include "wire/helper_frame.hpp"

namespace {

using hb::wire::helper_frame::Fields;
using hb::wire::helper_frame::Frame;
using hb::wire::helper_frame::Kind;
using hb::wire::helper_frame::Reader;
namespace limits = hb::limits;
namespace status = hb::shell::helper_status;

int to_daemon = -1;

// No destructor, no atexit(): a plugin's may hang.
[[noreturn]] void leave(int with) { ::_exit(with); }

// Blocks when the daemon does not read: then nothing is wanted of us.
void send(const Frame& frame) {
    const auto bytes = hb::wire::helper_frame::encode(frame);
    if (!bytes) return;
    hb::ByteView rest = *bytes;
    while (!rest.empty()) {
        const ssize_t sent = ::send(to_daemon, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) leave(status::daemon_gone);
        rest.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void say(int level, std::string text) {
    text.resize(std::min(text.size(), limits::log_line_bytes_max));
    text.resize(std::strlen(text.c_str()));
    send({Kind::words, {{"level", std::to_string(level)}, {"text", std::move(text)}}});
}

[[noreturn]] void refuse(const std::string& why) {
    say(HB_LEVEL_ERROR, why);
    leave(status::broken);
}

// --- frames of the daemon ---

Reader reader;
std::deque<Frame> arrived;

// Descriptors of the plugin that are polled too.
std::vector<int> also_polled;

enum class Came : std::uint8_t { frame, ready, nothing };  // ready: one of `also_polled`

// Waits at most `timeout_ms` (-1: for ever) for a frame, which goes before anything else.
Came await_frame(int timeout_ms) {
    while (arrived.empty()) {
        std::vector<pollfd> entries{{to_daemon, POLLIN, 0}};
        for (const int descriptor : also_polled) entries.push_back({descriptor, POLLIN, 0});
        const int ready = ::poll(entries.data(), entries.size(), timeout_ms);
        if (ready < 0 && errno == EINTR) continue;
        if (ready == 0) return Came::nothing;
        if (ready > 0 && entries[0].revents == 0) return Came::ready;
        std::array<char, 4096> buffer;
        const ssize_t got = ::recv(to_daemon, buffer.data(), buffer.size(), 0);
        if (got <= 0) return Came::frame;  // the daemon ends: `arrived` stays empty
        auto found = reader.feed({buffer.data(), static_cast<std::size_t>(got)});
        for (Frame& frame : found.frames) arrived.push_back(std::move(frame));
        if (found.broken) leave(status::daemon_gone);
    }
    return Came::frame;
}

Frame next_frame(Kind expected) {
    await_frame(-1);
    if (arrived.empty() || arrived.front().kind != expected) leave(status::daemon_gone);
    Frame out = std::move(arrived.front());
    arrived.pop_front();
    return out;
}

std::string value_of(const Fields& fields, std::string_view name) {
    for (const auto& [known, value] : fields) {
        if (known == name) return value;
    }
    return {};
}

// --- who we are ---

// The daemon's end must be ours, whatever the plugin does just then: with our whole group.
void follow_the_daemon() {
    std::thread([] {
        pollfd entry{to_daemon, POLLRDHUP, 0};
        while (::poll(&entry, 1, -1) < 0 && errno == EINTR) {
        }
        std::this_thread::sleep_for(limits::kill_ladder_pause);
        ::kill(0, SIGKILL);
    }).detach();
}

void limit(decltype(RLIMIT_CORE) what, rlim_t most) {
    const rlimit both{most, most};
    ::setrlimit(what, &both);
}

void take_off_privileges(const std::string& user, bool set_id_programs) {
    limit(RLIMIT_CORE, 0);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    limit(RLIMIT_AS, limits::helper_memory_bytes_max);
#endif
    if (!set_id_programs && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        refuse("no_new_privs was refused");
    }
    if (user.empty() || ::geteuid() != 0) return;
    const passwd* entry = ::getpwnam(user.c_str());
    if (entry == nullptr) {
        say(HB_LEVEL_WARNING, "there is no user " + user + ": runs as nobody");
        entry = ::getpwnam("nobody");
    }
    if (entry == nullptr) refuse("there is neither a user " + user + " nor nobody");
    if (entry->pw_uid == 0) return;
    if (::initgroups(entry->pw_name, entry->pw_gid) != 0 || ::setgid(entry->pw_gid) != 0 ||
        ::setuid(entry->pw_uid) != 0) {
        refuse(std::string("cannot become ") + entry->pw_name + ": " + std::strerror(errno));
    }
}

// --- the plugin ---

// REQUIRES: what is in the Result is an answer, not a reason.
template <class T>
T or_refuse(hb::Result<T> result) {
    if (!result) refuse(result.error().what);
    return *std::move(result);
}

template <class Ops>
const Ops& ops_of(const hb_plugin& plugin) {
    const auto& ops = *static_cast<const Ops*>(plugin.ops);
    if (ops.size < sizeof ops) refuse("its table of functions is too short");
    if (ops.open == nullptr || ops.close == nullptr) refuse("it has no open or no close");
    return ops;
}

void log_for_plugin(void* /*context*/, int level, const char* text) {
    if (text != nullptr) say(level, text);
}

hb_rc request_for_plugin(void* /*context*/, const hb_field* fields, std::size_t count) {
    if (fields == nullptr || count == 0 || count > limits::helper_fields_max) return HB_REFUSED;
    Frame frame{Kind::request, {}};
    for (std::size_t i = 0; i < count; ++i) {
        if (fields[i].name == nullptr || fields[i].value == nullptr) return HB_REFUSED;
        frame.fields.emplace_back(fields[i].name, fields[i].value);
    }
    if (!hb::wire::helper_frame::encode(frame)) return HB_REFUSED;
    send(frame);
    return HB_OK;
}

// Borrowed by the plugin for as long as the frame lives.
template <class Pair>
std::vector<Pair> borrowed(const Fields& fields) {
    std::vector<Pair> out;
    out.reserve(fields.size());
    for (const auto& [name, value] : fields) out.push_back({name.c_str(), value.c_str()});
    return out;
}

int known(hb_rc rc) {
    const int number = static_cast<int>(rc);
    return number >= HB_OK && number <= HB_INTERNAL ? number : HB_INTERNAL;
}

template <class Ops>
void* open_plugin(const Ops& ops, const hb_host& host, const Fields& config) {
    const auto pairs = borrowed<hb_param>(config);
    void* self = nullptr;
    const int rc = known(ops.open(&host, pairs.data(), pairs.size(), &self));
    if (rc == HB_OK) return self;
    send({Kind::result, {{"rc", std::to_string(rc)}}});
    leave(rc);
}

// --- one call of a fencing device ---

std::uint32_t number_of(const std::string& text) {
    return static_cast<std::uint32_t>(std::strtoul(text.c_str(), nullptr, 10));
}

hb_rc fence_call(const hb_fence_ops& ops, void* self, const Fields& call) {
    const std::string op = value_of(call, "op");
    const std::string node = value_of(call, "node");
    const std::uint32_t timeout_ms = number_of(value_of(call, "timeout_ms"));
    if (op == "check") return HB_OK;  // open() has taken the parameters
    if (op == "probe") return ops.probe ? ops.probe(self, timeout_ms) : HB_NOT_SUPPORTED;
    if (ops.fence == nullptr) return HB_NOT_SUPPORTED;
    if (op == "off") return ops.fence(self, HB_FENCE_OFF, node.c_str(), timeout_ms);
    if (op == "on") return ops.fence(self, HB_FENCE_ON, node.c_str(), timeout_ms);
    if (op == "reset") return ops.fence(self, HB_FENCE_RESET, node.c_str(), timeout_ms);
    return HB_NOT_SUPPORTED;
}

[[noreturn]] void run_fence(const hb_plugin& plugin, const Fields& config) {
    const auto& ops = ops_of<hb_fence_ops>(plugin);
    if (ops.fence == nullptr) refuse("it has no fence");
    const hb_host host{sizeof host, nullptr, log_for_plugin, nullptr};
    const Frame call = next_frame(Kind::call);
    void* self = open_plugin(ops, host, config);
    const int rc = known(fence_call(ops, self, call.fields));
    ops.close(self);
    // The word and the exit status must both say yes: an exit(0) of the plugin is not enough.
    send({Kind::result, {{"rc", std::to_string(rc)}}});
    leave(rc);
}

// --- a watching plugin's life ---

void tell(const hb_watch_ops& ops, void* self, const Fields& fields) {
    const auto pairs = borrowed<hb_field>(fields);
    const hb_event event{sizeof event, pairs.data(), pairs.size()};
    const int rc = known(ops.event(self, &event));
    if (rc == HB_INTERNAL) {
        say(HB_LEVEL_ERROR, "an event ended in an internal error: it starts from nothing");
        leave(rc);
    }
}

// Asked again before each wait. REQUIRES: `plugin` holds hb_watch_ops.
void ask_for_descriptors(const hb_watch_ops& ops, void* self) {
    also_polled.clear();
    if (ops.size < sizeof(hb_watch_more)) return;
    const auto& more = reinterpret_cast<const hb_watch_more&>(ops);
    if (more.descriptors == nullptr) return;
    std::array<int, HB_DESCRIPTORS_MAX> room;
    const std::size_t count =
        std::min(more.descriptors(self, room.data(), room.size()), room.size());
    also_polled.assign(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(count));
}

int wait_ms(const hb_watch_ops& ops, void* self) {
    if (ops.deadline_ms == nullptr) return -1;
    constexpr std::int64_t longest = 24L * 3600 * 1000;
    const std::int64_t wanted = ops.deadline_ms(self);
    return wanted < 0 ? -1 : static_cast<int>(std::min(wanted, longest));
}

[[noreturn]] void run_watch(const hb_plugin& plugin, const Fields& config) {
    const hb::shell::Clock clock;
    const auto& ops = ops_of<hb_watch_ops>(plugin);
    if (ops.event == nullptr) refuse("it has no event");
    const hb_host host{sizeof host, nullptr, log_for_plugin, request_for_plugin};
    void* self = open_plugin(ops, host, config);
    send({Kind::opened, {}});
    int wanted = wait_ms(ops, self);
    hb::Instant due = clock.now() + std::chrono::milliseconds(wanted);
    for (;;) {
        int rest = -1;  // a question must not put the plugin's deadline off
        if (wanted >= 0) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(due - clock.now());
            rest = static_cast<int>(std::max<std::int64_t>(0, left.count()));
        }
        ask_for_descriptors(ops, self);
        const Came came = await_frame(rest);
        if (came == Came::frame && arrived.empty()) {  // the daemon's orderly stop
            ops.close(self);
            leave(0);
        }
        if (came == Came::frame) {
            const Frame frame = next_frame(arrived.front().kind);
            if (frame.kind == Kind::call) tell(ops, self, frame.fields);
            send({Kind::taken, {}});
            if (frame.kind != Kind::call) continue;
        } else {
            tell(ops, self, {{"t", came == Came::ready ? "ready" : "timer"}});
        }
        wanted = wait_ms(ops, self);
        due = clock.now() + std::chrono::milliseconds(wanted);
    }
}

// The socket where no plugin expects it; stdin empty, stdout where stderr goes.
void arrange_descriptors() {
    constexpr int first_free = 10;
    to_daemon = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, first_free);
    int type = 0;
    socklen_t size = sizeof type;
    if (to_daemon < 0 || ::getsockopt(to_daemon, SOL_SOCKET, SO_TYPE, &type, &size) != 0) {
        std::fputs("heartbeat-plugin-helper: started by heartbeatd, not by hand\n", stderr);
        leave(status::usage);
    }
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::dup2(nothing, STDIN_FILENO);
    ::close(nothing);
    ::dup2(STDERR_FILENO, STDOUT_FILENO);
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
}

}  // namespace

int main() try {
    arrange_descriptors();
    const Fields order = next_frame(Kind::order).fields;
    const Fields config = next_frame(Kind::config).fields;
    const bool watches = value_of(order, "kind") == "watch";
    const std::string path =
        or_refuse(hb::plugin_file::path_of(value_of(order, "folder"), value_of(order, "plugin")));
    take_off_privileges(value_of(order, "user"), value_of(order, "set_id_programs") == "yes");
    follow_the_daemon();
    const hb_plugin& plugin =
        *or_refuse(hb::plugin_file::load(path, watches ? HB_PLUGIN_WATCH : HB_PLUGIN_FENCE));
    if (watches) run_watch(plugin, config);
    run_fence(plugin, config);
} catch (const std::exception& error) {
    std::fprintf(stderr, "heartbeat-plugin-helper: %s\n", error.what());
    leave(status::daemon_gone);
}
