// See options.hpp. The one file of the daemon that speaks Boost.Program_options.
#include "options.hpp"

#include <algorithm>
#include <boost/program_options.hpp>
#include <sstream>
#include <vector>

namespace hb::shell {

namespace {

namespace po = boost::program_options;

po::options_description described() {
    po::options_description out("Options");
    auto add = out.add_options();
    add("foreground,f", "stay in the foreground");
    add("status,s", "say whether heartbeat runs here; exit 0: yes, 3: no");
    add("kill,k", "stop the running daemon and wait for its end");
    add("reload,r", "read the configuration again; starts heartbeat if it does not run");
    add("restart,R", "start and keep resources that run already (this is always done)");
    add("resources,C", po::value<std::string>()->value_name("WORD"),
        "with -R: what is held, none, local, foreign or all (found out anyway)");
    add("debug,d", "raise the debug level; may be given several times");
    add("no-realtime,l", "no real-time priority, no locked memory");
    add("no-resources,M", "do not manage resources");
    add("verbose,v", "show the configuration before the start");
    add("version,V", "show the version");
    add("defaults,D", "show the directives of ha.cf with their defaults");
    add("wiki,W", "with -D: as wiki markup");
    add("help,h", "show this text");
    add("no-reboot", "after a failed stop end the daemon instead of rebooting (tests)");
    add("record", po::value<std::string>()->value_name("FILE"),
        "write everything that happens to FILE, for hb_replay; it will hold the keys");
    add("config-dir", po::value<std::string>()->value_name("DIR"), "instead of /etc/ha.d");
    add("state-dir", po::value<std::string>()->value_name("DIR"), "instead of /var/lib/heartbeat");
    add("run-dir", po::value<std::string>()->value_name("DIR"), "instead of /run");
    return out;
}

// Flags may be repeated (-d counts, the others mean the same twice); the library allows no option
// twice, so the repetitions are taken out and -d counted.
int count_and_thin(std::vector<po::option>& given) {
    int debug = 0;
    std::vector<std::string> seen;
    std::erase_if(given, [&](const po::option& o) {
        if (o.string_key == "debug") ++debug;
        const bool flag = o.value.empty() && o.position_key < 0;
        if (flag && std::find(seen.begin(), seen.end(), o.string_key) != seen.end()) return true;
        if (flag) seen.push_back(o.string_key);
        return false;
    });
    return debug;
}

Result<Command> chosen_command(const po::variables_map& given) {
    struct Choice {
        const char* option;
        Command command;
    };
    constexpr Choice choices[] = {{"help", Command::help},         {"version", Command::version},
                                  {"defaults", Command::defaults}, {"status", Command::status},
                                  {"kill", Command::stop},         {"reload", Command::reload}};
    Command out = Command::run;
    const char* first = nullptr;
    for (const Choice& choice : choices) {
        if (given.count(choice.option) == 0) continue;
        if (first != nullptr) {
            return fail(Errc::bad_config, std::string("--") + first + " and --" + choice.option +
                                              " exclude each other");
        }
        first = choice.option;
        out = choice.command;
    }
    if (first != nullptr && given.count("restart") != 0) {
        return fail(Errc::bad_config, std::string("--") + first +
                                          " and --restart (-R) exclude "
                                          "each other");
    }
    return out;
}

Result<void> check_resources_word(const po::variables_map& given) {
    if (given.count("resources") == 0) return {};
    if (given.count("restart") == 0) {
        return fail(Errc::bad_config, "--resources (-C) is only allowed with --restart (-R)");
    }
    const std::string word = given["resources"].as<std::string>();
    if (word != "none" && word != "local" && word != "foreign" && word != "all") {
        return fail(Errc::bad_config, "--resources (-C): '" + word +
                                          "' is wrong, expected none, local, foreign or all");
    }
    return {};
}

// Without slashes at the end; an absolute path, since the daemon leaves its working directory.
Result<std::string> folder(const po::variables_map& given, const char* option,
                           std::string otherwise) {
    if (given.count(option) == 0) return otherwise;
    std::string out = given[option].as<std::string>();
    while (out.size() > 1 && out.back() == '/') out.pop_back();
    if (out.empty() || out.front() != '/') {
        return fail(Errc::bad_config, std::string("--") + option + ": '" + out +
                                          "' is wrong, expected an absolute path");
    }
    return out;
}

Result<Paths> chosen_paths(const po::variables_map& given) {
    Paths out;
    const auto config = folder(given, "config-dir", out.config_dir);
    if (!config) return tl::unexpected(config.error());
    const auto state = folder(given, "state-dir", out.state_dir);
    if (!state) return tl::unexpected(state.error());
    const auto run = folder(given, "run-dir", "/run");
    if (!run) return tl::unexpected(run.error());
    out.config_dir = *config;
    out.state_dir = *state;
    out.run_dir = *run + "/heartbeat";
    out.pid_file = *run + "/heartbeat.pid";
    return out;
}

}  // namespace

Result<Options> parse_options(int count, const char* const* words) {
    namespace style = po::command_line_style;
    Options out;
    po::variables_map given;
    try {
        const po::options_description known = described();
        const po::positional_options_description none;
        po::parsed_options parsed = po::command_line_parser(count, words)
                                        .options(known)
                                        .positional(none)
                                        .style(style::unix_style & ~style::allow_guessing)
                                        .run();
        out.debug = count_and_thin(parsed.options);
        po::store(parsed, given);
    } catch (const po::error& error) {
        return fail(Errc::bad_config, error.what());
    }
    const auto command = chosen_command(given);
    if (!command) return tl::unexpected(command.error());
    if (auto word = check_resources_word(given); !word) return tl::unexpected(word.error());
    auto paths = chosen_paths(given);
    if (!paths) return tl::unexpected(paths.error());
    const auto record = given.count("record") == 0 ? Result<std::string>(std::string())
                                                   : folder(given, "record", {});
    if (!record) return tl::unexpected(record.error());

    out.command = *command;
    out.foreground = given.count("foreground") != 0;
    out.resume = given.count("restart") != 0;
    out.manage = given.count("no-resources") == 0;
    out.realtime = given.count("no-realtime") == 0;
    out.verbose = given.count("verbose") != 0;
    out.wiki = given.count("wiki") != 0;
    out.reboot = given.count("no-reboot") == 0;
    out.record = *record;
    out.paths = *std::move(paths);
    return out;
}

std::string usage() {
    std::ostringstream out;
    out << "usage: heartbeatd [-dfhlMv] [--no-reboot] [--record FILE]\n"
           "       heartbeatd -R [-C none|local|foreign|all]\n"
           "       heartbeatd -s | -k | -r | -D [-W] | -V\n\n"
        << described();
    return out.str();
}

}  // namespace hb::shell
