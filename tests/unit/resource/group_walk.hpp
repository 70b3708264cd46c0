// A group that a test walks by hand: what it wished, and the answers that the test gives.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "resource/group.hpp"
#include "unit/resource/manager_pair.hpp"

namespace hb::resource {

inline constexpr int retries = 2;

// The group `disk web`, all that it wished, and the answers that a test gives.
class GroupWalk : public testing::Test {
protected:
    void probe() { group_.probe(limits_, jobs_, out_); }
    void start() { group_.start(limits_, jobs_, out_); }
    void stop() { group_.stop(limits_, jobs_, out_); }

    // The oldest script that was not answered ends so.
    std::optional<WalkEnd> ends(ScriptEnd how, int status = 0, const std::string& output = "") {
        const std::vector<RunAgent> all = calls();
        if (answered_ == all.size()) {
            ADD_FAILURE() << "no script runs";
            return std::nullopt;
        }
        const ScriptDone done{all[answered_++].job, how, status, output, 7ms};
        return group_.done(now_, done, jobs_, out_);
    }
    std::optional<WalkEnd> exits(int status) { return ends(ScriptEnd::exited, status); }
    std::optional<WalkEnd> says(const std::string& output) {
        return ends(ScriptEnd::exited, 0, output);
    }
    // The pause before the next try of a stop is over.
    void pause_ends() {
        ASSERT_NE(group_.next_deadline(), never) << "no pause";
        now_ = group_.next_deadline();
        EXPECT_FALSE(group_.wakeup(now_, jobs_, out_).has_value());
    }
    // Stops are refused until the walk asks whether the member runs.
    void stop_is_refused_to_the_last() {
        for (int i = 0; i < retries; ++i) {
            EXPECT_FALSE(exits(1).has_value());
            pause_ends();
        }
        EXPECT_FALSE(exits(1).has_value());
    }

    std::vector<RunAgent> calls() const { return scripts_of(out_); }
    // Every script that was called, in order: `web start, ...`.
    std::string called() const { return called_from(0, out_); }
    bool logged(const std::string& text) const {
        return std::any_of(out_.begin(), out_.end(), [&text](const Wish& wish) {
            const auto* effect = std::get_if<Effect>(&wish);
            const auto* line = effect == nullptr ? nullptr : std::get_if<LogLine>(effect);
            return line != nullptr && log_text(*line).find(text) != std::string::npos;
        });
    }

    Instant now_{100s};
    WalkLimits limits_{60s, 30s, 120s, retries};
    Group group_{make_group("alpha", "disk web::1")};

private:
    JobSource jobs_;
    Wishes out_;
    std::size_t answered_{};
};

}  // namespace hb::resource
