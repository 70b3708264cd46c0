// What must hold for whatever the parsers of configuration files have to say.
#pragma once

#include "base/limits.hpp"
#include "base/text.hpp"
#include "config/lines.hpp"
#include "fuzz/fuzz.hpp"

namespace hb::fuzz {

// Fit for a log and a terminal, and not more than the bound.
inline void check_messages(const config::Diagnostics& found) {
    for (const auto* list : {&found.errors, &found.warnings, &found.unsupported}) {
        require(list->size() <= limits::config_errors_max + 1, "more messages than the bound");
        for (const config::Diagnostic& entry : *list) {
            const std::string shown = entry.shown();
            require(printable(shown, shown.size()) == shown, "a message with control bytes");
        }
    }
}

}  // namespace hb::fuzz
