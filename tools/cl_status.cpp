// cl_status: asks the daemon of this node how the cluster is. Texts and exit statuses are those of
// Heartbeat 3.0.6, for monitoring reads them; `status` is ours.
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "cl_status_commands.hpp"
#include "client/connection.hpp"

namespace {

using namespace hb::tools;
using hb::client::Connection;

constexpr unsigned whole_seconds = 5;  // of the program, as in 3.0.6
// The alarm comes first.
constexpr hb::Duration longest = std::chrono::seconds{whole_seconds + 1};

constexpr const char* help =
    "usage: cl_status SUB-COMMAND [-m] [OPTIONS] [PARAMETERS]   (-m: in sentences)\n"
    "  status [--json]                everything, what is wrong first\n"
    "  hbstatus [-v]                  does heartbeat run on this machine?\n"
    "  listnodes [-n|-p] [-v]         nodes; -n cluster nodes, -p ping nodes, -v with their links\n"
    "  nodestatus NODE                init, up, active, dead, ping\n"
    "  nodetype NODE                  normal, ping\n"
    "  nodeweight NODE\n"
    "  nodesite NODE\n"
    "  listhblinks [-v] NODE          the lines to that node\n"
    "  hblinkstatus NODE LINK         up, dead\n"
    "  clientstatus NODE CLIENT [MS]  online, offline\n"
    "  rscstatus                      none, local, foreign, all, transition\n"
    "  hbparameter -p NAME            a value of ha.cf\n"
    "See cl_status(1).\n";

class LocalDaemon final : public Daemon {
public:
    explicit LocalDaemon(Connection& connection) : connection_(connection) {}
    hb::Result<std::vector<hb::wire::Message>> ask(std::string_view request, const Fields& fields,
                                                   hb::Duration patience) override {
        return connection_.ask(request, {fields.begin(), fields.end()},
                               patience > hb::Duration::zero() ? patience : longest);
    }
    const hb::wire::Message& welcome() const override { return connection_.exchange().welcome(); }
    void pause(hb::Duration span) override { std::this_thread::sleep_for(span); }

private:
    Connection& connection_;
};

int finish(const Outcome& outcome) {
    std::fputs(outcome.err.c_str(), stderr);
    std::fputs(outcome.out.c_str(), stdout);
    if (std::fflush(stdout) == 0) return outcome.status;
    std::perror("cl_status: stdout");
    return exit_no_answer;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
    if (words.empty() || words[0] == "-h" || words[0] == "--help") {
        return finish({0, help, ""});
    }
    const std::string& command = words[0];
    if (!is_command(command)) {
        return finish(
            {exit_bad_arguments, "", "cl_status: " + command + ": invalid sub-command.\n"});
    }
    ::signal(SIGALRM, [](int) {
        constexpr std::string_view late = "cl_status: no answer in time\n";
        [[maybe_unused]] const auto written = ::write(STDERR_FILENO, late.data(), late.size());
        ::_exit(exit_timed_out);
    });
    ::alarm(whole_seconds);
    const auto connection = Connection::start("");
    if (!connection) return finish(without_daemon(command, connection.error()));
    if (const auto welcome = (*connection)->wait_signed_on(longest); !welcome) {
        return finish(without_daemon(command, welcome.error()));
    }
    LocalDaemon daemon(**connection);
    return finish(run_command(command, {words.begin() + 1, words.end()}, daemon));
}
