// See file_marks.hpp.
#include "resource/file_marks.hpp"

#include <algorithm>
#include <optional>

#include "base/fnv.hpp"
#include "base/text.hpp"

namespace hb::resource {
namespace {

constexpr std::string_view letters = "icr";

std::uint32_t folded(std::uint64_t hash) {
    return static_cast<std::uint32_t>(hash ^ (hash >> 32U));
}

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
    return folded(is_address(member) ? fnv1a("address " + lower(first.substr(0, first.find('/'))))
                                     : fnv1a(member.type + " " + first));
}

GroupMark mark_of(const config::ResourceGroup& group) {
    GroupMark mark;
    std::uint64_t definition = fnv1a(group.node);
    for (const config::Member& member : group.members) {
        definition = fnv1a(" " + member.token, definition);
        mark.members.push_back(mark_of(member));
    }
    mark.definition = folded(definition);
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
