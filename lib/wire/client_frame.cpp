// See client_frame.hpp.
#include "wire/client_frame.hpp"

#include <algorithm>
#include <cstring>

#include "base/limits.hpp"
#include "wire/netstring.hpp"
#include "wire/text_form.hpp"

namespace hb::wire::client_frame {

static constexpr std::uint32_t magic = 0x0000abcd;
static constexpr std::size_t length_bytes = sizeof(std::int32_t);
static constexpr std::size_t header_bytes = length_bytes + sizeof(magic);

static bool holds_message(const Message& message) noexcept {
    return std::any_of(message.fields.begin(), message.fields.end(), [](const Field& field) {
        return field.type == FieldType::nested || field.type == FieldType::compressed ||
               field.type == FieldType::nested_to_compress;
    });
}

static Result<Bytes> encode_body(const Message& message, Form preferred) {
    if (preferred == Form::netstring || holds_message(message)) return netstring::encode(message);
    auto text = text_form::encode(message);
    if (text) *text += '\0';  // counted in the length (clientapi.md 3.1)
    return text;
}

Result<Bytes> encode(const Message& message, Form preferred) {
    const auto body = encode_body(message, preferred);
    if (!body) return body;
    if (body->size() > limits::client_body_bytes_max) {
        return fail(Errc::too_large, "a message is too large for a client");
    }
    // Host byte order: both ends are on this machine.
    const auto length = static_cast<std::int32_t>(body->size());
    Bytes frame(header_bytes, '\0');
    std::memcpy(frame.data(), &length, length_bytes);
    std::memcpy(frame.data() + length_bytes, &magic, sizeof magic);
    return frame + *body;
}

Result<Message> decode(ByteView body) {
    if (body.starts_with(">>>\n")) return text_form::decode(body);
    if (body.starts_with("###\n")) return netstring::decode(body);
    return fail(Errc::malformed, "a client's message begins with neither >>> nor ###");
}

Result<std::size_t> Reader::wanted() const {
    if (waiting_.size() < header_bytes) return header_bytes;
    std::int32_t length = 0;
    std::uint32_t mark = 0;
    std::memcpy(&length, waiting_.data(), length_bytes);
    std::memcpy(&mark, waiting_.data() + length_bytes, sizeof mark);
    if (mark != magic) return fail(Errc::malformed, "a client's frame has a wrong magic number");
    if (length < 0 || static_cast<std::size_t>(length) > limits::client_body_bytes_max) {
        return fail(Errc::too_large, "a client's frame announces " + std::to_string(length) +
                                         " bytes, expected 0 to " +
                                         std::to_string(limits::client_body_bytes_max));
    }
    return header_bytes + static_cast<std::size_t>(length);
}

Reader::Found Reader::feed(ByteView bytes) {
    Found found;
    while (!broken_) {
        const auto size = wanted();
        if (!size) {
            broken_ = size.error();
            waiting_.clear();
            break;
        }
        if (waiting_.size() >= header_bytes && waiting_.size() == *size) {
            found.bodies.push_back(waiting_.substr(header_bytes));
            waiting_.clear();
            continue;
        }
        const ByteView piece = bytes.substr(0, *size - waiting_.size());
        if (piece.empty()) break;
        waiting_ += piece;
        bytes.remove_prefix(piece.size());
    }
    found.broken = broken_;
    return found;
}

}  // namespace hb::wire::client_frame
