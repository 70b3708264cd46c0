// The watching plugins (ipfail): one helper process each for as long as the daemon lives. Replaces
// a hung or dead one, cuts off a flooding one. What they are told and may have is decided in
// lib/core.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "base/log.hpp"
#include "launcher.hpp"
#include "paths.hpp"
#include "status_report.hpp"
#include "wire/helper_frame.hpp"

namespace boost::asio {
class io_context;
}

namespace hb::shell {

struct WatchSpec {
    std::string plugin;  // name of its file, without `.so`; each once
    std::string user;
    wire::helper_frame::Fields config;
    bool set_id_programs{false};  // what it starts may become another user by its set-id bits
    bool operator==(const WatchSpec&) const = default;
};

// For tests; the defaults are the product's.
struct WatchSettings {
    Duration question_pause{limits::helper_question_pause};
    Duration answer{limits::helper_answer};
    Duration restart_first{limits::helper_restart_first};
    Duration restart_longest{limits::helper_restart_longest};
    Duration healthy{limits::helper_healthy};
};

// All on the loop, never from within a call of WatchHost.
struct WatchHooks {
    // It is open and can be told things, or has ended: then it forgot everything.
    std::function<void(const std::string& plugin, bool running)> state;
    std::function<void(const std::string& plugin, wire::helper_frame::Fields)> request;
    std::function<void(LogLine)> log;
};

class WatchHost {
public:
    WatchHost(boost::asio::io_context& loop, Launcher& launcher, const Paths& paths,
              WatchHooks hooks, WatchSettings settings = {});
    // What runs is ended; nobody is called any more.
    ~WatchHost();
    WatchHost(const WatchHost&) = delete;
    WatchHost& operator=(const WatchHost&) = delete;

    // Start and reload: what is new begins, what is gone is stopped, what is unchanged stays, and
    // what was given up or waits for its next start begins at once.
    void configure(std::vector<WatchSpec> specs);
    // An event for a plugin that is open; else it is dropped.
    void tell(const std::string& plugin, const wire::helper_frame::Fields& event);
    std::vector<PluginReport> view() const;
    // The orderly end, last begun first ended. `stopped` comes when all have gone.
    void stop(std::function<void()> stopped);

private:
    class State;
    class Watched;
    std::shared_ptr<State> state_;
};

}  // namespace hb::shell
