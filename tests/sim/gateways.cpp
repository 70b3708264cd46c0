// See gateways.hpp.
#include "sim/gateways.hpp"

#include <algorithm>

namespace hb::sim {

std::string gateway_name(std::size_t index) { return "gw" + std::to_string(index); }

Gateways::Gateways(const Options& options)
    : seed_(options.seed ^ 0x6a7eU),
      first_link_(options.links),
      line_(options.line),
      ways_(2, std::vector<Way>(options.gateways)) {}

bool Gateways::is_way(LinkId link) const { return static_cast<std::size_t>(link) >= first_link_; }

std::optional<Duration> Gateways::ask(Instant now, std::size_t machine, LinkId link) {
    const std::size_t gateway = static_cast<std::size_t>(link) - first_link_;
    Way& way = ways_[machine][gateway];
    Prng prng(seed_ + ++way.asked * 8 + gateway * 2 + machine);
    if (now < way.cut_until) return std::nullopt;
    const bool lost = prng.chance(line_.loss_percent) || prng.chance(line_.loss_percent);
    const Duration there = prng.between(line_.delay_min, line_.delay_max);
    const Duration back = prng.between(line_.delay_min, line_.delay_max);
    if (lost) return std::nullopt;
    return there + back;
}

void Gateways::cut(std::size_t machine, std::size_t gateway, Instant until) {
    Way& way = ways_[machine][gateway];
    way.cut_until = std::max(way.cut_until, until);
}

void Gateways::cut_all(std::size_t machine, Instant until) {
    for (std::size_t i = 0; i < ways_[machine].size(); ++i) cut(machine, i, until);
}

void Gateways::calm() {
    for (auto& ways : ways_) {
        for (Way& way : ways) way.cut_until = {};
    }
    line_.loss_percent = 0;
}

bool Gateways::reached_by(std::size_t machine, Instant now) const {
    return std::any_of(ways_[machine].begin(), ways_[machine].end(),
                       [now](const Way& way) { return now >= way.cut_until; });
}

}  // namespace hb::sim
