/* A fencing device that cannot fence. */
#include <heartbeat/plugin.h>

static hb_rc open_it(const hb_host *host, const hb_param *config, size_t count, void **self) {
    (void)host;
    (void)config;
    (void)count;
    (void)self;
    return HB_OK;
}
static void close_it(void *self) { (void)self; }

static const hb_fence_ops ops = {sizeof ops, NULL, open_it, close_it, NULL, NULL};
static const hb_plugin plugin = {
    HB_PLUGIN_ABI, sizeof plugin, HB_PLUGIN_FENCE, "null_fence", "1", "public domain", &ops};

const hb_plugin *hb_plugin_entry(void) { return &plugin; }
