// See haresources.hpp. Reads what the ResourceManager script of 3.0.6 reads, without its surprises
// (resources.md 1.1 b and 10.2, B8 and B16).
#include "config/haresources.hpp"

#include <algorithm>
#include <map>

#include "base/limits.hpp"
#include "base/text.hpp"

namespace hb::config {
namespace {

// A group's whole text, its continuation lines appended.
struct LogicalLine {
    int number{};
    std::string text;
};

std::string_view without_comment(std::string_view line) { return line.substr(0, line.find('#')); }

// On a continuation line only a `#` that begins a word begins a comment; 3.0.6 makes resources of
// all of it.
std::string_view without_comment_word(std::string_view line) {
    for (std::size_t at = 0; at < line.size(); ++at) {
        if (line[at] == '#' && (at == 0 || is_blank(line[at - 1]))) return line.substr(0, at);
    }
    return line;
}

class Parser {
public:
    Parser(const std::vector<std::string>& nodes, Reporter& report)
        : nodes_(nodes), report_(report) {}

    std::vector<ResourceGroup> parse(std::string_view text) {
        for (const LogicalLine& line : join(split_lines(text))) group(line);
        warn_of_shared_words();
        return std::move(groups_);
    }

private:
    std::vector<LogicalLine> join(const std::vector<Line>& lines) {
        std::vector<LogicalLine> out;
        for (std::size_t i = 0; i < lines.size(); ++i) {
            LogicalLine whole{lines[i].number, std::string(without_comment(lines[i].text))};
            check_length(lines[i].number, whole.text);
            bool goes_on = continues(lines[i].number, whole.text);
            while (goes_on && i + 1 < lines.size()) {
                ++i;
                std::string text(without_comment_word(lines[i].text));
                check_length(lines[i].number, text);
                // A backslash at the end of a comment continues all the same, as in 3.0.6: a member
                // in the middle of a group can be commented out.
                const bool commented = text.size() < lines[i].text.size();
                goes_on =
                    commented ? lines[i].text.ends_with('\\') : continues(lines[i].number, text);
                whole.text += text;
            }
            out.push_back(std::move(whole));
        }
        return out;
    }

    // Cuts the backslash off that joins `text` with the next line.
    bool continues(int number, std::string& text) {
        const std::string_view seen = trim(text);
        if (!seen.ends_with('\\')) return false;
        if (!text.ends_with('\\')) {
            report_.error(number,
                          "a blank stands behind the backslash at the end, expected nothing "
                          "behind it where the line goes on");
        }
        text.resize(text.rfind('\\'));
        return true;
    }

    void check_length(int number, std::string_view text) {
        if (text.size() <= limits::config_line_bytes_max) return;
        report_.error(number, "the line is longer than " +
                                  std::to_string(limits::config_line_bytes_max) +
                                  " bytes, expected lines joined with a backslash");
    }

    void group(const LogicalLine& line) {
        std::vector<std::string> parts = words(line.text);
        if (parts.empty()) return;
        ResourceGroup out;
        out.node = lower(parts[0]);
        out.line = line.number;
        bool right = true;
        // Without any names ha.cf itself is wrong, and that is told already.
        if (!nodes_.empty() && std::find(nodes_.begin(), nodes_.end(), out.node) == nodes_.end()) {
            report_.error(line.number, "unknown node " + quoted(parts[0]) +
                                           ", expected a node of "
                                           "ha.cf: " +
                                           listed(nodes_));
            right = false;
        }
        if (parts.size() == 1) {
            report_.warning(line.number, "node " + quoted(parts[0]) +
                                             " has no resources on its line, which is ignored");
            return;
        }
        out.key = parts[1];
        for (std::size_t i = 1; i < parts.size(); ++i) right = member(out, parts[i]) && right;
        const auto [first, is_new] = line_of_key_.emplace(out.key, line.number);
        if (!is_new) {
            report_.error(line.number, "group " + quoted(out.key) + " is there already in line " +
                                           std::to_string(first->second) +
                                           ", expected another first resource");
            right = false;
        }
        if (right) groups_.push_back(std::move(out));
    }

    // Adds the member that `token` stands for; false when it is wrong.
    bool member(ResourceGroup& group, const std::string& token) {
        for (const char c : token) {
            if (static_cast<unsigned char>(c) >= 32 && c != 127) continue;
            report_.error(group.line, "resource " + quoted(token) +
                                          " has an unprintable character, expected text");
            return false;
        }
        Member out{"", {}, token};
        std::vector<std::string> parts = split_arguments(token);
        if (looks_like_address(token)) {
            out.type = "IPaddr";
        } else {
            out.type = parts.front();
            parts.erase(parts.begin());
        }
        if (out.type.empty() || out.type.front() == '-' || out.type.front() == '.' ||
            out.type.find_first_of("/\\\"'") != std::string::npos) {
            report_.error(group.line, "resource " + quoted(token) + ": " + quoted(out.type) +
                                          " is no name of a script, expected one like IPaddr or "
                                          "Filesystem, then arguments after ::");
            return false;
        }
        std::erase(parts, "");
        out.arguments = std::move(parts);
        warn_of_shell_signs(group.line, token);
        group.members.push_back(std::move(out));
        return true;
    }

    void warn_of_shell_signs(int line, const std::string& token) {
        if (token.find_first_of("*?[") != std::string::npos) {
            report_.warning(line,
                            "resource " + quoted(token) +
                                ": * ? and [ are taken as they are, file names are not looked "
                                "up as Heartbeat 3.0.6 did");
        }
        if (token.find_first_of("\"'") != std::string::npos) {
            report_.warning(line,
                            "resource " + quoted(token) +
                                ": quotes have no meaning here and become part of the argument");
        }
    }

    // `parts[0]` is there always.
    static std::vector<std::string> split_arguments(std::string_view token) {
        std::vector<std::string> out;
        std::size_t at = 0;
        for (;;) {
            const std::size_t end = token.find("::", at);
            out.emplace_back(token.substr(at, end - at));
            if (end == std::string_view::npos) return out;
            at = end + 2;
        }
    }

    // The shell pattern [0-9]*.[0-9]*.[0-9]*.[0-9]* of 3.0.6.
    static bool looks_like_address(std::string_view token) {
        const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
        if (token.empty() || !is_digit(token.front())) return false;
        int dots = 0;
        for (std::size_t i = 1; i + 1 < token.size(); ++i) {
            if (token[i] == '.' && is_digit(token[i + 1])) ++dots;
        }
        return dots >= 3;
    }

    // 3.0.6 finds a group by looking for its key anywhere in the file.
    void warn_of_shared_words() {
        for (const ResourceGroup& group : groups_) {
            for (const Member& member : group.members) {
                const auto other = line_of_key_.find(member.token);
                if (other == line_of_key_.end() || other->second == group.line) continue;
                report_.warning(group.line, quoted(member.token) +
                                                " is also the first resource of "
                                                "line " +
                                                std::to_string(other->second) +
                                                ": a 3.0.6 node would mix up these groups");
            }
        }
    }

    const std::vector<std::string>& nodes_;
    Reporter& report_;
    std::vector<ResourceGroup> groups_;
    std::map<std::string, int> line_of_key_;
};

}  // namespace

std::vector<ResourceGroup> parse_haresources(std::string_view text, const std::string& file,
                                             const std::vector<std::string>& nodes,
                                             Diagnostics& errors) {
    Reporter report(file, errors);
    std::vector<ResourceGroup> groups = Parser(nodes, report).parse(text);
    report.finish();
    return groups;
}

}  // namespace hb::config
