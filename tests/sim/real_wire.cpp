// See real_wire.hpp: what a 3.0.6 sends, and what passing time does to it.
#include "sim/real_wire.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"

namespace hb::sim {

using namespace std::chrono_literals;

namespace {

constexpr Duration poll = 250ms;

NodeName other_node(const cluster::EngineConfig& config) {
    HB_CHECK(config.nodes.size() == 2);
    return config.nodes[config.nodes[0] == config.self ? 1 : 0];
}

// The text fields in the order of the wire, without the standard ones.
std::string words_of(const wire::Message& message) {
    std::string words = ">";
    for (const wire::Field& field : message.fields) {
        if (field.name == "src") break;
        if (field.type == wire::FieldType::string) words += " " + field.name + "=" + field.value;
    }
    return words;
}

}  // namespace

RealWire::RealWire(const cluster::EngineConfig& config, Instant now, User& user,
                   const TraceLine& trace)
    : config_(config),
      user_(user),
      trace_(trace),
      signer_(config.keys),
      dice_(config.seed),
      peer_(other_node(config)),
      started_(now),
      silent_since_(now),
      peer_timeout_(config.deadtime),
      order_(static_cast<unsigned>(dice_.below(limits::ack_every))) {}

void RealWire::start(Turn& turn) {
    grace_ends_ = turn.now.mono + 5s;
    send_status(turn);
    own_word_ = "up";
    send_status(turn);
    send_status(turn);
    next_beat_ = turn.now.mono + config_.keepalive;
}

Instant RealWire::poll_after(Instant due) const {
    if (due == never) return never;
    const Duration since = std::max(due - started_, Duration::zero());
    return started_ + (since + poll - 1ns) / poll * poll;
}

void RealWire::wakeup(Turn& turn) {
    const Instant now = turn.now.mono;
    woken_at_ = now;
    scan(turn);
    if (now >= grace_ends_) {
        grace_ends_ = never;
        extra_timeout_ = 0s;
        send_status(turn);
    }
    if (now >= next_beat_) {
        next_beat_ = std::max(next_beat_ + config_.keepalive, now);
        send_status(turn);
    }
    ask_for_missing(turn);
    look_for_comm_up(turn);
}

void RealWire::scan(Turn& turn) {
    const Instant now = turn.now.mono;
    if (now >= poll_after(own_due())) {
        own_heard_ = now;  // told once
        user_.own_silence(turn);
    }
    if (now >= poll_after(peer_due())) peer_died(turn);
}

Instant RealWire::peer_due() const {
    if (peer_word_ == "dead") return never;
    return silent_since_ + (comm_up_ ? peer_timeout_ : config_.initdead);
}

Instant RealWire::own_due() const { return own_heard_ + config_.deadtime + extra_timeout_; }

void RealWire::peer_died(Turn& turn) {
    trace_("WARN: node " + peer_ + ": is dead");
    peer_word_ = "dead";
    if (!comm_up_) complete(turn);
    user_.peer_dead(turn, heard_since_start_);
    last_ts_ = 0;
    heard_ = false;
    reset_tracker();
}

bool RealWire::refuses() const {
    return refused_at_ != Instant{} && woken_at_ - refused_at_ < 3s &&
           refused_at_ - refused_since_ < 12s;
}

void RealWire::reset_tracker() {
    order_.reset();
    wanted_.clear();
    acknowledged_ = 0;
}

void RealWire::look_for_comm_up(Turn& turn) {
    if (comm_up_ || (!heard_ && peer_word_ != "dead")) return;
    if (peer_word_ == "dead" || !flow_control_) return complete(turn);
    if (asking_ && turn.now.mono < ask_again_) return;
    asking_ = true;
    ask_again_ = turn.now.mono + 1s;
    wire::Message request = wire::make_message("reqnodes");
    request.set("dest", peer_);
    send(turn, std::move(request));
}

void RealWire::complete(Turn& turn) {
    comm_up_ = true;
    asking_ = false;
    ask_again_ = never;
    trace_("Comm_now_up(): updating status to active");
    own_word_ = "active";
    send_status(turn);
    user_.comm_up(turn);
}

// Each number on its own, and none of a peer that is in `init` or dead: that gap stays open.
void RealWire::ask_for_missing(Turn& turn) {
    for (const auto& range : wanted_.due(turn.now.mono, config_.max_rexmit_delay)) {
        for (std::uint64_t number = range.first; number <= range.last; ++number) {
            if (!peer_lives()) {
                wanted_.got(number);
                continue;
            }
            wire::Message request = wire::make_message("NS_rexmit");
            request.set("dest", peer_);
            request.set("firstseq", std::to_string(number));
            request.set("lastseq", std::to_string(number));
            send_control(turn, std::move(request));
        }
    }
}

Instant RealWire::next_deadline() const {
    return std::min({next_beat_, grace_ends_, poll_after(peer_due()), poll_after(own_due()),
                     wanted_.next_deadline(), ask_again_});
}

void RealWire::send_status(Turn& turn) {
    wire::Message status = wire::make_message("status");
    status.fields.reserve(13);
    status.set("st", own_word_);
    status.set("dt", to_hex(static_cast<std::uint64_t>(to_ms(config_.deadtime + extra_timeout_))));
    if (flow_control_) status.set("protocol", "1");
    own_heard_ = turn.now.mono;
    send(turn, std::move(status));
}

void RealWire::send(Turn& turn, wire::Message message) {
    const std::uint64_t number = history_.highest() + 1;
    add_standard_fields(message, number, turn.now);
    history_.keep(number, message);
    user_.any_message(turn);
    if (message.type() != "status") {
        if (for_us(message)) user_.message(turn, message, true);
        trace_(words_of(message));
    }
    emit(message, turn.out);
}

void RealWire::send_control(Turn& turn, wire::Message message) {
    add_standard_fields(message, 0, turn.now);
    emit(message, turn.out);
}

void RealWire::add_standard_fields(wire::Message& message, std::uint64_t number, Now now) const {
    if (message.has("dest")) {
        message.set_binary("destuuid", peer_uuid_.empty() ? Bytes(16, '\0') : peer_uuid_);
        if (message.dest() == config_.self) {
            message.set_binary("destuuid", uuid_bytes(config_.self_uuid));
        }
    }
    message.set("src", config_.self);
    message.set_binary("srcuuid", uuid_bytes(config_.self_uuid));
    if (number > 0) message.set("seq", to_hex(number));
    message.set("hg", to_hex(config_.generation));
    message.set("ts", to_hex(now.unix_seconds == 0 ? 1U : now.unix_seconds));
    if (number > 0) message.set("ld", "0.00 0.00 0.00 1/100 1000");
    message.set("ttl", std::to_string(config_.ttl));
}

void RealWire::emit(const wire::Message& message, Effects& out) const {
    const auto packet = signer_.seal_netstring(message, config_.inner_auth);
    HB_CHECK(packet);  // all of them are short
    for (const cluster::LinkSpec& link : config_.links)
        out.emplace_back(SendFrame{link.id, *packet});
}

}  // namespace hb::sim
