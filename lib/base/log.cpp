// See log.hpp.
#include "base/log.hpp"

#include <array>

#include "base/fnv.hpp"

namespace hb {

namespace {

// Cuts the text at its arguments: `on_text` gets what stands between them, `on_argument` their
// names.
template <class OnText, class OnArgument>
void walk_text(std::string_view text, const OnText& on_text, const OnArgument& on_argument) {
    for (;;) {
        const std::size_t begin = text.find('{');
        const std::size_t end = text.find('}', begin);
        on_text(text.substr(0, begin));
        if (end == std::string_view::npos) return;
        on_argument(text.substr(begin + 1, end - begin - 1));
        text.remove_prefix(end + 1);
    }
}

}  // namespace

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
    std::string out;
    std::size_t used = 0;
    walk_text(
        log_entry(line.id).text, [&](std::string_view text) { out += text; },
        [&](std::string_view) {
            out += used < line.arguments.size() ? line.arguments[used] : "?";
            ++used;
        });
    for (; used < line.arguments.size(); ++used) out += " [" + line.arguments[used] + "]";
    return out;
}

std::vector<LogField> log_fields(const LogLine& line) {
    std::vector<LogField> out;
    std::size_t used = 0;
    walk_text(
        log_entry(line.id).text, [](std::string_view) {},
        [&](std::string_view name) {
            if (!name.empty() && used < line.arguments.size()) {
                out.push_back({name, line.arguments[used]});
            }
            ++used;
        });
    return out;
}

std::string message_id(const LogEntry& entry) {
    // Two hashes of the name; their beginnings are FNV-1a's own, and its complement.
    std::array<std::uint64_t, 2> words{fnv1a(entry.name), fnv1a(entry.name, ~fnv_basis)};
    words[0] = (words[0] & ~std::uint64_t{0xf000}) | 0x8000U;                        // the version
    words[1] = (words[1] & ~(std::uint64_t{3} << 62U)) | (std::uint64_t{2} << 62U);  // the variant
    std::string out;
    for (const std::uint64_t word : words) {
        for (int shift = 60; shift >= 0; shift -= 4) {
            out += "0123456789abcdef"[(word >> static_cast<unsigned>(shift)) & 15U];
        }
    }
    return out;
}

}  // namespace hb
