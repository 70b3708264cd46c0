// Runs the programs of respawn and failfast lines as lib/core/respawn decides: as their users,
// watched, ended by the kill ladder. When and how often is not decided here.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "config/ha_cf.hpp"
#include "core/status.hpp"
#include "launcher.hpp"
#include "paths.hpp"

namespace boost::asio {
class io_context;
}

namespace hb::shell {

class Programs {
public:
    using OnLog = std::function<void(LogLine)>;
    // A failfast program failed.
    using OnFence = std::function<void(const std::string& reason)>;

    Programs(boost::asio::io_context& loop, Launcher& launcher, const Paths& paths, OnLog log,
             OnFence fence);
    // Running programs are left alone; nobody is called any more.
    ~Programs();
    Programs(const Programs&) = delete;
    Programs& operator=(const Programs&) = delete;

    // Once, when it is certain that no other daemon lives: programs that one before us left are
    // ended, and none is started before that.
    void await_leftovers();
    // For the programs that start from now on.
    void surroundings(std::vector<std::string> environment);
    // The lines in force, at start and after each reload.
    void configure(const std::vector<config::Program>& programs);
    // Communication is up: they start.
    void begin();
    // The daemon has been asked to end: what ends from now on is no failure and not started again.
    void leave();
    // Ends them one after the other; `stopped` is called once, on the loop or at once.
    void stop(std::function<void()> stopped);
    std::size_t running() const noexcept;
    std::vector<core::ProgramStatus> view() const;

private:
    class State;
    std::shared_ptr<State> state_;
};

}  // namespace hb::shell
