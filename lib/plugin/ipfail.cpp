// ipfail.so: the decisions of ipfail_logic as a watching plugin (heartbeat/plugin.h).
#include <time.h>

#include "heartbeat/plugin.hpp"
#include "plugin/ipfail_fields.hpp"

namespace {

using hb::Duration;
using hb::Instant;

// Of the clock that goes on while the machine is suspended, as the daemon's own does.
Instant now() {
    timespec t{};
    ::clock_gettime(CLOCK_BOOTTIME, &t);
    return Instant{std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec)};
}

class Ipfail final : public hb::plugin::Watcher {
public:
    Ipfail(const hb::plugin::Host& host, const hb::plugin::Fields&) : host_(host) {}

    void event(const hb::plugin::Fields& event) override {
        hb::ipfail::Asks asks;
        hb::ipfail::tell(logic_, now(), event, asks);
        for (const hb::ipfail::Ask& ask : asks) {
            if (const auto request = hb::ipfail::request_of(ask)) {
                host_.request(*request);
            } else {
                const auto& note = std::get<hb::ipfail::Note>(ask);
                host_.log(note.warning ? HB_LEVEL_WARNING : HB_LEVEL_INFO, note.text);
            }
        }
    }

    std::int64_t deadline_ms() override {
        const Instant next = logic_.next_deadline();
        if (next == hb::never) return -1;
        // A millisecond more than is left: an earlier call would find nothing due.
        return std::max<std::int64_t>(hb::to_ms(next - now()), 0) + 1;
    }

private:
    hb::plugin::Host host_;
    hb::ipfail::Logic logic_;
};

}  // namespace

HB_EXPORT_WATCHER(Ipfail, "ipfail", HB_VERSION, "GPL-2.0-or-later", nullptr)
