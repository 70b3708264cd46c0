// A watching plugin as it should be, in C++: it repeats what it is told as a request, and asks for
// time when an event says so.
#include <heartbeat/plugin.hpp>

namespace {

class Echo final : public hb::plugin::Watcher {
public:
    Echo(const hb::plugin::Host& host, const hb::plugin::Fields& config) : host_(host) {
        if (hb::plugin::value_of(config, "refuse") == "yes") {
            throw hb::plugin::Refusal(HB_BAD_CONFIG, "told to refuse");
        }
        host_.log(HB_LEVEL_INFO, "echo is here");
    }
    ~Echo() override { host_.log(HB_LEVEL_INFO, "echo goes"); }
    void event(const hb::plugin::Fields& event) override {
        const std::string wish = hb::plugin::value_of(event, "wake_ms");
        deadline_ms_ = wish.empty() ? -1 : std::stoll(wish);  // throws at nonsense
        auto request = event;
        request.emplace_back("from", "echo");
        host_.request(request);
    }
    std::int64_t deadline_ms() override { return deadline_ms_; }

private:
    hb::plugin::Host host_;
    std::int64_t deadline_ms_{-1};
};

constexpr hb_param params[] = {{"refuse", "yes: open fails"}, {nullptr, nullptr}};

}  // namespace

HB_EXPORT_WATCHER(Echo, "good_watch", "1.0", "GPL-2.0-or-later", params)
