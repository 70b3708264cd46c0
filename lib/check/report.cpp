// See report.hpp.
#include "check/report.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "core/protection.hpp"

namespace hb::check {
namespace {

std::string count(std::ptrdiff_t n, const char* what) { return std::to_string(n) + " " + what; }

std::string heading(const Report& report) {
    const auto many = [&](std::string_view severity) {
        return std::count_if(report.findings.begin(), report.findings.end(),
                             [&](const FindingReport& each) { return each.severity == severity; });
    };
    std::string out = report.node + (report.peer.empty() ? "" : " and " + report.peer) +
                      (report.machine ? "" : " (files only)") + ": ";
    if (report.findings.empty()) return out + "nothing wrong, nothing risky\n";
    const auto wrong = many("wrong");
    const auto risky = many("risky");
    if (wrong > 0) out += count(wrong, "wrong") + (risky > 0 ? ", " : "");
    if (risky > 0) out += count(risky, "risky");
    return out + "\n";
}

std::string place(const FindingReport& finding) {
    if (finding.file.empty()) return "";
    return finding.file + (finding.line > 0 ? ":" + std::to_string(finding.line) : "") + ": ";
}

}  // namespace

Report make_report(const Subject& subject, const Findings& findings) {
    Report report;
    report.node = subject.own.node;
    if (subject.peer != nullptr) report.peer = subject.peer->node;
    report.machine = subject.facts != nullptr;
    if (report.machine) {
        report.lateness = subject.facts->lateness;
        report.lateness_from = subject.facts->lateness_from;
    }
    report.verdict = "fine";
    for (const Finding& finding : findings) {
        const FindingEntry& entry = finding_entry(finding.id);
        const std::string word(severity_word(entry.severity));
        if (report.verdict != "wrong") report.verdict = word;
        report.findings.push_back({entry.name, word, printable(finding.place.file),
                                   finding.place.line, finding.text, finding.advice});
    }
    if (!subject.own.sound(subject.own.files.ha_cf)) return report;
    report.protection = core::protection_text(core::protection_of(subject.own.ha_cf));
    const bool sound = subject.own.sound(subject.own.files.haresources) &&
                       subject.other.sound(subject.other.files.ha_cf);
    if (sound) report.failures = failures(subject);
    return report;
}

int exit_status(const Report& report) noexcept {
    if (report.verdict == "wrong") return 2;
    return report.verdict == "risky" ? 1 : 0;
}

std::string report_page(const Report& report, bool brief) {
    std::string out = heading(report);
    for (const FindingReport& finding : report.findings) {
        out += finding.severity == "wrong" ? "  WRONG  " : "  risky  ";
        out += place(finding) + finding.text + "\n";
        if (!finding.advice.empty()) out += "         -> " + finding.advice + "\n";
    }
    if (brief) return out;
    if (!report.protection.empty()) out += "\nwhat protects: " + report.protection + "\n";
    if (report.lateness) {
        out += "lateness: " + show(*report.lateness) + " at worst (" + report.lateness_from + ")\n";
    }
    if (!report.failures.empty()) out += "\nwhat happens if\n";
    for (const Failure& failure : report.failures) {
        out += "  " + failure.event + "\n";
        for (const std::string& sentence : failure.then) out += "    - " + sentence + "\n";
    }
    return out;
}

}  // namespace hb::check
