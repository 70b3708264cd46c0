// What the tests of ha.cf share: a valid file to which lines are added, and its outcome.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "config/ha_cf.hpp"

namespace hb::config {

struct Parsed {
    HaCf cf;
    Diagnostics found;

    // Every line shown, one a line.
    static std::string shown(const std::vector<Diagnostic>& list) {
        std::string out;
        for (const Diagnostic& entry : list) out += entry.shown() + "\n";
        return out;
    }
    std::string errors() const { return shown(found.errors); }
    std::string warnings() const { return shown(found.warnings); }
    std::string unsupported() const { return shown(found.unsupported); }
};

inline const Machine machine_c1{"c1", true, 0};

inline Parsed parse_text(const std::string& text, const Machine& machine = machine_c1) {
    Parsed out;
    out.cf = parse_ha_cf(text, "ha.cf", machine, out.found);
    return out;
}

// Six lines, so that `more` begins in line 7.
inline const std::string valid_lines =
    "logfacility daemon\nkeepalive 1\ndeadtime 6\nauto_failback on\nbcast eth0\nnode c1 c2\n";

inline Parsed parse_with(const std::string& more, const Machine& machine = machine_c1) {
    return parse_text(valid_lines + more + "\n", machine);
}

}  // namespace hb::config
