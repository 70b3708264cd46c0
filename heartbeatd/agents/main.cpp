// hb_agent: a native agent from the shell, `hb_agent TYPE ARGUMENT... start|stop|status`, as
// resource.d/TYPE calls it.
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agents/agent.hpp"
#include "agents/burst_process.hpp"
#include "agents/state_folder.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"

namespace {

using namespace hb;
using namespace hb::agents;

class ShellHost : public Host {
public:
    std::string variable(const std::string& name) const override {
        const char* const value = std::getenv(name.c_str());
        return value == nullptr ? "" : value;
    }
    std::vector<std::string> environment() const override {
        std::vector<std::string> out;
        for (char** one = ::environ; one != nullptr && *one != nullptr; ++one) {
            out.emplace_back(*one);
        }
        return out;
    }
    bool children_apart() const override { return false; }
    void began(pid_t) override {}
    void ended(pid_t) override {}
    Result<SharedAnnouncer> announcer() override {
        if (!announcer_) {
            auto opened = Announcer::open();
            if (!opened) return tl::unexpected(opened.error());
            announcer_ = std::make_shared<const Announcer>(*std::move(opened));
        }
        return announcer_;
    }
    // A single one leaves a pid file, by which a stop ends it at once. Many share a process, which
    // sees by itself that an address is gone.
    std::string go_on(std::vector<Burst> bursts) override {
        const StateFolder state(*this);
        const std::string name = bursts.size() == 1 ? "send_arp-" + bursts[0].written : "";
        if (!name.empty()) state.remove(name);
        const pid_t child = burst_in_background(bursts, name.empty() ? "" : state.file(name));
        if (child < 0) {
            return std::string("fork: ") + std::strerror(errno) +
                   "; only the first pair of frames was sent";
        }
        if (!name.empty()) static_cast<void>(state.write(name, std::to_string(child)));
        return "";
    }
    void end_burst(const std::string& written, const Ip&) override {
        StateFolder(*this).end_announcing_process(written);
    }

private:
    SharedAnnouncer announcer_;  // goes with the process, or with the one that sends the repeats
};

std::optional<ScriptAction> action_named(const std::string& word) {
    for (const auto action : {ScriptAction::start, ScriptAction::stop, ScriptAction::status}) {
        if (word == action_word(action)) return action;
    }
    return std::nullopt;
}

int usage() {
    std::cerr << "usage: hb_agent TYPE [ARGUMENT...] start|stop|status\n"
                 "       hb_agent --batch start|stop|status\n"
                 "  TYPE is one of";
    for (const Native& native : natives()) std::cerr << ' ' << native.type;
    std::cerr << "\n  --batch: one `TYPE ARGUMENT...` a line on stdin, all of them at once\n";
    return 1;
}

bool is_known(const std::string& type) {
    if (find_native(type) != nullptr) return true;
    std::cerr << "hb_agent: " << type << ": no native agent of this type\n";
    return false;
}

int print(const Answer& answer) {
    std::cerr << answer.err << std::flush;
    std::cout << answer.out << std::flush;
    return answer.status;
}

// Each answer is a line `EXIT-STATUS TYPE ARGUMENT...`. The first exit status that is not 0.
int run_batch(ScriptAction action, Host& host) {
    std::vector<AgentCall> calls;
    std::string line;
    while (std::getline(std::cin, line)) {
        auto parts = hb::words(line);
        if (parts.empty()) continue;
        if (calls.size() == limits::agent_calls_max) {
            std::cerr << "hb_agent: expected at most " << limits::agent_calls_max << " lines\n";
            return 1;
        }
        if (!is_known(parts.front())) return usage();
        calls.push_back({parts.front(), {parts.begin() + 1, parts.end()}, action});
    }
    const auto answers = run_calls(calls, host);
    int status = 0;
    for (std::size_t i = 0; i < calls.size(); ++i) {
        std::cerr << answers[i].err;
        std::cout << answers[i].status << ' ' << calls[i].type;
        for (const std::string& argument : calls[i].arguments) std::cout << ' ' << argument;
        std::cout << '\n';
        if (status == 0) status = answers[i].status;
    }
    return status;
}

}  // namespace

int main(int argc, char** argv) {
    // Inherited as "ignored" it would make the kernel throw the ends of programs away.
    ::signal(SIGCHLD, SIG_DFL);
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.empty()) return usage();
    std::optional<ScriptAction> action;
    if (words.size() > 1) action = action_named(words.back());
    ShellHost host;
    if (words.front() == "--batch") {
        return action && words.size() == 2 ? run_batch(*action, host) : usage();
    }
    if (!is_known(words.front())) return usage();
    if (!action) return print(usage_of(*find_native(words.front())));
    return print(run_call({words.front(), {words.begin() + 1, words.end() - 1}, *action}, host));
}
