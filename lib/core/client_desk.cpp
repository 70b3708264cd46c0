// See client_desk.hpp. Sign-on is in client_sign_on.cpp, requests that only ask in
// client_requests.cpp.
#include "core/client_desk.hpp"

#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "core/client_requests.hpp"

namespace hb::core {
namespace {

constexpr std::size_t lines_at_a_time = 64;
constexpr const char* bad_value = "EINVAL";

// As sscanf reads it: blanks, a sign, digits; whatever follows is ignored.
std::optional<long> leading_decimal(std::string_view text) {
    text = text.substr(std::min(text.find_first_not_of(" \t\n\v\f\r"), text.size()));
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    const auto digits = text.substr(0, std::min(text.find_first_not_of("0123456789"), text.size()));
    if (digits.empty()) return std::nullopt;
    const auto value = parse_dec(digits.substr(0, 9));
    return negative ? -static_cast<long>(*value) : static_cast<long>(*value);
}

std::optional<std::uint64_t> leading_hex(std::string_view text) {
    if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
    const std::size_t end = text.find_first_not_of("0123456789abcdefABCDEF");
    return parse_hex(text.substr(0, std::min({end, text.size(), std::size_t{16}})));
}

// What is between daemons 3.0.6 gives only to those who want to see everything.
unsigned class_of(std::string_view type, unsigned otherwise) {
    static constexpr std::string_view types[] = {"reqnodes", "repnodes", "setweight", "setsite",
                                                 "addnode"};
    if (otherwise != class_new) return otherwise;
    if (type == "query-cstatus") return class_api;
    const bool between = std::find(std::begin(types), std::end(types), type) != std::end(types);
    return between ? class_protocol : class_new;
}

bool holds_message(const wire::Message& message) {
    return std::any_of(message.fields.begin(), message.fields.end(), [](const wire::Field& field) {
        return field.type == wire::FieldType::nested || field.type == wire::FieldType::compressed ||
               field.type == wire::FieldType::nested_to_compress;
    });
}

}  // namespace

ClientDesk::ClientDesk(ApiConfig config, Clients& clients)
    : config_(std::move(config)), clients_(clients) {}

bool ClientDesk::worth_a_line(Instant now, const std::string& about) {
    if (now >= forget_at_) {
        told_.clear();
        forget_at_ = now + limits::client_log_pause;
    }
    return told_.size() < lines_at_a_time && told_.insert(about).second;
}

// --- what is said to clients ---

// In the netstring form the signature is not a field (clientapi.md 3.2).
std::optional<Bytes> ClientDesk::frame_of(const wire::Message& message) const {
    using wire::client_frame::Form;
    if (!config_.netstring && !holds_message(message)) {
        if (auto frame = wire::client_frame::encode(message, Form::text)) return *std::move(frame);
    }
    wire::Message plain = message;
    plain.erase("auth");
    auto frame = wire::client_frame::encode(plain, Form::netstring);
    if (!frame) return std::nullopt;
    return *std::move(frame);
}

void ClientDesk::send(const Session& session, const wire::Message& message, Effects& out) {
    if (auto frame = frame_of(message)) {
        out.emplace_back(Notify{session.peer.connection, *std::move(frame), session.signal});
    }
}

void ClientDesk::tell(const wire::Message& message, unsigned message_class, Effects& out) {
    if (!anybody()) return;
    message_class = class_of(message.type(), message_class);
    if (message_class != class_new && !curious_) return;
    std::optional<Bytes> frame;
    for (const ClientId id : clients_.hearers(message)) {
        const auto connection = by_client_.find(id);
        if (connection == by_client_.end()) continue;  // a client that is built in
        const Session& session = sessions_.at(connection->second);
        if ((session.classes & message_class) == 0) continue;
        if (!frame) frame = frame_of(message);
        if (!frame) return;
        out.emplace_back(Notify{connection->second, *frame, session.signal});
    }
}

// --- connections ---

// Somebody who only connects must not keep clients out.
void ClientDesk::came(Instant now, const ClientCame& event, Effects& out) {
    if (sessions_.size() >= limits::client_connections_max) {
        const auto oldest = std::find_if(sessions_.begin(), sessions_.end(), [](const auto& one) {
            return !one.second.client.has_value();
        });
        const ConnectionId closed = oldest == sessions_.end() ? event.connection : oldest->first;
        out.emplace_back(EndClient{closed});
        ++pushed_out_;
        if (worth_a_line(now, "too many")) {
            out.emplace_back(log_line(LogId::client_too_many, std::exchange(pushed_out_, 0)));
        }
        if (oldest == sessions_.end()) return;
        sessions_.erase(oldest);
    }
    Session session;
    session.peer = event;
    sessions_.emplace(event.connection, std::move(session));
}

void ClientDesk::gone(DeskHost& host, const ClientGone& event, Effects& out) {
    remove(host, event.connection, event.reason, event.reason == died_audit, out);
}

void ClientDesk::remove(DeskHost& host, ConnectionId connection, const std::string& reason,
                        bool connected, Effects& out) {
    const auto found = sessions_.find(connection);
    if (found == sessions_.end()) return;
    const Session session = std::move(found->second);
    sessions_.erase(found);
    std::vector<wire::Message> leave;
    if (session.client) {
        by_client_.erase(*session.client);
        clients_.sign_off(*session.client, reason, leave);
        look_for_curious();
    }
    if (connected) {
        for (const wire::Message& message : leave) send(session, message, out);
        out.emplace_back(EndClient{connection});
    }
    if (!session.client || session.casual) return;
    out.emplace_back(log_line(LogId::client_left, session.name, reason));
    for (wire::Message& message : leave) host.say(std::move(message));
}

// --- what a client says ---

void ClientDesk::called(DeskHost& host, const ClientCall& event, Effects& out) {
    const auto found = sessions_.find(event.connection);
    if (found == sessions_.end()) return;  // it was sent away meanwhile
    Session& session = found->second;
    auto message = wire::client_frame::decode(event.body);
    if (!message) {
        if (!event.body.empty() && !std::exchange(session.told_nonsense, true)) {
            const std::string who = session.client ? session.name : "that is not signed on";
            if (worth_a_line(host.moment(), "nonsense " + std::to_string(session.peer.pid))) {
                out.emplace_back(log_line(LogId::client_nonsense, who, message.error().what));
            }
        }
        return;
    }
    const bool is_request = message->type() == "hbapi-req";
    if (!session.client) {
        if (!is_request || message->get("reqtype") != "signon") return;
        return sign_on(host, session, *message, event.process_lives, out);
    }
    if (is_request) return request(host, session, *message, out);
    cluster_message(host, session, *std::move(message), out);
}

// The newest client that the message can mean must be the one that sent it.
bool ClientDesk::is_sender(const Session& session, const wire::Message& message) const {
    const auto pid = message.dec("pid");
    const bool named = message.has("from_id");
    const Session* newest = nullptr;
    for (const auto& [connection, one] : sessions_) {
        if (!one.client || (newest != nullptr && one.order < newest->order)) continue;
        if ((pid && std::cmp_equal(*pid, one.peer.pid)) ||
            (named && one.name == message.get("from_id"))) {
            newest = &one;
        }
    }
    return newest == &session;
}

void ClientDesk::request(DeskHost& host, Session& session, const wire::Message& message,
                         Effects& out) {
    const std::string_view type = message.get("reqtype");
    if (type.empty() || !is_sender(session, message)) return;
    if (type == "signon") return send(session, refused(type, ""), out);
    if (type == "signoff") return remove(host, session.peer.connection, "signoff", true, out);
    if (type == "setfilter") return set_filter(session, message, out);
    if (type == "setsignal") return set_signal(session, message, out);
    if (type == "clientstatus") return client_status(host, session, message, out);
    if (type == "set_sendqlen") {
        const auto wanted = leading_decimal(message.get("sendqlen"));
        if (!wanted || *wanted < 1) return;
        const auto frames =
            std::min(static_cast<std::size_t>(*wanted), limits::client_queue_frames_max);
        out.emplace_back(ClientQueue{session.peer.connection, frames});
        return;
    }
    if (type == status_request) return whole_status(host.moment(), session, out);
    const ApiView view = host.view();
    for (const wire::Message& answer : answers({message, view, config_})) {
        send(session, answer, out);
    }
}

// The answer is long: however many ask, and however often, heartbeats have their time.
void ClientDesk::whole_status(Instant now, const Session& session, Effects& out) {
    if (now < next_status_) return send(session, refused(status_request, "EAGAIN"), out);
    next_status_ = now + limits::status_pause;
    out.emplace_back(TellStatus{session.peer.connection, session.signal});
}

// Everything but new messages shows more than a client should see of others.
void ClientDesk::set_filter(Session& session, const wire::Message& message, Effects& out) {
    const auto wanted = leading_hex(message.get("fmask"));
    const unsigned known = wanted ? static_cast<unsigned>(*wanted & classes_known) : 0U;
    if (known == 0) return send(session, refused("setfilter", bad_value), out);
    if ((known & ~class_new) != 0 && session.peer.uid != 0) {
        return send(session, refused("setfilter", "EPERM"), out);
    }
    session.classes = known;
    look_for_curious();
    send(session, accepted(response("setfilter")), out);
}

void ClientDesk::look_for_curious() {
    curious_ = std::any_of(sessions_.begin(), sessions_.end(),
                           [](const auto& one) { return (one.second.classes & ~class_new) != 0; });
}

void ClientDesk::set_signal(Session& session, const wire::Message& message, Effects& out) {
    constexpr long signal_max = 31, kill = 9, stop = 19;
    const auto wanted = leading_decimal(message.get("signal"));
    if (!wanted) return send(session, refused("setsignal", ""), out);
    if (*wanted < 0 || *wanted > signal_max || *wanted == kill || *wanted == stop) {
        return send(session, refused("setsignal", bad_value), out);
    }
    session.signal = static_cast<int>(*wanted);
    send(session, accepted(response("setsignal")), out);
}

void ClientDesk::client_status(DeskHost& host, Session& session, const wire::Message& message,
                               Effects& out) {
    const std::string_view client = message.get("cn");
    const ApiView view = host.view();
    const ApiNode* node = view.find(message.get("node"));
    if (node == nullptr || client.empty()) {
        return send(session, refused("clientstatus", bad_value), out);
    }
    const bool here = node->name == config_.self;
    if (!here && node->status == "active") {
        wire::Message query = wire::make_message("query-cstatus");
        query.set("dest", node->name);
        query.set("cn", client);
        query.set("from_id", session.name);
        if (!host.say(std::move(query))) send(session, refused("clientstatus", "ECOMM"), out);
        return;
    }
    wire::Message answer = response("clientstatus");
    answer.set("subt", "respond-cstatus");
    answer.set("cs", here && clients_.online(client) ? "online" : "offline");
    send(session, accepted(std::move(answer)), out);
}

// --- what a client says to the cluster ---

void ClientDesk::forbidden(Session& session, std::string_view type, const std::string& why,
                           Effects& out) {
    if (std::exchange(session.told_forbidden, true)) return;
    out.emplace_back(log_line(LogId::client_forbidden, session.name, printable(type, 64), why));
}

void ClientDesk::cluster_message(DeskHost& host, Session& session, wire::Message message,
                                 Effects& out) {
    if (session.casual) return remove(host, session.peer.connection, "badclient", true, out);
    const std::string type = lower(message.type());
    if (type.empty()) return;
    if (type == "ask_resources") {
        if (message.get("info") != "me") {
            return forbidden(session, type, "expected info=me", out);
        }
        const std::string_view scope = message.get("rsc_hold");
        return host.give_up(*session.client, session.name, scope.empty() ? "all" : scope);
    }
    auto stamped = clients_.stamped(*session.client, std::move(message));
    if (!stamped) return forbidden(session, type, stamped.error().what, out);
    if (type == "query-cstatus") return query(host, *std::move(stamped));
    // For a node that is not there it is lost, as with 3.0.6.
    const ApiView view = host.view();
    if (stamped->has("dest")) {
        const ApiNode* node = view.find(stamped->dest());
        if (node == nullptr || node->ping) return;
    } else if (stamped->find("destuuid") != nullptr) {
        const ByteView uuid = stamped->binary("destuuid");
        if (uuid.empty() ||
            std::none_of(view.nodes.begin(), view.nodes.end(),
                         [uuid](const ApiNode& node) { return node.uuid == uuid; })) {
            return;
        }
    }
    host.say(*std::move(stamped));
}

// Every daemon answers, this one too; with `dest` only that one.
void ClientDesk::query(DeskHost& host, wire::Message message) {
    if (message.get("cn").empty()) return;
    const std::string dest(message.dest());
    const wire::Message answer = clients_.answer(message, config_.self);
    if (dest != config_.self) host.say(std::move(message));
    if (dest.empty() || dest == config_.self) host.say(answer);
}

}  // namespace hb::core
