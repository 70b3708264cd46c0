// Prints the catalogue of systemd's journal (`journalctl -x`): what each line that the daemon can
// log means. Made while building, of the ids of lib/base/log_ids.def.
#include <cctype>
#include <iostream>
#include <string>
#include <string_view>

#include "base/log.hpp"

namespace {

// journalctl puts the line's own field in the place of @HB_PEER@; what has no field is left open.
std::string subject_of(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::size_t end = text[at] == '{' ? text.find('}', at) : std::string_view::npos;
        if (end == std::string_view::npos) {
            out += text[at];
            continue;
        }
        const std::string_view name = text.substr(at + 1, end - at - 1);
        if (name.empty()) {
            out += "...";
        } else {
            out += "@HB_";
            for (const char c : name) {
                out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
            }
            out += '@';
        }
        at = end;
    }
    return out;
}

}  // namespace

int main() {
    for (const hb::LogEntry& entry : hb::log_catalogue()) {
        const std::string_view text = entry.text;
        std::cout << "-- " << hb::message_id(entry)
                  << "\nSubject: " << (text == "{}" ? "@MESSAGE@" : subject_of(text))
                  << "\nDefined-By: heartbeat\nDocumentation: man:heartbeat-messages(7)\n\n"
                  << entry.explanation << "\n\n";
    }
    std::cout.flush();
    return std::cout ? 0 : 1;
}
