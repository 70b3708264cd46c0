// The outcome of hb_check: as a page for people, as JSON for programs, as an exit status.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "check/check.hpp"
#include "check/story.hpp"

namespace hb::check {

// A finding with its words. Names are public.
struct FindingReport {
    std::string id, severity, file;
    std::int64_t line{};
    std::string text, advice;

    static void fields(auto& it, auto&& each) {
        each("id", it.id);
        each("severity", it.severity);
        each("file", it.file);
        each("line", it.line);
        each("text", it.text);
        each("advice", it.advice);
    }
};

struct Report {
    std::uint64_t format{1};  // higher: a name has changed its meaning or is gone
    std::string node;
    std::string peer;     // whose files were compared; empty: nobody's
    bool machine{};       // it was looked at, and not only the files
    std::string verdict;  // fine, risky, wrong
    std::vector<FindingReport> findings;
    std::string protection;            // what protects this pair; empty: not known
    std::vector<Failure> failures;     // empty: not known
    std::optional<Duration> lateness;  // of this machine, at worst
    std::string lateness_from;         // who has seen it

    static void fields(auto& it, auto&& each) {
        each("format", it.format);
        each("node", it.node);
        each("peer", it.peer);
        each("machine", it.machine);
        each("verdict", it.verdict);
        each("findings", it.findings);
        each("protection", it.protection);
        each("failures", it.failures);
        each("lateness_ms", it.lateness);
        each("lateness_from", it.lateness_from);
    }
};

// What happens in failures is told only when no file has a mistake.
Report make_report(const Subject& subject, const Findings& findings);

// 0 fine, 1 risky, 2 wrong.
int exit_status(const Report& report) noexcept;

// The findings, the worst first, each with what to do; then, unless `brief`, what protects the pair
// and what happens in each failure.
std::string report_page(const Report& report, bool brief);

}  // namespace hb::check
