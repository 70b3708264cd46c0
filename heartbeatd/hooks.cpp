// See hooks.hpp.
#include "hooks.hpp"

#include <dirent.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "asio.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "child.hpp"
#include "environment.hpp"
#include "script_path.hpp"

namespace hb::shell {

namespace {

struct Shipped {
    std::string_view name;
    std::string_view sha256;  // of the file in Debian 12's heartbeat 1:3.0.6-13
};

constexpr std::array<Shipped, 5> shipped_hooks{{
    {"ask_resources", "c152bd16f9108c8430f1d0a8f1f4615efb0f12190a56bc1e066668a4f5c19700"},
    {"hb_takeover", "2a867e92779ba6f0f9dc444690c9121e366466ca573a2b3d22f462d7c28b76d9"},
    {"ip-request", "ddcd7bd757af52b8d0d2fb9d5be88d28c4bce4992b61e0ecf43746f2c28f5ee6"},
    {"ip-request-resp", "fd3a080beef9bce32a206e233813680b258b0d02d5a5cc21ba1fa1d3094e4833"},
    {"status", "1f1d6edbf0dee327cca9d43a047cd9265ede139654e906531e5563217295b4a5"},
}};

// Empty when it cannot be read.
std::string sha256_of_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return {};
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    std::size_t size = 0;
    if (EVP_Q_digest(nullptr, "SHA256", nullptr, text.data(), text.size(), digest.data(), &size) !=
        1) {
        return {};
    }
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (std::size_t i = 0; i < size; ++i) {
        out += digits[digest[i] >> 4U];
        out += digits[digest[i] & 15U];
    }
    return out;
}

// Hidden files are skipped, as 3.0.6 does.
std::set<std::string> scripts_in(const std::string& folder) {
    std::set<std::string> out;
    const std::unique_ptr<DIR, int (*)(DIR*)> listing(::opendir(folder.c_str()), ::closedir);
    if (!listing) return out;
    while (const dirent* entry = ::readdir(listing.get())) {
        const std::string name = entry->d_name;
        if (is_script_name(name) && is_script(folder + "/" + name)) out.insert(name);
    }
    return out;
}

std::string value_of(const RunHook& hook, std::string_view name) {
    for (const auto& [field, value] : hook.fields) {
        if (field == name) return value;
    }
    return {};
}

// What a hook's log line says of an end that is not "exit 0".
std::string end_words(const ChildEnd& end) {
    switch (end.end) {
        case ScriptEnd::exited:
            return "status " + std::to_string(end.status);
        case ScriptEnd::signalled:
            return "signal " + std::to_string(end.status);
        case ScriptEnd::timed_out:
            return "its time-out after " + show(end.took);
        case ScriptEnd::missing:
            return "no such script";
        case ScriptEnd::not_started:
            return std::string("no start: ") + std::strerror(end.error);
    }
    return {};
}

}  // namespace

bool is_heartbeat_hook(std::string_view name) noexcept {
    return std::any_of(shipped_hooks.begin(), shipped_hooks.end(), [name](const Shipped& shipped) {
        return equal_ignoring_case(shipped.name, name);
    });
}

std::vector<std::string> changed_heartbeat_hooks(const std::string& rc_dir) {
    std::vector<std::string> out;
    for (const Shipped& shipped : shipped_hooks) {
        const std::string path = rc_dir + "/" + std::string(shipped.name);
        if (is_script(path) && sha256_of_file(path) != shipped.sha256) out.push_back(path);
    }
    return out;
}

class Hooks::State : public std::enable_shared_from_this<Hooks::State> {
public:
    State(boost::asio::io_context& loop, Launcher& launcher, std::string folder, OnLog log)
        : loop_(loop), launcher_(launcher), folder_(std::move(folder)), log_(std::move(log)) {}

    void configure(HookSettings settings) {
        settings_ = std::move(settings);
        scripts_ = scripts_in(folder_);
        if (settings_.run_all) return;
        for (const std::string& path : changed_heartbeat_hooks(folder_)) {
            log(log_line(LogId::hook_not_run, path));
        }
    }
    void run(RunHook hook);
    void close() {
        log_ = nullptr;
        waiting_.clear();
        if (running_) running_->forget();
        running_.reset();
    }
    std::size_t unfinished() const noexcept { return waiting_.size() + (running_ ? 1U : 0U); }

private:
    struct Waiting {
        RunHook hook;
        std::string node_status;  // the sender's, before this message
    };
    std::string status_before(const RunHook& hook);
    void pump();
    std::vector<std::string> environment(const Waiting& next) const;
    void log(LogLine line) const {
        if (log_) log_(std::move(line));
    }

    boost::asio::io_context& loop_;
    Launcher& launcher_;
    std::string folder_;
    OnLog log_;
    HookSettings settings_;
    std::set<std::string> scripts_;
    std::deque<Waiting> waiting_;
    std::shared_ptr<Child> running_;
    std::map<std::string, std::string> status_of_node_;  // at most limits::nodes_max
};

// HA_OSTATUS is the node's status before this message; 3.0.6 always said the local one
// (resources.md 10.2, B17).
std::string Hooks::State::status_before(const RunHook& hook) {
    const std::string node = value_of(hook, "src");
    const auto known = status_of_node_.find(node);
    std::string before = known == status_of_node_.end() ? "" : known->second;
    const bool room = known != status_of_node_.end() || status_of_node_.size() < limits::nodes_max;
    if (hook.type == "status" && !node.empty() && room) {
        status_of_node_[node] = value_of(hook, "st");
    }
    return before;
}

void Hooks::State::run(RunHook hook) {
    std::string before = status_before(hook);
    if (scripts_.count(hook.type) == 0) return;
    if (!settings_.run_all && is_heartbeat_hook(hook.type)) return;
    if (waiting_.size() >= limits::hook_queue_max) {
        log(log_line(LogId::hook_queue_full, printable(hook.type)));
        return;
    }
    waiting_.push_back({std::move(hook), std::move(before)});
    pump();
}

std::vector<std::string> Hooks::State::environment(const Waiting& next) const {
    std::vector<std::string> out = settings_.environment;
    if (!next.node_status.empty()) out.push_back("HA_OSTATUS=" + printable(next.node_status));
    if (settings_.managed) out.emplace_back("HA_NICEFAILBACK=yes");
    return with_fields(std::move(out), next.hook.fields);
}

void Hooks::State::pump() {
    if (running_ || waiting_.empty()) return;
    const Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    const std::string path = folder_ + "/" + next.hook.type;
    const std::string word = lower(next.hook.type);
    ChildOrder order;
    order.command = [path, word]() -> std::vector<std::string> {
        if (!is_script(path)) return {};
        return {path, word};
    };
    order.environment = environment(next);
    order.timeout = settings_.timeout;
    order.log_file = settings_.log_file;
    ChildHooks hooks;
    const auto me = shared_from_this();
    hooks.running = [me, path, word](const std::vector<std::string>&) {
        me->log(log_line(LogId::hook_running, path, word));
    };
    hooks.slow = [me, path](Duration waited) {
        me->log(log_line(LogId::spawn_slow, path, waited));
    };
    hooks.ended = [me, path](const ChildEnd& end) {
        me->running_.reset();
        const bool well = end.end == ScriptEnd::exited && end.status == 0;
        if (!well) me->log(log_line(LogId::hook_failed, path, end_words(end)));
        me->pump();
    };
    running_ = Child::start(loop_, launcher_, std::move(order), std::move(hooks));
}

Hooks::Hooks(boost::asio::io_context& loop, Launcher& launcher, const Paths& paths, OnLog log)
    : state_(std::make_shared<State>(loop, launcher, paths.rc_dir(), std::move(log))) {}

Hooks::~Hooks() { state_->close(); }

void Hooks::configure(HookSettings settings) { state_->configure(std::move(settings)); }

void Hooks::run(RunHook hook) { state_->run(std::move(hook)); }

std::size_t Hooks::unfinished() const noexcept { return state_->unfinished(); }

}  // namespace hb::shell
