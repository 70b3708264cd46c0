/* Built for an interface that does not exist yet. */
#include <heartbeat/plugin.h>

static const hb_plugin plugin = {
    99, sizeof plugin, HB_PLUGIN_FENCE, "wrong_abi", "1", "public domain", NULL};

const hb_plugin *hb_plugin_entry(void) { return &plugin; }
