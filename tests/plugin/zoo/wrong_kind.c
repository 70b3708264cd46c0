/* Of a kind that nobody knows. */
#include <heartbeat/plugin.h>

static const hb_plugin plugin = {
    HB_PLUGIN_ABI, sizeof plugin, (hb_plugin_kind)77, "wrong_kind", "1", "public domain", ""};

const hb_plugin *hb_plugin_entry(void) { return &plugin; }
