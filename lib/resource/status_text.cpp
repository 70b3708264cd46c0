// See status_text.hpp.
#include "resource/status_text.hpp"

#include "base/text.hpp"

namespace hb::resource {

// `running` or `Running` at the front of `text`.
static bool begins_running(std::string_view text) {
    return text.starts_with("running") || text.starts_with("Running");
}

static bool says_not_running(std::string_view text) {
    for (std::size_t at = 0; at + 3 < text.size(); ++at) {
        if (!equal_ignoring_case(text.substr(at, 3), "not")) continue;
        const std::string_view rest = text.substr(at + 3);
        const std::size_t word = rest.find_first_not_of(" \t");
        if (word != std::string_view::npos && begins_running(rest.substr(word))) return true;
    }
    return false;
}

bool says_running(std::string_view stdout_text) {
    if (says_not_running(stdout_text)) return false;
    for (const std::string_view word : {"running", "Running", "OK"}) {
        if (stdout_text.find(word) != std::string_view::npos) return true;
    }
    return false;
}

}  // namespace hb::resource
