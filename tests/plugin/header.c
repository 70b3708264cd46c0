/* The header must be all that a plugin in C needs, and its sizes are part of the interface. */
#include <heartbeat/plugin.h>

/* On the machines we know; a change here breaks every plugin that is out there. */
#define HOLDS(name, fact) typedef char name[(fact) ? 1 : -1]
HOLDS(abi_is_1, HB_PLUGIN_ABI == 1u);
HOLDS(param_is_two_pointers, sizeof(hb_param) == 2 * sizeof(void *));
HOLDS(field_is_two_pointers, sizeof(hb_field) == 2 * sizeof(void *));
HOLDS(event_begins_with_size, offsetof(hb_event, size) == 0);
HOLDS(host_begins_with_size, offsetof(hb_host, size) == 0);
HOLDS(log_is_third_of_host, offsetof(hb_host, log) == 2 * sizeof(void *));
HOLDS(request_is_fourth_of_host, offsetof(hb_host, request) == 3 * sizeof(void *));
HOLDS(abi_is_first, offsetof(hb_plugin, abi) == 0);
HOLDS(size_is_second, offsetof(hb_plugin, size) == sizeof(size_t));
HOLDS(fence_is_last, offsetof(hb_fence_ops, fence) == 5 * sizeof(void *));
HOLDS(deadline_is_last, offsetof(hb_watch_ops, deadline_ms) == 5 * sizeof(void *));

const hb_plugin *hb_plugin_entry(void) { return NULL; }
