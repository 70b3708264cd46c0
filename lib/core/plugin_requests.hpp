// What a plugin of the core (ipfail, dopd) asks for: read, counted, and its refusals logged now and
// then. What a request means is its client's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/event.hpp"

namespace hb::core {

// Empty when there is no field of that name.
std::string_view value_of(const PluginFields& fields, std::string_view name);

class PluginRequests {
public:
    // `plugin` outlives this; at most `per_second` requests are no flood.
    PluginRequests(const char* plugin, std::size_t per_second)
        : plugin_(plugin), per_second_(per_second) {}

    // Counts one more. True: too many in this second.
    bool flood(Instant now);
    // A line for the log, the first at once, then one in limits::plugin_refused_log_pause with a
    // count.
    void refused(Instant now, const PluginFields& request, const std::string& why, Effects& out);

private:
    const char* plugin_;
    std::size_t per_second_;
    std::int64_t second_{-1};
    std::size_t requests_{};
    std::uint64_t refused_{};
    Instant refused_log_at_{};
};

}  // namespace hb::core
