// The clients of this node (clientapi.md 4, 7, 8): who is signed on, what other nodes are told of
// it, whom a message reaches. How a client is connected (built in, or by a socket) is not known
// here.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "wire/message.hpp"

namespace hb::core {

class Clients {
public:
    explicit Clients(NodeName self) : self_(std::move(self)) {}

    // A named client signs on. Its `join` for the cluster is appended to `out`. Errors: malformed
    // (no name fit for one), bad_config (the name is signed on already), too_large (too many).
    Result<ClientId> sign_on(std::string_view name, std::vector<wire::Message>& out);
    // One without a name of its own: `number` is its pid in decimal. Nobody is told of it. Errors:
    // as above.
    Result<ClientId> sign_on_casual(std::string_view number);
    // An attempt that was refused elsewhere uses up a number too. Which one.
    std::uint64_t refused() { return next_number_++; }
    // It is gone; `reason` as 3.0.6 has it: signoff, EOF, died. Unknown ids are ignored.
    void sign_off(ClientId id, std::string_view reason, std::vector<wire::Message>& out);

    std::optional<ClientId> find(std::string_view name) const noexcept;
    bool online(std::string_view name) const noexcept { return find(name).has_value(); }

    // `message` as the cluster hears it from that client: it speaks only to clients of its own
    // name. Errors: not_found (no such client), malformed (no type), too_large (so many fields that
    // peers would refuse it), permission (only daemons say this; a query for clients and a request
    // for a hand-over are everybody's).
    Result<wire::Message> stamped(ClientId id, wire::Message message) const;

    // Who of this node hears a message of any node.
    std::vector<ClientId> hearers(const wire::Message& message) const;

    // What a peer's `query-cstatus` is answered.
    wire::Message answer(const wire::Message& query, const NodeName& asker) const;

private:
    struct Client {
        std::string name;
        std::uint64_t number{};  // client_gen
        bool casual{false};
    };
    Result<ClientId> add(std::string_view name, bool casual);
    wire::Message announcement(const Client& client, std::string_view status,
                               std::string_view reason) const;

    NodeName self_;
    std::map<ClientId, Client> clients_;
    std::uint32_t next_id_{1};
    std::uint64_t next_number_{0};  // counts attempts, refused ones too
};

// Messages that a daemon says about itself; from anybody else they would be lies.
bool daemons_own(std::string_view type) noexcept;
// Messages that would change who belongs to the cluster, which only ha.cf does here.
bool changes_membership(std::string_view type) noexcept;
// Such a message is, for whoever receives it, the one that is packed in it: any of the above.
bool pretends_to_be_packed(const wire::Message& message) noexcept;

}  // namespace hb::core
