// The fencing devices of ha.cf (stonith.md 1): `stonith TYPE FILE` and `stonith_host HOST TYPE
// PARAMETER...`. Whether a plugin and its parameters are right, the plugin itself says.
#include <algorithm>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "config/ha_cf_parse.hpp"

namespace hb::config {
namespace {

bool is_name(std::string_view text) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    return !text.empty() && (letter(text[0]) || text[0] == '_') &&
           std::all_of(text.begin(), text.end(), [&](char c) {
               return letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-';
           });
}

// Does it look like NAME=VALUE?
bool is_pair(std::string_view word) {
    const std::size_t sign = word.find('=');
    return sign != std::string_view::npos && is_name(word.substr(0, sign));
}

std::pair<std::string, std::string> pair_of(std::string_view text) {
    const std::size_t sign = text.find('=');
    return {std::string(text.substr(0, sign)), std::string(trim(text.substr(sign + 1)))};
}

std::string cut_first_word(std::string_view& rest) {
    rest = trim(rest);
    const std::size_t end = std::min(rest.find_first_of(" \t\r\f\v"), rest.size());
    std::string word(rest.substr(0, end));
    rest = trim(rest.substr(end));
    return word;
}

// Words of one line: all named when the first is, else all by position, as in 3.0.6. What is wrong,
// or "". Nothing of a value is shown: it may be a password.
std::string read_parameters(std::string_view text, FenceParameters& out) {
    const std::vector<std::string> parts = words(text);
    const bool named = !parts.empty() && is_pair(parts.front());
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (!named) {
            out.emplace_back(std::to_string(i + 1), parts[i]);
        } else if (!is_pair(parts[i])) {
            return "parameter " + std::to_string(i + 1) +
                   " is no NAME=VALUE like those before it, expected one (a value with blanks in "
                   "it can stand in the file of a `stonith` line)";
        } else {
            out.push_back(pair_of(parts[i]));
        }
    }
    return "";
}

// What cannot be handed to a plugin, or "".
std::string mistake_of_parameters(const FenceParameters& parameters) {
    if (parameters.size() > limits::fence_parameters_max) {
        return "too many parameters, expected at most " +
               std::to_string(limits::fence_parameters_max);
    }
    for (auto one = parameters.begin(); one != parameters.end(); ++one) {
        if (one->second.find('\0') != std::string::npos) {
            return "parameter " + one->first + " holds a zero byte, expected text";
        }
        const bool twice = std::any_of(parameters.begin(), one, [&](const auto& before) {
            return before.first == one->first;
        });
        if (twice) return "parameter " + one->first + " stands twice, expected one";
    }
    return "";
}

// Fills `device` from what follows the host. What is wrong, or "".
std::string read_device(bool from_file, std::string_view rest, FenceDevice& device) {
    device.shown = cut_first_word(rest);
    if (device.shown.empty()) {
        return from_file ? "expected TYPE FILE" : "expected TYPE and its parameters";
    }
    const auto type = fence_type(device.shown);
    if (!type) return type.error().what;
    device.type = *type;
    if (from_file) {
        device.file = std::string(rest);
        if (device.file.empty()) return "no file behind the type, expected TYPE FILE";
        return device.file.find('\0') == std::string::npos ? "" : "the file's name is no text";
    }
    if (std::string wrong = read_parameters(rest, device.parameters); !wrong.empty()) return wrong;
    if (device.type.plugin == "null" && device.parameters.empty()) {
        return "expected the hosts that null can reset behind it";
    }
    return mistake_of_parameters(device.parameters);
}

}  // namespace

std::string FenceDevice::name() const {
    return printable(shown, 80) + " (line " + std::to_string(line) + ")";
}

bool FenceDevice::operator==(const FenceDevice& other) const {
    return shown == other.shown && type == other.type && file == other.file &&
           parameters == other.parameters;
}

void parse_fence_line(Parsing& parsing, const Directive& directive, std::string_view rest,
                      int line) {
    const bool from_file = directive.name == "stonith";
    FenceDevice device;
    device.line = line;
    std::string wrong;
    if (!from_file) {
        const std::string host = cut_first_word(rest);
        if (host.empty()) wrong = "expected HOST TYPE PARAMETERS...";
        // A line for another host is not looked at, as in 3.0.6.
        const bool ours = host == "*" || lower(host) == parsing.machine.node_name;
        if (!host.empty() && !ours) return;
    }
    if (wrong.empty()) wrong = read_device(from_file, rest, device);
    if (wrong.empty() && parsing.cf.devices.size() >= limits::fence_devices_max) {
        wrong = "too many devices, expected at most " + std::to_string(limits::fence_devices_max);
    }
    if (wrong.empty()) {
        parsing.cf.devices.push_back(std::move(device));
        return;
    }
    const std::string shown = device.shown.empty() ? "" : " " + printable(device.shown, 80);
    parsing.error(directive, line, directive.name + shown + ": " + wrong);
}

void check_fencing(const Parsing& parsing) {
    const HaCf& cf = parsing.cf;
    const bool broken = parsing.is_broken("stonith") || parsing.is_broken("stonith_host");
    if (cf.devices.empty()) {
        for (const char* name : {"fence_delay", "fence_timeout"}) {
            if (broken || !parsing.was_given(name)) continue;
            parsing.report.warning(parsing.line_of(name),
                                   std::string(name) +
                                       ": there is no fencing device here, "
                                       "expected a stonith or stonith_host line");
        }
        return;
    }
    if (!cf.arbiter.names.empty()) {
        parsing.report.warning(cf.arbiter.line,
                               "arbiter: not asked, since line " +
                                   std::to_string(cf.devices.front().line) +
                                   " is a fencing device, which is the better proof");
    }
    const bool one_waits = cf.fence_delay > cf.keepalive || parsing.is_broken("fence_delay");
    if (!one_waits && cf.nodes.size() > 1) {
        parsing.report.warning(parsing.line_of("fence_delay"),
                               "fence_delay " + show(cf.fence_delay) +
                                   ": after a cut both nodes may shoot each other, expected more "
                                   "than keepalive and what the device needs to cut the power");
    }
}

FenceParameters parse_fence_file(std::string_view text, const std::string& file,
                                 Diagnostics& found) {
    Reporter report(file, found);
    FenceParameters out;
    bool named = false;
    int first = 0;
    for (const Line& line : split_lines(text)) {
        const std::string_view rest = trim(line.text);
        if (rest.empty() || line.text.starts_with('#')) continue;
        if (first == 0) {
            first = line.number;
            named = is_pair(words(rest).front());
            const std::string wrong = named ? "" : read_parameters(rest, out);
            if (!wrong.empty()) report.error(line.number, wrong);
        }
        if (!named) break;  // 3.0.6 reads one line, whatever stands below it
        if (is_pair(rest)) {
            out.push_back(pair_of(rest));
        } else {
            report.error(line.number, "expected NAME=VALUE as in line " + std::to_string(first));
        }
    }
    if (first == 0) report.error(0, "no parameters, expected a line with them");
    if (const std::string wrong = mistake_of_parameters(out); !wrong.empty()) {
        report.error(first, wrong);
    }
    report.finish();
    return out;
}

Duration fence_timeout(const HaCf& ha_cf, const FenceDevice& device) {
    if (ha_cf.fence_timeout > Duration::zero()) return ha_cf.fence_timeout;
    return device.type.plugin == "meatware" ? limits::fence_timeout_of_people
                                            : limits::fence_timeout;
}

}  // namespace hb::config
