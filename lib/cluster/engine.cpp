// The door of the room: hands each call to the file that knows (state.hpp).
#include "cluster/engine.hpp"

#include <utility>

#include "base/check.hpp"
#include "cluster/state.hpp"

namespace hb::cluster {
namespace {

LivenessTimes times_of(const EngineConfig& config) {
    return {config.deadtime, config.warntime, config.initdead};
}

LivenessTimes ping_times_of(const EngineConfig& config) {
    const Duration silence = config.deadping > Duration::zero() ? config.deadping : config.deadtime;
    return {silence, config.warntime, config.initdead};
}

std::vector<bool> expected_links(const EngineConfig& config) {
    std::vector<bool> expected;
    for (const LinkSpec& link : config.links) {
        expected.push_back(link.expected && !link.shares && !link.ping);
    }
    return expected;
}

}  // namespace

Engine::State::State(EngineConfig given, Now now)
    : config(std::move(given)),
      signer(config.keys),
      members(config.self, config.self_uuid, config.nodes),
      liveness(members.peers(), times_of(config), now.mono),
      links(members.peers(), expected_links(config)),
      one_way(members.peers(), config.links.size()),
      pings(config.pings, ping_times_of(config), now.mono),
      traffic(members.peers(), config.links.size()),
      usable(config.links.size(), true),
      acks(members.peers()),
      roll(members.peers()),
      dice(config.seed),
      last_call(now.mono) {
    HB_CHECK(config.generation > 0);
    HB_CHECK(config.keepalive > Duration::zero() && config.deadtime > Duration::zero());
    for (std::size_t i = 0; i < config.links.size(); ++i) {
        HB_CHECK(static_cast<std::size_t>(config.links[i].id) == i);
    }
    for (const PingSpec& ping : config.pings) {
        const auto link = static_cast<std::size_t>(ping.link);
        HB_CHECK(link < config.links.size() && config.links[link].ping);
    }
    for (std::size_t i = 0; i < members.peers(); ++i) {
        peers.emplace_back(static_cast<unsigned>(dice.below(limits::ack_every)));
    }
}

Engine::Engine(EngineConfig config, Now now)
    : state_(std::make_unique<State>(std::move(config), now)) {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

void Engine::start(Now now, Effects& out) {
    State& s = *state_;
    HB_CHECK(!s.started);
    s.started = true;
    s.last_call = now.mono;
    s.beat.start(now.mono, s.config.keepalive);
    for (const char* word : {"init", "up"}) {
        s.own_word = word;
        out.emplace_back(log_line(LogId::local_status, s.own_word));
        s.send_status(now, out);
    }
    // Once more: a real peer asks for nothing while it takes us to be in `init` (wire.md 5.5).
    s.send_status(now, out);
}

void Engine::frame(Now now, LinkId link, ByteView bytes, Effects& out, Notices& up) {
    State& s = *state_;
    if (static_cast<std::size_t>(link) >= s.config.links.size()) return;
    Turn turn{now, out, up};
    s.notice_stall(turn);
    s.receive(turn, static_cast<std::size_t>(link), bytes);
    s.follow_up(turn);
}

void Engine::wakeup(Now now, Effects& out, Notices& up) {
    Turn turn{now, out, up};
    state_->notice_stall(turn);
    state_->pass_time(turn);
    state_->follow_up(turn);
}

void Engine::link_changed(Now now, LinkId link, bool usable, Effects& out) {
    State& s = *state_;
    const auto index = static_cast<std::size_t>(link);
    if (index >= s.usable.size()) return;
    s.usable[index] = usable;
    if (!usable || !s.started) return;
    s.beat.extra(now.mono);
    if (s.beat.extra_due(now.mono)) s.send_status(now, out);
}

void Engine::load(std::string first_line_of_loadavg) {
    if (first_line_of_loadavg.empty()) first_line_of_loadavg = "n/a";
    first_line_of_loadavg.resize(std::min(first_line_of_loadavg.size(), limits::load_bytes_max));
    state_->load = std::move(first_line_of_loadavg);
}

std::uint64_t Engine::send(Now now, wire::Message message, Effects& out) {
    return state_->send(now, std::move(message), out);
}

std::optional<wire::Message> Engine::say(Now now, wire::Message message, Effects& out) {
    wire::Message sent;
    if (state_->send(now, std::move(message), out, &sent) == 0) return std::nullopt;
    return with_auth(std::move(sent));
}

wire::Message Engine::with_auth(wire::Message message) const {
    if (state_->config.inner_auth == wire::InnerAuth::absent) return message;
    auto complete = state_->signer.with_auth(message);
    return complete ? *std::move(complete) : message;
}

void Engine::listen(Ears ears) {
    state_->ears = ears;
    if (ears != Ears::curious) state_->heard_aside.clear();
}

std::vector<Overheard> Engine::take_overheard() { return std::exchange(state_->heard_aside, {}); }

void Engine::send_status(Now now, Effects& out) { state_->send_status(now, out); }

void Engine::reconfigure(Now now, const EngineConfig& next, Effects& out) {
    State& s = *state_;
    HB_CHECK(next.self == s.config.self && next.nodes == s.config.nodes);
    HB_CHECK(next.links.size() == s.config.links.size());
    HB_CHECK(next.pings.size() == s.config.pings.size());
    HB_CHECK(next.generation == s.config.generation);
    if (!(next.keys == s.config.keys)) s.signer = wire::Signer(next.keys);
    const bool announce = next.deadtime != s.config.deadtime;
    s.config = next;
    s.liveness.set_times(times_of(next));
    s.pings.set_times(ping_times_of(next));
    s.beat.new_keepalive(now.mono, next.keepalive);
    if (announce && s.started) s.send_status(now, out);
}

void Engine::last_words(Effects& out) { state_->damper.last_words(out); }

Instant Engine::next_deadline() const { return state_->next_deadline(); }

std::uint64_t Engine::heartbeats() const noexcept { return state_->beat.count(); }

bool Engine::comm_up() const noexcept { return state_->roll.complete(); }

const std::string& Engine::own_status() const noexcept { return state_->own_word; }

bool Engine::usable(LinkId link) const { return state_->usable[static_cast<std::size_t>(link)]; }

std::optional<Bytes> Engine::uuid_of(const NodeName& node) const {
    return state_->members.uuid_of(node);
}

// A peer that has acknowledged nothing yet in this life of ours or its own will soon do so.
bool Engine::crowded() const noexcept {
    const State& s = *state_;
    if (!s.acks.on()) return false;
    for (std::size_t peer = 0; peer < s.peers.size(); ++peer) {
        const std::uint64_t had = s.acks.of(peer);
        if (had != 0 && s.liveness.state(peer) == PeerState::alive &&
            s.history.highest() - had > limits::flow_limit) {
            return true;
        }
    }
    return false;
}

bool Engine::alive(const NodeName& peer) const noexcept {
    const auto index = state_->members.find(peer);
    if (!index) return peer == state_->config.self;
    return state_->liveness.state(*index) == PeerState::alive;
}

bool Engine::ours(const NodeName& peer) const noexcept {
    const auto index = state_->members.find(peer);
    return index ? state_->peers[*index].ours : peer == state_->config.self;
}

bool Engine::acknowledged(const NodeName& peer, std::uint64_t number) const noexcept {
    const auto index = state_->members.find(peer);
    return index && state_->acks.of(*index) >= number;
}

std::uint64_t Engine::last_sent() const noexcept { return state_->history.highest(); }

}  // namespace hb::cluster
