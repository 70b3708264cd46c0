// What is wrong in a status, the worst first, in words for whoever was woken up by it. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "status_report.hpp"

namespace hb::tools {

enum class ProblemLevel : std::uint8_t {
    error,    // something does not run, or nothing protects it: act now
    warning,  // all runs; look today
};
constexpr std::string_view level_word(ProblemLevel level) noexcept {
    return level == ProblemLevel::error ? "error" : "warning";
}

struct Problem {
    ProblemLevel level{};
    std::string id;      // for programs: of problem_ids
    std::string about;   // the group, node, link or device
    std::string words;   // a sentence
    std::string advice;  // what to do, or ""
};
using Problems = std::vector<Problem>;

Problems problems_of(const shell::StatusReport& report);

// Every id there is; the schema lists the same.
const std::vector<std::string>& problem_ids();

// For people: "250ms", "1.2s", "35s", "3m 20s", "4h 2m", "5d 3h".
std::string age_text(Duration age);
// What comes from outside, fit for a terminal.
std::string shown(const std::string& text);

}  // namespace hb::tools
