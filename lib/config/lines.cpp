// See lines.hpp.
#include "config/lines.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "base/text.hpp"

namespace hb::config {

std::string Diagnostic::shown() const {
    if (line == 0) return file + ": " + text;
    return file + ":" + std::to_string(line) + ": " + text;
}

static void add(std::vector<Diagnostic>& list, std::size_t& count, Diagnostic entry) {
    if (++count > limits::config_errors_max) return;
    // Files come from anywhere; their bytes must not reach a terminal as they are.
    entry.text = printable(entry.text, 1000);
    list.push_back(std::move(entry));
}

void Reporter::error(int line, std::string text) {
    add(found_.errors, errors_, {file_, line, std::move(text)});
}
void Reporter::warning(int line, std::string text) {
    add(found_.warnings, warnings_, {file_, line, std::move(text)});
}
void Reporter::unsupported(int line, std::string text) {
    add(found_.unsupported, unsupported_, {file_, line, std::move(text)});
}

static void tell_rest(std::vector<Diagnostic>& list, std::size_t count, const std::string& file) {
    if (count <= limits::config_errors_max) return;
    const std::size_t rest = count - limits::config_errors_max;
    list.push_back({file, 0, "and " + std::to_string(rest) + " more of this kind, not shown"});
}

void Reporter::finish() {
    tell_rest(found_.errors, errors_, file_);
    tell_rest(found_.warnings, warnings_, file_);
    tell_rest(found_.unsupported, unsupported_, file_);
}

std::vector<Line> split_lines(std::string_view text) {
    std::vector<Line> out;
    int number = 0;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        while (line.ends_with('\r')) line.remove_suffix(1);
        out.push_back({++number, line});
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

std::string quoted(std::string_view text) { return '"' + printable(text, 80) + '"'; }

std::string listed(const std::vector<std::string>& items, std::string_view last_word) {
    std::string out;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i > 0) out += i + 1 == items.size() ? " " + std::string(last_word) + " " : ", ";
        out += items[i];
    }
    return out;
}

// Number of letters to add, drop or change to make `a` of `b` (Levenshtein).
static std::size_t letters_apart(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({above + 1, row[j - 1] + 1, change});
            diagonal = above;
        }
    }
    return row[b.size()];
}

std::string nearest(std::string_view word, const std::vector<std::string>& names) {
    constexpr std::size_t longest = 40;  // no name is longer; keeps the work small
    if (word.size() > longest) return "";
    const std::string small = lower(word);
    std::string best;
    // A third of the letters may differ; more would be a guess.
    std::size_t best_distance = std::max<std::size_t>(1, small.size() / 3) + 1;
    for (const std::string& name : names) {
        const std::size_t longer = std::max(small.size(), name.size());
        // So many letters must be added at least.
        if (longer - std::min(small.size(), name.size()) >= best_distance) continue;
        const std::size_t distance = letters_apart(small, name);
        if (distance < best_distance) {
            best = name;
            best_distance = distance;
        }
    }
    return best;
}

}  // namespace hb::config
