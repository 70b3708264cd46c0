// See address_care.hpp.
#include "agents/address_care.hpp"

#include <map>
#include <optional>
#include <utility>

#include "agents/ip_task.hpp"
#include "agents/suspects.hpp"

namespace hb::agents {

namespace {

class Carer {
public:
    Carer(const std::vector<InCare>& addresses, Host& host)
        : addresses_(addresses), host_(host), tasks_(addresses.size()), out_(addresses.size()) {}
    std::vector<CareResult> run();

private:
    bool read();
    void look(std::size_t i);
    bool link_is_away(std::size_t i) const;
    void announce(std::size_t i, const Address& address);
    void send();
    void put_back();
    void name_suspects();

    const std::vector<InCare>& addresses_;
    Host& host_;
    std::vector<Task> tasks_;
    std::vector<CareResult> out_;
    Machine machine_;
    std::vector<std::pair<std::size_t, Burst>> bursts_;
    std::vector<std::size_t> missing_;
};

bool Carer::read() {
    std::vector<Task*> all;
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
        Task& task = tasks_[i];
        task.call = &addresses_[i].call;
        task.kind = *address_kind(task.call->type);
        auto spec = parse_address(task.kind, task.call->arguments.at(0));
        if (!spec) continue;  // it has been started, so this cannot be; it stays `failed`
        task.spec = *std::move(spec);
        out_[i].written = task.spec.written;
        out_[i].interface = task.spec.interface;
        all.push_back(&task);
    }
    auto netlink = Netlink::open();
    auto machine = netlink ? Machine::read(*netlink, all, Machine::Needs::routes)
                           : Result<Machine>(tl::unexpected(netlink.error()));
    if (machine) {
        machine_ = *std::move(machine);
        return true;
    }
    for (CareResult& result : out_) result.words = machine.error().what + "\n";
    return false;
}

// An interface that is down is so by somebody's wish, and IPv6 addresses go with it: a start would
// bring it up again.
bool Carer::link_is_away(std::size_t i) const {
    const AddressSpec& spec = tasks_[i].spec;
    const Link* const link =
        spec.interface.empty() ? machine_.link(addresses_[i].index) : machine_.link(spec.interface);
    if (link != nullptr) return !link->up;
    // Perhaps there is a new one under the same name; a start would go by the routes.
    return !spec.interface.empty() ||
           !choose_route(machine_.routes(), spec.ip, spec.prefix.has_value());
}

void Carer::look(std::size_t i) {
    if (out_[i].written.empty()) return;
    const Found found = agents::look(tasks_[i], machine_);
    if (!found.here.empty()) {
        out_[i].cared = Cared::there;
        out_[i].interface = machine_.link_name(found.here[0].index);
        announce(i, found.here[0]);
        return;
    }
    if (addresses_[i].index != 0 && out_[i].interface.empty()) {
        out_[i].interface = machine_.link_name(addresses_[i].index);
    }
    if (link_is_away(i)) {
        out_[i].cared = Cared::waits_for_link;
    } else {
        missing_.push_back(i);
    }
}

void Carer::announce(std::size_t i, const Address& address) {
    const InCare& wanted = addresses_[i];
    const Link* const link = machine_.link(address.index);
    if (link == nullptr || !link->up || !link->announces) return;
    out_[i].rivalled = wanted.rival && !machine_.has_mac(*wanted.rival);
    const bool asked = wanted.announce_on.contains("") || wanted.announce_on.contains(link->name);
    if (!asked && !wanted.refresh && !out_[i].rivalled) return;
    Burst burst = burst_of(tasks_[i], address, *link);
    if (!asked && !out_[i].rivalled) burst.pairs = 1;
    bursts_.emplace_back(i, std::move(burst));
}

void Carer::send() {
    if (bursts_.empty()) return;
    const auto announcer = host_.announcer();
    std::vector<Burst> rest;
    for (auto& [i, burst] : bursts_) {
        if (!announcer || (*announcer)->send_first_pair(burst) != 0) continue;
        if (burst.pairs == 1) continue;
        out_[i].announced = true;
        rest.push_back(std::move(burst));
    }
    if (!rest.empty()) host_.go_on(std::move(rest));
}

void Carer::put_back() {
    std::vector<AgentCall> calls;
    for (const std::size_t i : missing_) {
        calls.push_back(addresses_[i].call);
        calls.back().action = ScriptAction::start;
    }
    if (calls.empty()) return;
    auto answers = run_calls(calls, host_);
    for (std::size_t k = 0; k < missing_.size(); ++k) {
        CareResult& result = out_[missing_[k]];
        result.cared = answers[k].status == 0 ? Cared::put_back : Cared::failed;
        result.words = std::move(answers[k].err);
    }
}

void Carer::name_suspects() {
    std::map<std::string, std::string> known;  // by interface
    for (const std::size_t i : missing_) {
        std::string& interface = out_[i].interface;
        unsigned index = addresses_[i].index;
        if (const Link* const link = machine_.link(interface); link != nullptr) index = link->index;
        if (!known.contains(interface)) known[interface] = who_could_take(index, interface);
        out_[i].suspects = known[interface];
        if (interface.empty()) interface = "its interface";
    }
}

std::vector<CareResult> Carer::run() {
    if (!read()) return std::move(out_);
    for (std::size_t i = 0; i < tasks_.size(); ++i) look(i);
    put_back();
    send();
    name_suspects();
    return std::move(out_);
}

}  // namespace

std::vector<CareResult> take_care(const std::vector<InCare>& addresses, Host& host) {
    return Carer(addresses, host).run();
}

}  // namespace hb::agents
