// See membership.hpp.
#include "cluster/membership.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "base/text.hpp"

namespace hb::cluster {
namespace {

bool equal(const Uuid& uuid, ByteView bytes) noexcept {
    return bytes.size() == uuid.size() &&
           std::equal(uuid.begin(), uuid.end(), bytes.begin(),
                      [](unsigned char a, char b) { return a == static_cast<unsigned char>(b); });
}

}  // namespace

bool is_uuid(ByteView bytes) noexcept {
    return bytes.size() == Uuid{}.size() && bytes.find_first_not_of('\0') != ByteView::npos;
}

std::string uuid_text(ByteView bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        const auto byte = static_cast<unsigned char>(bytes[i]);
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

Membership::Membership(NodeName self, const Uuid& self_uuid, const std::vector<NodeName>& nodes)
    : self_(std::move(self)), self_uuid_(self_uuid) {
    for (const NodeName& node : nodes) {
        node_list_ += node + ' ';
        if (node != self_) peers_.push_back({node, {}});
    }
    HB_CHECK(peers_.size() + 1 == nodes.size());
}

std::optional<std::size_t> Membership::find(std::string_view name) const noexcept {
    for (std::size_t i = 0; i < peers_.size(); ++i) {
        if (peers_[i].name == name) return i;
    }
    return std::nullopt;
}

Membership::Learnt Membership::learn_uuid(std::size_t peer, ByteView uuid) {
    Peer& entry = peers_[peer];
    if (!is_uuid(uuid) || equal(entry.uuid, uuid)) return Learnt::nothing_new;
    if (owner_of(uuid)) return Learnt::taken;
    const bool first = entry.uuid == Uuid{};
    std::transform(uuid.begin(), uuid.end(), entry.uuid.begin(),
                   [](char c) { return static_cast<unsigned char>(c); });
    return first ? Learnt::first : Learnt::changed;
}

std::optional<Bytes> Membership::uuid_of(std::string_view name) const {
    if (name == self_) return uuid_bytes(self_uuid_);
    const auto peer = find(name);
    if (!peer) return std::nullopt;
    return uuid_bytes(peers_[*peer].uuid);
}

std::optional<NodeName> Membership::owner_of(ByteView uuid) const {
    if (!is_uuid(uuid)) return std::nullopt;
    if (equal(self_uuid_, uuid)) return self_;
    for (const Peer& peer : peers_) {
        if (equal(peer.uuid, uuid)) return peer.name;
    }
    return std::nullopt;
}

bool Membership::for_us(ByteView destuuid, std::string_view dest) const noexcept {
    if (is_uuid(destuuid)) return equal(self_uuid_, destuuid);
    return dest.empty() || dest == self_;
}

bool Membership::same_nodes(std::string_view node_list) const {
    auto theirs = words(node_list);
    auto ours = words(node_list_);
    std::sort(theirs.begin(), theirs.end());
    std::sort(ours.begin(), ours.end());
    return theirs == ours;
}

}  // namespace hb::cluster
