// Ping nodes: who answers, who is late or silent, and what is asked of them (wire.md 7.7). Ping
// nodes are indices in file order. Sends nothing and logs nothing.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "cluster/engine.hpp"
#include "cluster/liveness.hpp"

namespace hb::cluster {

class Pings {
public:
    // `times.deadtime` is deadping.
    Pings(const std::vector<PingSpec>& pings, LivenessTimes times, Instant start);

    std::size_t size() const noexcept { return pings_.size(); }
    const NodeName& name(std::size_t ping) const { return pings_[ping].spec.name; }
    LinkId link(std::size_t ping) const { return pings_[ping].spec.link; }
    PingView view(std::size_t ping, Instant now) const;
    // The ping node behind this link, if it is one of theirs.
    std::optional<std::size_t> on_link(std::size_t link) const noexcept;

    // What goes out as an echo request: a message as if the ping node had said it. `ts`: of the
    // status that it goes with, noted by asking().
    wire::Message request(std::size_t ping, std::uint64_t ts) const;
    void asking(std::uint64_t ts, Instant now);

    enum class Echo : std::uint8_t { fits, of_another, wrong, stale };
    // Whether this signed message is the node's answer to a request of ours. `of_another`: of
    // another ping node at the same address. `stale`: to a request that is older than deadping, or
    // that we never made: somebody may play recorded answers.
    Echo judge(std::size_t ping, const wire::Message& echo) const;

    struct Heard {
        bool came_up{};
        bool late{};  // and the answer before was not
        Duration interval{};
    };
    Heard heard(std::size_t ping, Instant now);
    // Who just went dead, by silence.
    std::vector<std::size_t> passed(Instant now);

    void comm_up() noexcept { silence_.comm_up(); }
    void set_times(LivenessTimes times);
    void forgive(Duration overslept) { silence_.forgive(overslept); }

    bool up(std::size_t ping) const { return silence_.state(ping) == PeerState::alive; }
    bool ever_heard(std::size_t ping) const { return pings_[ping].ever_heard; }
    // Each was heard or counted out: communication may come up.
    bool settled() const noexcept;
    Instant next_deadline() const { return silence_.next_deadline(); }

private:
    struct Ping {
        PingSpec spec;
        bool ever_heard{false};
        bool late{false};
    };
    std::vector<Ping> pings_;
    Liveness silence_;
    Duration stale_after_{};
    // `ts` of requests and when it was last used; a wall clock that is set changes nothing.
    std::deque<std::pair<std::uint64_t, Instant>> asked_;
};

}  // namespace hb::cluster
