// See one_way.hpp.
#include "cluster/one_way.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "base/text.hpp"

namespace hb::cluster {
namespace {

// Stands in the list for a line whose number is not known yet.
constexpr std::string_view unnamed_line = "?";

}  // namespace

std::optional<HeardByPeer> read_heard(std::string_view field, const NodeName& self) {
    if (field.size() > limits::heard_field_bytes_max) return std::nullopt;
    for (const std::string& entry : words(field)) {
        if (!entry.starts_with(self + ":")) continue;
        HeardByPeer heard;
        for (const std::string& line :
             words(std::string_view(entry).substr(self.size() + 1), ",")) {
            const auto number = parse_dec(line);
            if (line == unnamed_line) {
                heard.unnamed = true;
            } else if (number && *number < limits::links_max) {
                heard.lines.insert(static_cast<std::size_t>(*number));
            } else {
                return std::nullopt;
            }
        }
        return heard;
    }
    return std::nullopt;
}

void OneWay::came_over(std::size_t peer, std::size_t link, std::uint64_t their_number) {
    if (their_number < limits::links_max) all_[peer * links_ + link].their_number = their_number;
}

void OneWay::forget(std::size_t peer) {
    peers_[peer].reset();
    for (std::size_t link = 0; link < links_; ++link) {
        Line& line = all_[peer * links_ + link];
        line.their_number.reset();
        line.way = Way::both;
        line.due = never;
        line.told = false;
    }
}

std::string OneWay::heard_entry(std::size_t peer, const NodeName& name, const Links& links) const {
    std::set<std::uint64_t> numbers;
    bool unnamed = false;
    for (std::size_t link = 0; link < links_; ++link) {
        if (!links.up(peer, link)) continue;
        const Line& line = all_[peer * links_ + link];
        if (line.their_number) {
            numbers.insert(*line.their_number);
        } else {
            unnamed = true;
        }
    }
    std::string list;
    for (const std::uint64_t number : numbers) {
        list += (list.empty() ? "" : ",") + std::to_string(number);
    }
    if (unnamed) list += (list.empty() ? "" : ",") + std::string(unnamed_line);
    return name + ":" + list;
}

Way OneWay::way_of(std::size_t peer, std::size_t link, const Links& links) const {
    const auto& heard = peers_[peer];
    if (!heard || heard->unnamed) return Way::both;
    const bool to_us = links.up(peer, link);
    const bool to_peer = heard->lines.contains(link);
    if (to_us == to_peer) return Way::both;
    return to_us ? Way::only_to_us : Way::only_to_peer;
}

bool OneWay::long_deaf(std::size_t peer) const {
    const auto first = all_.begin() + static_cast<std::ptrdiff_t>(peer * links_);
    return !hears_us(peer) &&
           std::any_of(first, first + static_cast<std::ptrdiff_t>(links_),
                       [](const Line& line) { return line.told && line.way == Way::only_to_us; });
}

std::vector<OneWay::Change> OneWay::look(Instant now, const Links& links,
                                         const std::vector<Duration>& patience) {
    std::vector<Change> changes;
    for (std::size_t i = 0; i < all_.size(); ++i) {
        const std::size_t peer = i / links_, link = i % links_;
        Line& line = all_[i];
        const Way way = way_of(peer, link, links);
        if (way != line.way) {
            if (line.told) changes.push_back({peer, link, Way::both});
            line.told = false;
            line.way = way;
            line.due = way == Way::both ? never : std::max(now + patience[peer], line.quiet_until);
        }
        if (line.due > now) continue;
        line.due = never;
        line.told = true;
        line.quiet_until = now + limits::link_flap_log_pause;
        changes.push_back({peer, link, way});
    }
    return changes;
}

Instant OneWay::next_deadline() const {
    Instant first = never;
    for (const Line& line : all_) first = std::min(first, line.due);
    return first;
}

}  // namespace hb::cluster
