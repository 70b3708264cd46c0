// See network.hpp.
#include "sim/network.hpp"

#include <algorithm>

namespace hb::sim {
namespace {

// Bytes changed, cut off or put in between.
Bytes damaged(Bytes bytes, Prng& prng) {
    if (bytes.empty()) return bytes;
    switch (prng.below(4)) {
        case 0:
            bytes.resize(prng.below(bytes.size()));
            break;
        case 1:
            bytes.insert(prng.below(bytes.size()), 1 + prng.below(20),
                         static_cast<char>(prng.below(256)));
            break;
        default:
            bytes[prng.below(bytes.size())] ^= static_cast<char>(1U << prng.below(8));
            break;
    }
    return bytes;
}

}  // namespace

Network::Network(const Options& options)
    : seed_(options.seed ^ 0x11e5U),
      usual_(options.line),
      clogged_(options.deadtime() / 2),
      directions_(2, std::vector<Direction>(options.links)) {}

LineOptions Network::now_for(Instant now, std::size_t from) const {
    LineOptions line = usual_;
    const Spell& spell = spells_[from];
    if (now < spell.loss_until) line.loss_percent = std::max(line.loss_percent, 70U);
    if (now < spell.garble_until) line.garble_percent = std::max(line.garble_percent, 40U);
    if (now < spell.clog_until) line.delay_max = std::max(line.delay_max, clogged_);
    return line;
}

std::vector<Network::Arrival> Network::send(Instant now, std::size_t from, LinkId link,
                                            const Bytes& bytes) {
    const auto index = static_cast<std::size_t>(link);
    Direction& direction = directions_[from][index];
    const std::uint64_t number = ++direction.sent;
    std::vector<Arrival> arrivals;
    if (now < direction.cut_until) return arrivals;
    Prng prng(seed_ + number * 6 + index * 2 + from);
    const LineOptions line = now_for(now, from);
    unsigned copies = prng.chance(line.loss_percent) ? 0 : 1;
    if (prng.chance(line.repeat_percent)) ++copies;
    for (unsigned i = 0; i < copies; ++i) {
        Arrival arrival{prng.between(line.delay_min, line.delay_max), bytes, true};
        if (prng.chance(line.garble_percent)) {
            arrival.bytes = damaged(std::move(arrival.bytes), prng);
            arrival.whole = false;
        }
        arrivals.push_back(std::move(arrival));
    }
    return arrivals;
}

void Network::cut(std::size_t from, std::size_t link, Instant until) {
    Direction& direction = directions_[from][link];
    direction.cut_until = std::max(direction.cut_until, until);
}

void Network::cut_all(std::size_t from, Instant until) {
    for (std::size_t link = 0; link < directions_[from].size(); ++link) cut(from, link, until);
}

void Network::spoil(std::size_t from, FaultKind how, Instant until) {
    Spell& spell = spells_[from];
    if (how == FaultKind::loss) spell.loss_until = std::max(spell.loss_until, until);
    if (how == FaultKind::clog) spell.clog_until = std::max(spell.clog_until, until);
    if (how == FaultKind::garble) spell.garble_until = std::max(spell.garble_until, until);
}

void Network::calm() {
    for (auto& lines : directions_) {
        for (Direction& direction : lines) direction.cut_until = {};
    }
    spells_.assign(2, Spell{});
    usual_.loss_percent = usual_.repeat_percent = usual_.garble_percent = 0;
}

bool Network::spoiled(Instant now) const {
    return std::any_of(spells_.begin(), spells_.end(), [now](const Spell& spell) {
        return now < spell.loss_until || now < spell.clog_until || now < spell.garble_until;
    });
}

}  // namespace hb::sim
