// See real_causes.hpp.
#include "sim/real_causes.hpp"

#include "sim/real_node.hpp"

namespace hb::sim {
namespace {

const RealNode* real_node(const Options& options, const Machine& machine) {
    if (!options.real[machine.index] || machine.core == nullptr) return nullptr;
    return dynamic_cast<const RealNode*>(machine.core.get());
}

// The group's class as that machine calls it: groups prefer the machines in turn.
resource::Holding class_at(const Machine& machine, const std::string& token) {
    const auto group = group_of(token);
    return group % 2 == machine.index ? resource::Holding::local : resource::Holding::foreign;
}

bool start_fails(const Options& options, const std::string& token) {
    for (const BadScript& bad : options.bad_scripts) {
        if (bad.group == group_of(token) && bad.what <= ScriptFault::start_hangs) {
            return true;
        }
    }
    return false;
}

}  // namespace

bool real_legacy(const Options& options) {
    return options.node[0].failback == config::Failback::legacy ||
           options.node[1].failback == config::Failback::legacy;
}

std::string real_overlap(const Options& options, const Machines& machines,
                         const std::string& token) {
    for (const Machine& machine : machines) {
        if (!options.real[machine.index]) continue;
        const RealNode* real = real_node(options, machine);
        const bool claims =
            real != nullptr && claims_class(real->facts(), class_at(machine, token));
        if (machine.forgotten.contains(token) && !claims) {
            return "4.2: its daemon was killed, the next one asks nobody what runs";
        }
        if (real == nullptr) continue;
        if (const auto why = cause_of_overlap(real->facts(), class_at(machine, token))) return *why;
    }
    return {};
}

std::string real_orphan(const Options& options, const Machines& machines,
                        const std::string& token) {
    if (real_legacy(options) && start_fails(options, token)) {
        return "4.18: in legacy mode a group whose start failed is offered to nobody";
    }
    for (const Machine& machine : machines) {
        if (!options.real[machine.index]) continue;
        const std::string first = token_of(group_of(token), 0);
        if (machine.forgotten.contains(first) && machine.running.contains(first)) {
            return "3.3: its daemon was killed in a start, the next one looks at a first member "
                   "only";
        }
        const RealNode* real = real_node(options, machine);
        if (real == nullptr) continue;
        if (const auto why = cause_of_orphan(real->facts(), class_at(machine, token))) return *why;
        // What the other waits for.
        if (const auto why = cause_of_unrest(real->facts())) return *why;
    }
    return {};
}

std::string real_leftover(const Options& options, const Machine& machine) {
    const RealNode* real = real_node(options, machine);
    if (real == nullptr || real->facts().scripts_beside == never) return {};
    return "5.10: its scripts ran beside those of its own end";
}

std::string real_unrest(const Options& options, const Machines& machines) {
    for (const Machine& machine : machines) {
        const RealNode* real = real_node(options, machine);
        if (real == nullptr) continue;
        if (const auto why = cause_of_unrest(real->facts())) return *why;
    }
    return {};
}

}  // namespace hb::sim
