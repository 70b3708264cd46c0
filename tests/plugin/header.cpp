// The header must compile as old C++ too, and its entry must have C's name.
#include <heartbeat/plugin.h>

const hb_plugin* hb_plugin_entry(void) { return nullptr; }
