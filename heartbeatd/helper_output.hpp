// How much a helper may say: what it writes becomes lines of bounded number and length, what is
// more is counted and dropped. Pure: time comes from the caller.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/instant.hpp"
#include "base/limits.hpp"

namespace hb::shell {

// A bucket that holds `burst` and is filled at `per_second`.
class Allowance {
public:
    Allowance(std::size_t burst, std::size_t per_second)
        : burst_(static_cast<double>(burst)),
          per_second_(static_cast<double>(per_second)),
          left_(burst_) {}
    // False: not that much now; nothing is taken.
    bool take(Instant now, std::size_t amount) {
        const std::chrono::duration<double> passed = now - filled_;
        left_ = std::min(burst_, left_ + passed.count() * per_second_);
        filled_ = now;
        if (left_ < static_cast<double>(amount)) return false;
        left_ -= static_cast<double>(amount);
        return true;
    }

private:
    double burst_, per_second_, left_;
    Instant filled_{};
};

class OutputLines {
public:
    // Whole lines that are still allowed. Empty ones are left out, long ones are cut.
    std::vector<std::string> lines(Instant now, ByteView bytes) {
        std::vector<std::string> out;
        for (const char c : bytes) {
            if (c != '\n') {
                if (line_.size() < limits::log_line_bytes_max) {
                    line_ += c;
                } else {
                    full_ = true;
                    ++dropped_;
                }
                continue;
            }
            if (line_.empty()) continue;
            if (may_say(now, line_.size())) out.push_back(line_);
            line_.clear();
        }
        return out;
    }
    // One thing of so many bytes; else it counts as dropped.
    bool may_say(Instant now, std::size_t bytes) {
        if (now >= renewed_) {
            renewed_ = now + limits::helper_output_span;
            bytes_ = lines_ = 0;
            full_ = false;
        }
        if (bytes_ + bytes <= limits::helper_output_bytes_max &&
            lines_ < limits::helper_output_lines_max) {
            bytes_ += bytes;
            ++lines_;
            return true;
        }
        full_ = true;
        dropped_ += bytes;
        return false;
    }
    // Something was dropped in this span.
    bool full() const noexcept { return full_; }
    std::size_t dropped() const noexcept { return dropped_; }

private:
    std::string line_;
    Instant renewed_{};
    std::size_t bytes_{0}, lines_{0}, dropped_{0};
    bool full_{false};
};

}  // namespace hb::shell
