// What the manager says to other nodes and hears from them: a type and string fields. How it looks
// on the wire is not known here.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/event.hpp"
#include "base/ids.hpp"
#include "base/text.hpp"

namespace hb::resource {

struct Letter {
    std::string type;
    std::vector<std::pair<std::string, std::string>> fields;  // in wire order, without `t`

    // Value of the first field of that name; empty when there is none.
    std::string_view get(std::string_view name) const noexcept {
        for (const auto& [key, value] : fields) {
            if (key == name) return value;
        }
        return {};
    }
    bool has(std::string_view name) const noexcept {
        for (const auto& field : fields) {
            if (field.first == name) return true;
        }
        return false;
    }
};

// What the manager wants done, in order: a letter to every node, or an effect.
using Wish = std::variant<Letter, Effect>;
using Wishes = std::vector<Wish>;

inline void wish(Wishes& out, Letter letter) { out.emplace_back(std::move(letter)); }
template <class... A>
void wish_log(Wishes& out, LogId id, const A&... arguments) {
    out.emplace_back(Effect{log_line(id, arguments...)});
}
// Of an unknown class, as `from` wrote it: cut, and without what a log must not hold.
inline void wish_log_bad_class(Wishes& out, std::string_view word, const NodeName& from) {
    wish_log(out, LogId::bad_class, printable(word, 32), from);
}

}  // namespace hb::resource
