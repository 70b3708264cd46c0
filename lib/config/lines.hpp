// Lines of configuration files with their positions, and the mistakes found in them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hb::config {

// One mistake or hint. Shown as `file:line: what was wrong, what was expected`; line 0 is the file
// as a whole and shows as `file: ...`.
struct Diagnostic {
    std::string file;
    int line{};
    std::string text;
    std::string shown() const;
};

// In the order found. Errors forbid the start, warnings and `unsupported` do not.
struct Diagnostics {
    std::vector<Diagnostic> errors, warnings, unsupported;
};

}  // namespace hb::config
