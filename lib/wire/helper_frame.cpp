// See helper_frame.hpp. A frame is its length (4 bytes, high byte first, without itself), its kind
// (1), the number of pairs (2), and per pair the lengths of name (2) and value (4) and both texts.
#include "wire/helper_frame.hpp"

#include "base/limits.hpp"

namespace hb::wire::helper_frame {

static constexpr std::size_t length_bytes = 4;
static constexpr std::size_t head_bytes = 3;  // kind and number of pairs
static constexpr std::size_t name_bytes_max = 255;

static void append_number(Bytes& out, std::size_t number, int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
        out += static_cast<char>((number >> shift) & 0xffU);
    }
}

// Cuts a number of so many bytes off the front. Nothing when they are not there.
static std::optional<std::size_t> cut_number(ByteView& rest, std::size_t bytes) noexcept {
    if (rest.size() < bytes) return {};
    std::size_t number = 0;
    for (std::size_t i = 0; i < bytes; ++i) {
        number = number << 8U | static_cast<unsigned char>(rest[i]);
    }
    rest.remove_prefix(bytes);
    return number;
}

static std::optional<std::string> cut_text(ByteView& rest, std::size_t size) {
    if (rest.size() < size) return {};
    std::string text(rest.substr(0, size));
    rest.remove_prefix(size);
    return text;
}

static bool is_kind(std::size_t number) noexcept {
    const auto between = [number](Kind first, Kind last) {
        return number >= static_cast<std::size_t>(first) &&
               number <= static_cast<std::size_t>(last);
    };
    return between(Kind::order, Kind::question) || between(Kind::opened, Kind::result);
}

static Result<void> check(const std::string& name, const std::string& value) {
    if (name.empty()) return fail(Errc::malformed, "a field without a name");
    if (name.size() > name_bytes_max) return fail(Errc::too_large, "a field's name is too long");
    if (name.find('\0') != std::string::npos || value.find('\0') != std::string::npos) {
        return fail(Errc::malformed, "a zero byte in a field");
    }
    return {};
}

Result<Bytes> encode(const Frame& frame) {
    if (frame.fields.size() > limits::helper_fields_max) {
        return fail(Errc::too_large, std::to_string(frame.fields.size()) +
                                         " fields, expected at most " +
                                         std::to_string(limits::helper_fields_max));
    }
    Bytes body;
    append_number(body, static_cast<std::size_t>(frame.kind), 1);
    append_number(body, frame.fields.size(), 2);
    for (const auto& [name, value] : frame.fields) {
        if (const auto fits = check(name, value); !fits) return tl::unexpected(fits.error());
        constexpr std::size_t lengths_bytes = 6;
        if (body.size() + lengths_bytes + name.size() + value.size() >
            limits::helper_frame_bytes_max) {
            return fail(Errc::too_large, "more than " +
                                             std::to_string(limits::helper_frame_bytes_max) +
                                             " bytes in one frame");
        }
        append_number(body, name.size(), 2);
        append_number(body, value.size(), 4);
        body += name;
        body += value;
    }
    Bytes out;
    append_number(out, body.size(), length_bytes);
    return out + body;
}

static Result<Frame> decode(ByteView body) {
    const auto malformed = [] { return fail(Errc::malformed, "a helper's frame is malformed"); };
    const auto kind = cut_number(body, 1);
    const auto count = cut_number(body, 2);
    if (!kind || !count || !is_kind(*kind)) return malformed();
    if (*count > limits::helper_fields_max) {
        return fail(Errc::too_large, "a helper's frame has too many fields");
    }
    Frame out{static_cast<Kind>(*kind), {}};
    for (std::size_t i = 0; i < *count; ++i) {
        const auto name_size = cut_number(body, 2);
        const auto value_size = cut_number(body, 4);
        if (!name_size || !value_size) return malformed();
        auto name = cut_text(body, *name_size);
        auto value = cut_text(body, *value_size);
        if (!name || !value || !check(*name, *value)) return malformed();
        out.fields.emplace_back(*std::move(name), *std::move(value));
    }
    if (!body.empty()) return malformed();
    return out;
}

Reader::Found Reader::feed(ByteView bytes) {
    Found found;
    while (!broken_) {
        ByteView head = waiting_;
        const auto size = cut_number(head, length_bytes);
        if (size && (*size < head_bytes || *size > limits::helper_frame_bytes_max)) {
            broken_ =
                Error{Errc::too_large, "a helper's frame of " + std::to_string(*size) +
                                           " bytes, expected " + std::to_string(head_bytes) +
                                           " to " + std::to_string(limits::helper_frame_bytes_max)};
        } else if (size && head.size() == *size) {
            auto frame = decode(head);
            waiting_.clear();
            if (frame) {
                found.frames.push_back(*std::move(frame));
            } else {
                broken_ = frame.error();
            }
        } else {
            const std::size_t wanted = size ? *size - head.size() : length_bytes - waiting_.size();
            const ByteView piece = bytes.substr(0, wanted);
            if (piece.empty()) break;
            waiting_ += piece;
            bytes.remove_prefix(piece.size());
        }
    }
    if (broken_) waiting_.clear();
    found.broken = broken_;
    return found;
}

}  // namespace hb::wire::helper_frame
