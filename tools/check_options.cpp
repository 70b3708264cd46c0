// See check_options.hpp.
#include "check_options.hpp"

#include <getopt.h>

#include "base/text.hpp"

namespace hb::tools {

namespace {

enum Letter : int {
    config_dir = 256,
    root,
    node,
    peer,
    files_only,
    try_stop,
    measure,
    json,
    brief
};

void move_below(const std::string& folder, shell::Paths& paths) {
    for (std::string* path :
         {&paths.config_dir, &paths.state_dir, &paths.run_dir, &paths.pid_file, &paths.init_dir}) {
        path->insert(0, folder);
    }
    for (std::string& path : paths.unit_dirs) path.insert(0, folder);
    for (std::string& path : paths.systemctl) path.insert(0, folder);
}

// "" or what is wrong with it.
std::string take(int letter, const std::string& argument, CheckOptions& out, std::string& below) {
    switch (letter) {
        case config_dir:
            out.peer_config_dir = out.paths.config_dir = argument;
            return argument.starts_with('/') ? "" : "--config-dir: expected an absolute path";
        case root:
            below = argument;
            return argument.starts_with('/') ? "" : "--root: expected an absolute path";
        case node:
            out.node = lower(argument);
            return out.node.empty() ? "--node: expected the name of a node" : "";
        case peer:
            out.peer = argument;
            if (argument == "ssh:" || argument.starts_with("ssh:-") || argument.empty()) {
                return "--peer: expected a folder or ssh:HOST";
            }
            return "";
        case measure: {
            const auto seconds = parse_dec(argument);
            constexpr std::uint64_t most = 3600;
            if (!seconds || *seconds < 1 || *seconds > most) {
                return "--measure: expected seconds, 1 to 3600";
            }
            out.measure = std::chrono::seconds(*seconds);
            return "";
        }
        case files_only:
            out.files_only = true;
            return "";
        case try_stop:
            out.try_stop = true;
            return "";
        case json:
            out.json = true;
            return "";
        case brief:
            out.brief = true;
            return "";
        case 'h':
            out.help = true;
            return "";
        case 'V':
            out.version = true;
            return "";
        default:
            return "unknown option";
    }
}

}  // namespace

const char* check_usage() {
    return "usage: hb_check [OPTIONS]\n"
           "Reads ha.cf, authkeys and haresources; says what is wrong, what is risky, and what\n"
           "happens in each failure. Exit status: 0 fine, 1 risky, 2 wrong, 3 not checked.\n"
           "  --peer DIR|ssh:HOST  compare with the files of the other node\n"
           "  --brief              findings only\n"
           "  --json               for programs\n"
           "  --measure SECONDS    how late this machine is, when no daemon runs\n"
           "  --try-stop           run `stop` twice for what does not run (runs scripts)\n"
           "  --files-only         look at the files, not at this machine\n"
           "  --node NAME          as that node\n"
           "  --config-dir DIR     instead of /etc/ha.d\n"
           "  --root DIR           look for all files below DIR\n"
           "  -h, --help           show this text\n"
           "  -V, --version        show the version\n"
           "See hb_check(8).\n";
}

Result<CheckOptions> parse_check_options(int argc, char** argv) {
    static const option known[] = {{"config-dir", required_argument, nullptr, config_dir},
                                   {"root", required_argument, nullptr, root},
                                   {"node", required_argument, nullptr, node},
                                   {"peer", required_argument, nullptr, peer},
                                   {"measure", required_argument, nullptr, measure},
                                   {"files-only", no_argument, nullptr, files_only},
                                   {"try-stop", no_argument, nullptr, try_stop},
                                   {"json", no_argument, nullptr, json},
                                   {"brief", no_argument, nullptr, brief},
                                   {"help", no_argument, nullptr, 'h'},
                                   {"version", no_argument, nullptr, 'V'},
                                   {nullptr, 0, nullptr, 0}};
    CheckOptions out;
    std::string below;
    for (int letter; (letter = ::getopt_long(argc, argv, "hV", known, nullptr)) != -1;) {
        // getopt_long itself has told of an option that is not there.
        if (letter == '?') return fail(Errc::bad_config, "");
        const std::string argument = optarg == nullptr ? "" : optarg;
        if (const std::string wrong = take(letter, argument, out, below); !wrong.empty()) {
            return fail(Errc::bad_config, wrong);
        }
    }
    if (optind < argc) {
        return fail(Errc::bad_config,
                    "'" + printable(argv[optind], 80) + "': expected options only");
    }
    move_below(below, out.paths);
    out.fstab.insert(0, below);
    return out;
}

}  // namespace hb::tools
