// A watching plugin as it should be, in C++: it repeats what it is told as a request, and asks for
// time or for who it is when an event says so.
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

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
        if (hb::plugin::value_of(event, "t") == "who") describe(request);
        request.emplace_back("from", "echo");
        host_.request(request);
    }
    std::int64_t deadline_ms() override { return deadline_ms_; }

private:
    static void describe(hb::plugin::Fields& out) {
        rlimit core{1, 1};
        ::getrlimit(RLIMIT_CORE, &core);
        std::string environment;
        for (char** entry = environ; *entry != nullptr; ++entry) {
            environment += std::string(*entry) + " ";
        }
        out.emplace_back("uid", std::to_string(::getuid()));
        out.emplace_back("group", std::to_string(::getpgrp() == ::getpid()));
        out.emplace_back("no_new_privs", std::to_string(::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)));
        out.emplace_back("core", std::to_string(core.rlim_cur));
        out.emplace_back("environment", environment);
    }

    hb::plugin::Host host_;
    std::int64_t deadline_ms_{-1};
};

constexpr hb_param params[] = {{"refuse", "yes: open fails"}, {nullptr, nullptr}};

}  // namespace

HB_EXPORT_WATCHER(Echo, "good_watch", "1.0", "GPL-2.0-or-later", params)
