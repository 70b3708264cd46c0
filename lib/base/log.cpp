// See log.hpp.
#include "base/log.hpp"

namespace hb {

const std::vector<LogEntry>& log_catalogue() {
    static const std::vector<LogEntry> entries = {
#define HB_LOG(id, level, text, explanation) {#id, Level::level, text, explanation},
#include "base/log_ids.def"
#undef HB_LOG
    };
    return entries;
}

const LogEntry& log_entry(LogId id) { return log_catalogue()[static_cast<std::size_t>(id)]; }

std::string log_text(const LogLine& line) {
    const std::string_view text = log_entry(line.id).text;
    std::string out;
    std::size_t used = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '{' && i + 1 < text.size() && text[i + 1] == '}') {
            out += used < line.arguments.size() ? line.arguments[used] : "?";
            ++used;
            ++i;
        } else {
            out += text[i];
        }
    }
    for (; used < line.arguments.size(); ++used) out += " [" + line.arguments[used] + "]";
    return out;
}

}  // namespace hb
