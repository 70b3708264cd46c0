// The beasts of the zoo: each does one wrong thing, in fence() or when it is told the first event.
// Built once per kind and BEAST_<what> (CMakeLists.txt), over plain plugin.h: no help, no guard.
#include <heartbeat/plugin.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

namespace {

const hb_host* host;

[[maybe_unused]] void say(const char* text) { host->log(host->context, HB_LEVEL_INFO, text); }

void behave() {
#if defined(BEAST_crashes)
    raise(SIGSEGV);  // as a stray pointer does; a real one is the compiler's to leave out
#elif defined(BEAST_throws)
    throw 7;
#elif defined(BEAST_hangs)
    signal(SIGTERM, SIG_IGN);
    for (volatile bool on = true; on;) {
    }
#elif defined(BEAST_spawns)
    const pid_t child = fork();
    if (child == 0) {
        for (;;) pause();
    }
    char text[40];
    snprintf(text, sizeof text, "grandchild %d", static_cast<int>(child));
    say(text);
#elif defined(BEAST_prints)
    for (int i = 0; i < 100000; ++i) printf("%096d this\n", i);
    fflush(stdout);
#elif defined(BEAST_floods)
    const hb_field field = {"t", "please"};
    for (;;) {
        if (host->request != nullptr) {
            host->request(host->context, &field, 1);
        } else {
            say("please");
        }
    }
#elif defined(BEAST_exits)
    exit(0);
#elif defined(BEAST_lies)
    // Says yes and has done nothing. Nothing can tell it from a good one.
#else
#error which beast?
#endif
}

hb_rc open_it(const hb_host* given, const hb_param*, size_t, void**) {
    host = given;
    return HB_OK;
}

void close_it(void*) {}

#if defined(KIND_fence)
hb_rc fence(void*, hb_fence_op, const char*, uint32_t) {
    behave();
    return HB_OK;
}
const hb_fence_ops ops = {sizeof ops, nullptr, open_it, close_it, nullptr, fence};
constexpr hb_plugin_kind kind = HB_PLUGIN_FENCE;
#else
hb_rc event(void*, const hb_event*) {
    behave();
    return HB_OK;
}
const hb_watch_ops ops = {sizeof ops, nullptr, open_it, close_it, event, nullptr};
constexpr hb_plugin_kind kind = HB_PLUGIN_WATCH;
#endif

const hb_plugin plugin = {HB_PLUGIN_ABI, sizeof plugin, kind, "beast", "1", "public domain", &ops};

}  // namespace

extern "C" const hb_plugin* hb_plugin_entry(void) { return &plugin; }
