// hb_check: is this pair of nodes set up well, and what will it do when something fails? Gathers
// the files and the facts; lib/check judges.
#include <unistd.h>

#include <cstdio>
#include <optional>
#include <string>

#include "base/json.hpp"
#include "base/text.hpp"
#include "check/report.hpp"
#include "check_copies.hpp"
#include "check_facts.hpp"
#include "load_config.hpp"

namespace {

using namespace hb;
using namespace hb::tools;

constexpr int exit_not_checked = 3;

int complain(const std::string& words) {
    if (!words.empty()) std::fprintf(stderr, "hb_check: %s\n", words.c_str());
    return exit_not_checked;
}

int finish(const std::string& text, int status) {
    std::fputs(text.c_str(), stdout);
    if (std::fflush(stdout) == 0) return status;
    std::perror("hb_check: stdout");
    return exit_not_checked;
}

config::Machine machine_of(const std::string& node) { return {node, true, 0}; }

// The other node's files, as that node reads them; or why there are none.
Result<check::Side> peer_side(const check::Side& own, const CheckOptions& options,
                              std::optional<Duration>& clock_off) {
    Fetched fetched;
    if (options.peer.starts_with("ssh:")) {
        auto answer = copies_over_ssh(options.peer.substr(4), options.peer_config_dir);
        if (!answer) return tl::unexpected(answer.error());
        fetched = std::move(*answer);
    } else {
        fetched = copies_in(options.peer);
        // Whoever copies files by hand may leave the keys where they are.
        fetched.files.authkeys.may_lack = true;
        if (!fetched.files.ha_cf.why.empty() && !fetched.files.haresources.why.empty()) {
            return fail(Errc::not_found, printable(options.peer) + ": no ha.cf in it (" +
                                             fetched.files.ha_cf.why + ")");
        }
    }
    clock_off = fetched.clock_off;
    const std::string node = fetched.node.empty() ? check::other_node(own) : fetched.node;
    return check::read_side(fetched.files, machine_of(node));
}

int run(const CheckOptions& options) {
    const std::string here = shell::local_node_name(options.paths);
    const bool elsewhere = !options.node.empty() && options.node != here;
    const bool facts_wanted = !options.files_only && !elsewhere;
    check::Side own = facts_wanted ? own_side(options.paths)
                                   : check::read_side(copies_in(options.paths.config_dir).files,
                                                      machine_of(elsewhere ? options.node : here));
    if (options.try_stop && !facts_wanted) {
        return complain("--try-stop runs scripts of this machine, and only its files are checked");
    }

    check::Facts facts;
    if (facts_wanted) facts = gather_facts(own, options);
    if (options.try_stop) {
        if (facts.daemon_runs) return complain("--try-stop: heartbeat runs here, stop it first");
        if (::geteuid() != 0) return complain("--try-stop: only root may run the scripts");
        facts.trials = try_stops(own, options.paths);
    }

    std::optional<Result<check::Side>> peer;
    if (!options.peer.empty()) peer = peer_side(own, options, facts.peer_clock_off);
    const bool peer_read = peer && *peer;
    const check::Side other =
        peer_read ? **peer : check::read_side(own.files, machine_of(check::other_node(own)));
    const check::Subject subject{own, other, peer_read ? &other : nullptr,
                                 facts_wanted ? &facts : nullptr};
    check::Findings findings = check::check(subject);
    if (peer && !*peer) {
        findings.push_back(
            check::make_finding(check::FindingId::peer_unread, {}, {peer->error().what}));
        check::sort(findings);
    }
    const check::Report report = check::make_report(subject, findings);
    return finish(
        options.json ? hb::to_json(report) + "\n" : check::report_page(report, options.brief),
        check::exit_status(report));
}

}  // namespace

int main(int argc, char** argv) {
    const auto options = parse_check_options(argc, argv);
    if (!options) {
        complain(options.error().what);
        std::fputs(check_usage(), stderr);
        return exit_not_checked;
    }
    if (options->help) return finish(check_usage(), 0);
    if (options->version) return finish("hb_check " HB_VERSION "\n", 0);
    return run(*options);
}
