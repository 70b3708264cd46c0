// See clients.hpp.
#include "core/clients.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "base/text.hpp"

namespace hb::core {
namespace {

constexpr std::size_t control_fields = 32;  // and fewer, which the daemon adds

std::size_t all_fields(const wire::Message& message) {
    std::size_t count = message.fields.size();
    for (const wire::Field& field : message.fields) {
        if (field.nested) count += all_fields(*field.nested);
    }
    return count;
}

}  // namespace

bool daemons_own(std::string_view type) noexcept {
    static constexpr std::string_view own[] = {
        "status",        "starting",        "resource",   "shutdone",        "stonith",
        "reqnodes",      "repnodes",        "ip-request", "ip-request-resp", "hbapi-clstat",
        "query-cstatus", "respond-cstatus", "hb_fenced"};
    return type.starts_with("NS_") || type.starts_with("ns_") ||
           std::find(std::begin(own), std::end(own), type) != std::end(own);
}

bool changes_membership(std::string_view type) noexcept {
    return type == "addnode" || type == "delnode" || type == "setweight" || type == "setsite";
}

bool pretends_to_be_packed(const wire::Message& message) noexcept {
    return std::any_of(message.fields.begin(), message.fields.end(), [](const wire::Field& field) {
        return field.name.starts_with("_compress");
    });
}

wire::Message Clients::announcement(const Client& client, std::string_view status,
                                    std::string_view reason) const {
    wire::Message message = wire::make_message("hbapi-clstat");
    message.set("st", status);
    message.set("from_id", client.name);
    message.set("to_id", client.name);
    message.set("src", self_);
    message.set("info", reason);
    message.set("client_gen", std::to_string(client.number));
    return message;
}

Result<ClientId> Clients::sign_on(std::string_view name, std::vector<wire::Message>& out) {
    auto id = add(name, false);
    if (id) out.push_back(announcement(clients_.at(*id), "join", "signon"));
    return id;
}

Result<ClientId> Clients::sign_on_casual(std::string_view number) { return add(number, true); }

Result<ClientId> Clients::add(std::string_view name, bool casual) {
    const std::uint64_t number = next_number_++;
    const bool fit =
        !name.empty() && name.size() <= limits::client_name_bytes_max &&
        std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 127; });
    if (!fit) {
        return fail(Errc::malformed, "client name '" + printable(name, 64) + "', expected 1 to " +
                                         std::to_string(limits::client_name_bytes_max) +
                                         " visible characters");
    }
    if (online(name)) return fail(Errc::bad_config, "duplicate add request");
    if (clients_.size() >= limits::clients_max) return fail(Errc::too_large, "too many clients");
    const ClientId id{next_id_++};
    clients_.emplace(id, Client{std::string(name), number, casual});
    return id;
}

void Clients::sign_off(ClientId id, std::string_view reason, std::vector<wire::Message>& out) {
    const auto found = clients_.find(id);
    if (found == clients_.end()) return;
    if (!found->second.casual) out.push_back(announcement(found->second, "leave", reason));
    clients_.erase(found);
}

std::optional<ClientId> Clients::find(std::string_view name) const noexcept {
    for (const auto& [id, client] : clients_) {
        if (client.name == name) return id;
    }
    return std::nullopt;
}

Result<wire::Message> Clients::stamped(ClientId id, wire::Message message) const {
    const auto found = clients_.find(id);
    if (found == clients_.end()) return fail(Errc::not_found, "no such client");
    // Who receives it may not mind the case.
    const std::string type = lower(message.type());
    if (type.empty()) return fail(Errc::malformed, "no field t, expected t=TYPE");
    if (pretends_to_be_packed(message)) {
        return fail(Errc::permission, "only the daemon packs messages");
    }
    if (message.fields.size() + control_fields > limits::message_fields_max ||
        all_fields(message) + control_fields > limits::message_fields_total_max) {
        return fail(Errc::too_large, "too many fields");
    }
    const bool is_query = type == "query-cstatus";
    if ((daemons_own(type) && !is_query) || type.starts_with("hbapi-") || type == "hb_takeover") {
        return fail(Errc::permission, "only the daemon says " + printable(message.type(), 64));
    }
    if (changes_membership(type)) {
        return fail(Errc::permission,
                    printable(message.type(), 64) + " is not supported: edit ha.cf on both nodes");
    }
    const Client& client = found->second;
    message.erase("auth");
    message.set("from_id", client.name);
    if (!is_query) message.set("to_id", client.name);
    message.set("client_gen", std::to_string(client.number));
    return message;
}

std::vector<ClientId> Clients::hearers(const wire::Message& message) const {
    std::vector<ClientId> ids;
    const std::string_view dest = message.dest();
    if (!dest.empty() && dest != self_) return ids;
    const bool to_one = message.has("to_id");
    for (const auto& [id, client] : clients_) {
        if (to_one && client.name != message.get("to_id")) continue;
        ids.push_back(id);
        if (to_one) break;
    }
    return ids;
}

wire::Message Clients::answer(const wire::Message& query, const NodeName& asker) const {
    wire::Message message = wire::make_message("respond-cstatus");
    message.set("dest", asker);
    message.set("result", "OK");
    message.set("cn", query.get("cn"));
    message.set("to_id", query.get("from_id"));
    message.set("cs", online(query.get("cn")) ? "online" : "offline");
    return message;
}

}  // namespace hb::core
