// What the tests of heartbeatd/ share: a folder that vanishes, scripts in it, a loop that runs
// until something has happened.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>

#include "asio.hpp"
#include "paths.hpp"

namespace hb::shell {

class TempFolder {
public:
    TempFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "hb-test-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~TempFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;

    const std::string& path() const { return path_; }
    std::string at(const std::string& name) const { return path_ + "/" + name; }

    std::string write(const std::string& name, const std::string& text, mode_t mode = 0644) const {
        const std::filesystem::path path = at(name);
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << text;
        ::chmod(path.c_str(), mode);
        return path.string();
    }
    std::string script(const std::string& name, const std::string& body) const {
        return write(name, "#!/bin/sh\n" + body + "\n", 0755);
    }
    // A whole machine in this folder.
    Paths paths() const {
        Paths out;
        out.config_dir = at("etc/ha.d");
        out.state_dir = at("var/lib/heartbeat");
        out.run_dir = at("run/heartbeat");
        out.pid_file = at("run/heartbeat.pid");
        out.init_dir = at("etc/init.d");
        out.unit_dirs = {at("etc/systemd/system"), at("lib/systemd/system")};
        out.systemctl = {at("bin/systemctl")};
        return out;
    }

private:
    std::string path_;
};

inline std::string text_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// Runs `loop` until `happened` says so; false when it does not within `patience`.
inline bool run_until(boost::asio::io_context& loop, const std::function<bool()>& happened,
                      std::chrono::milliseconds patience = std::chrono::seconds(10)) {
    boost::asio::steady_timer deadline(loop, patience);
    bool late = false;
    deadline.async_wait([&late](const auto& error) { late = !error; });
    while (!happened() && !late) {
        loop.restart();
        loop.run_one();
    }
    const bool seen = happened();
    deadline.cancel();
    loop.restart();
    loop.poll();
    return seen;
}

}  // namespace hb::shell
