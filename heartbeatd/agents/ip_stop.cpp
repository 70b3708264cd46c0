// The stop of the address agents: takes away their addresses and no others.
#include <fcntl.h>
#include <linux/if_addr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <utility>

#include "agents/ip_task.hpp"

namespace hb::agents {

namespace {

struct Removal {
    Task* task{};
    Address address;
};

bool switched_on(const std::string& path) {
    const shell::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    char value = '0';
    return file && ::read(file.get(), &value, 1) == 1 && value != '0';
}

bool switch_on(const std::string& path) {
    const shell::Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    return file && ::write(file.get(), "1\n", 2) == 2;
}

class Stopper {
public:
    explicit Stopper(Host& host) : host_(host), state_(host) {}
    void run(const std::vector<Task*>& tasks);

private:
    Result<void> prepare(const std::vector<Task*>& tasks);
    void collect(Task& task);
    void protect_secondaries(Task& task, unsigned index);
    void remove();
    void put_back();
    void finish(const std::vector<Task*>& tasks);

    Host& host_;
    StateFolder state_;
    std::optional<Netlink> netlink_;
    Machine machine_;
    std::vector<Removal> removals_;
    std::map<unsigned, Task*> endangered_;  // links whose secondaries fall; who is told
    std::set<unsigned> looked_after_;
    std::map<Task*, std::string> left_;  // what could not be removed, and why
};

Result<void> Stopper::prepare(const std::vector<Task*>& tasks) {
    auto netlink = Netlink::open();
    if (!netlink) return tl::unexpected(netlink.error());
    netlink_ = *std::move(netlink);
    auto machine = Machine::read(*netlink_, tasks, Machine::Needs::links);
    if (!machine) return tl::unexpected(machine.error());
    machine_ = *std::move(machine);
    return {};
}

void Stopper::run(const std::vector<Task*>& tasks) {
    for (Task* const task : tasks) host_.end_burst(task->spec.written, task->spec.ip);
    if (const auto ready = prepare(tasks); !ready) {
        for (Task* const task : tasks) task->fail(ready.error().what);
        return;
    }
    for (Task* const task : tasks) collect(*task);
    // The first address of a network goes after its secondaries: each time it goes the kernel
    // promotes one of them and makes all their routes anew.
    std::stable_partition(removals_.begin(), removals_.end(),
                          [](const Removal& one) { return one.address.secondary(); });
    for (const Removal& one : removals_) {
        if (one.address.ip.family != AF_INET || one.address.secondary()) continue;
        if (looked_after_.insert(one.address.index).second) {
            protect_secondaries(*one.task, one.address.index);
        }
    }
    remove();
    put_back();
    finish(tasks);
}

void Stopper::collect(Task& task) {
    Found found = look(task, machine_);
    if (!found.elsewhere.empty()) {
        task.tell("INFO: left alone on " + found.elsewhere +
                  ": not the interface of this resource");
    }
    for (Address& address : found.here) removals_.push_back({&task, std::move(address)});
}

// The kernel drops the secondary addresses of a network with its first one, unless told to promote
// one of them. Set before each removal of a first one: a start of another process at this very
// moment may add the first secondary.
void Stopper::protect_secondaries(Task& task, unsigned index) {
    const std::string name = machine_.link_name(index);
    const auto path = [](const std::string& scope) {
        return "/proc/sys/net/ipv4/conf/" + scope + "/promote_secondaries";
    };
    if (switched_on(path("all")) || switched_on(path(name))) return;
    if (switch_on(path(name))) {
        task.tell("INFO: set net.ipv4.conf." + name +
                  ".promote_secondaries=1: other addresses of " + name + " stay");
    } else {
        endangered_.emplace(index, &task);
    }
}

void Stopper::remove() {
    std::vector<Change> changes;
    for (const Removal& one : removals_) changes.emplace_back(RemoveAddress{one.address});
    const auto outcomes = netlink_->apply(changes, host_.cancel);
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        if (outcomes[i].error == 0 || outcomes[i].error == EADDRNOTAVAIL) continue;
        left_.emplace(removals_[i].task, "could not remove " + removals_[i].task->spec.written +
                                             " from " +
                                             machine_.link_name(removals_[i].address.index) + ": " +
                                             outcomes[i].reason());
    }
}

// Where the kernel's switch cannot be set (many containers): what fell is added again.
void Stopper::put_back() {
    if (endangered_.empty()) return;
    const auto now_there = netlink_->addresses(AF_INET);
    if (!now_there) return;
    std::set<std::pair<unsigned, Ip>> ours;
    for (const Removal& one : removals_) ours.emplace(one.address.index, one.address.ip);
    for (const Address& before : machine_.addresses()) {
        const auto at = endangered_.find(before.index);
        if (at == endangered_.end() || !before.secondary()) continue;
        if (ours.contains({before.index, before.ip})) continue;
        const bool stayed =
            std::any_of(now_there->begin(), now_there->end(), [&before](const Address& one) {
                return one.ip == before.ip && one.index == before.index;
            });
        if (stayed) continue;
        Address fallen = before;
        fallen.flags = 0;
        // Even when we are to stop: it is not ours to leave away.
        const auto outcome = netlink_->apply({AddAddress{fallen}}, Cancel()).front();
        const std::string where = shown(fallen) + " back on " + machine_.link_name(before.index);
        at->second->tell(outcome.error == 0
                             ? "INFO: put " + where
                             : "ERROR: could not put " + where + ": " + outcome.reason());
    }
}

void Stopper::finish(const std::vector<Task*>& tasks) {
    Result<Machine> after = Machine();
    if (!left_.empty()) after = Machine::read(*netlink_, tasks, Machine::Needs::links);
    for (Task* const task : tasks) {
        const auto left = left_.find(task);
        // Somebody else may have removed it at the same moment.
        if (left != left_.end() && (!after || !look(*task, *after).here.empty())) {
            task->fail(left->second);
            continue;
        }
        const std::string problem = restore_lo_copy(*netlink_, state_, *task);
        if (!problem.empty()) task->tell("WARN: " + problem);
        task->succeed();
    }
}

}  // namespace

void stop_addresses(const std::vector<Task*>& tasks, Host& host) { Stopper(host).run(tasks); }

}  // namespace hb::agents
