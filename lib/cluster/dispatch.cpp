// What a sequenced message for us means. Whatever is not listed here goes up to the manager.
#include "base/text.hpp"
#include "cluster/state.hpp"

namespace hb::cluster {

bool in_senders_order(std::string_view type) noexcept {
    for (const std::string_view one :
         {"starting", "resource", "ask_resources", "hb_takeover", "shutdone"}) {
        if (type == one) return true;
    }
    return false;
}

void Engine::State::dispatch(Turn& turn, std::size_t peer, wire::Message&& message,
                             std::uint64_t number) {
    const std::string_view type = message.type();
    const NodeName& name = members.name(peer);
    if (type == "reqnodes" || type == "repnodes") overheard(Overheard::Kind::protocol, message);
    if (type == "reqnodes") {
        // The answer makes a 3.0.6 active, and in legacy mode it then takes its groups without
        // asking if it has not heard a status of ours yet.
        if (!peers[peer].ours) send_status(turn.now, turn.out);
        wire::Message answer;
        answer.set("dest", name);
        answer.set("t", "repnodes");
        answer.set("nodelist", members.node_list());
        answer.set("delnodelist", " ");
        send(turn.now, std::move(answer), turn.out);
        return;
    }
    if (type == "repnodes") return node_list_came(turn, peer, message);
    if (type == "addnode" || type == "delnode" || type == "setweight" || type == "setsite") {
        damper.happened(Topic::membership, peer, turn.now.mono, turn.out,
                        [&] { return log_line(LogId::membership_fixed, type, name); });
    }
    deliver(turn, peer, std::move(message), number);
}

void Engine::State::deliver(Turn& turn, std::size_t peer, wire::Message&& message,
                            std::uint64_t number) {
    Peer& from = peers[peer];
    const std::uint64_t open = from.order.first_missing();
    const bool waits = in_senders_order(message.type()) ||
                       (ears != Ears::none && message.type() == "hbapi-clstat");
    if (open == 0 || number < open || !waits) {
        turn.up.emplace_back(Delivered{members.name(peer), std::move(message)});
        return;
    }
    from.held.add(number, std::move(message));
    while (auto lowest = from.held.surplus()) {
        turn.up.emplace_back(Delivered{members.name(peer), std::move(*lowest)});
    }
}

void Engine::State::node_list_came(Turn& turn, std::size_t peer, const wire::Message& message) {
    const std::string_view listed = message.get("nodelist");
    if (listed.size() > limits::node_list_bytes_max || !members.same_nodes(listed)) {
        damper.happened(Topic::node_list, peer, turn.now.mono, turn.out, [&] {
            return log_line(LogId::node_list_differs, members.name(peer), printable(listed),
                            members.node_list());
        });
    }
    if (roll.answered()) complete_roll(turn);
}

}  // namespace hb::cluster
