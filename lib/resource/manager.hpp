// The front of the room `resource`: who holds what. Knows nothing of packets, processes or clocks:
// peers are names, scripts are jobs, time is a parameter.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/event.hpp"
#include "config/ha_cf.hpp"
#include "config/haresources.hpp"
#include "resource/arbiter.hpp"
#include "resource/fencer.hpp"
#include "resource/group_table.hpp"
#include "resource/holdings.hpp"
#include "resource/letter.hpp"
#include "resource/peer.hpp"
#include "resource/plan.hpp"
#include "resource/standby.hpp"
#include "resource/view.hpp"

namespace hb::resource {

struct ManagerConfig {
    NodeName self;
    std::uint64_t life{};         // the generation: no two lives of this node have the same
    std::vector<NodeName> nodes;  // normal nodes, file order, `self` among them
    std::vector<config::ResourceGroup> groups;  // file order; keys are unique
    config::Failback failback{config::Failback::legacy};
    config::GroupOrder order{config::GroupOrder::parallel};
    Duration start_timeout{}, status_timeout{}, stop_timeout{};
    int stop_retries{};
    FencingConfig fencing;
    ArbiterConfig arbiter;  // counts only without a fencing device
    bool manage{true};      // false: `-M`, or another manager is in charge
};

class Manager {
public:
    Manager(ManagerConfig config, Now now);

    // Asks every member of every group for its status, before anything is claimed.
    void start(Now now, Wishes& out);
    void comm_up(Now now, Wishes& out);
    void peer_up(Now now, const NodeName& peer, bool restarted, bool ours, Wishes& out);
    void peer_returned(Now now, const NodeName& peer, Wishes& out);
    // Its own communication is up, or no longer (its status word says so).
    void peer_active(Now now, const NodeName& peer, bool active, Wishes& out);
    struct Death {
        bool ever_heard{};
        Lag lag{};  // behind a cut it would count us dead that much later
    };
    void peer_dead(Now now, const NodeName& peer, const Death& death, Wishes& out);
    // It says that it hears nothing from us, or that it does again.
    void heard_by(Now now, const NodeName& peer, bool anywhere, Wishes& out);
    // The other node's deadtime, by its own word.
    void peer_deadtime(Duration deadtime);
    // A ping node has answered.
    void ping_heard(Now now, const NodeName& ping, Wishes& out);
    // A message of ours was sent again, since that peer had missed it.
    void repeated_to(Now now, const NodeName& peer, Wishes& out);
    // starting, resource, ask_resources, hb_takeover, ip-request, ip-request-resp, shutdone,
    // hb_fenced.
    // True when the type is one of these.
    bool letter(Now now, const NodeName& peer, const Letter& letter, Wishes& out);
    void script_done(Now now, const ScriptDone& result, Wishes& out);
    // We stood still: what peers said before is doubted when it was longer than `deadtime`.
    void stalled(Now now, Duration overslept, Duration deadtime, Wishes& out);
    void fence_done(Now now, const FenceDone& result, Wishes& out);
    // An operator's word that a dead node is without power: its groups may be taken.
    void confirm_fenced(Now now, const NodeName& peer, Wishes& out);
    void stop(Now now, Wishes& out);
    void wakeup(Now now, Wishes& out);
    // Failback policy, script limits, groups; failed ones get another chance. Other groups count
    // from the moment on in which nothing moves and what is not among them any more has stopped.
    void reconfigure(Now now, const ManagerConfig& next, Wishes& out);
    Instant next_deadline() const noexcept;

    // hb_standby CLASS here; `failback` is foreign.
    void standby_command(Now now, std::string_view word, Wishes& out);
    // A client wants this node to give up a class: now or never, nothing waits. What came of it.
    enum class Given : std::uint8_t { begun, nothing_here, in_flux, refused };
    Given client_standby(Now now, std::string_view word, Wishes& out);
    // hb_takeover CLASS here.
    void takeover_command(Now now, std::string_view word, Wishes& out);

    // none, local, foreign or all; `transition` while anything moves.
    std::string_view holdings() const;
    std::vector<GroupView> groups() const;
    // The same and all else, for people.
    ManagerView picture(Instant now) const;
    Standing standing() const noexcept { return arbiter_.standing(); }
    bool stopping() const noexcept { return stopping_; }
    bool finished() const noexcept { return stop_step_ == StopStep::finished; }

private:
    enum class StopStep : std::uint8_t { none, waiting, releasing, farewell, finished };

    // Everything that follows from a change of state, in the order in which it may be said and
    // done.
    void settle(Now now, Wishes& out);
    void settle_standby(Now now, Wishes& out);
    void settle_plan(Instant now, Wishes& out);
    void settle_legacy(Instant now, Wishes& out);
    void settle_ip_requests(Wishes& out);
    void settle_failback(Now now, Wishes& out);
    void settle_deferred(Now now, Wishes& out);
    void settle_stop(Now now, Wishes& out);
    void settle_log(Wishes& out);
    void settle_report(Wishes& out);
    // Groups that run nowhere, each told once until that changes (manager_audit.cpp).
    void settle_audit(Wishes& out);
    std::optional<LogLine> complaint(const GroupTable::Slot& slot) const;
    void begin_release(Wishes& out);
    void farewell(Now now, Wishes& out);

    // manager_view.cpp
    GroupState state_of(Instant now, std::size_t index) const;
    void explain(const GroupTable::Slot& slot, std::size_t index, GroupState& state) const;
    void explain_absence(const GroupTable::Slot& slot, GroupState& state) const;

    // letters, one function per type (manager_letters.cpp)
    void on_starting(Instant now, Peer& peer, const Letter& letter);
    void on_resource(Now now, Peer& peer, const Letter& letter, Wishes& out);
    void on_ask_resources(Now now, Peer& peer, const Letter& letter, Wishes& out);
    void on_hb_takeover(Now now, Peer& peer, const Letter& letter, Wishes& out);
    void on_ip_request(Peer& peer, const Letter& letter, Wishes& out);
    void on_ip_request_resp(Peer& peer, const Letter& letter, Wishes& out);
    void on_shutdone(Instant now, Peer& peer, Wishes& out);
    // The class by which that peer calls the group.
    static Holding class_at(const Peer& peer, const GroupTable::Slot& slot);
    void read_holdings(Peer& peer, const Letter& letter);
    void settle_conflicts(Peer& peer, Wishes& out);
    static void announce_again(const GroupTable::Slot& slot, Wishes& out);

    // another haresources, here or there (manager_file.cpp)
    void compare_files(Peer& peer, const Letter& letter, Wishes& out);
    void translate(Peer& peer) const;
    bool left_over() const;
    std::string file_word() const;
    void look_at_own_file();
    void settle_marks();
    std::optional<std::string> marks() const;
    void want_file(const std::vector<config::ResourceGroup>& groups);
    std::string file_waits_for() const;
    void settle_file(Now now, Wishes& out);
    void change_file(Now now, Wishes& out);
    void forget_groups();
    void settle_growth(Instant now, Wishes& out);
    bool runs_elsewhere(const GroupTable::Slot& slot) const;

    // dead peers (manager_fencing.cpp)
    bool may_hold(const Peer& peer, bool ever_heard) const;
    void decide_claim(Instant now, Peer& peer, ClaimInput why, bool ever_heard, Wishes& out);
    void shoot(Instant now, Peer& peer, bool ever_heard, Wishes& out);
    void defend(Instant now, Peer& peer, Wishes& out);
    Duration delay_before(Instant now, const Peer& peer, bool ever_heard) const;
    void tell_of_reset(Peer& peer, bool restarted, Wishes& out);
    void on_fenced(const Peer& peer, const Letter& letter, Wishes& out);
    void read_survivors(Peer& peer, const Letter& letter, Wishes& out);
    NodeName keeper_of(const Peer& peer, const GroupTable::Slot& slot) const;
    void fence_again(Instant now, Wishes& out);
    void tell_blocked(Instant now, Wishes& out);
    void doubt_the_dead(Instant now, Wishes& out);
    void claim_news(Instant now, Peer& peer, ClaimInput input, Wishes& out);
    void claim_returned(Peer& peer, bool restarted, Wishes& out);
    void unwant(Wishes& out);
    bool claims_open() const;
    void take_over_from(Instant now, Peer& peer, Wishes& out);

    // without a device (manager_arbiter.cpp)
    bool arbitrated() const;
    bool contested() const;
    void await_arbiter(Instant now, Peer& peer, Wishes& out);
    void settle_arbiter(Now now, Wishes& out);
    void tell_arbiter(Instant now, Standing before, Standing after, Wishes& out);
    void give_up_isolated(Wishes& out);
    void end_overdue(Wishes& out);

    // hand-overs (manager_moves.cpp)
    bool request_standby(Now now, Holding give, Wishes& out);
    void release_class(Holding give, Wishes& out);
    void acquire_class(Instant now, Holding take, Wishes& out);
    void acquire_released(Wishes& out);
    void reset_failed(Instant now, Holding cls, Wishes& out, const std::set<std::string>& but = {});
    void answer_ip_requests(Wishes& out);

    // what only a Heartbeat 3.0.6 on the other side needs (manager_classic.cpp)
    void expect_report(Instant now, Peer& peer);
    void settle_silent(Now now, Wishes& out);
    void take_for_legacy(Instant now, Peer& peer, Wishes& out);
    void answer_unasked(const Peer& peer);
    bool only_silent(const Peer& peer) const noexcept;
    void settle_offers(Now now, Wishes& out);
    void adopt_given(Peer& peer, Holding given);
    bool keeps_until_its_word(const Peer& peer, const Letter& letter) const;
    void holds_the_rest(Peer& peer);
    void starts_unasked(Peer& peer, const std::string& key, Wishes& out);
    void gave_up(Peer& peer, Holding given);
    void settle_told_again(Instant now);
    bool put_off(Instant now, const Peer& peer, const Letter& letter);
    void settle_late_answer(Now now, Wishes& out);
    bool legacy_between(const Peer& peer) const noexcept;

    // "Tell me what you hold": until the answer to this very question comes, no older word counts.
    void ask_peers(Instant now, Wishes& out);
    void repeat_question(Instant now, Wishes& out);
    bool unanswered() const;
    bool any_of_ours() const;  // a live node that reports groups by name
    Letter report(std::string_view info) const;
    bool may_plan() const;
    bool own_stable() const;  // groups are settled, the first decision is made
    bool stable() const;      // and no hand-over is under way
    View view() const;
    Holding holding() const;
    std::vector<std::string> keys_of(Holding cls) const;
    Peer* find(const NodeName& name);
    const Peer* other() const;  // the one live peer to hand over to, if any
    bool first_before(const NodeName& peer) const;

    ManagerConfig config_;
    std::string file_word_;                                     // digest of the groups in force
    std::optional<std::vector<config::ResourceGroup>> target_;  // while what it lacks is stopped
    std::optional<std::vector<config::ResourceGroup>> wanted_;  // read behind that
    bool file_waits_told_{false};
    std::vector<bool> claims_seen_;  // by group, while files differ
    std::deque<GroupMark> removed_;  // from the file, and another node may not know yet
    GroupTable table_;
    std::vector<Peer> peers_;  // the other nodes, file order
    Standby standby_;
    Fencer fencer_;
    Arbiter arbiter_;
    NodeName unproven_;  // it was just counted dead, and the arbiter decides
    // Classes that have no group in haresources: 3.0.6 announces them all the same.
    Holding empty_held_{Holding::none};
    bool comm_up_{false};
    bool first_decision_{false}, initial_logged_{false};
    std::uint64_t asked_{};  // how often ask_peers() was called
    std::string question_;   // the token of the last one
    Instant ask_again_at_{never};
    bool yielding_{false};    // groups are being released that a real node holds as well
    bool answer_due_{false};  // a `starting` came before our own groups were known
    bool takeover_logged_{true};
    NodeName takeover_from_;
    std::optional<Holding> standby_wanted_;  // hb_standby waits until both nodes are stable
    Instant standby_wanted_until_{never};
    std::set<std::string> standby_keys_;  // groups of the hand-over under way
    std::string last_report_;
    // A real peer takes reports as they arrive: the last one of a row is said once more.
    bool report_is_news_{false};
    Instant tell_again_at_{never};
    Instant quiet_until_{};                                   // since a report was repeated
    std::map<std::string, LogId> complained_;                 // by group
    std::set<std::pair<std::string, NodeName>> ip_requests_;  // group, asker: to answer
    std::map<std::string, Instant> ip_asked_;  // legacy: asked the peer to release; again then
    // A `me` of a real node that came while our groups moved: it waits 10 s for an answer.
    struct UnansweredMe {
        NodeName peer;
        Letter letter;
        Instant until{};
    };
    std::optional<UnansweredMe> unanswered_me_;
    std::set<std::string> offered_;  // failed here, and a real peer was asked to take them
    bool stopping_{false};
    StopStep stop_step_{StopStep::none};
    Instant farewell_until_{never};
    std::set<NodeName> farewell_unheard_;  // peers of ours that have not answered `shutdone`
};

}  // namespace hb::resource
