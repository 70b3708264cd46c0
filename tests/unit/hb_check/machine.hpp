// A machine in a folder for the real hb_check: good files, which each test spoils in one place.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "plugin/device_program.hpp"

namespace hb::hb_check_test {

inline const std::string good_ha_cf =
    "logfacility daemon\nkeepalive 1\ndeadtime 20\ninitdead 60\nauto_failback off\nnode alpha "
    "beta\n"
    "bcast lo\nserial /dev/null\n";

class Machine {
public:
    Machine() {
        std::string name =
            (std::filesystem::temp_directory_path() / "hb-check-test-XXXXXX").string();
        root_ = ::mkdtemp(name.data());
        for (const char* folder : {"/etc/ha.d", "/peer"}) {
            write(std::string(folder) + "/ha.cf", good_ha_cf);
            write(std::string(folder) + "/authkeys", "auth 1\n1 sha256 a-long-secret-of-its-own\n",
                  0600);
            write(std::string(folder) + "/haresources", "alpha IPaddr::127.0.0.9/8/lo apache2\n");
        }
        write("/etc/ha.d/nodeinfo", "alpha\n");
        write("/peer/nodeinfo", "beta\n");
        write("/etc/ha.d/resource.d/IPaddr", "#!/bin/sh\n", 0755);
        write("/etc/init.d/apache2", "#!/bin/sh\necho stopped\n", 0755);
    }
    ~Machine() {
        std::error_code ignored;
        std::filesystem::remove_all(root_, ignored);
    }
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;

    std::string at(const std::string& path) const { return root_ + path; }
    void write(const std::string& path, const std::string& text, mode_t mode = 0644) const {
        std::filesystem::create_directories(std::filesystem::path(at(path)).parent_path());
        std::ofstream(at(path), std::ios::binary) << text;
        ::chmod(at(path).c_str(), mode);
    }
    std::string read(const std::string& path) const {
        std::ifstream file(at(path), std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    // Exchanges `from`, which must be there, for `to`.
    void exchange(const std::string& path, const std::string& from, const std::string& to) const {
        std::string text = read(path);
        const std::size_t place = text.find(from);
        ASSERT_NE(place, std::string::npos) << from;
        write(path, text.replace(place, from.size(), to), path.ends_with("authkeys") ? 0600 : 0644);
    }

    fence::DeviceEnd run(const std::vector<std::string>& options) const {
        const std::string programs = HB_DAEMON;
        fence::DeviceProgram program;
        program.argv = {programs.substr(0, programs.rfind('/')) + "/hb_check"};
        program.argv.insert(program.argv.end(), options.begin(), options.end());
        program.env = {"PATH=" + at("/bin") + ":/usr/sbin:/usr/bin:/sbin:/bin",
                       "HB_PEER=" + at("/peer")};
        program.timeout = std::chrono::seconds(50);
        return fence::run(program);
    }
    // Its `--json`, which must fit its exit status.
    nlohmann::json json(std::vector<std::string> options) const {
        options.emplace_back("--json");
        const fence::DeviceEnd end = run(options);
        nlohmann::json json = nlohmann::json::parse(end.output, nullptr, false);
        if (json.is_discarded() || !json.is_object()) {
            ADD_FAILURE() << end.status << ": " << end.output << end.words;
            return {{"findings", nlohmann::json::array()}};
        }
        const std::string verdict = json["verdict"];
        EXPECT_EQ(end.status, verdict == "fine" ? 0 : verdict == "risky" ? 1 : 2) << end.output;
        return json;
    }
    // "FILE:LINE id" of each finding, the file without its folder. What this very machine may
    // lack is left out: its clock, its packet filter, and root as the owner of the scripts.
    std::set<std::string> found(std::vector<std::string> options) const {
        options.insert(options.end(), {"--root", root_});
        const auto json = this->json(options);
        const bool root = ::geteuid() == 0;
        std::set<std::string> out;
        for (const auto& each : json["findings"]) {
            const std::string id = each["id"];
            if (id == "clock_free" || id == "port_closed" || (id == "script_open" && !root))
                continue;
            const std::string file = each["file"];
            const std::string line = std::to_string(each["line"].get<int>());
            out.insert((file.empty() ? "" : file.substr(file.rfind('/') + 1) + ":" + line + " ") +
                       id);
        }
        return out;
    }

private:
    std::string root_;
};

}  // namespace hb::hb_check_test
