// The text form: writing it, reading it, and the lines that the inner signature covers.
#include "wire/text_form.hpp"

#include "base/check.hpp"
#include "base/limits.hpp"
#include "wire/base64.hpp"
#include "wire/counted.hpp"
#include "wire/fields.hpp"

namespace hb::wire::text_form {

static constexpr ByteView opening = ">>>";
static constexpr ByteView closing = "<<<";
static constexpr char escaped_newline = 0x13;  // in string values (wire.md 1.4)

// What ends a line of a message that lies `depth` levels inside (wire.md 1.4).
static char line_end(std::size_t depth) noexcept {
    constexpr std::size_t first_run = 12;  // containing depths 0 to 11: bytes 20 to 31
    if (depth == 0) return '\n';
    const std::size_t containing = depth - 1;
    return static_cast<char>(containing < first_run ? 20 + containing
                                                    : 15 + containing - first_run);
}

// No line ends with it or with anything above it.
static constexpr unsigned char first_printable = ' ';
static_assert(15 + limits::message_depth_max - 1 - 12 < first_printable);

// Whether `data`, standing `depth` levels inside, would be taken for the end of some line.
static bool holds_line_end(ByteView data, std::size_t depth) noexcept {
    for (std::size_t level = 0; level <= depth; ++level) {
        if (data.find(line_end(level)) != ByteView::npos) return true;
    }
    return false;
}

enum class Lines { all, signed_only };

static Result<void> append_lines(Bytes& out, const Message& message, std::size_t depth,
                                 Lines which);

static Result<void> append_message(Bytes& out, const Message& message, std::size_t depth) {
    out += opening;
    out += line_end(depth);
    if (auto done = append_lines(out, message, depth, Lines::all); !done) return done;
    out += closing;
    out += line_end(depth);
    return {};
}

enum class Newlines { as_they_are, escaped };

static Result<void> append_plain(Bytes& out, ByteView data, std::size_t depth, Newlines newlines) {
    const std::size_t begin = out.size();
    out += data;
    for (std::size_t i = begin; i < out.size(); ++i) {
        if (static_cast<unsigned char>(out[i]) >= first_printable) continue;
        if (out[i] == '\n' && newlines == Newlines::escaped) out[i] = escaped_newline;
        if (out[i] == '\0' || holds_line_end(ByteView(&out[i], 1), depth)) {
            return fail(Errc::malformed, "a value holds a byte that ends lines in the text form");
        }
    }
    return {};
}

static Result<void> append_value(Bytes& out, const Field& field, std::size_t depth) {
    switch (field.type) {
        case FieldType::string:
            return append_plain(out, field.value, depth, Newlines::escaped);
        case FieldType::binary:
        case FieldType::compressed:
            out += to_base64(field.value);
            return {};
        case FieldType::list: {
            const auto packed = pack_list(field.list);
            if (!packed) return tl::unexpected(packed.error());
            return append_plain(out, *packed, depth, Newlines::as_they_are);
        }
        case FieldType::nested:
            HB_CHECK(field.nested != nullptr);
            return append_message(out, *field.nested, depth + 1);
        case FieldType::nested_to_compress:
            break;
    }
    return fail(Errc::malformed, "a field has a type that the text form does not know");
}

static Result<void> append_lines(Bytes& out, const Message& message, std::size_t depth,
                                 Lines which) {
    if (depth > limits::message_depth_max) {
        return fail(Errc::malformed, "messages are nested too deep");
    }
    if (message.fields.size() > limits::message_fields_max) {
        return fail(Errc::too_large, "a message has too many fields");
    }
    for (const Field& field : message.fields) {
        if (which == Lines::signed_only && field.name == "auth") continue;
        // A name that begins with a bracket would be read as a type.
        if (!name_fits(field.name) || field.name.front() == '(' ||
            holds_line_end(field.name, depth)) {
            return fail(Errc::malformed, "a field name does not fit the text form");
        }
        if (field.type != FieldType::string) {
            out += '(';
            out += static_cast<char>('0' + static_cast<int>(field.type));
            out += ')';
        }
        out += field.name;
        out += '=';
        if (auto done = append_value(out, field, depth); !done) return done;
        out += line_end(depth);
        if (out.size() > limits::message_uncompressed_bytes_max) {
            return fail(Errc::too_large, "a message is too large");
        }
    }
    return {};
}

Result<Bytes> encode(const Message& message) {
    Bytes out;
    if (auto done = append_message(out, message, 0); !done) return tl::unexpected(done.error());
    if (out.size() > limits::message_uncompressed_bytes_max) {
        return fail(Errc::too_large, "a message is too large");
    }
    return out;
}

Result<Bytes> signed_lines(const Message& message) {
    Bytes out;
    out.reserve(limits::usual_packet_bytes);
    if (auto done = append_lines(out, message, 0, Lines::signed_only); !done) {
        return tl::unexpected(done.error());
    }
    return out;
}

// --- reading ---

// Cuts one line off the front of `rest` and gives it without its end. Nothing when none ends.
static std::optional<ByteView> cut_line(ByteView& rest, char end) noexcept {
    const std::size_t at = rest.find(end);
    if (at == ByteView::npos) return std::nullopt;
    const ByteView line = rest.substr(0, at);
    rest.remove_prefix(at + 1);
    return line;
}

static Result<Message> decode_at(ByteView& rest, std::size_t depth, FieldBudget& budget);

static Result<void> decode_nested(std::string_view name, ByteView value, std::size_t depth,
                                  FieldBudget& budget, FieldCollector& fields) {
    auto inside = decode_at(value, depth + 1, budget);
    if (!inside) return tl::unexpected(std::move(inside.error()));
    if (!value.empty()) return fail(Errc::malformed, "bytes follow a nested message");
    return fields.add(Field{std::string(name),
                            FieldType::nested,
                            {},
                            {},
                            std::make_shared<const Message>(std::move(*inside))});
}

static Result<void> decode_line(ByteView line, std::size_t depth, FieldBudget& budget,
                                FieldCollector& fields) {
    FieldType type = FieldType::string;
    if (line.starts_with('(')) {
        constexpr std::size_t prefix = 3;
        if (line.size() < prefix || line[2] != ')' || line[1] < '1' || line[1] > '4') {
            return fail(Errc::malformed, "a line begins with a type that is none");
        }
        type = static_cast<FieldType>(line[1] - '0');
        line.remove_prefix(prefix);
    }
    const std::size_t equals = line.find('=');
    if (equals == ByteView::npos) return fail(Errc::malformed, "a line has no `=`");
    const std::string_view name = line.substr(0, equals);
    const ByteView value = line.substr(equals + 1);
    if (!name_fits(name) || name.front() == '(') {
        return fail(Errc::malformed, "a line has no name that fits");
    }
    switch (type) {
        case FieldType::string: {
            Bytes plain(value);
            for (char& c : plain) {
                if (c == escaped_newline) c = '\n';
            }
            return fields.add(Field{std::string(name), type, std::move(plain), {}, nullptr});
        }
        case FieldType::binary:
        case FieldType::compressed: {
            auto bytes = from_base64(value);
            if (!bytes) return fail(Errc::malformed, "a binary value is not base64");
            return fields.add(Field{std::string(name), type, std::move(*bytes), {}, nullptr});
        }
        case FieldType::list:
            return fields.add_packed_list(name, value);
        case FieldType::nested:
            return decode_nested(name, value, depth, budget, fields);
        case FieldType::nested_to_compress:
            break;
    }
    return fail(Errc::malformed, "a line has no known type");
}

// Reads one message off the front of `rest`, whose lines end as fits `depth`.
static Result<Message> decode_at(ByteView& rest, std::size_t depth, FieldBudget& budget) {
    if (depth > limits::message_depth_max) {
        return fail(Errc::malformed, "messages are nested too deep");
    }
    const char end = line_end(depth);
    if (cut_line(rest, end) != opening) {
        return fail(Errc::malformed, "a message has no >>> line");
    }
    FieldCollector fields(budget, depth);
    while (true) {
        const auto line = cut_line(rest, end);
        if (!line) return fail(Errc::malformed, "a message has no <<< line");
        if (line->empty()) continue;
        if (*line == closing) return fields.take();
        if (auto done = decode_line(*line, depth, budget, fields); !done) {
            return tl::unexpected(std::move(done.error()));
        }
    }
}

// Up to the first NUL, where real nodes see the end. A NUL that begins a line ends the message as
// `<<<` does (wire.md 1.3); the missing bracket is put in so that only one ending has to be read.
// Without that NUL a message that was cut short stays malformed.
static Bytes up_to_nul(ByteView text) {
    const std::size_t nul = text.find('\0');
    Bytes out(text.substr(0, nul));
    if (nul != ByteView::npos && out.ends_with('\n') && !out.ends_with("\n<<<\n")) {
        out += closing;
        out += '\n';
    }
    return out;
}

Result<Message> decode(ByteView text) {
    if (text.size() > limits::message_uncompressed_bytes_max) {
        return fail(Errc::too_large, "a message is too large");
    }
    const Bytes whole = up_to_nul(text);
    ByteView rest = whole;
    FieldBudget budget = field_budget();
    auto message = decode_at(rest, 0, budget);
    if (message && !rest.empty()) return fail(Errc::malformed, "bytes follow the <<< line");
    return message;
}

}  // namespace hb::wire::text_form
