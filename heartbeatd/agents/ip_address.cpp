// See ip_address.hpp. Start is in ip_start.cpp, stop in ip_stop.cpp.
#include "agents/ip_address.hpp"

#include "agents/ip_task.hpp"

namespace hb::agents {

namespace {

void ask_status(Task& task, const Machine& machine) {
    const Found found = look(task, machine);
    if (found.here.empty() && !found.elsewhere.empty()) {
        const std::string& wanted = task.spec.interface;
        task.tell("WARN: " + task.spec.written + " is on " + found.elsewhere + ", expected on " +
                  (wanted.empty() ? "the interface of its route" : wanted));
    }
    std::string err = std::move(task.answer.err);
    task.answer = found.here.empty() ? is_stopped() : runs();
    task.answer.err = std::move(err);
}

void ask_statuses(const std::vector<Task*>& tasks) {
    auto netlink = Netlink::open();
    Result<Machine> machine = netlink ? Machine::read(*netlink, tasks, Machine::Needs::places)
                                      : Result<Machine>(tl::unexpected(netlink.error()));
    for (Task* const task : tasks) {
        if (machine) {
            ask_status(*task, *machine);
        } else {
            task->fail(machine.error().what);
        }
    }
}

void act(ScriptAction action, const std::vector<Task*>& tasks, Host& host) {
    switch (action) {
        case ScriptAction::start:
            return start_addresses(tasks, host);
        case ScriptAction::stop:
            return stop_addresses(tasks, host);
        case ScriptAction::status:
            return ask_statuses(tasks);
    }
}

}  // namespace

std::vector<Answer> run_addresses(std::span<const AgentCall> calls, Host& host) {
    std::vector<Task> tasks(calls.size());
    std::vector<Task*> good;
    for (std::size_t i = 0; i < calls.size(); ++i) {
        Task& task = tasks[i];
        task.call = &calls[i];
        task.kind = *address_kind(calls[i].type);
        auto spec = parse_address(task.kind, calls[i].arguments[0]);
        if (spec) {
            task.spec = *std::move(spec);
            good.push_back(&task);
            continue;
        }
        task.tell("ERROR: " + spec.error().what);
        // Nothing can be there under arguments that start refuses; a failing stop would end in the
        // last resort of the daemon, which is a reboot.
        if (calls[i].action == ScriptAction::stop) {
            task.succeed();
        } else {
            task.answer = illegal_with(std::move(task.answer.err));
        }
    }
    if (!good.empty()) act(calls[0].action, good, host);
    std::vector<Answer> out;
    for (Task& task : tasks) out.push_back(std::move(task.answer));
    return out;
}

}  // namespace hb::agents
