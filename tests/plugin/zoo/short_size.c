/* Its table ends before the function that is called. */
#include <heartbeat/plugin.h>

static hb_rc open_it(const hb_host *host, const hb_param *config, size_t count, void **self) {
    (void)host;
    (void)config;
    (void)count;
    (void)self;
    return HB_OK;
}
static void close_it(void *self) { (void)self; }
static hb_rc fence(void *self, hb_fence_op op, const char *node, uint32_t timeout_ms) {
    (void)self;
    (void)op;
    (void)node;
    (void)timeout_ms;
    return HB_OK;
}

static const hb_fence_ops ops = {
    sizeof ops - sizeof ops.fence, NULL, open_it, close_it, NULL, fence};
static const hb_plugin plugin = {
    HB_PLUGIN_ABI, sizeof plugin, HB_PLUGIN_FENCE, "short_size", "1", "public domain", &ops};

const hb_plugin *hb_plugin_entry(void) { return &plugin; }
