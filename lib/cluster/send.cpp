// How a message of ours leaves: standard fields, number, history, signature, one frame per link
// (wire.md 1.8, 3).
#include <algorithm>

#include "base/check.hpp"
#include "base/text.hpp"
#include "cluster/state.hpp"

namespace hb::cluster {
namespace {

// What a serial line takes away: the eighth bit, and carriage returns (wire.md 7.6).
bool lost_on_a_line(char byte) {
    return (static_cast<unsigned char>(byte) & 0x80U) != 0 || byte == '\r';
}

bool has_lost(const wire::Message& message) {
    const auto lost = [](std::string_view text) {
        return std::any_of(text.begin(), text.end(), lost_on_a_line);
    };
    return std::any_of(message.fields.begin(), message.fields.end(), [&](const wire::Field& field) {
        return lost(field.name) || (field.type == wire::FieldType::string && lost(field.value)) ||
               std::any_of(field.list.begin(), field.list.end(), lost) ||
               (field.nested && has_lost(*field.nested));
    });
}

// A message whose signature covers what the line takes away would never arrive, and be asked for
// without end: it goes with a `?` instead.
wire::Message seven_bit(wire::Message message) {
    const auto replace = [](std::string& text) {
        std::replace_if(text.begin(), text.end(), lost_on_a_line, '?');
    };
    for (wire::Field& field : message.fields) {
        replace(field.name);
        if (field.type == wire::FieldType::string) replace(field.value);
        for (std::string& one : field.list) replace(one);
        if (field.nested) {
            field.nested = std::make_shared<const wire::Message>(seven_bit(*field.nested));
        }
    }
    return message;
}

Result<Bytes> seal_line(const wire::Signer& signer, const wire::Message& message) {
    return signer.seal_text(has_lost(message) ? seven_bit(message) : message);
}

}  // namespace

std::uint64_t Engine::State::send(Now now, wire::Message message, Effects& out,
                                  wire::Message* copy) {
    const bool control = message.type().starts_with("NS_");
    const std::uint64_t number = control ? 0 : history.highest() + 1;
    add_standard_fields(message, number, now);
    if (const auto sent = emit(message, out); !sent) {
        damper.happened(Topic::too_large, 0, now.mono, out, [&] {
            return log_line(LogId::message_too_large, printable(message.type()), sent.error().what);
        });
        return 0;  // the number is not used up: a hole would be asked for again and again
    }
    if (copy != nullptr) {
        *copy = message;
    } else if (message.type() == "status") {
        overheard(Overheard::Kind::unchanged, message);
    } else {
        overheard(Overheard::Kind::protocol, message);
    }
    if (!control) history.keep(number, std::move(message));
    return number;
}

void Engine::State::add_standard_fields(wire::Message& message, std::uint64_t number,
                                        Now now) const {
    const bool control = number == 0;
    message.fields.reserve(message.fields.size() + 9);
    const auto put = [&](std::string_view name, std::string_view value) {
        if (!control || !message.has(name)) message.set(name, value);
    };
    const auto put_binary = [&](std::string_view name, ByteView value) {
        if (!control || !message.has(name)) message.set_binary(name, value);
    };
    if (message.has("dest")) {
        if (const auto uuid = members.uuid_of(message.dest())) put_binary("destuuid", *uuid);
    } else if (const auto owner = members.owner_of(message.binary("destuuid"))) {
        put("dest", *owner);
    }
    put("src", config.self);
    put_binary("srcuuid", uuid_bytes(config.self_uuid));
    if (!control) put("seq", to_hex(number));
    put("hg", to_hex(config.generation));
    // Receivers refuse a zero.
    put("ts", to_hex(now.unix_seconds == 0 ? 1U : now.unix_seconds));
    if (!control) put("ld", load);
    put("ttl", std::to_string(config.ttl));
}

Result<void> Engine::State::emit(const wire::Message& message, Effects& out) const {
    Bytes datagram, text;
    const std::size_t before = out.size();
    // A status names the line it goes over, so it is sealed for each.
    const bool named = message.type() == "status";
    wire::Message copy = named ? message : wire::Message{};
    const wire::Message& what = named ? copy : message;
    for (std::size_t i = 0; i < config.links.size(); ++i) {
        const LinkSpec& link = config.links[i];
        if (!usable[i] || link.ping) continue;
        Bytes& frame = link.text_form ? text : datagram;
        if (named) copy.set(link_field, std::to_string(line_of(i)));
        if (named || frame.empty()) {
            auto sealed = link.text_form ? seal_line(signer, what) : seal_datagram(what);
            if (!sealed) {
                // On no link then: its number goes to the next message, which peers would take for
                // this one again.
                out.erase(out.begin() + static_cast<std::ptrdiff_t>(before), out.end());
                return tl::unexpected<Error>(sealed.error());
            }
            frame = std::move(*sealed);
        }
        out.emplace_back(SendFrame{link.id, frame});
    }
    return {};
}

// Compressed as a whole (wire.md 1.8 b) when asked to, or when it fits no other way. What fits no
// datagram would leave a gap that no request can close.
Result<Bytes> Engine::State::seal_datagram(const wire::Message& message) const {
    auto packet = signer.seal_netstring(message, config.inner_auth);
    const bool too_large =
        packet ? packet->size() > limits::udp_bytes_max : packet.error().code == Errc::too_large;
    const bool wanted = packet && config.traditional_compression &&
                        packet->size() > config.compression_threshold_bytes;
    if (!too_large && !wanted) return packet;
    packet = signer.seal_compressed(message, config.inner_auth, config.compression);
    if (packet && packet->size() > limits::udp_bytes_max) {
        return fail(Errc::too_large, std::to_string(packet->size()) + " bytes fit no datagram");
    }
    return packet;
}

void Engine::State::ack(Turn& turn, std::size_t peer, std::uint64_t number) {
    if (!acks.on()) return;
    wire::Message message = wire::make_message("NS_ackmsg");
    message.set("dest", members.name(peer));
    message.set("ackseq", to_hex(number));
    send(turn.now, std::move(message), turn.out);
}

}  // namespace hb::cluster
