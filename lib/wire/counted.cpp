// See counted.hpp.
#include "wire/counted.hpp"

#include <array>
#include <charconv>

#include "base/limits.hpp"

namespace hb::wire {

static bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

std::optional<ByteView> cut_counted(ByteView& rest) noexcept {
    std::size_t at = 0;
    std::size_t length = 0;
    for (; at < rest.size() && is_digit(rest[at]); ++at) {
        length = 10 * length + static_cast<std::size_t>(rest[at] - '0');
        if (length > rest.size()) return std::nullopt;  // also keeps the sum from overflowing
    }
    if (at == 0) return std::nullopt;
    while (at < rest.size() && rest[at] != ':' && !is_digit(rest[at])) ++at;
    if (at == rest.size() || rest[at] != ':') return std::nullopt;
    ++at;
    if (length >= rest.size() - at || rest[at + length] != ',') return std::nullopt;
    const ByteView content = rest.substr(at, length);
    rest.remove_prefix(at + length + 1);
    return content;
}

void append_count(Bytes& out, std::size_t count) {
    std::array<char, 20> digits{};  // of any number of 64 bits
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), count);
    out.append(digits.data(), end.ptr);
    out += ':';
}

void append_counted(Bytes& out, ByteView content) {
    append_count(out, content.size());
    out += content;
    out += ',';
}

Result<Bytes> pack_list(const std::vector<std::string>& list) {
    if (list.size() > limits::list_elements_max) {
        return fail(Errc::too_large, "a list has too many elements");
    }
    Bytes out;
    for (const std::string& element : list) {
        if (element.empty() || element.find('\0') != std::string::npos) {
            return fail(Errc::malformed, "a list element is empty or holds a NUL");
        }
        append_counted(out, element);
    }
    return out;
}

Result<void> unpack_list(ByteView packed, std::vector<std::string>& list) {
    while (!packed.empty()) {
        const auto element = cut_counted(packed);
        if (!element || element->empty() || element->find('\0') != ByteView::npos) {
            return fail(Errc::malformed, "a packed list is broken");
        }
        if (list.size() == limits::list_elements_max) {
            return fail(Errc::too_large, "a list has too many elements");
        }
        list.emplace_back(*element);
    }
    return {};
}

}  // namespace hb::wire
