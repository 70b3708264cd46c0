// See plugin_requests.hpp.
#include "core/plugin_requests.hpp"

#include <utility>

#include "base/limits.hpp"
#include "base/log.hpp"
#include "base/text.hpp"

namespace hb::core {

std::string_view value_of(const PluginFields& fields, std::string_view name) {
    for (const auto& [key, value] : fields) {
        if (key == name) return value;
    }
    return {};
}

bool PluginRequests::flood(Instant now) {
    const std::int64_t second = to_ms(now.since_start) / 1000;
    if (std::exchange(second_, second) != second) requests_ = 0;
    return ++requests_ > per_second_;
}

void PluginRequests::refused(Instant now, const PluginFields& request, const std::string& why,
                             Effects& out) {
    ++refused_;
    if (now < refused_log_at_) return;
    refused_log_at_ = now + limits::plugin_refused_log_pause;
    out.emplace_back(log_line(LogId::plugin_refused, plugin_, printable(value_of(request, "t"), 64),
                              why, std::exchange(refused_, 0)));
}

}  // namespace hb::core
