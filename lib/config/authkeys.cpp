// See authkeys.hpp. No message shows the text of a key: messages reach logs that others read.
#include "config/authkeys.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace hb::config {
namespace {

constexpr unsigned group_or_other_reads = 044;
constexpr std::size_t short_key_bytes = 8;  // below it a key is tried out in no time
constexpr std::array<std::string_view, 5> methods{"crc", "md5", "sha1", "sha256", "sha512"};

std::string method_list() { return listed({methods.begin(), methods.end()}); }

class Parser {
public:
    Parser(AuthKeys& keys, Reporter& report) : keys_(keys), report_(report) {}

    void line(const Line& line) {
        const std::string_view text = trim(line.text);
        if (text.empty() || text.front() == '#') return;
        // As in 3.0.6, whatever begins with `a` was meant to be the auth line.
        if (text.front() == 'a') {
            auth_line(line.number, words(text));
        } else {
            key_line(line.number, words(text));
        }
    }

    void check() {
        if (auth_line_ == 0) {
            if (!auth_broken_) {
                report_.error(0, "no auth line, expected `auth N` before the line of key N");
            }
            return;
        }
        const auto& key = keys_.by_index.at(keys_.signing);
        const std::string name = std::to_string(keys_.signing);
        if (!key) {
            if (broken_[keys_.signing]) return;  // its line is named already
            report_.error(auth_line_, "auth " + name + ": key " + name +
                                          " is not defined, expected a line `" + name +
                                          " METHOD KEY` below");
        } else if (key->line < auth_line_) {
            report_.error(auth_line_, "auth " + name + ": stands after its key (line " +
                                          std::to_string(key->line) + "), expected before it");
        }
        warn();
    }

private:
    void auth_line(int number, const std::vector<std::string>& parts) {
        auth_broken_ = true;
        if (parts[0] != "auth") {
            report_.error(number, quoted(parts[0]) + " is no keyword, expected `auth N`");
            return;
        }
        const auto index = parts.size() == 2 ? index_of(parts[1]) : std::nullopt;
        if (!index) {
            report_.error(number,
                          "auth: expected exactly one number from 0 to 15, the key that signs");
            return;
        }
        if (auth_line_ != 0) {
            report_.error(number, "auth: a second auth line, the first is line " +
                                      std::to_string(auth_line_) + ", expected one");
            return;
        }
        auth_line_ = number;
        keys_.signing = *index;
    }

    void key_line(int number, const std::vector<std::string>& parts) {
        const auto index = index_of(parts[0]);
        if (!index) {
            report_.error(number, quoted(parts[0]) +
                                      " is no key number, expected `auth N` or `N METHOD KEY` "
                                      "with N from 0 to 15");
            return;
        }
        const std::string wrong = key_mistake(*index, parts);
        if (!wrong.empty()) {
            broken_[*index] = true;
            report_.error(number, "key " + parts[0] + ": " + wrong);
            return;
        }
        keys_.by_index[*index] = AuthKey{parts[1], parts.size() > 2 ? parts[2] : "", number};
    }

    std::string key_mistake(std::size_t index, const std::vector<std::string>& parts) const {
        if (parts.size() < 2) return "no method, expected " + method_list();
        const std::string& method = parts[1];
        if (std::find(methods.begin(), methods.end(), method) == methods.end()) {
            return "unknown method " + quoted(method) + ", expected " + method_list();
        }
        const bool wants_key = method != "crc";
        if (wants_key && parts.size() < 3) return method + " needs a key, expected one word";
        if (!wants_key && parts.size() > 2) return "crc takes no key, expected nothing behind it";
        if (parts.size() > 3)
            return "more than one word behind " + method + ", a key has no blanks";
        if (const auto& other = keys_.by_index[index]) {
            return "is defined twice, first in line " + std::to_string(other->line);
        }
        return "";
    }

    void warn() {
        for (const auto& key : keys_.by_index) {
            if (!key) continue;
            if (key->method == "crc") {
                report_.warning(key->line,
                                "crc protects against noise only: anybody on the network can "
                                "forge packets; use sha256 (or sha1 beside a 3.0.6 node)");
            } else if (key->text.size() < short_key_bytes) {
                report_.warning(key->line, "the key is shorter than " +
                                               std::to_string(short_key_bytes) +
                                               " bytes and easily guessed");
            }
        }
    }

    static std::optional<std::size_t> index_of(std::string_view text) {
        const auto number = parse_dec(text);
        if (!number || *number > limits::key_index_max) return std::nullopt;
        return static_cast<std::size_t>(*number);
    }

    AuthKeys& keys_;
    Reporter& report_;
    int auth_line_{};
    bool auth_broken_{false};
    std::array<bool, limits::key_index_max + 1> broken_{};
};

}  // namespace

AuthKeys parse_authkeys(std::string_view text, unsigned mode, const std::string& file,
                        Diagnostics& found) {
    AuthKeys keys;
    Reporter report(file, found);
    if ((mode & group_or_other_reads) != 0) {
        report.error(0,
                     "bad permissions: group or others may read it, expected mode 0600 (chmod "
                     "600 " +
                         file + ")");
    }
    Parser parser(keys, report);
    for (const Line& line : split_lines(text)) parser.line(line);
    parser.check();
    report.finish();
    return keys;
}

}  // namespace hb::config
