// See stonith_options.hpp.
#include "stonith_options.hpp"

#include <getopt.h>

#include <cstdlib>
#include <cstring>

#include "base/text.hpp"
#include "config/ha_cf.hpp"
#include "file_text.hpp"

namespace hb::tools {

namespace {

constexpr std::size_t named_max = 50;

bool is_pair(std::string_view word) {
    const std::size_t sign = word.find('=');
    if (sign == 0 || sign == std::string_view::npos) return false;
    for (const char c : word.substr(0, sign)) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9') && c != '_' && c != '-') return false;
    }
    return true;
}

std::pair<std::string, std::string> pair_of(std::string_view text) {
    const std::size_t sign = text.find('=');
    return {std::string(text.substr(0, sign)), std::string(text.substr(sign + 1))};
}

void blank_out(char* text) { std::memset(text, ' ', std::strlen(text)); }

std::optional<hb_fence_op> op_of(const std::string& word) {
    if (word == "reset") return HB_FENCE_RESET;
    if (word == "on") return HB_FENCE_ON;
    if (word == "off") return HB_FENCE_OFF;
    return std::nullopt;
}

// Options without an argument, and -d, whose argument is not used.
bool take_flag(int letter, StonithOptions& out) {
    switch (letter) {
        case 'E':
            out.environment = true;
            return true;
        case 's':
            out.silent = true;
            return true;
        case 'n':
            out.names = true;
            return true;
        case 'S':
            out.status = true;
            return true;
        case 'l':
            out.list_hosts = true;
            return true;
        case 'L':
            out.list_types = true;
            return true;
        case 'm':
            out.metadata = true;
            return true;
        case 'v':
        case 'd':
            out.verbose = true;
            return true;
        case 'h':
            out.help = true;
            return true;
        case 'V':
            out.version = true;
            return true;
        default:
            return false;
    }
}

// "" or what is wrong with it; nothing when getopt has said so.
std::optional<std::string> take(int letter, StonithOptions& out) {
    if (take_flag(letter, out)) return "";
    const std::string argument = optarg == nullptr ? "" : optarg;
    if (letter == 't') {
        out.type = argument;
    } else if (letter == 'F') {
        out.file = argument;
    } else if (letter == 'p') {
        out.positional = argument;
        blank_out(optarg);
    } else if (letter == 'c') {
        const auto count = parse_dec(argument);
        constexpr std::uint64_t count_max = 1'000'000;
        if (!count || *count < 1 || *count > count_max) return "bad count [" + argument + "]";
        out.count = static_cast<int>(*count);
    } else if (letter == 'T') {
        out.op = op_of(argument);
        if (!out.op) return "bad reset type [" + argument + "]";
    } else {
        return std::nullopt;
    }
    return "";
}

}  // namespace

std::string usage() {
    const std::string configured =
        "\t stonith [-svh] -t stonith-device-type {-p stonith-device-parameters | "
        "-F stonith-device-parameters-file | -E | name=value...} [-c count] ";
    return "usage:\n\t stonith [-svh] -L\n\t stonith [-svh] -t stonith-device-type -n\n"
           "\t stonith [-svh] -t stonith-device-type -m\n" +
           configured + "-lS\n" + configured +
           "-T {reset|on|off} nodename\n\nwhere:\n"
           "\t-L\tlist supported stonith device types\n"
           "\t-l\tlist hosts controlled by this stonith device\n"
           "\t-S\treport stonith device status\n"
           "\t-s\tsilent\n\t-v\tverbose\n"
           "\t-n\toutput the config names of stonith-device-parameters\n"
           "\t-m\tdisplay meta-data of the stonith device type\n"
           "\t-h\tdisplay detailed help message with stonith device description(s)\n";
}

tl::expected<StonithOptions, UsageError> parse_options(int argc, char** argv) {
    const auto wrong = [](std::string words) {
        return tl::unexpected<UsageError>(UsageError{std::move(words)});
    };
    StonithOptions out;
    for (int letter; (letter = ::getopt(argc, argv, "c:F:p:t:T:EsnSlLmvhVd:")) != -1;) {
        const auto words = take(letter, out);
        if (!words) return wrong("");
        if (!words->empty()) return wrong(*words);
    }
    for (; optind < argc; ++optind) {
        char* const word = argv[optind];
        if (!out.nodes.empty() || !is_pair(word)) {
            out.nodes.emplace_back(word);
            continue;
        }
        if (out.named.size() >= named_max) return wrong("more than 50 name=value arguments");
        out.named.push_back(pair_of(word));
        blank_out(word);
    }
    if (out.version || out.help || out.list_types) return out;
    if (out.type.empty()) return wrong("");
    if (out.names || out.metadata) return out;
    const int sources =
        int{out.positional.has_value()} + int{out.file.has_value()} + int{out.environment};
    if (sources > 1) return wrong("Please use just one of -F, -p, and -E options");
    if (out.op && out.nodes.size() != 1) return wrong("");
    return out;
}

Fields by_position(const std::string& text) {
    Fields out;
    for (std::string& word : words(text)) {
        out.emplace_back(std::to_string(out.size() + 1), std::move(word));
    }
    return out;
}

Result<Fields> read_file(const std::string& path) {
    const shell::FileText file = shell::read_file(path, shell::Pipes::awaited);
    if (file.error != 0) return fail(Errc::io, path + ": " + std::strerror(file.error));
    config::Diagnostics found;
    Fields out = config::parse_fence_file(file.text, path, found);
    if (!found.errors.empty()) return fail(Errc::malformed, found.errors.front().shown());
    return out;
}

Fields from_environment(const std::vector<std::string>& names) {
    Fields out;
    for (const std::string& name : names) {
        if (const char* value = std::getenv(name.c_str())) out.emplace_back(name, value);
    }
    return out;
}

}  // namespace hb::tools
