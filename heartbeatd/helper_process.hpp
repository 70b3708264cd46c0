// One running heartbeat-plugin-helper: frames to and from it, its words, its end. A helper that
// writes too much or takes nothing is reported, never waited for. Why it runs and what is done then
// is known to plugin_host and watch_host.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/log.hpp"
#include "child.hpp"
#include "launcher.hpp"
#include "paths.hpp"
#include "wire/helper_frame.hpp"

namespace hb::shell {

struct HelperOrder {
    std::string kind;    // `fence` or `watch`
    std::string plugin;  // name of its file in Paths::plugin_dir, without `.so`
    std::string user;    // empty: as the daemon
    wire::helper_frame::Fields config;
    bool set_id_programs{false};
    Duration timeout{};  // from the start on; then the kill ladder
};

// All on the loop, never from within start().
struct HelperHooks {
    std::function<void(wire::helper_frame::Frame)> frame;  // all but `words`
    // It broke the rules (wrong frames, too many bytes): what it did. Or it does not take what it
    // is told. One of the two, once, and nothing of it is read from then on. Its owner ends it.
    std::function<void(std::string what)> broke_rules;
    std::function<void()> stuck;
    std::function<void(ChildEnd)> ended;  // once, the last
    std::function<void(LogLine)> log;
};

class HelperProcess : public std::enable_shared_from_this<HelperProcess> {
public:
    static std::shared_ptr<HelperProcess> start(boost::asio::io_context& loop, Launcher& launcher,
                                                const Paths& paths, HelperOrder order,
                                                HelperHooks hooks);
    virtual ~HelperProcess() = default;
    // In order, without waiting. What is no frame (helper_frame.hpp) is dropped: false.
    virtual bool send(wire::helper_frame::Frame frame) = 0;
    // Asks it to end, in order: it sees the end of the stream, and has two seconds.
    virtual void hang_up() = 0;
    virtual void kill() = 0;
    // The owner goes: nobody is called any more, and the helper's whole group ends.
    virtual void forget() = 0;
};

// A plugin's name is the name of a file: letters, digits, `-` and `_`.
bool is_plugin_name(const std::string& name);

// How a helper ended, for the log.
std::string helper_end_words(const ChildEnd& end);

}  // namespace hb::shell
