/* Has no functions. */
#include <heartbeat/plugin.h>

static const hb_plugin plugin = {
    HB_PLUGIN_ABI, sizeof plugin, HB_PLUGIN_FENCE, "null_ops", "1", "public domain", NULL};

const hb_plugin *hb_plugin_entry(void) { return &plugin; }
