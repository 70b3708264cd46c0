// From bytes to a message of a known peer: trust, form, sender. The order of numbers is
// order.cpp's.
#include "base/text.hpp"
#include "cluster/state.hpp"

namespace hb::cluster {
namespace {

// Classes of packets that are dropped before anything in them counts.
enum class BadClass : std::uint8_t { malformed, too_large, unknown_key, bad_signature, count };

BadClass class_of(Errc why) noexcept {
    if (why == Errc::too_large) return BadClass::too_large;
    if (why == Errc::unknown_key) return BadClass::unknown_key;
    if (why == Errc::bad_signature) return BadClass::bad_signature;
    return BadClass::malformed;
}

const char* words_of(BadClass bad) noexcept {
    switch (bad) {
        case BadClass::too_large:
            return "too large";
        case BadClass::unknown_key:
            return "signed with a key that authkeys does not have";
        case BadClass::bad_signature:
            return "wrong signature";
        case BadClass::malformed:
        case BadClass::count:
            break;
    }
    return "no message, or unsigned";
}

bool too_long(const wire::Message& message, std::string_view name, std::size_t bytes_max) {
    return message.get(name).size() > bytes_max;
}

}  // namespace

Result<Header> read_header(const wire::Message& message) {
    Header header{message.type(), message.source(), 0, 0, false};
    if (header.type.empty()) return fail(Errc::malformed, "no type");
    if (header.source.empty()) return fail(Errc::malformed, "no src");
    if (too_long(message, "src", limits::node_name_bytes_max)) {
        return fail(Errc::malformed, "src is too long");
    }
    if (message.hex("ts").value_or(0) == 0) return fail(Errc::malformed, "ts is missing or wrong");
    header.control = header.type.starts_with("NS_");
    const auto number = message.hex("seq");
    if (message.has("seq") ? !number : !header.control) {
        return fail(Errc::malformed, "seq is missing or wrong");
    }
    if (!header.control) {
        if (*number == 0 || *number > limits::message_number_max) {
            return fail(Errc::malformed, "seq is out of range");
        }
        header.number = *number;
    }
    const auto generation = message.hex("hg");
    if (message.has("hg") && !generation) return fail(Errc::malformed, "hg is no number");
    header.generation = generation.value_or(0);
    if (header.type == "status") {
        if (message.get("st").empty()) return fail(Errc::malformed, "status without st");
        if (too_long(message, "st", limits::status_word_bytes_max)) {
            return fail(Errc::malformed, "st is too long");
        }
    }
    return header;
}

void Engine::State::receive(Turn& turn, std::size_t link, ByteView bytes) {
    if (const auto ping = pings.on_link(link)) return echo_came(turn, *ping, bytes);
    auto message = signer.open(bytes);
    if (!message) return bad_packet(turn, link, message.error().code);
    traffic.received(link);
    const auto header = read_header(*message);
    if (!header) {
        damper.happened(Topic::malformed, members.peers(), turn.now.mono, turn.out, [&] {
            return log_line(LogId::message_malformed, printable(message->source()),
                            header.error().what);
        });
        return;
    }
    if (header->source == config.self) return own_name_heard(turn, *message, *header);
    const auto peer = members.find(header->source);
    if (!peer) {
        damper.happened(Topic::unknown_node, 0, turn.now.mono, turn.out,
                        [&] { return log_line(LogId::unknown_node, printable(header->source)); });
        return;
    }
    if (header->generation < peers[*peer].generation && message->has("hg")) {
        overheard(Overheard::Kind::dropped, *message);
        damper.happened(Topic::replay, *peer, turn.now.mono, turn.out, [&] {
            return log_line(LogId::replay_refused, members.name(*peer), header->generation,
                            peers[*peer].generation);
        });
        return;
    }
    if (header->control) {
        overheard(Overheard::Kind::protocol, *message);
        return control(turn, *peer, *message, *header);
    }
    sequenced(turn, *peer, link, std::move(*message), *header);
}

void Engine::State::overheard(Overheard::Kind kind, const wire::Message& message) {
    if (ears == Ears::curious) heard_aside.push_back({kind, message});
}

void Engine::State::bad_packet(Turn& turn, std::size_t link, Errc why) {
    traffic.refused(link);
    if (!config.log_badpack) return;
    const BadClass bad = class_of(why);
    const std::size_t place =
        link * static_cast<std::size_t>(BadClass::count) + static_cast<std::size_t>(bad);
    damper.happened(Topic::bad_packet, place, turn.now.mono, turn.out, [&] {
        return log_line(LogId::bad_packets, config.links[link].name, words_of(bad));
    });
}

// Our own broadcast comes back from the kernel and means nothing. The same name with another uuid,
// or from a life that we have not lived yet, is another machine.
void Engine::State::own_name_heard(Turn& turn, const wire::Message& message, const Header& header) {
    const ByteView uuid = message.binary("srcuuid");
    const bool stranger = is_uuid(uuid) && !members.for_us(uuid, {});
    if (!stranger && header.generation <= config.generation) {
        return overheard(Overheard::Kind::duplicate, message);
    }
    damper.happened(Topic::own_name, 0, turn.now.mono, turn.out,
                    [&] { return log_line(LogId::own_name_heard, config.self, uuid_text(uuid)); });
}

}  // namespace hb::cluster
