// The ping nodes of the simulated world: hosts that answer echo requests while the way to them is
// free. Each machine has a way of its own to each of them.
#pragma once

#include <optional>
#include <vector>

#include "sim/options.hpp"

namespace hb::sim {

class Gateways {
public:
    explicit Gateways(const Options& options);

    // Whether that link leads to one of them.
    bool is_way(LinkId link) const;
    // Which one. REQUIRES: is_way(link).
    std::size_t number(LinkId link) const { return static_cast<std::size_t>(link) - first_link_; }
    // When the answer to this request arrives; nothing: it or the request is lost.
    std::optional<Duration> ask(Instant now, std::size_t machine, LinkId link);

    // Nothing passes between that machine and one gateway, or all of them, until then.
    void cut(std::size_t machine, std::size_t gateway, Instant until);
    void cut_all(std::size_t machine, Instant until);
    // From now on every way is free and perfect.
    void calm();
    // Whether that machine could get an answer of any of them.
    bool reached_by(std::size_t machine, Instant now) const;

private:
    struct Way {
        Instant cut_until{};
        std::uint64_t asked{};
    };
    std::uint64_t seed_;
    std::size_t first_link_;
    LineOptions line_;
    std::vector<std::vector<Way>> ways_;  // [machine][gateway]
};

std::string gateway_name(std::size_t index);

}  // namespace hb::sim
