// Where things lie on this machine. Everything that opens a file asks here, so that a test or a
// second daemon can live in a folder of its own.
#pragma once

#include <string>
#include <vector>

namespace hb::shell {

struct Paths {
    std::string config_dir{"/etc/ha.d"};
    std::string state_dir{"/var/lib/heartbeat"};
    std::string run_dir{"/run/heartbeat"};
    std::string pid_file{"/run/heartbeat.pid"};
    std::string init_dir{"/etc/init.d"};
    std::string lock_dir{"/var/lock"};  // of serial devices (UUCP)
    std::string share_dir{"/usr/share/heartbeat"};
    std::string self{"/proc/self/exe"};  // this program, for run_as.hpp
    std::string plugin_dir{"/usr/lib/heartbeat/plugins"};
    std::string plugin_helper{"/usr/libexec/heartbeat/heartbeat-plugin-helper"};
    std::vector<std::string> unit_dirs{"/etc/systemd/system", "/run/systemd/system",
                                       "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
                                       "/lib/systemd/system"};
    std::vector<std::string> systemctl{"/usr/bin/systemctl", "/bin/systemctl"};

    std::string ha_cf() const { return config_dir + "/ha.cf"; }
    std::string authkeys() const { return config_dir + "/authkeys"; }
    std::string haresources() const { return config_dir + "/haresources"; }
    std::string nodeinfo() const { return config_dir + "/nodeinfo"; }
    std::string resource_dir() const { return config_dir + "/resource.d"; }
    std::string rc_dir() const { return config_dir + "/rc.d"; }
    std::string fifo() const { return state_dir + "/fifo"; }
    std::string client_socket() const { return run_dir + "/register"; }
    std::string generation() const { return state_dir + "/hb_generation"; }
    std::string uuid() const { return state_dir + "/hb_uuid"; }
    std::string delhostcache() const { return state_dir + "/delhostcache"; }
    std::string cores() const { return state_dir + "/cores"; }
    std::string scripts_under_way() const { return run_dir + "/scripts"; }
    std::string programs_under_way() const { return run_dir + "/programs"; }
    std::string fencing_plugins() const { return plugin_dir + "/stonith"; }
    std::string fence_history() const { return state_dir + "/fence_history"; }
    std::string fence_devices() const { return run_dir + "/fence_devices"; }
    std::string rsctmp() const { return run_dir + "/rsctmp"; }
};

}  // namespace hb::shell
