// One call of Filesystem on its way: the arguments taken apart, the table of mounts as last read,
// and the words for the log.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agents/agent.hpp"
#include "agents/mounts.hpp"
#include "agents/users.hpp"
#include "clock.hpp"

namespace hb::agents {

class FilesystemTask {
public:
    FilesystemTask(const AgentCall& call, Host& host);
    Answer run();

private:
    // --- filesystem.cpp ---
    // What is wrong with the argument, or "".
    std::string set_device(const std::string& text);
    std::string set_directory();
    bool is_bind() const;
    bool is_network() const;
    // Whether something is mounted at the directory. First by the name as given; else by what the
    // name leads to, and the directory becomes that. Nothing: the table cannot be read.
    std::optional<bool> mounted();
    Answer status();
    Answer start();
    // Why it cannot be mounted, or "".
    std::string check_device();
    std::string check_file_system();
    std::string type_to_check();
    std::string type_found() const;
    std::string make_directory() const;

    // --- filesystem_stop.cpp ---
    Answer stop();
    std::vector<Mount> points() const;
    // Unmounts one mount at this point. The complaint, or "".
    std::string unmount(const std::string& point);
    // How often something is mounted there; `target` becomes the last of it.
    std::size_t look_at(const std::string& point, Target& target);
    void signal_users(const Target& target, int signal);
    std::string name_users(const Target& target) const;

    // --- answers, with the words so far ---
    void tell(const std::string& words);
    Answer good(Answer answer);
    Answer failed(const std::string& words);
    Answer illegal(const std::string& words);
    bool cancelled() const { return host_.cancel.stopped(); }

    const AgentCall& call_;
    Host& host_;
    std::string device_, directory_, type_, options_;
    std::string words_;  // for stderr
    MountTable table_;
    // Of a stop.
    shell::Clock clock_;
    Duration span_{};
    Instant half_, end_;
    std::optional<Spared> spared_;
};

}  // namespace hb::agents
