// hb_sim: runs seeds through the simulated world. `--seeds N --first S`: many, quietly; `--seed S`:
// one, with its trace. Exit status 1 on the first violation.
#include <cstdio>
#include <cstring>

#include "base/text.hpp"
#include "sim/world.hpp"

namespace {

using hb::sim::Outcome;

Outcome run_one(std::uint64_t seed, bool trace) {
    const hb::sim::Options options = hb::sim::draw(seed);
    if (trace) std::printf("%s\n", hb::sim::shown(options).c_str());
    std::function<void(const std::string&)> print;
    if (trace) print = [](const std::string& line) { std::printf("%s\n", line.c_str()); };
    return hb::sim::World(options, std::move(print)).run();
}

int usage() {
    std::fprintf(stderr, "usage: hb_sim [--seeds N] [--first S] | --seed S\n");
    return 2;
}

}  // namespace

int main(int argc, char** argv) {
    std::uint64_t seeds = 2000, first = 1;
    bool single = false;
    for (int i = 1; i < argc; i += 2) {
        const auto value = i + 1 < argc ? hb::parse_dec(argv[i + 1]) : std::nullopt;
        if (!value) return usage();
        if (std::strcmp(argv[i], "--seeds") == 0) {
            seeds = *value;
        } else if (std::strcmp(argv[i], "--first") == 0) {
            first = *value;
        } else if (std::strcmp(argv[i], "--seed") == 0) {
            first = *value;
            single = true;
        } else {
            return usage();
        }
    }
    if (single) return run_one(first, true).violation.empty() ? 0 : 1;
    std::uint64_t steps = 0, overlaps = 0;
    for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
        const Outcome outcome = run_one(seed, false);
        steps += outcome.steps;
        overlaps += outcome.overlaps;
        if (!outcome.violation.empty()) {
            std::printf("seed %llu: %s\nreplay: hb_sim --seed %llu\n",
                        static_cast<unsigned long long>(seed), outcome.violation.c_str(),
                        static_cast<unsigned long long>(seed));
            return 1;
        }
    }
    std::printf("%llu seeds, %llu steps, %llu overlaps, each with a cause: no violation\n",
                static_cast<unsigned long long>(seeds), static_cast<unsigned long long>(steps),
                static_cast<unsigned long long>(overlaps));
    return 0;
}
