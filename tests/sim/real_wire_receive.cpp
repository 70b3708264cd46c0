// See real_wire.hpp: what a 3.0.6 makes of a packet (wire.md 5.4 to 5.7, 6.2).
#include <chrono>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "sim/real_wire.hpp"

namespace hb::sim {

void RealWire::frame(Turn& turn, ByteView bytes) {
    const auto message = signer_.open(bytes);
    if (!message || message->source() != peer_ || message->type().empty()) return;
    if (message->hex("ts").value_or(0) == 0) return;
    heard_ = heard_since_start_ = true;
    if (peer_uuid_.empty()) peer_uuid_ = Bytes(message->binary("srcuuid"));
    if (message->type().starts_with("NS_")) {
        control(turn, *message);
    } else if (const auto number = message->hex("seq"); number && *number > 0) {
        sequenced(turn, *message, *number, message->hex("hg").value_or(0));
    }
    look_for_comm_up(turn);
}

void RealWire::sequenced(Turn& turn, const wire::Message& message, std::uint64_t number,
                         std::uint64_t generation) {
    if (generation < peer_generation_) {
        trace_("ERROR: possible replay attack from " + peer_);
        return;
    }
    const bool status = message.type() == "status";
    if (status && !judge_life(turn, number, generation)) return;
    if (!in_order(turn, number)) return;
    user_.any_message(turn);
    if (status) return status_came(turn, message, number);
    if (for_us(message)) dispatch(turn, message);
}

bool RealWire::judge_life(Turn& turn, std::uint64_t number, std::uint64_t generation) {
    if (generation > peer_generation_) {
        if (peer_generation_ != 0) trace_("Heartbeat restart on node " + peer_);
        reset_tracker();
        last_status_.reset();
        status_number_ = last_ts_ = 0;
        peer_generation_ = generation;
        user_.peer_restarted();
        return true;
    }
    if (generation == 0 || peer_word_ != "dead") return true;
    if (number <= status_number_) return false;
    trace_("CRIT: Cluster node " + peer_ + " returning after partition.");
    send_status(turn);
    user_.peer_returned(turn);
    return true;
}

// False for repeats. There is no acknowledgement when the last gap closes.
bool RealWire::in_order(Turn& turn, std::uint64_t number) {
    using Order = cluster::Sequence::Order;
    const cluster::Sequence::Arrival seen = order_.arrive(number);
    if (seen.order == Order::duplicate || seen.order == Order::old) return false;
    if (seen.order == Order::lost_a_lot) wanted_.clear();
    if (seen.order == Order::late) wanted_.got(number);
    if (seen.order == Order::after_gap) {
        wanted_.forget_below(order_.first_missing());
        for (std::uint64_t n = seen.gap_first; n <= seen.gap_last; ++n) {
            wanted_.want(n, n, turn.now.mono, config_.max_rexmit_delay, dice_);
        }
    }
    if (seen.ack && !seen.repaired && flow_control_) {
        wire::Message answer = wire::make_message("NS_ackmsg");
        answer.set("dest", peer_);
        answer.set("ackseq", to_hex(*seen.ack));
        send_control(turn, std::move(answer));
    }
    return true;
}

bool RealWire::for_us(const wire::Message& message) const {
    const ByteView uuid = message.binary("destuuid");
    if (uuid.size() == 16 && uuid.find_first_not_of('\0') != ByteView::npos) {
        return uuid == uuid_bytes(config_.self_uuid);
    }
    return !message.has("dest") || message.dest() == config_.self;
}

void RealWire::control(Turn& turn, const wire::Message& message) {
    if (message.type() == "NS_nak_rexmit") {
        const auto number = message.hex("firstseq");
        if (number && order_.give_up(*number).order == cluster::Sequence::Order::late) {
            wanted_.got(*number);
        }
        return;
    }
    if (message.has("dest") && message.dest() != config_.self) return;
    if (message.type() == "NS_rexmit") return serve_request(turn, message);
    if (message.type() != "NS_ackmsg" || !flow_control_) return;
    const auto number = message.hex("ackseq");
    if (!number || *number > history_.highest() || *number <= acknowledged_) return;
    acknowledged_ = *number;
}

void RealWire::serve_request(Turn& turn, const wire::Message& message) {
    const auto first = message.dec("firstseq");
    const auto last = message.dec("lastseq");
    if (!first || !last || *first == 0 || *first > *last) return;
    if (*first <= acknowledged_) {
        if (!refuses()) refused_since_ = turn.now.mono;
        refused_at_ = turn.now.mono;
    }
    const Duration pause = config_.max_rexmit_delay - limits::resend_pause_slack;
    const auto answer = history_.asked(*first, *last, acknowledged_, turn.now.mono, pause);
    for (const wire::Message* again : answer.again) emit(*again, turn.out);
    for (const cluster::History::Nak& nak : answer.naks) {
        wire::Message refusal = wire::make_message("NS_nak_rexmit");
        refusal.set("firstseq", to_hex(nak.number));
        refusal.set("dest", peer_);
        refusal.set("info", nak.why);
        send_control(turn, std::move(refusal));
    }
}

void RealWire::dispatch(Turn& turn, const wire::Message& message) {
    if (message.type() == "reqnodes") {
        wire::Message answer;
        answer.set("dest", peer_);
        answer.set("t", "repnodes");
        std::string names;
        for (const NodeName& name : config_.nodes) names += name + " ";
        answer.set("nodelist", names);
        answer.set("delnodelist", " ");
        return send(turn, std::move(answer));
    }
    if (message.type() == "repnodes") {
        if (asking_) complete(turn);
        return;
    }
    user_.message(turn, message, false);
}

void RealWire::status_came(Turn& turn, const wire::Message& status, std::uint64_t number) {
    const std::string word = lower(status.get("st"));
    if (word.empty()) return;
    const std::uint64_t ts = status.hex("ts").value_or(0);
    if (ts < last_ts_ && number < status_number_) return;
    if (!status.has("protocol")) flow_control_ = false;
    const Duration silence = last_status_ ? turn.now.mono - *last_status_ : Duration::zero();
    if (silence > config_.deadtime) {
        trace_("CRIT: Late heartbeat: Node " + peer_ + ": interval " +
               std::to_string(to_ms(silence)) + " ms (> deadtime)");
        if (peer_word_ != "dead") user_.late_heartbeat(turn);
        peer_died(turn);  // and at once it lives again (resources.md 10.2 B24)
    }
    if (word == "dead") return peer_died(turn);
    if (word != peer_word_) {
        trace_("Status update for node " + peer_ + ": status " + word);
        peer_word_ = word;
        user_.peer_status(turn);
    }
    if (const auto ms = status.hex("dt"); ms && *ms > 0) {
        peer_timeout_ = std::chrono::milliseconds(*ms);
    }
    last_ts_ = ts;
    status_number_ = number;
    last_status_ = silent_since_ = turn.now.mono;
}

}  // namespace hb::sim
