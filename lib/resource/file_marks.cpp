// See file_marks.hpp.
#include "resource/file_marks.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"

namespace hb::resource {
namespace {

constexpr std::string_view letters = "icr";

// FNV-1a, 32 bits (http://www.isthe.com/chongo/tech/comp/fnv).
std::uint32_t add(std::uint32_t hash, std::string_view text) {
    for (const char c : text) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x01000193U;
    }
    return hash;
}
constexpr std::uint32_t basis = 0x811c9dc5U;

std::optional<std::uint32_t> hash_in(std::string_view text) {
    const auto value = parse_hex(text);
    if (!value || *value > 0xffffffffU) return std::nullopt;
    return static_cast<std::uint32_t>(*value);
}

std::optional<GroupMark> read_mark(std::string_view word) {
    const std::size_t letter = word.empty() ? letters.size() : letters.find(word.front());
    const std::size_t colon = word.find(':');
    if (letter >= letters.size() || colon == std::string_view::npos) return std::nullopt;
    const auto definition = hash_in(word.substr(1, colon - 1));
    if (!definition) return std::nullopt;
    GroupMark mark{static_cast<GroupMark::State>(letter), *definition, {}};
    for (const std::string& member : words(word.substr(colon + 1), ",")) {
        const auto hash = hash_in(member);
        if (!hash) return std::nullopt;
        mark.members.push_back(*hash);
    }
    return mark;
}

}  // namespace

bool is_address(const config::Member& member) noexcept {
    return member.type == "IPaddr" || member.type == "IPaddr2" || member.type == "IPv6addr";
}

bool same_member(const config::Member& a, const config::Member& b) noexcept {
    return a.type == b.type && a.arguments == b.arguments;
}

std::uint32_t mark_of(const config::Member& member) {
    const std::string first = member.arguments.empty() ? "" : member.arguments.front();
    if (is_address(member))
        return add(add(basis, "address "), lower(first.substr(0, first.find('/'))));
    return add(add(add(basis, member.type), " "), first);
}

GroupMark mark_of(const config::ResourceGroup& group) {
    GroupMark mark;
    mark.definition = add(basis, group.node);
    for (const config::Member& member : group.members) {
        mark.definition = add(add(mark.definition, " "), member.token);
        mark.members.push_back(mark_of(member));
    }
    return mark;
}

std::string marks_text(const std::vector<GroupMark>& marks) {
    std::string text;
    for (const GroupMark& mark : marks) {
        if (!text.empty()) text += ' ';
        text += letters[static_cast<std::size_t>(mark.state)];
        text += to_hex(mark.definition) + ':';
        for (std::size_t i = 0; i < mark.members.size(); ++i) {
            text += (i == 0 ? "" : ",") + to_hex(mark.members[i]);
        }
    }
    return text;
}

std::vector<GroupMark> read_marks(std::string_view text) {
    std::vector<GroupMark> marks;
    for (const std::string& word : words(text)) {
        if (auto mark = read_mark(word)) marks.push_back(*std::move(mark));
    }
    return marks;
}

}  // namespace hb::resource
