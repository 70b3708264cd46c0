// See finding.hpp.
#include "check/finding.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace hb::check {
namespace {

std::string filled(std::string_view text, const std::vector<std::string>& arguments) {
    std::string out;
    std::size_t used = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.substr(i, 2) != "{}") {
            out += text[i];
            continue;
        }
        out += used < arguments.size() ? arguments[used] : "?";
        ++used;
        ++i;
    }
    return out;
}

}  // namespace

const std::vector<FindingEntry>& finding_catalogue() {
    static const std::vector<FindingEntry> entries = {
#define HB_FINDING(id, severity, text, advice) {#id, Severity::severity, text, advice},
#include "check/findings.def"
#undef HB_FINDING
    };
    return entries;
}

const FindingEntry& finding_entry(FindingId id) {
    return finding_catalogue()[static_cast<std::size_t>(id)];
}

Finding make_finding(FindingId id, Place place, const std::vector<std::string>& text,
                     const std::vector<std::string>& advice) {
    const FindingEntry& entry = finding_entry(id);
    return {id, std::move(place), filled(entry.text, text), filled(entry.advice, advice)};
}

void sort(Findings& findings) {
    const auto rank = [](const Finding& each) {
        return std::tuple(finding_entry(each.id).severity, each.place.file.empty(), each.place.file,
                          each.place.line);
    };
    std::stable_sort(findings.begin(), findings.end(),
                     [&](const Finding& a, const Finding& b) { return rank(a) < rank(b); });
    const auto same = [&](const Finding& a, const Finding& b) {
        return a.id == b.id && rank(a) == rank(b) && a.text == b.text;
    };
    findings.erase(std::unique(findings.begin(), findings.end(), same), findings.end());
}

}  // namespace hb::check
