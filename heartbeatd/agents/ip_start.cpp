// The start of the address agents: which interface and label, the address itself, its announcement.
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <set>
#include <utility>

#include "agents/ip_task.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"

namespace hb::agents {

namespace {

using namespace std::chrono_literals;

struct Plan {
    Task* task{};
    Address address;
    std::optional<Address> lo_copy;  // steps aside
};

class Starter {
public:
    explicit Starter(Host& host) : host_(host), state_(host) {}
    void run(const std::vector<Task*>& tasks);

private:
    Result<void> prepare(const std::vector<Task*>& tasks);
    void plan(Task& task);
    std::string pick_label(const Link& link);
    void probe();
    void probe(const Link& link, Duration span);
    void carry_out(std::size_t begin, std::size_t end);
    void put_away_lo_copy(Plan& plan);
    void settle_failed(const std::vector<std::pair<Plan*, Outcome>>& failed,
                       std::vector<Plan*>& added);
    void undo(Plan& plan, const std::string& why);
    void bring_up(const std::vector<Plan*>& added);
    void announce(const std::vector<Plan*>& added);
    void go_on_announcing();

    Host& host_;
    StateFolder state_;
    shell::Fd lock_;
    std::optional<Netlink> netlink_;
    Machine machine_;
    std::set<std::string> labels_;
    std::map<unsigned, unsigned> next_label_;  // by link
    std::set<unsigned> up_;                    // links that we brought up
    std::vector<Plan> plans_;
    std::vector<Burst> bursts_;
};

Result<void> Starter::prepare(const std::vector<Task*>& tasks) {
    const bool picks = std::any_of(tasks.begin(), tasks.end(), [](const Task* task) {
        return task->kind == AddressKind::ipaddr && task->spec.label.empty();
    });
    // Until the addresses are there: a start at the same moment must not see the same labels free.
    if (picks) lock_ = state_.lock("IPaddr.lock", limits::agent_lock_wait, host_.cancel);
    auto netlink = Netlink::open();
    if (!netlink) return tl::unexpected(netlink.error());
    netlink_ = *std::move(netlink);
    auto machine = Machine::read(*netlink_, tasks, Machine::Needs::routes);
    if (!machine) return tl::unexpected(machine.error());
    machine_ = *std::move(machine);
    for (const Address& address : machine_.addresses()) labels_.insert(address.label);
    return {};
}

void Starter::run(const std::vector<Task*>& tasks) {
    if (const auto ready = prepare(tasks); !ready) {
        for (Task* const task : tasks) task->fail(ready.error().what);
        return;
    }
    std::set<Ip> planned;
    std::vector<Task*> again;  // the same address a second time: as if called after the first one
    for (Task* const task : tasks) {
        if (planned.insert(task->spec.ip).second) {
            plan(*task);
        } else {
            again.push_back(task);
        }
    }
    probe();
    for (std::size_t at = 0; at < plans_.size(); at += limits::netlink_batch) {
        carry_out(at, std::min(plans_.size(), at + limits::netlink_batch));
    }
    lock_.reset();
    go_on_announcing();
    if (!again.empty()) start_addresses(again, host_);
}

void Starter::plan(Task& task) {
    const AddressSpec& spec = task.spec;
    Found found = look(task, machine_);
    if (!found.here.empty()) return task.succeed();
    if (!found.elsewhere.empty()) {
        return task.fail(spec.written + " is on " + found.elsewhere + " already, expected on " +
                         (spec.interface.empty() ? "the interface of its route" : spec.interface) +
                         ": remove it there, or correct the interface");
    }
    Plan out{&task, {}, found.on_lo};
    const Link* link = machine_.link(spec.interface);
    if (spec.interface.empty()) {
        const auto route = choose_route(machine_.routes(), spec.ip, spec.prefix.has_value());
        if (!route) {
            return task.fail("no route to a directly connected network contains " + spec.written +
                             ": bring its interface up, or give mask and interface, such as " +
                             spec.written + (spec.ip.family == AF_INET ? "/24/eth0" : "/64/eth0"));
        }
        link = machine_.link(route->index);
        out.address.prefix = route->length;
    }
    if (link == nullptr) {
        return task.fail("interface " + spec.interface +
                         " does not exist: expected one of 'ip link'");
    }
    out.address.ip = spec.ip;
    out.address.index = link->index;
    if (spec.prefix) out.address.prefix = *spec.prefix;
    if (spec.ip.family == AF_INET) {
        const bool own = task.kind == AddressKind::ipaddr && spec.label.empty();
        out.address.label = own ? pick_label(*link) : spec.label;
        out.address.broadcast =
            spec.broadcast ? spec.broadcast : broadcast_of(spec.ip, out.address.prefix);
        out.address.scope = spec.ip.bytes[0] == 127 ? RT_SCOPE_HOST : RT_SCOPE_UNIVERSE;
    } else {
        // A dead peer cannot answer a search for duplicates, and services bind to it next.
        out.address.flags = IFA_F_NODAD;
    }
    plans_.push_back(std::move(out));
}

// The first free INTERFACE:N; empty when there is none that the kernel takes.
std::string Starter::pick_label(const Link& link) {
    for (unsigned& n = next_label_[link.index]; n < limits::address_labels_max;) {
        std::string label = link.name + ":" + std::to_string(n++);
        if (!fits_kernel(label)) break;
        if (labels_.insert(label).second) return label;
    }
    return "";
}

void Starter::probe() {
    const std::string text = host_.variable("HA_ADDRESS_PROBE");
    if (text.empty() || plans_.empty()) return;
    const auto span = parse_time(text);
    if (!span) {
        plans_.front().task->tell("WARN: ADDRESS_PROBE " + printable(text) +
                                  ": expected a time, such as 200ms; nobody was asked");
        return;
    }
    std::set<unsigned> links;
    for (const Plan& plan : plans_) links.insert(plan.address.index);
    for (const unsigned index : links) {
        const Link* const link = machine_.link(index);
        if (link != nullptr && link->up && link->announces && *span > 0s) probe(*link, *span);
    }
}

// Who does not want another machine's address gets none of its own.
void Starter::probe(const Link& link, Duration span) {
    std::vector<Ip> wanted;
    for (const Plan& plan : plans_) {
        if (plan.address.index == link.index) wanted.push_back(plan.address.ip);
    }
    const auto owners = who_has(link, wanted, span, host_.cancel);
    for (const Plan& plan : plans_) {
        if (plan.address.index != link.index) continue;
        if (!owners) {
            plan.task->tell("WARN: nobody could be asked for it: " + owners.error().what);
        } else if (const auto owner = owners->find(plan.address.ip); owner != owners->end()) {
            plan.task->fail(to_text(owner->second) + " on " + link.name + " answers for " +
                            plan.task->spec.written + ": expected nobody");
        }
    }
    if (!owners) return;
    std::erase_if(plans_, [&](const Plan& plan) {
        return plan.address.index == link.index && owners->contains(plan.address.ip);
    });
}

void Starter::put_away_lo_copy(Plan& plan) {
    const auto outcome = netlink_->apply({RemoveAddress{*plan.lo_copy}}, host_.cancel).front();
    if (outcome.error != 0) {
        plan.task->tell("WARN: could not remove " + shown(*plan.lo_copy) +
                        " from lo: " + outcome.reason());
        return;
    }
    const std::string name = "lo-" + plan.task->spec.written;
    state_.remove(name);
    const auto note = state_.write(name, shown(*plan.lo_copy) + " " + plan.lo_copy->label);
    if (note) return;
    plan.task->tell("WARN: " + shown(*plan.lo_copy) +
                    " will not return to lo at stop: " + note.error().what);
}

void Starter::carry_out(std::size_t begin, std::size_t end) {
    std::vector<Change> changes;
    for (std::size_t i = begin; i < end; ++i) {
        if (plans_[i].lo_copy && !host_.cancel.stopped()) put_away_lo_copy(plans_[i]);
        changes.emplace_back(AddAddress{plans_[i].address});
    }
    const auto outcomes = netlink_->apply(changes, host_.cancel);
    std::vector<Plan*> added;
    std::vector<std::pair<Plan*, Outcome>> failed;
    for (std::size_t i = begin; i < end; ++i) {
        const Outcome& outcome = outcomes[i - begin];
        if (outcome.error == 0) {
            added.push_back(&plans_[i]);
        } else {
            failed.emplace_back(&plans_[i], outcome);
        }
    }
    if (!failed.empty()) settle_failed(failed, added);
    bring_up(added);
    announce(added);
    for (Plan* const plan : added) plan->task->succeed();
}

// What somebody else added at the same moment is there all the same.
void Starter::settle_failed(const std::vector<std::pair<Plan*, Outcome>>& failed,
                            std::vector<Plan*>& added) {
    std::vector<Task*> tasks;
    for (const auto& [plan, outcome] : failed) tasks.push_back(plan->task);
    const auto machine = Machine::read(*netlink_, tasks, Machine::Needs::links);
    for (const auto& [plan, outcome] : failed) {
        if (machine && !look(*plan->task, *machine).here.empty()) {
            added.push_back(plan);
        } else {
            undo(*plan, outcome.reason());
        }
    }
}

void Starter::undo(Plan& plan, const std::string& why) {
    const std::string problem = restore_lo_copy(*netlink_, state_, *plan.task);
    if (!problem.empty()) plan.task->tell("WARN: " + problem);
    plan.task->fail("could not add " + plan.task->spec.written + "/" +
                    std::to_string(plan.address.prefix) + " to " +
                    machine_.link_name(plan.address.index) + ": " + why);
}

void Starter::bring_up(const std::vector<Plan*>& added) {
    for (Plan* const plan : added) {
        const Link* const link = machine_.link(plan->address.index);
        if (link == nullptr || link->up || !up_.insert(link->index).second) continue;
        const auto outcome = netlink_->apply({LinkUp{link->index}}, host_.cancel).front();
        if (outcome.error == 0) continue;
        plan->task->tell("WARN: could not bring " + link->name + " up: " + outcome.reason());
    }
}

void Starter::announce(const std::vector<Plan*>& added) {
    const auto announcer = host_.announcer();
    if (!announcer) {
        for (Plan* const plan : added) {
            plan->task->tell("WARN: could not announce the address, neighbours learn late: " +
                             announcer.error().what);
        }
        return;
    }
    for (Plan* const plan : added) {
        const Link* const link = machine_.link(plan->address.index);
        if (link == nullptr || !link->announces) continue;
        Burst burst = burst_of(*plan->task, plan->address, *link);
        if (const int error = (*announcer)->send(burst, 0); error != 0) {
            plan->task->tell("WARN: could not announce the address on " + link->name +
                             ", neighbours learn late: " + std::strerror(error));
        }
        bursts_.push_back(std::move(burst));
    }
}

// The second frames, for neighbours that heed only those, when every address had its first.
void Starter::go_on_announcing() {
    if (bursts_.empty()) return;
    // Its error was told with the first frame.
    if (const auto announcer = host_.announcer()) {
        for (const Burst& burst : bursts_) (*announcer)->send(burst, 1);
    }
    const std::string problem = host_.go_on(std::move(bursts_));
    if (!problem.empty()) plans_.front().task->tell("WARN: " + problem);
}

}  // namespace

void start_addresses(const std::vector<Task*>& tasks, Host& host) { Starter(host).run(tasks); }

}  // namespace hb::agents
