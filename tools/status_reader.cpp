// See status_reader.hpp.
#include "status_reader.hpp"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "base/text.hpp"

namespace hb::tools {

namespace {

// With the members in the order in which the daemon wrote them.
using Json = nlohmann::ordered_json;

constexpr int depth_max = 16;  // of a status: 5

Result<Json> parse(std::string_view text) {
    if (text.size() > limits::message_uncompressed_bytes_max) {
        return fail(Errc::too_large, "a status of " + std::to_string(text.size()) + " bytes");
    }
    bool deep = false;
    const auto bound = [&deep](int depth, Json::parse_event_t, Json&) {
        deep = deep || depth > depth_max;
        return depth <= depth_max;
    };
    Json out = Json::parse(text, bound, false);
    if (deep) return fail(Errc::malformed, "the daemon's status is nested too deep");
    if (out.is_discarded()) return fail(Errc::malformed, "the daemon's status is no JSON");
    if (!out.is_object() || !out.contains("format")) {
        return fail(Errc::malformed, "what the daemon has sent is no status");
    }
    return out;
}

// Fills structs from JSON; the first thing that is wrong is kept.
class Filler {
public:
    template <class T>
    void fill(const Json& from, T& to) {
        if constexpr (std::is_same_v<T, std::string>) {
            if (expect(from.is_string(), "text")) to = from.get<std::string>();
        } else if constexpr (std::is_same_v<T, bool>) {
            if (expect(from.is_boolean(), "true or false")) to = from.get<bool>();
        } else if constexpr (std::is_same_v<T, std::uint64_t>) {
            if (expect(from.is_number_unsigned(), "a number")) to = from.get<std::uint64_t>();
        } else if constexpr (std::is_same_v<T, Duration>) {
            fill_time(from, to);
        } else {
            if (!expect(from.is_object(), "an object")) return;
            T::fields(to, [&](std::string_view name, auto& member) {
                const auto found = from.find(std::string(name));
                if (found == from.end()) return;
                within(std::string(name), [&] { fill(*found, member); });
            });
        }
    }
    template <class T>
    void fill(const Json& from, std::optional<T>& to) {
        if (!from.is_null()) fill(from, to.emplace());
    }
    template <class T>
    void fill(const Json& from, std::vector<T>& to) {
        if (!expect(from.is_array(), "a list")) return;
        for (const Json& each : from) {
            within(std::to_string(to.size()), [&] { fill(each, to.emplace_back()); });
        }
    }
    const std::string& wrong() const noexcept { return wrong_; }

private:
    void fill_time(const Json& from, Duration& to) {
        constexpr std::int64_t ms_max = INT64_MAX / 1'000'000;
        if (!expect(from.is_number_integer(), "milliseconds")) return;
        const bool fits = from.is_number_unsigned()
                              ? from.get<std::uint64_t>() <= static_cast<std::uint64_t>(ms_max)
                              : from.get<std::int64_t>() >= -ms_max;
        if (expect(fits, "milliseconds")) to = std::chrono::milliseconds(from.get<std::int64_t>());
    }
    template <class Work>
    void within(const std::string& name, Work&& work) {
        const std::size_t before = path_.size();
        path_ += (path_.empty() ? "" : ".") + name;
        work();
        path_.resize(before);
    }
    bool expect(bool fits, const char* what) {
        if (!fits && wrong_.empty()) {
            wrong_ = "the daemon's status: " + path_ + " is not what it was, expected " + what;
        }
        return fits;
    }

    std::string path_, wrong_;
};

}  // namespace

Result<shell::StatusReport> read_status(std::string_view text) {
    const auto json = parse(text);
    if (!json) return tl::unexpected<Error>(json.error());
    shell::StatusReport report;
    Filler filler;
    filler.fill(*json, report);
    if (!filler.wrong().empty()) return fail(Errc::malformed, filler.wrong());
    return report;
}

Result<std::string> status_for_programs(std::string_view text, const Problems& problems) {
    auto json = parse(text);
    if (!json) return tl::unexpected<Error>(json.error());
    Json list = Json::array();
    for (const Problem& problem : problems) {
        list.push_back({{"level", level_word(problem.level)},
                        {"id", problem.id},
                        {"about", problem.about},
                        {"words", problem.words},
                        {"advice", problem.advice}});
    }
    (*json)["problems"] = std::move(list);
    constexpr int indent = 2;
    return json->dump(indent, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace hb::tools
