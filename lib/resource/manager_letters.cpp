// What other nodes say about groups: one function per message type (resources.md 3.4, 4.3 to 4.13).
#include <algorithm>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "resource/manager.hpp"

namespace hb::resource {

bool Manager::letter(Now now, const NodeName& name, const Letter& letter, Wishes& out) {
    Peer* peer = find(name);
    static constexpr std::string_view known[] = {"starting",    "resource",   "ask_resources",
                                                 "hb_takeover", "ip-request", "ip-request-resp",
                                                 "shutdone",    "hb_fenced"};
    if (std::find(std::begin(known), std::end(known), letter.type) == std::end(known)) {
        return false;
    }
    if (peer == nullptr || !config_.manage) return true;
    if (letter.type == "starting") {
        compare_files(*peer, letter, out);
        on_starting(now.mono, *peer, letter);
    }
    if (letter.type == "resource") on_resource(now, *peer, letter, out);
    if (letter.type == "ask_resources") on_ask_resources(now, *peer, letter, out);
    if (letter.type == "hb_takeover") on_hb_takeover(now, *peer, letter, out);
    if (letter.type == "ip-request") on_ip_request(*peer, letter, out);
    if (letter.type == "ip-request-resp") on_ip_request_resp(*peer, letter, out);
    if (letter.type == "shutdone") on_shutdone(now.mono, *peer, out);
    if (letter.type == "hb_fenced") on_fenced(*peer, letter, out);
    settle(now, out);
    return true;
}

// "Tell me what you hold." Answered as soon as our own groups are known.
void Manager::on_starting(Instant now, Peer& peer, const Letter& letter) {
    peer.question = letter.get("hb_ask");
    answer_due_ = true;
    // Both start: our question may have come before a real node could answer it.
    if (!peer.ours && !peer.reported && !first_decision_) {
        ask_again_at_ = std::min(ask_again_at_, now + limits::ask_again_starting);
    }
}

void Manager::on_resource(Now now, Peer& peer, const Letter& letter, Wishes& out) {
    if (!letter.has("rsc_hold")) {
        wish_log(out, LogId::request_bad, "resource", "no rsc_hold");
        return;
    }
    if (!holding_named(letter.get("rsc_hold"))) {
        wish_log_bad_class(out, letter.get("rsc_hold"), peer.name);
        return;
    }
    if (peer.ours) farewell_unheard_.erase(peer.name);
    const auto answers = words(letter.get("hb_answer"));
    const bool answered =
        std::find(answers.begin(), answers.end(), config_.self + ":" + question_) != answers.end();
    // A word from before our question: what it says may be over.
    if (peer.ours && !peer.reported && !answered) return;
    compare_files(peer, letter, out);
    read_holdings(peer, letter);
    read_survivors(peer, letter, out);
    const bool was_stable = peer.stable;
    if (letter.has("isstable")) peer.stable = letter.get("isstable") == "1";
    if (peer.stable && !was_stable) {
        wish_log(out, LogId::remote_stable);
        offered_.clear();  // what it could not take in its transition is offered again
    }
    if (peer.stable && standby_.peer() == peer.name) {
        peer.ours ? standby_.peer_at_rest(out) : standby_.real_peer_at_rest(now.mono, peer.holding);
    }
    const bool releasing = letter.get("info") == "standby";
    if (releasing && standby_.peer() == peer.name) {
        standby_.release_seen(now.mono);
        if (peer.ours && standby_.agreed() && !stopping_) acquire_released(out);
    }
    settle_conflicts(peer, out);
}

Holding Manager::class_at(const Peer& peer, const GroupTable::Slot& slot) {
    return slot.preferred() == peer.name ? Holding::local : Holding::foreign;
}

// With one of ours the groups by name; with a real node what its class words mean for our file.
// Without rtype=full the word adds, and `none` clears (resources.md 3.4).
void Manager::read_holdings(Peer& peer, const Letter& letter) {
    const Holding said = *holding_named(letter.get("rsc_hold"));
    const bool full = letter.get("rtype") == "full";
    peer.holding = full || said == Holding::none ? said : peer.holding | said;
    const bool known_before = peer.reported && !peer.legacy;
    if (!known_before && !full) {  // the end of a takeover, but not all that it holds
        for (const GroupTable::Slot& slot : table_.slots()) {
            if (includes(said, class_at(peer, slot))) peer.held.insert(slot.key());
        }
        return;
    }
    if (!peer.ours && !known_before && first_decision_) answer_due_ = true;
    peer.reported = true;
    peer.legacy = false;
    peer.report_due = never;
    if (keeps_until_its_word(peer, letter)) {
        if (!known_before) holds_the_rest(peer);
        return;
    }
    peer.held.clear();
    peer.failed.clear();
    if (letter.has("hb_held")) {
        const auto keys_in = [&letter](std::string_view field) {
            const auto keys = words(letter.get(field));
            return std::set<std::string>(keys.begin(), keys.end());
        };
        peer.said_held = keys_in("hb_held");
        peer.said_failed = keys_in("hb_failed");
        peer.leaving = keys_in("hb_leaving");
        peer.marks = read_marks(letter.get("hb_groups"));
        peer.marks_known = letter.has("hb_groups");
        return translate(peer);
    }
    for (const GroupTable::Slot& slot : table_.slots()) {
        if (includes(peer.holding, class_at(peer, slot))) peer.held.insert(slot.key());
    }
}

// A live peer claims what we claim: after a partition, a stall, or a daemon that died while its
// groups lived. Two of ours compute the same keeper; a real node never yields, so we do.
void Manager::settle_conflicts(Peer& peer, Wishes& out) {
    bool told = false;
    for (const GroupTable::Slot& slot : table_.slots()) {
        const bool both = peer.held.contains(slot.key()) &&
                          (slot.tenure == Tenure::acquiring || slot.tenure == Tenure::held ||
                           slot.tenure == Tenure::waiting_for_claim);
        if (!both) {
            if (peer.contested.erase(slot.key()) > 0) announce_again(slot, out);
            continue;
        }
        // It never hears of a wish, so it cannot yield to one.
        const bool wish_only = slot.tenure == Tenure::waiting_for_claim;
        const NodeName keeps = peer.ours && !wish_only ? keeper_of(peer, slot) : peer.name;
        const bool news = peer.contested.insert(slot.key()).second;
        if (news && !wish_only) {
            wish_log(out, table_.class_of(slot) == Holding::local ? LogId::both_own_local
                                                                  : LogId::both_own_foreign);
            wish_log(out, LogId::group_settled, slot.key(), keeps);
        }
        if (keeps == config_.self) {
            told = told || news;
            continue;
        }
        if (!peer.ours) yielding_ = true;
        table_.release(slot.key(), TenureInput::peer_claims, out);
    }
    // It must hear of our claim, in case its last word about us is older. Once: two that keep one
    // group each would answer each other as fast as the lines allow.
    if (told) answer_due_ = true;
}

// What it told the segment of these addresses is no longer true.
void Manager::announce_again(const GroupTable::Slot& slot, Wishes& out) {
    if (slot.tenure != Tenure::held) return;
    AnnounceAgain order;
    for (const config::Member& member : slot.walk.config().members) {
        order.calls.push_back({member.type, member.arguments, ScriptAction::start});
    }
    out.emplace_back(Effect{std::move(order)});
}

void Manager::on_ask_resources(Now now, Peer& peer, const Letter& letter, Wishes& out) {
    if (config_.failback == config::Failback::legacy) {
        wish_log(out, LogId::standby_legacy);
        return;
    }
    if (stopping_ && standby_.idle()) return;
    if (!letter.has("info")) {
        wish_log(out, LogId::request_bad, "ask_resources", "no info");
        return;
    }
    const Standby::Situation situation{own_stable(), peer.stable, peer.ours,
                                       first_before(peer.name)};
    if (put_off(now.mono, peer, letter)) return;
    const Holding given = standby_.given_class();
    switch (standby_.letter(now.mono, peer.name, letter, situation, out)) {
        case Standby::Verdict::release:
            release_class(standby_.given_class(), out);
            return;
        case Standby::Verdict::acquire:
            peer.failback_due = false;
            if (!peer.ours) gave_up(peer, standby_.given_class());
            acquire_class(now.mono, mirrored(standby_.given_class()), out);
            return;
        case Standby::Verdict::finished:
            if (!peer.ours) adopt_given(peer, given);
            return;
        case Standby::Verdict::nothing:
            return;
    }
}

// The peer wants groups: we go standby with the mirrored class.
void Manager::on_hb_takeover(Now now, Peer& peer, const Letter& letter, Wishes& out) {
    const std::string_view word = letter.get("rsc_hold");
    const auto take =
        word == "failback" ? std::optional<Holding>(Holding::all) : holding_named(word);
    if (!take || *take == Holding::none) {
        wish_log_bad_class(out, word, peer.name);
        return;
    }
    wish_log(out, LogId::takeover_asked, holding_word(*take), peer.name);
    standby_command(now, holding_word(mirrored(*take)), out);
}

void Manager::on_ip_request(Peer& peer, const Letter& letter, Wishes& out) {
    const std::string key(letter.get("ipaddr"));
    if (table_.find(key) == nullptr) {
        wish_log(out, LogId::request_bad, "ip-request", "no group " + printable(key));
        return;
    }
    if (peer.disputed.contains(key)) return;  // it means another group
    if (file_word_.ends_with('+')) return;    // what it asks for may be what did not stop here
    if (!peer.ours) peer.held.insert(key);    // it starts it as soon as we have answered
    ip_requests_.emplace(key, peer.name);
}

// While a hand-over runs the request waits; when we stop, the peer takes everything anyway.
void Manager::settle_ip_requests(Wishes& out) {
    if (!standby_.idle() || stopping_) return;
    for (const auto& [key, peer] : ip_requests_) {
        const Tenure tenure = table_.find(key)->tenure;
        if (tenure == Tenure::held || tenure == Tenure::acquiring) {
            table_.release(key, TenureInput::release_asked, out);
        }
    }
}

void Manager::answer_ip_requests(Wishes& out) {
    if (!table_.probed()) return;  // it may run here
    std::erase_if(ip_requests_, [this, &out](const auto& request) {
        if (claimed(table_.find(request.first)->tenure)) return false;
        wish(out, Letter{"ip-request-resp",
                         {{"dest", request.second},
                          {"ipaddr", request.first},
                          {"weown", "yes"},
                          {"ok", "OK"}}});
        // It starts it now, whatever it said before; its next report may say otherwise.
        if (Peer* asker = find(request.second)) {
            asker->failed.erase(request.first);
            asker->has(request.first);
        }
        return true;
    });
}

void Manager::on_ip_request_resp(Peer& peer, const Letter& letter, Wishes& out) {
    const std::string key(letter.get("ipaddr"));
    if (letter.get("dest") == peer.name) return starts_unasked(peer, key, out);
    if (letter.get("dest") != config_.self || letter.get("ok") != "OK" || stopping_) return;
    const GroupTable::Slot* slot = table_.find(key);
    if (slot == nullptr || slot->going || peer.disputed.contains(key) ||
        slot->preferred() != config_.self || ip_asked_.erase(key) == 0) {
        answer_due_ = true;  // it believes that we start it
        return;
    }
    for (Peer& each : peers_) each.has_not(key);  // it is released there
    table_.take(key, out);
}

void Manager::on_shutdone(Instant now, Peer& peer, Wishes& out) {
    wish_log(out, LogId::shutdown_notice, peer.name);
    if (standby_.peer() == peer.name) standby_.cancel(out);
    peer.left = true;
    farewell_unheard_.erase(peer.name);
    decide_claim(now, peer, ClaimInput::left_in_order, true, out);
    answer_due_ = true;  // it ends as soon as it hears what we hold
}

// --- what we say ---

Holding Manager::holding() const {
    return table_.claimed_classes() | without(empty_held_, table_.existing_classes());
}

Letter Manager::report(std::string_view info) const {
    std::string held, failed, leaving;
    for (const GroupTable::Slot& slot : table_.slots()) {
        if (slot.told_as_ours()) held += slot.key() + " ";
        if (slot.tenure == Tenure::failed_here) failed += slot.key() + " ";
        if (slot.tenure == Tenure::releasing) leaving += slot.key() + " ";
    }
    Letter letter{"resource",
                  {{"rsc_hold", std::string(holding_word(holding()))},
                   {"rtype", "full"},
                   {"isstable", own_stable() && !standby_.busy() ? "1" : "0"}}};
    if (!info.empty()) letter.fields.emplace_back("info", info);
    letter.fields.emplace_back("hb_held", held);
    letter.fields.emplace_back("hb_failed", failed);
    if (!leaving.empty()) letter.fields.emplace_back("hb_leaving", leaving);
    letter.fields.emplace_back("hb_file", file_word_);
    if (const auto text = marks()) letter.fields.emplace_back("hb_groups", *text);
    std::string answers;
    for (const Peer& peer : peers_) {
        if (!peer.question.empty()) answers += peer.name + ":" + printable(peer.question, 64) + " ";
    }
    letter.fields.emplace_back("hb_answer", answers);
    std::string survivors;
    for (const Peer& peer : peers_) {
        if (peer.survived_shot) survivors += peer.name + " ";
    }
    if (!survivors.empty()) letter.fields.emplace_back("hb_survived", survivors);
    return letter;
}

std::string_view Manager::holdings() const {
    return stable() || stop_step_ == StopStep::finished ? holding_word(holding()) : "transition";
}

// Lines that 3.0.6 logs at the ends of its transitions.
void Manager::settle_log(Wishes& out) {
    if (!first_decision_ || !table_.settled() || stopping_) return;
    if (!takeover_logged_) {
        takeover_logged_ = true;
        wish_log(out, LogId::mach_down_complete);
        wish_log(out, LogId::takeover_complete, takeover_from_);
    }
    if (!initial_logged_ && standby_.idle()) {
        initial_logged_ = true;
        wish_log(out, includes(holding(), Holding::local) ? LogId::local_complete
                                                          : LogId::local_complete_none);
        wish_log(out, LogId::local_stable);
        wish_log(out, LogId::initial_complete, other() == nullptr ? "mach_down" : "T_RESOURCES");
    }
}

}  // namespace hb::resource
