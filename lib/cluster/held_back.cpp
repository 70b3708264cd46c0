// See held_back.hpp.
#include "cluster/held_back.hpp"

#include <utility>

namespace hb::cluster {
namespace {

// What a message takes in memory, roughly. Depth is bounded by the decoder.
std::size_t bytes_of(const wire::Message& message) {
    std::size_t bytes = sizeof(message);
    for (const wire::Field& field : message.fields) {
        bytes += sizeof(field) + field.name.size() + field.value.size();
        for (const std::string& item : field.list) bytes += sizeof(item) + item.size();
        if (field.nested) bytes += bytes_of(*field.nested);
    }
    return bytes;
}

}  // namespace

void HeldBack::add(std::uint64_t number, wire::Message message) {
    const std::size_t bytes = bytes_of(message);
    const auto [at, added] = waiting_.try_emplace(number, Waiting{std::move(message), bytes});
    if (added) bytes_ += bytes;
}

std::optional<wire::Message> HeldBack::surplus() {
    if (waiting_.size() <= messages_max_ && bytes_ <= bytes_max_) return std::nullopt;
    auto lowest = waiting_.extract(waiting_.begin());
    bytes_ -= lowest.mapped().bytes;
    return std::move(lowest.mapped().message);
}

std::vector<std::pair<std::uint64_t, wire::Message>> HeldBack::take_below(std::uint64_t limit) {
    std::vector<std::pair<std::uint64_t, wire::Message>> taken;
    while (!waiting_.empty() && (limit == 0 || waiting_.begin()->first < limit)) {
        auto lowest = waiting_.extract(waiting_.begin());
        bytes_ -= lowest.mapped().bytes;
        taken.emplace_back(lowest.key(), std::move(lowest.mapped().message));
    }
    return taken;
}

void HeldBack::clear() {
    waiting_.clear();
    bytes_ = 0;
}

}  // namespace hb::cluster
