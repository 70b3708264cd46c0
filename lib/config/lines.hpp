// Lines of configuration files with their positions, and the mistakes found in them. What the lines
// mean is ha_cf's, haresources' and authkeys'.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"

namespace hb::config {

// What it is about, where the machine was looked at: the words alone are for people.
enum class Topic { file, interface, serial_device, host, script, device_file, device };

// One mistake or hint. Shown as `file:line: what was wrong, what was expected`; line 0 is the file
// as a whole and shows as `file: ...`.
struct Diagnostic {
    std::string file;
    int line{};
    std::string text;
    Topic topic{Topic::file};
    std::string shown() const;
};

// In the order found. Errors forbid the start, warnings and `unsupported` do not.
struct Diagnostics {
    std::vector<Diagnostic> errors, warnings, unsupported;
};

// Adds what is found in one file to `found`, which must outlive it. Each of the three lists takes
// limits::config_errors_max entries of a file; what comes then is counted and told by finish().
class Reporter {
public:
    Reporter(std::string file, Diagnostics& found) : file_(std::move(file)), found_(found) {}
    void error(int line, std::string text);
    void warning(int line, std::string text);
    void unsupported(int line, std::string text);
    // Call once, at the end of the file.
    void finish();
    // Further errors are only counted.
    bool is_full() const noexcept { return errors_ >= limits::config_errors_max; }

private:
    std::string file_;
    Diagnostics& found_;
    std::size_t errors_{}, warnings_{}, unsupported_{};
};

// A physical line without its end (LF or CR LF), counted from 1.
struct Line {
    int number{};
    std::string_view text;  // into the text that was split
};
std::vector<Line> split_lines(std::string_view text);

// `text` between quotes, fit for a message: control bytes shown as \xNN.
std::string quoted(std::string_view text);
// "a, b or c".
std::string listed(const std::vector<std::string>& items, std::string_view last_word = "or");
// The one of `names` that `word` most likely meant, or "" when none is near.
std::string nearest(std::string_view word, const std::vector<std::string>& names);

}  // namespace hb::config
