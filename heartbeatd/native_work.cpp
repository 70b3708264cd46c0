// See native_work.hpp.
#include "native_work.hpp"

#include <map>
#include <utility>

#include "agents/state_folder.hpp"
#include "agents/wrapper.hpp"

namespace hb::shell {

std::string DaemonHost::variable(const std::string& name) const {
    for (const std::string& one : *environment_) {
        if (one.size() > name.size() && one.starts_with(name) && one[name.size()] == '=') {
            return one.substr(name.size() + 1);
        }
    }
    return "";
}

void DaemonHost::end_burst(const std::string& written, const agents::Ip& ip) {
    announcements_->end(ip);
    agents::StateFolder(*this).end_announcing_process(written);
}

void NativeWork::carry_out(const std::string& folder) {
    if (aside) return aside(host);
    std::map<std::string, bool> found;  // by type
    std::vector<AgentCall> calls;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        const AgentCall& call = jobs[i].call;
        if (!found.contains(call.type)) {
            found[call.type] = agents::is_wrapper(folder + "/" + call.type);
        }
        ours.push_back(found[call.type]);
        if (!ours.back()) continue;
        calls.push_back(call);
        places.push_back(i);
    }
    answers.resize(jobs.size());
    if (calls.empty()) return;
    auto given = agents::run_calls(calls, host);
    for (std::size_t i = 0; i < places.size(); ++i) answers[places[i]] = std::move(given[i]);
}

}  // namespace hb::shell
