// The configured nodes: names, uuids, and the node list of `repnodes`. In haresources mode the list
// never changes in a life; what others list is only compared (wire.md 4.3, 6.6).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"

namespace hb::cluster {

class Membership {
public:
    // `nodes` in file order, `self` among them. Peers are numbered in that order without `self`.
    Membership(NodeName self, const Uuid& self_uuid, const std::vector<NodeName>& nodes);

    const NodeName& self() const noexcept { return self_; }
    const Uuid& self_uuid() const noexcept { return self_uuid_; }
    std::size_t peers() const noexcept { return peers_.size(); }
    const NodeName& name(std::size_t peer) const { return peers_[peer].name; }
    // Nothing for ourselves and for strangers.
    std::optional<std::size_t> find(std::string_view name) const noexcept;

    enum class Learnt : std::uint8_t { nothing_new, first, changed, taken };
    // A message of `peer` that passed the generation rule carried this uuid. `taken`: it is
    // another node's and was not noted.
    Learnt learn_uuid(std::size_t peer, ByteView uuid);
    // 16 bytes for the field `destuuid`, zeros when not yet learnt. Nothing for a stranger.
    std::optional<Bytes> uuid_of(std::string_view name) const;
    std::optional<NodeName> owner_of(ByteView uuid) const;
    // Whether destuuid and dest (wire.md 3) mean us.
    bool for_us(ByteView destuuid, std::string_view dest) const noexcept;

    // Names with a blank behind each, as `nodelist` wants them.
    const std::string& node_list() const noexcept { return node_list_; }
    bool same_nodes(std::string_view node_list) const;

private:
    struct Peer {
        NodeName name;
        Uuid uuid{};  // zeros: not learnt
    };
    NodeName self_;
    Uuid self_uuid_;
    std::vector<Peer> peers_;
    std::string node_list_;
};

// Whether these are 16 bytes that are not all zero.
bool is_uuid(ByteView bytes) noexcept;
// 8-4-4-4-12 hex digits.
std::string uuid_text(ByteView bytes);

}  // namespace hb::cluster
