// The command line of hb_check (hb_check(8)). Opens nothing.
#pragma once

#include <string>

#include "base/instant.hpp"
#include "base/result.hpp"
#include "paths.hpp"

namespace hb::tools {

struct CheckOptions {
    shell::Paths paths;  // below --root
    std::string node;    // empty: this machine
    std::string peer;    // a folder, or ssh:HOST; empty: nobody's files
    std::string fstab{"/etc/fstab"};
    std::string peer_config_dir{"/etc/ha.d"};  // over there
    Duration measure{};                        // how long lateness is measured; zero: not
    bool files_only{}, try_stop{}, json{}, brief{}, help{}, version{};
};

const char* check_usage();
// Errors: bad_config, in words for stderr.
Result<CheckOptions> parse_check_options(int argc, char** argv);

}  // namespace hb::tools
