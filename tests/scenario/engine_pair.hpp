// Engines in virtual time on a tiny network in memory: loss, cuts, pauses, crashes. For tests of
// lib/cluster alone; whole nodes with groups are simulated in tests/sim.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <queue>
#include <set>
#include <string>
#include <vector>

#include "base/prng.hpp"
#include "cluster/engine.hpp"

namespace hb::test {

struct PairOptions {
    std::vector<std::string> names{"alpha", "beta"};
    Duration keepalive{std::chrono::seconds(1)};
    Duration deadtime{std::chrono::seconds(5)};
    Duration warntime{std::chrono::milliseconds(2500)};
    Duration initdead{std::chrono::seconds(12)};
    Duration max_rexmit_delay{std::chrono::milliseconds(250)};
    std::size_t links{1};
    std::uint64_t seed{1};
    unsigned loss_percent{0};
    Duration delay{std::chrono::microseconds(100)};
    Duration jitter{};           // at most this much more, drawn per frame: frames overtake
    unsigned repeat_percent{0};  // frames that the network delivers twice
    bool loop_back{true};        // broadcasts come back to their sender, as from a kernel
};

// One frame that was put on the wire.
struct SentFrame {
    Instant at{};
    std::size_t from{};
    LinkId link{};
    Bytes bytes;
    wire::Message message;
    bool lost{};  // for at least one receiver
};

class EnginePair {
public:
    explicit EnginePair(PairOptions options) : options_(std::move(options)), dice_(options_.seed) {
        for (std::size_t i = 0; i < options_.names.size(); ++i) nodes_.push_back({});
    }

    // Starts a node, or starts it again in a new life.
    void boot(std::size_t node) {
        Node& n = nodes_[node];
        ++n.generation;
        ++n.life;
        n.engine = std::make_unique<cluster::Engine>(config_of(node), clock());
        n.paused = false;
        Effects out;
        n.engine->start(clock(), out);
        perform(node, out);
    }
    void crash(std::size_t node) {
        nodes_[node].engine.reset();
        nodes_[node].waiting.clear();
        ++nodes_[node].life;
    }
    // A paused node neither hears nor speaks; what came waits in its sockets.
    void pause(std::size_t node) { nodes_[node].paused = true; }
    void resume(std::size_t node) {
        Node& n = nodes_[node];
        n.paused = false;
        auto waiting = std::move(n.waiting);
        n.waiting.clear();
        for (const auto& [link, bytes] : waiting) give(node, link, bytes);
    }
    void cut(bool on) { cut_ = on; }
    // Nothing from `from` arrives anywhere.
    void mute(std::size_t from, bool on) {
        if (on) {
            muted_.insert(from);
        } else {
            muted_.erase(from);
        }
    }
    void cut_link(std::size_t link, bool on) {
        if (on) {
            dead_links_.insert(link);
        } else {
            dead_links_.erase(link);
        }
    }
    void set_loss(unsigned percent) { options_.loss_percent = percent; }

    // Everything that is due until `until`, that instant included.
    void run_until(Instant until) {
        for (;;) {
            Instant next = wire_.empty() ? never : wire_.top().at;
            for (const Node& n : nodes_) {
                if (n.engine && !n.paused) {
                    next = std::min(next, std::max(n.engine->next_deadline(), now_));
                }
            }
            if (next > until) break;
            now_ = std::max(now_, next);
            // Input before timers, as the daemon does it.
            if (!wire_.empty() && wire_.top().at <= now_) {
                const InFlight frame = wire_.top();
                wire_.pop();
                arrive(frame);
                continue;
            }
            for (std::size_t i = 0; i < nodes_.size(); ++i) wake(i);
        }
        now_ = until;
    }
    void run_for(Duration span) { run_until(now_ + span); }

    cluster::Engine& engine(std::size_t node) { return *nodes_[node].engine; }
    bool running(std::size_t node) const { return nodes_[node].engine != nullptr; }
    bool paused(std::size_t node) const { return nodes_[node].paused; }
    std::uint64_t life(std::size_t node) const { return nodes_[node].life; }
    bool comm_up(std::size_t node) { return nodes_[node].engine && engine(node).comm_up(); }
    std::uint64_t send(std::size_t node, wire::Message message) {
        Effects out;
        const auto number = engine(node).send(clock(), std::move(message), out);
        perform(node, out);
        return number;
    }
    // One frame straight into a node.
    void give(std::size_t node, LinkId link, const Bytes& bytes) {
        Effects out;
        cluster::Notices up;
        engine(node).frame(clock(), link, bytes, out, up);
        note(node, up);
        perform(node, out);
    }

    Now clock() const {
        return {now_, 1800000000U + static_cast<std::uint32_t>(to_ms(now_.since_start) / 1000)};
    }
    Instant now() const { return now_; }

    cluster::EngineConfig config_of(std::size_t node) const {
        cluster::EngineConfig config;
        config.self = options_.names[node];
        config.self_uuid.fill(static_cast<unsigned char>('A' + node));
        config.generation = 40 + nodes_[node].generation;
        config.nodes = options_.names;
        for (std::size_t i = 0; i < options_.links; ++i) {
            config.links.push_back({static_cast<LinkId>(i), "eth" + std::to_string(i), false});
        }
        config.keepalive = options_.keepalive;
        config.deadtime = options_.deadtime;
        config.warntime = options_.warntime;
        config.initdead = options_.initdead;
        config.max_rexmit_delay = options_.max_rexmit_delay;
        config.ttl = 3;
        config.inner_auth = wire::InnerAuth::present;
        config.compression_threshold_bytes = 2048;
        config.keys = keys();
        config.seed = options_.seed * 1000 + node;
        return config;
    }
    static wire::Keys keys() {
        wire::Keys keys;
        keys.by_index[1] = wire::Key{wire::Method::sha1, "SecretKey"};
        keys.signing = 1;
        return keys;
    }

    std::vector<std::string> trace;  // notices and log lines with their time
    std::vector<SentFrame> sent;     // everything, in order, when `record` is set
    bool record{true};
    std::size_t lost_frames{0};

    struct Happened {
        Instant at{};
        cluster::Notice notice;
        std::uint64_t life{};  // of the node it was told to
    };
    const std::vector<Happened>& notices(std::size_t node) const { return nodes_[node].notices; }
    // When a kind of notice first came after `from`; `never` if it did not.
    template <class Kind>
    Instant first(std::size_t node, Instant from = {}) const {
        for (const Happened& one : nodes_[node].notices) {
            if (one.at >= from && std::holds_alternative<Kind>(one.notice)) return one.at;
        }
        return never;
    }
    template <class Kind>
    std::size_t count(std::size_t node) const {
        std::size_t many = 0;
        for (const Happened& one : nodes_[node].notices) {
            many += std::holds_alternative<Kind>(one.notice) ? 1U : 0U;
        }
        return many;
    }
    std::size_t logged(const std::string& words) const {
        std::size_t many = 0;
        for (const std::string& line : trace) many += line.find(words) != std::string::npos;
        return many;
    }

private:
    struct Node {
        std::unique_ptr<cluster::Engine> engine;
        std::uint64_t generation{};
        std::uint64_t life{};
        bool paused{false};
        std::deque<std::pair<LinkId, Bytes>> waiting;
        std::vector<Happened> notices;
    };
    struct InFlight {
        Instant at{};
        std::uint64_t order{};
        std::size_t to{};
        LinkId link{};
        Bytes bytes;
        bool operator<(const InFlight& other) const {
            return at != other.at ? at > other.at : order > other.order;
        }
    };

    void wake(std::size_t node) {
        Node& n = nodes_[node];
        if (!n.engine || n.paused || n.engine->next_deadline() > now_) return;
        Effects out;
        cluster::Notices up;
        n.engine->wakeup(clock(), out, up);
        note(node, up);
        perform(node, out);
    }
    void arrive(const InFlight& frame) {
        Node& n = nodes_[frame.to];
        if (!n.engine) return;
        if (n.paused) {
            n.waiting.emplace_back(frame.link, frame.bytes);
            return;
        }
        give(frame.to, frame.link, frame.bytes);
    }
    void perform(std::size_t node, const Effects& out) {
        for (const Effect& effect : out) {
            if (const auto* line = std::get_if<LogLine>(&effect)) say(node, "> " + log_text(*line));
            if (const auto* frame = std::get_if<SendFrame>(&effect)) transmit(node, *frame);
        }
    }
    void transmit(std::size_t from, const SendFrame& frame) {
        bool any_lost = false;
        for (std::size_t to = 0; to < nodes_.size(); ++to) {
            if (to == from && !options_.loop_back) continue;
            const bool cut = cut_ || muted_.contains(from) ||
                             dead_links_.contains(static_cast<std::size_t>(frame.link));
            if (to != from && (cut || dice_.chance(options_.loss_percent))) {
                any_lost = true;
                ++lost_frames;
                continue;
            }
            const int copies = dice_.chance(options_.repeat_percent) ? 2 : 1;
            for (int i = 0; i < copies; ++i) {
                const Duration delay = options_.delay + dice_.between({}, options_.jitter);
                wire_.push({now_ + delay, ++order_, to, frame.link, frame.bytes});
            }
        }
        if (!record) return;
        static const wire::Signer reader(keys());
        sent.push_back({now_, from, frame.link, frame.bytes,
                        reader.open(frame.bytes).value_or(wire::Message{}), any_lost});
    }
    void note(std::size_t node, const cluster::Notices& up) {
        for (const cluster::Notice& notice : up) {
            nodes_[node].notices.push_back({now_, notice, nodes_[node].life});
            say(node, std::visit([](const auto& one) { return shown(one); }, notice));
        }
    }
    void say(std::size_t node, const std::string& what) {
        trace.push_back("[" + std::to_string(to_ms(now_.since_start)) + "] " +
                        options_.names[node] + " " + what);
    }

    static std::string shown(const cluster::CommUp&) { return "CommUp"; }
    static std::string shown(const cluster::PeerUp& n) {
        return "PeerUp " + n.peer + (n.restarted ? " restarted" : "") + (n.ours ? " ours" : "");
    }
    static std::string shown(const cluster::PeerDead& n) {
        return "PeerDead " + n.peer + (n.ever_heard ? "" : " never heard");
    }
    static std::string shown(const cluster::PeerReturned& n) { return "PeerReturned " + n.peer; }
    static std::string shown(const cluster::PeerStatus& n) {
        return "PeerStatus " + n.peer + " " + std::string(n.message.get("st"));
    }
    static std::string shown(const cluster::PingState& n) {
        return "PingState " + n.ping + (n.up ? " up" : " dead");
    }
    static std::string shown(const cluster::PingHeard& n) { return "PingHeard " + n.ping; }
    static std::string shown(const cluster::LinkState& n) {
        return "LinkState " + n.node + " " + std::to_string(static_cast<unsigned>(n.link)) +
               (n.up ? " up" : " dead");
    }
    static std::string shown(const cluster::HeardBy& n) {
        return "HeardBy " + n.peer + (n.anywhere ? " again" : " nowhere");
    }
    static std::string shown(const cluster::Delivered& n) {
        return "Delivered " + std::string(n.message.type()) + " from " + n.peer;
    }
    static std::string shown(const cluster::SentAgain& n) { return "SentAgain to " + n.peer; }
    static std::string shown(const cluster::StalledUs& n) {
        return "StalledUs " + std::to_string(to_ms(n.overslept));
    }

    PairOptions options_;
    Prng dice_;
    std::vector<Node> nodes_;
    std::priority_queue<InFlight> wire_;
    std::uint64_t order_{};
    Instant now_{};
    bool cut_{false};
    std::set<std::size_t> muted_, dead_links_;
};

}  // namespace hb::test
