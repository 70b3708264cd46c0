// See file_change.hpp.
#include "resource/file_change.hpp"

#include <algorithm>
#include <map>

#include "resource/file_marks.hpp"

namespace hb::resource {
namespace {

using config::Member;
using config::ResourceGroup;

bool has_token(const ResourceGroup& group, const std::string& token) {
    return std::any_of(group.members.begin(), group.members.end(),
                       [&token](const Member& member) { return member.token == token; });
}
bool has_member(const ResourceGroup& group, const Member& wanted) {
    return std::any_of(group.members.begin(), group.members.end(),
                       [&wanted](const Member& member) { return same_member(member, wanted); });
}

// What `of` has and `other` has not: "A and B WHAT"; "" when there is nothing.
std::string without_match(const ResourceGroup& of, const ResourceGroup& other,
                          const std::string& what) {
    std::string text;
    for (const Member& member : of.members) {
        if (!has_member(other, member)) text += (text.empty() ? "" : " ") + member.token;
    }
    return text.empty() ? text : text + what;
}

std::string change_of(const ResourceGroup& before, const ResourceGroup& after) {
    std::vector<std::string> parts;
    if (before.key != after.key) parts.push_back("was " + before.key);
    if (before.node != after.node) {
        parts.push_back("prefers " + after.node + " and no longer " + before.node);
    }
    const std::string more = without_match(after, before, " new");
    const std::string less = without_match(before, after, " gone");
    if (!more.empty()) parts.push_back(more);
    if (!less.empty()) parts.push_back(less);
    if (parts.empty() && before.members != after.members) parts.emplace_back("another order");
    std::string text;
    for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
    return text;
}

}  // namespace

std::vector<std::optional<std::size_t>> successors(const std::vector<ResourceGroup>& before,
                                                   const std::vector<ResourceGroup>& after) {
    std::map<std::string, std::size_t> by_key;
    for (std::size_t i = 0; i < after.size(); ++i) by_key.emplace(after[i].key, i);
    std::vector<bool> taken(after.size());
    std::vector<std::optional<std::size_t>> out(before.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
        const auto found = by_key.find(before[i].key);
        if (found == by_key.end()) continue;
        out[i] = found->second;
        taken[found->second] = true;
    }
    for (std::size_t i = 0; i < before.size(); ++i) {
        for (std::size_t j = 0; j < after.size() && !out[i]; ++j) {
            const bool renamed = !taken[j] && (has_token(after[j], before[i].key) ||
                                               has_token(before[i], after[j].key));
            if (!renamed) continue;
            out[i] = j;
            taken[j] = true;
        }
    }
    return out;
}

std::vector<std::string> change_words(const std::vector<ResourceGroup>& before,
                                      const std::vector<ResourceGroup>& after) {
    std::vector<std::string> lines;
    const auto next = successors(before, after);
    std::vector<bool> known(after.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
        if (!next[i]) {
            lines.push_back("group " + before[i].key + " is gone");
            continue;
        }
        known[*next[i]] = true;
        const std::string words = change_of(before[i], after[*next[i]]);
        if (!words.empty()) lines.push_back("group " + after[*next[i]].key + ": " + words);
    }
    for (std::size_t j = 0; j < after.size(); ++j) {
        if (!known[j]) lines.push_back("group " + after[j].key + " is new");
    }
    return lines;
}

}  // namespace hb::resource
