// hb_agent: a native agent from the shell, `hb_agent TYPE ARGUMENT... start|stop|status`, as
// resource.d/TYPE calls it.
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "agents/agent.hpp"
#include "agents/burst_process.hpp"
#include "agents/state_folder.hpp"

namespace {

using namespace hb;
using namespace hb::agents;

class ShellHost : public Host {
public:
    std::string variable(const std::string& name) const override {
        const char* const value = std::getenv(name.c_str());
        return value == nullptr ? "" : value;
    }
    std::string go_on(std::vector<Burst> bursts) override {
        const StateFolder state(*this);
        for (const Burst& burst : bursts) {
            const std::string name = "send_arp-" + burst.written;
            state.remove(name);
            const pid_t child = burst_in_background(burst, state.file(name));
            if (child < 0) {
                return std::string("fork: ") + std::strerror(errno) +
                       "; only the first pair of frames was sent";
            }
            // Without it a stop cannot end the child, which then sees that the address is gone.
            static_cast<void>(state.write(name, std::to_string(child)));
        }
        return "";
    }
    void end_burst(const std::string& written, const Ip&) override {
        StateFolder(*this).end_announcing_process(written);
    }
};

std::optional<ScriptAction> action_named(const std::string& word) {
    for (const auto action : {ScriptAction::start, ScriptAction::stop, ScriptAction::status}) {
        if (word == action_word(action)) return action;
    }
    return std::nullopt;
}

int usage() {
    std::cerr << "usage: hb_agent TYPE [ARGUMENT...] start|stop|status\n  TYPE is one of";
    for (const Native& native : natives()) std::cerr << ' ' << native.type;
    std::cerr << '\n';
    return 1;
}

int print(const Answer& answer) {
    std::cerr << answer.err << std::flush;
    std::cout << answer.out << std::flush;
    return answer.status;
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<std::string> words(argv + 1, argv + argc);
    if (words.empty()) return usage();
    const Native* const native = find_native(words.front());
    if (native == nullptr) {
        std::cerr << "hb_agent: " << words.front() << ": no native agent of this type\n";
        return usage();
    }
    const auto action = words.size() < 2 ? std::nullopt : action_named(words.back());
    if (!action) return print(usage_of(*native));
    ShellHost host;
    return print(run_call({words.front(), {words.begin() + 1, words.end() - 1}, *action}, host));
}
