// How many heartbeats a second one engine takes. Disabled: a figure, not a verdict. Run with
// --gtest_also_run_disabled_tests --gtest_filter='*Speed*'.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>

#include "unit/cluster/lab.hpp"

namespace hb::cluster::lab {
namespace {

void report(const char* what, std::size_t packets, std::chrono::steady_clock::duration took) {
    const double seconds = std::chrono::duration<double>(took).count();
    std::printf("%-28s %9.0f packets/s, %5.2f us each\n", what,
                static_cast<double>(packets) / seconds,
                1e6 * seconds / static_cast<double>(packets));
}

// Why: a heartbeat must cost microseconds, rubbish less.
TEST(EngineSpeed, DISABLED_PacketsPerSecond) {
    constexpr std::size_t many = 50000;
    Lab lab;
    lab.bring_up();
    std::vector<Bytes> frames;
    for (std::uint64_t n = 4; n < 4 + many; ++n) {
        frames.push_back(
            lab.signer.seal_netstring(lab.status("up", n), wire::InnerAuth::present).value());
    }
    const auto run = [&](const char* what) {
        const auto start = std::chrono::steady_clock::now();
        for (const Bytes& frame : frames) {
            lab.give(frame);
            lab.forget();
            EXPECT_GT(lab.engine.next_deadline(), Instant{});
        }
        report(what, frames.size(), std::chrono::steady_clock::now() - start);
    };
    run("new heartbeats (sha1)");
    run("the same again (replays)");
    for (Bytes& frame : frames) frame[frame.size() - 5] = '!';
    run("wrong signature");
    for (Bytes& frame : frames) frame = "garbage";
    run("garbage");
}

}  // namespace
}  // namespace hb::cluster::lab
