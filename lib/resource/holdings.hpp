// Classes of groups as the messages of 3.0.6 know them: local (prefer the speaker), foreign (all
// others). Always from the view of the node that says the word (resources.md, vocabulary).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace hb::resource {

// A set of classes; the values are those of 3.0.6's holdings.
enum class Holding : std::uint8_t { none = 0, local = 1, foreign = 2, all = 3 };

constexpr Holding operator|(Holding a, Holding b) noexcept {
    return static_cast<Holding>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr Holding operator&(Holding a, Holding b) noexcept {
    return static_cast<Holding>(static_cast<unsigned>(a) & static_cast<unsigned>(b));
}
// `a` without what is in `b`.
constexpr Holding without(Holding a, Holding b) noexcept {
    return static_cast<Holding>(static_cast<unsigned>(a) & ~static_cast<unsigned>(b) & 3U);
}
constexpr bool includes(Holding set, Holding part) noexcept { return (set & part) == part; }

// The same groups in the words of the other node of a pair.
constexpr Holding mirrored(Holding a) noexcept {
    const auto bits = static_cast<unsigned>(a);
    return static_cast<Holding>(((bits & 1U) << 1U) | (bits >> 1U));
}

constexpr std::string_view holding_word(Holding a) noexcept {
    constexpr std::string_view words[] = {"none", "local", "foreign", "all"};
    return words[static_cast<std::size_t>(a)];
}

// none, local, foreign, all. Nothing for any other word.
constexpr std::optional<Holding> holding_named(std::string_view word) noexcept {
    for (const Holding each : {Holding::none, Holding::local, Holding::foreign, Holding::all}) {
        if (word == holding_word(each)) return each;
    }
    return std::nullopt;
}

}  // namespace hb::resource
