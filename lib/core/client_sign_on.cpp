// How a program becomes a client: the checks in the order of 3.0.6, with its texts (clientapi.md
// 4).
#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "core/client_desk.hpp"
#include "core/client_requests.hpp"

namespace hb::core {
namespace {

// 3.0.6 cuts longer names without an end and then says memory junk.
bool fit_for_a_name(std::string_view name) {
    return name.size() <= limits::client_name_bytes_max &&
           std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 127; });
}

std::string hex_ms(Duration d) { return to_hex(static_cast<std::uint64_t>(to_ms(d))); }

}  // namespace

ClientDesk::Attempt ClientDesk::judge(const Session& session, const wire::Message& request,
                                      bool process_lives) const {
    Attempt attempt;
    const auto refuse = [&attempt](const char* why) {
        attempt.refusal = attempt.leave_reason = why;
        return attempt;
    };
    const auto pid = request.dec("pid");
    const std::string_view from = request.get("from_id");
    attempt.casual = !request.has("from_id") || (pid && parse_dec(from) == pid);
    attempt.name = attempt.casual ? std::to_string(pid.value_or(0)) : std::string(from);
    if (!pid || *pid < 1) return refuse("bad pid");
    if (!process_lives) {
        refuse("bad pid");
        attempt.leave_reason = "died";
        return attempt;
    }
    if (attempt.name.empty() || clients_.online(attempt.name)) {
        return refuse("duplicate add request");
    }
    if (!fit_for_a_name(attempt.name)) return refuse("bad client id");
    // From here on a refused one is told under its name. A casual one has none, and hears of the
    // first two reasons nothing at all.
    if (!attempt.casual) attempt.leave_name = attempt.name;
    const auto uid = request.dec("uid");
    const auto gid = request.dec("gid");
    if (!uid || !gid || *uid != session.peer.uid || *gid != session.peer.gid) {
        attempt.leave = !attempt.casual;
        return refuse(!uid || !gid ? "invalid id info" : "incorrect/false credentials");
    }
    const std::string refusal =
        rules_.refusal(attempt.name, attempt.casual, session.peer.uid, session.peer.gid);
    if (!refusal.empty()) return refuse(refusal.c_str());
    if (std::cmp_not_equal(*pid, session.peer.pid)) return refuse("pid mismatch");
    return attempt;
}

void ClientDesk::describe_node(wire::Message& answer) const {
    answer.set("deadtime", hex_ms(config_.deadtime));
    answer.set("keepalive", hex_ms(config_.keepalive));
    answer.set("node", config_.self);
    answer.set("hbversion", config_.long_version);
    answer.set("pacemaker", config_.pacemaker);
    if (config_.facility) answer.set("logfacility", std::to_string(*config_.facility));
}

void ClientDesk::sign_on(DeskHost& host, Session& session, const wire::Message& request,
                         bool process_lives, Effects& out) {
    Attempt attempt = judge(session, request, process_lives);
    if (!attempt.refusal.empty()) {
        turn_away(host.moment(), session, attempt, out);
        return;
    }
    std::vector<wire::Message> join;
    const auto client = attempt.casual ? clients_.sign_on_casual(attempt.name)
                                       : clients_.sign_on(attempt.name, join);
    if (!client) {
        attempt.refusal = attempt.leave_reason = client.error().what;
        turn_away(host.moment(), session, attempt, out);
        return;
    }
    session.client = *client;
    session.order = ++sign_ons_;
    session.name = attempt.name;
    session.casual = attempt.casual;
    by_client_.emplace(*client, session.peer.connection);
    if (!attempt.casual) {
        out.emplace_back(
            log_line(LogId::client_signed_on, session.name, session.peer.pid, session.peer.uid));
    }
    // Its own `join` comes before the answer, as from 3.0.6.
    for (wire::Message& message : join) host.say(std::move(message));
    wire::Message answer = accepted(response("signon"));
    describe_node(answer);
    send(session, answer, out);
}

// Unlike 3.0.6 the cluster hears nothing of it: whoever may connect could otherwise make the client
// of that name on the other node believe that its partner has left.
void ClientDesk::turn_away(Instant now, Session& session, const Attempt& attempt, Effects& out) {
    const std::uint64_t number = clients_.refused();
    const std::string shown = printable(attempt.name, 64);
    if (worth_a_line(now, shown + " " + attempt.refusal)) {
        out.emplace_back(log_line(LogId::client_turned_away, shown, session.peer.pid,
                                  session.peer.uid, attempt.refusal));
    }
    wire::Message answer = response("signon");
    answer.set("info", attempt.refusal);
    answer.set("result", "badreq");
    describe_node(answer);
    send(session, answer, out);
    if (attempt.leave) {
        wire::Message leave = wire::make_message("hbapi-clstat");
        leave.set("st", "leave");
        leave.set("from_id", attempt.leave_name);
        leave.set("to_id", attempt.leave_name);
        leave.set("src", config_.self);
        leave.set("info", attempt.leave_reason);
        leave.set("client_gen", std::to_string(number));
        send(session, leave, out);
    }
    const ConnectionId connection = session.peer.connection;
    out.emplace_back(EndClient{connection});
    sessions_.erase(connection);
}

}  // namespace hb::core
