// What the tests of the plugin hosts share: the built zoo and helper, a log, a process to watch.
#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "base/limits.hpp"
#include "launcher.hpp"
#include "shell/shell_fixture.hpp"

namespace hb::shell {

inline Paths zoo_paths() {
    Paths out;
    out.plugin_dir = HB_PLUGIN_DIR;
    out.plugin_helper = HB_PLUGIN_HELPER;
    return out;
}

// A folder of its own with copies of animals, fit for any user.
class ZooFolder {
public:
    ZooFolder() { ::chmod(folder_.path().c_str(), 0755); }
    std::string copy(const std::string& animal, const std::string& as, mode_t mode = 0755) const {
        return folder_.write(as + ".so", text_of(HB_PLUGIN_DIR "/" + animal + ".so"), mode);
    }
    Paths paths() const {
        Paths out = zoo_paths();
        out.plugin_dir = folder_.path();
        return out;
    }

private:
    TempFolder folder_;
};

// A process that is not ours to wait for; its end wakes the loop.
class Stranger {
public:
    Stranger(boost::asio::io_context& loop, long pid) : pidfd_(loop) {
        const auto descriptor = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
        if (descriptor < 0) {
            ended_ = true;
            return;
        }
        pidfd_.assign(descriptor);
        pidfd_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                          [this](const auto& error) { ended_ = ended_ || !error; });
    }
    bool ended() const { return ended_; }

private:
    boost::asio::posix::stream_descriptor pidfd_;
    bool ended_{false};
};

struct KeptLog {
    std::vector<LogLine> lines;
    std::function<void(LogLine)> ear() {
        return [this](LogLine line) { lines.push_back(std::move(line)); };
    }
    std::size_t count(LogId id) const {
        return static_cast<std::size_t>(std::count_if(
            lines.begin(), lines.end(), [id](const LogLine& line) { return line.id == id; }));
    }
    bool has(const std::string& words) const {
        return std::any_of(lines.begin(), lines.end(), [&words](const LogLine& line) {
            return log_text(line).find(words) != std::string::npos;
        });
    }
    // The number behind `words`; -1 when nobody said so.
    long number_behind(const std::string& words) const {
        for (const LogLine& line : lines) {
            const std::string text = log_text(line);
            const auto at = text.find(words);
            if (at != std::string::npos) return std::stol(text.substr(at + words.size()));
        }
        return -1;
    }
};

}  // namespace hb::shell
