// What hb_check finds, as data: an id of findings.def, a place and the words.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hb::check {

enum class Severity : std::uint8_t {
    wrong,  // it does not work, now or when it is needed
    risky,  // it works until something happens that will happen
};
constexpr std::string_view severity_word(Severity severity) noexcept {
    return severity == Severity::wrong ? "wrong" : "risky";
}

enum class FindingId : std::uint8_t {
#define HB_FINDING(id, severity, text, advice) id,
#include "check/findings.def"
#undef HB_FINDING
};

struct FindingEntry {
    const char* name;  // public, stable between releases
    Severity severity;
    const char* text;    // `{}` stands for one argument
    const char* advice;  // likewise; or ""
};
// Every id, in the order of FindingId.
const std::vector<FindingEntry>& finding_catalogue();
const FindingEntry& finding_entry(FindingId id);

// Where something stands. Line 0: the file as a whole; no file: the machine.
struct Place {
    std::string file;
    int line{};
};

struct Finding {
    FindingId id{};
    Place place;
    std::string text, advice;
};
using Findings = std::vector<Finding>;

// `text` and `advice` fill the places of their texts, in order; what is missing shows as `?`.
Finding make_finding(FindingId id, Place place, const std::vector<std::string>& text,
                     const std::vector<std::string>& advice = {});

// The wrong ones first; then those with a place, by file and line; in the order found. What was
// found twice at one place stands once.
void sort(Findings& findings);

}  // namespace hb::check
