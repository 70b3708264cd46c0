// The netstring form: writing it, reading it, and cutting a signed packet. No key is known here.
#include "wire/netstring.hpp"

#include "base/check.hpp"
#include "base/limits.hpp"
#include "wire/counted.hpp"
#include "wire/fields.hpp"

namespace hb::wire::netstring {

static constexpr ByteView opening = "###\n";
static constexpr ByteView closing = "%%%\n";

static Result<Bytes> encode_at(const Message& message, ByteView auth, std::size_t depth);

// What is longer than its field: a list, a message.
static Result<Bytes> packed_value(const Field& field, std::size_t depth) {
    if (field.type == FieldType::list) {
        auto packed = pack_list(field.list);
        if (packed && packed->size() > limits::packed_list_bytes_max) {
            return fail(Errc::too_large, "the list field " + field.name + " is too long");
        }
        return packed;
    }
    HB_CHECK(field.nested != nullptr);
    return encode_at(*field.nested, {}, depth + 1);
}

static void append_field(Bytes& out, FieldType type, std::string_view name, ByteView value) {
    constexpr std::size_t around = 4;  // `(T)` and `=`
    append_count(out, around + name.size() + value.size());
    out += '(';
    out += static_cast<char>('0' + static_cast<int>(type));
    out += ')';
    out += name;
    out += '=';
    out += value;
    out += ',';
}

static Result<void> encode_field(Bytes& out, const Field& field, std::size_t depth) {
    if (!name_fits(field.name)) {
        return fail(Errc::malformed, "a field name is empty or holds `=` or NUL");
    }
    switch (field.type) {
        case FieldType::string:
            if (field.value.find('\0') != Bytes::npos) {
                return fail(Errc::malformed, "the string field " + field.name + " holds a NUL");
            }
            [[fallthrough]];
        case FieldType::binary:
        case FieldType::compressed:
            append_field(out, field.type, field.name, field.value);
            return {};
        case FieldType::list:
        case FieldType::nested:
        case FieldType::nested_to_compress: {
            const auto value = packed_value(field, depth);
            if (!value) return tl::unexpected(value.error());
            append_field(out, field.type, field.name, *value);
            return {};
        }
    }
    return fail(Errc::malformed, "a field has no known type");
}

static Result<Bytes> encode_at(const Message& message, ByteView auth, std::size_t depth) {
    if (depth > limits::message_depth_max) {
        return fail(Errc::malformed, "messages are nested too deep");
    }
    if (message.fields.size() + (auth.empty() ? 0 : 1) > limits::message_fields_max) {
        return fail(Errc::too_large, "a message has too many fields");
    }
    Bytes out;
    if (depth == 0) out.reserve(limits::usual_packet_bytes);
    out += opening;
    for (const Field& field : message.fields) {
        if (auto done = encode_field(out, field, depth); !done) {
            return tl::unexpected(std::move(done.error()));
        }
        if (out.size() + closing.size() > limits::message_uncompressed_bytes_max) {
            return fail(Errc::too_large, "a message is too large");
        }
    }
    if (!auth.empty()) append_field(out, FieldType::string, "auth", auth);
    out += closing;
    return out;
}

Result<Bytes> encode(const Message& message, ByteView auth) { return encode_at(message, auth, 0); }

static Result<Message> decode_at(ByteView body, std::size_t depth, FieldBudget& budget);

// `(TYPE)NAME=VALUE` into `fields`.
static Result<void> decode_field(ByteView content, std::size_t depth, FieldBudget& budget,
                                 FieldCollector& fields) {
    constexpr std::size_t prefix = 3;
    if (content.size() < prefix || content[0] != '(' || content[2] != ')' || content[1] < '0' ||
        content[1] > '5') {
        return fail(Errc::malformed, "a field does not begin with its type");
    }
    const auto type = static_cast<FieldType>(content[1] - '0');
    content.remove_prefix(prefix);
    const std::size_t equals = content.find('=');
    if (equals == ByteView::npos) return fail(Errc::malformed, "a field has no `=`");
    const std::string_view name = content.substr(0, equals);
    if (!name_fits(name)) return fail(Errc::malformed, "a field name is empty or holds a NUL");
    const ByteView value = content.substr(equals + 1);
    switch (type) {
        case FieldType::string:
            if (value.find('\0') != ByteView::npos) {
                return fail(Errc::malformed, "a string field holds a NUL");
            }
            [[fallthrough]];
        case FieldType::binary:
        case FieldType::compressed:
            return fields.add(Field{std::string(name), type, Bytes(value), {}, nullptr});
        case FieldType::list:
            return fields.add_packed_list(name, value);
        case FieldType::nested:
        case FieldType::nested_to_compress: {
            auto inside = decode_at(value, depth + 1, budget);
            if (!inside) return tl::unexpected(std::move(inside.error()));
            return fields.add(Field{std::string(name),
                                    type,
                                    {},
                                    {},
                                    std::make_shared<const Message>(std::move(*inside))});
        }
    }
    return fail(Errc::malformed, "a field has no known type");
}

static Result<Message> decode_at(ByteView body, std::size_t depth, FieldBudget& budget) {
    if (depth > limits::message_depth_max) {
        return fail(Errc::malformed, "messages are nested too deep");
    }
    if (!body.starts_with(opening)) return fail(Errc::malformed, "a message has no ### line");
    ByteView rest = body.substr(opening.size());
    FieldCollector fields(budget, depth);
    while (!rest.starts_with(closing)) {
        const auto content = cut_counted(rest);
        if (!content) {
            return fail(Errc::malformed,
                        "no whole field at byte " + std::to_string(body.size() - rest.size()));
        }
        if (auto done = decode_field(*content, depth, budget, fields); !done) {
            return tl::unexpected(std::move(done.error()));
        }
    }
    if (rest.size() != closing.size()) {
        return fail(Errc::malformed, "bytes follow the %%% line of a message");
    }
    return fields.take();
}

Result<Message> decode(ByteView body) {
    if (body.size() > limits::message_uncompressed_bytes_max) {
        return fail(Errc::too_large, "a message is too large");
    }
    FieldBudget budget = field_budget();
    return decode_at(body, 0, budget);
}

// `INDEX DIGEST`, as far as its shape goes.
static bool looks_like_signature(ByteView content) noexcept {
    const std::size_t blank = content.find(' ');
    return content.size() <= limits::signature_bytes_max && blank != ByteView::npos && blank > 0 &&
           blank + 1 < content.size() &&
           content.substr(0, blank).find_first_not_of("0123456789") == ByteView::npos;
}

Result<Packet> cut(ByteView packet) {
    if (!packet.starts_with(opening)) return fail(Errc::malformed, "a packet has no ### line");
    // A value may hold `%%%` too, so the search goes from the end. It stays linear: a try that
    // fails reads no further than the next digit, or the bound of a signature.
    std::size_t before = packet.size();
    while (before >= closing.size()) {
        const std::size_t at = packet.rfind(closing, before - closing.size());
        if (at == ByteView::npos || at < opening.size()) break;
        ByteView rest = packet.substr(at + closing.size());
        const auto signature = cut_counted(rest);
        if (signature && looks_like_signature(*signature)) {
            return Packet{packet.substr(0, at + closing.size()), *signature};
        }
        before = at;
    }
    return fail(Errc::malformed, "a packet has no signature behind its %%% line");
}

}  // namespace hb::wire::netstring
