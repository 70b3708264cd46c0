// Log lines as data: an id of log_ids.def and its arguments. lib/ makes them, heartbeatd/journal
// writes them.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/instant.hpp"

namespace hb {

// By what the reader should do: act now (critical, error), look today (warning), nothing.
enum class Level : std::uint8_t { critical, error, warning, notice, info, debug };

enum class LogId : std::uint16_t {
#define HB_LOG(id, level, text, explanation) id,
#include "base/log_ids.def"
#undef HB_LOG
};

struct LogEntry {
    const char* name;  // the id's name, stable between releases
    Level level;
    const char* text;         // `{}` or `{name}` stands for one argument
    const char* explanation;  // for the operator: what it means, what to do
};

// Every id, in the order of LogId.
const std::vector<LogEntry>& log_catalogue();
const LogEntry& log_entry(LogId id);

struct LogLine {
    LogId id{};
    std::vector<std::string> arguments;
};

inline std::string log_argument(std::string_view text) { return std::string(text); }
inline std::string log_argument(Duration d) { return std::to_string(to_ms(d)); }
template <std::integral T>
std::string log_argument(T number) {
    return std::to_string(number);
}

// A Duration argument shows as whole milliseconds: the text of the id says "ms" behind it.
template <class... A>
LogLine log_line(LogId id, const A&... arguments) {
    return LogLine{id, {log_argument(arguments)...}};
}

// The text with its arguments put in. Missing arguments show as `?`, surplus ones are appended.
std::string log_text(const LogLine& line);

// What a line says of a peer, a group ...: the arguments that have names in its text.
struct LogField {
    std::string_view name;  // lower case
    std::string value;
};
std::vector<LogField> log_fields(const LogLine& line);

// 32 hexadecimal digits made of the id's name, the same in every release: a UUID of version 8
// (RFC 9562), under which systemd's journal and its catalogue know the id.
std::string message_id(const LogEntry& entry);

}  // namespace hb
