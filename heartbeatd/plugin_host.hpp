// Calls of fencing plugins: one helper process per call, one answer per call whatever happens. When
// and whom to shoot is decided in lib/resource.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/event.hpp"
#include "launcher.hpp"
#include "paths.hpp"
#include "wire/helper_frame.hpp"

namespace boost::asio {
class io_context;
}

namespace hb::shell {

struct PluginCall {
    JobId job{};
    std::string plugin;  // name of its file, without `.so`
    wire::helper_frame::Fields config;
    // `reset`, `off`, `on`; or `probe`, whether it works, and `check`, whether its parameters are
    // right: these two change nothing.
    std::string op{"reset"};
    NodeName node;
    Duration timeout{};  // of the whole call; then the answer is `unknown`
};

struct PluginAnswer {
    FenceDone done;             // `words`: the plugin's last error, else how its helper ended
    bool not_supported{false};  // the plugin cannot do that
    bool broken{false};  // it cannot be loaded: trying again is useless before somebody mends it
};

class PluginHost {
public:
    // Both are called on the loop, never from within run() or kill().
    using OnAnswer = std::function<void(PluginAnswer)>;
    using OnLog = std::function<void(LogLine)>;

    PluginHost(boost::asio::io_context& loop, Launcher& launcher, const Paths& paths,
               OnAnswer answer, OnLog log);
    // What runs is ended; nobody is called any more.
    ~PluginHost();
    PluginHost(const PluginHost&) = delete;
    PluginHost& operator=(const PluginHost&) = delete;

    void run(PluginCall call);
    // The answer still comes, and is `unknown`. An unknown job is ignored.
    void kill(JobId job);
    std::size_t unfinished() const noexcept;

private:
    class State;
    std::shared_ptr<State> state_;
};

}  // namespace hb::shell
