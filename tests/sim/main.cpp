// hb_sim: runs seeds through the simulated world, many quietly or one with its trace.
#include <cstdio>
#include <cstring>
#include <ctime>
#include <map>
#include <optional>
#include <string>

#include "base/text.hpp"
#include "sim/coverage.hpp"
#include "sim/shrink.hpp"
#include "sim/world.hpp"

namespace {

using namespace hb::sim;
using Count = unsigned long long;

constexpr const char* usage_text =
    "usage: hb_sim [--seeds N] [--first S] [WORLD] [--strict] [--coverage] [--all] [--find TEXT]\n"
    "       hb_sim --seed S [WORLD] [--shrink]\n"
    "WORLD: [--fencing on|off | --arbiter] [--ipfail] [--edits] [--peer ours|real|both]\n"
    "  --seeds N    that many seeds, from S on (2000 from 1)\n"
    "  --seed S     one seed, with its trace; the same each time\n"
    "  --fencing    with a fencing device or without, instead of as the seed has it\n"
    "  --arbiter    always with an arbiter, and without a device\n"
    "  --ipfail     always with ping nodes and the plugin ipfail\n"
    "  --edits      haresources always changes on the way\n"
    "  --peer       real: one node, both: two are stand-ins of a Heartbeat 3.0.6\n"
    "  --strict     fail when a decision that can be reached was never exercised\n"
    "  --speed      how fast two nodes at rest live, keepalive 1 s\n"
    "  --coverage   print how often each decision was exercised\n"
    "  --all        go on after a violation: one line for each seed that has one\n"
    "  --find TEXT  one line for each seed in which a known fault with TEXT in its name counted\n"
    "  --shrink     make the failing plan of that seed smaller before it is shown\n"
    "Exit status 1 on the first violation, which is printed with a smaller plan and its trace.\n";

struct Arguments {
    std::uint64_t seeds{2000}, first{1};
    bool single{false}, strict{false}, coverage{false}, shrink{false}, speed{false}, all{false};
    std::string find;
    Wanted wanted;
};

bool* flag_of(Arguments& out, std::string_view option) {
    if (option == "--strict") return &out.strict;
    if (option == "--coverage") return &out.coverage;
    if (option == "--shrink") return &out.shrink;
    if (option == "--all") return &out.all;
    if (option == "--arbiter") return &out.wanted.arbiter;
    if (option == "--ipfail") return &out.wanted.ipfail;
    if (option == "--edits") return &out.wanted.edits;
    return nullptr;
}

std::optional<Arguments> parse(int argc, char** argv) {
    Arguments out;
    for (int i = 1; i < argc; ++i) {
        const std::string_view option = argv[i];
        if (bool* flag = flag_of(out, option)) {
            *flag = true;
            continue;
        }
        if (option == "--speed") {
            out.speed = true;
            continue;
        }
        if (++i == argc) return std::nullopt;
        const std::string_view value = argv[i];
        if (option == "--fencing") {
            if (value != "on" && value != "off") return std::nullopt;
            out.wanted.fencing = value == "on" ? Wanted::Fencing::on : Wanted::Fencing::off;
            continue;
        }
        if (option == "--peer") {
            if (value != "ours" && value != "real" && value != "both") return std::nullopt;
            out.wanted.peer = value == "ours"   ? Wanted::Peer::ours
                              : value == "real" ? Wanted::Peer::real
                                                : Wanted::Peer::both;
            continue;
        }
        if (option == "--find") {
            out.find = value;
            continue;
        }
        const auto number = hb::parse_dec(value);
        if (!number) return std::nullopt;
        if (option == "--seeds") {
            out.seeds = *number;
        } else if (option == "--first") {
            out.first = *number;
        } else if (option == "--seed") {
            out.first = *number;
            out.single = true;
        } else {
            return std::nullopt;
        }
    }
    return out;
}

// The plan and its trace, as a reader wants them.
Outcome show(const Plan& plan) {
    std::printf("%s\n", shown(plan.options).c_str());
    for (const Fault& fault : plan.faults) std::printf("  %s\n", shown(fault).c_str());
    return World(plan, [](const std::string& line) { std::printf("%s\n", line.c_str()); }).run();
}

int run_single(const Arguments& arguments) {
    Plan plan = draw(arguments.first, arguments.wanted);
    if (arguments.shrink) {
        const Outcome whole = World(plan, {}).run();
        if (!whole.violation.empty()) plan = shrink(std::move(plan), whole.violation);
    }
    const Outcome outcome = show(plan);
    for (const std::string& name : outcome.excuses) std::printf("let pass: %s\n", name.c_str());
    return outcome.violation.empty() ? 0 : 1;
}

struct Totals {
    std::uint64_t steps{};
    double seconds{};  // virtual
    std::array<std::uint64_t, causes> overlaps{};
    std::map<std::string, std::uint64_t> excuses;  // in how many seeds each explained something
    std::size_t most_effects{}, most_lines{}, most_frames{};
    std::uint64_t violations{};

    void add(const Outcome& outcome) {
        steps += outcome.steps;
        seconds += std::chrono::duration<double>(outcome.lasted).count();
        for (std::size_t i = 0; i < causes; ++i) overlaps[i] += outcome.overlaps[i];
        for (const std::string& name : outcome.excuses) ++excuses[name];
        most_effects = std::max(most_effects, outcome.most_effects);
        most_lines = std::max(most_lines, outcome.most_lines);
        most_frames = std::max(most_frames, outcome.most_frames);
    }
    void print(std::uint64_t seeds) const {
        std::printf("at most %zu effects of one event, %zu log lines and %zu packets a second\n",
                    most_effects, most_lines, most_frames);
        std::printf("overlaps, each with a cause and within its bound:");
        for (std::size_t i = 0; i < causes; ++i) {
            std::printf("%s %llu after: %s", i == 0 ? "" : ";", static_cast<Count>(overlaps[i]),
                        std::string(cause_word(static_cast<Cause>(i))).c_str());
        }
        std::printf("\n");
        for (const auto& [name, count] : excuses) {
            std::printf("in %llu seeds: %s\n", static_cast<Count>(count), name.c_str());
        }
        std::printf("%llu seeds, %llu steps, %.0f virtual seconds: ", static_cast<Count>(seeds),
                    static_cast<Count>(steps), seconds);
        if (violations == 0) {
            std::printf("no violation\n");
        } else {
            std::printf("%llu with a violation\n", static_cast<Count>(violations));
        }
    }
};

int run_speed() {
    Plan plan = draw(1, {Wanted::Fencing::off});
    plan.faults.clear();
    Options& o = plan.options;
    o.links = 2;
    o.arbiter = false;
    o.gateways = 0;
    o.line.loss_percent = o.line.repeat_percent = o.line.garble_percent = 0;
    o.bad_scripts.clear();
    for (NodeOptions& node : o.node) {
        node.keepalive = std::chrono::seconds(1);
        node.deadtime = node.initdead = std::chrono::seconds(10);
    }
    World world(plan, {});
    for (std::size_t i = 0; i < 2; ++i) world.power_on(world.machine(i));
    constexpr double virtual_seconds = 200000;
    const std::clock_t began = std::clock();
    world.run_until(hb::Instant{std::chrono::seconds(200000)});
    const double seconds = static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
    std::printf("%.0f virtual seconds in %.2f s of one core: %.0f per second\n", virtual_seconds,
                seconds, virtual_seconds / seconds);
    return world.violation().empty() ? 0 : 1;
}

int report_failure(std::uint64_t seed, const Plan& plan, const std::string& violation,
                   const Wanted& wanted) {
    const char* fencing = wanted.fencing == Wanted::Fencing::on    ? " --fencing on"
                          : wanted.fencing == Wanted::Fencing::off ? " --fencing off"
                                                                   : "";
    const char* peer = wanted.peer == Wanted::Peer::real   ? " --peer real"
                       : wanted.peer == Wanted::Peer::both ? " --peer both"
                                                           : "";
    std::printf("seed %llu: %s\nreplay: hb_sim --seed %llu%s%s%s%s%s\n", static_cast<Count>(seed),
                violation.c_str(), static_cast<Count>(seed), fencing, peer,
                wanted.arbiter ? " --arbiter" : "", wanted.ipfail ? " --ipfail" : "",
                wanted.edits ? " --edits" : "");
    std::printf("made smaller:\n");
    show(shrink(plan, violation));
    return 1;
}

}  // namespace

void tell_found(const Arguments& arguments, std::uint64_t seed, const Outcome& outcome) {
    if (arguments.find.empty()) return;
    for (const std::string& name : outcome.excuses) {
        if (name.find(arguments.find) == std::string::npos) continue;
        std::printf("seed %llu: %s\n", static_cast<Count>(seed), name.c_str());
    }
}

int main(int argc, char** argv) {
    const auto arguments = parse(argc, argv);
    if (!arguments) {
        std::fputs(usage_text, stderr);
        return 2;
    }
    if (arguments->speed) return run_speed();
    if (arguments->single) return run_single(*arguments);
    Totals totals;
    for (std::uint64_t i = 0; i < arguments->seeds; ++i) {
        const std::uint64_t seed = arguments->first + i;
        const Plan plan = draw(seed, arguments->wanted);
        const Outcome outcome = World(plan, {}).run();
        if (!outcome.violation.empty() && arguments->all) {
            ++totals.violations;
            std::printf("seed %llu: %s\n", static_cast<Count>(seed), outcome.violation.c_str());
        } else if (!outcome.violation.empty()) {
            return report_failure(seed, plan, outcome.violation, arguments->wanted);
        }
        tell_found(*arguments, seed, outcome);
        totals.add(outcome);
    }
    const bool covered =
        !arguments->strict && !arguments->coverage ? true : coverage().report(arguments->coverage);
    totals.print(arguments->seeds);
    return totals.violations == 0 && (covered || !arguments->strict) ? 0 : 1;
}
