/* A fencing plugin as it should be, in C: it confirms what its parameter `knows` names. */
#include <heartbeat/plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct device {
    const hb_host *host;
    char knows[64];
    char password[64];
} device;

static hb_rc open_device(const hb_host *host, const hb_param *config, size_t count, void **self) {
    size_t i;
    device *made = calloc(1, sizeof *made);
    if (made == NULL) return HB_INTERNAL;
    made->host = host;
    for (i = 0; i < count; ++i) {
        if (strcmp(config[i].name, "knows") == 0) {
            snprintf(made->knows, sizeof made->knows, "%s", config[i].value);
        } else if (strcmp(config[i].name, "password") == 0) {
            snprintf(made->password, sizeof made->password, "%s", config[i].value);
        } else {
            host->log(host->context, HB_LEVEL_ERROR, "unknown parameter");
            free(made);
            return HB_BAD_CONFIG;
        }
    }
    *self = made;
    return HB_OK;
}

static void close_device(void *self) { free(self); }

static hb_rc probe(void *self, uint32_t timeout_ms) {
    (void)self;
    (void)timeout_ms;
    return HB_OK;
}

static hb_rc fence(void *self, hb_fence_op op, const char *node, uint32_t timeout_ms) {
    device *it = self;
    char text[200];
    if (op != HB_FENCE_RESET) return HB_NOT_SUPPORTED;
    if (strcmp(node, it->knows) != 0) {
        it->host->log(it->host->context, HB_LEVEL_ERROR, "no outlet has this node");
        return HB_UNKNOWN_NODE;
    }
    snprintf(text, sizeof text, "reset %s within %u ms", node, (unsigned)timeout_ms);
    it->host->log(it->host->context, HB_LEVEL_INFO, text);
    return HB_OK;
}

static const hb_param params[] = {{"knows", "the one node that is connected"},
                                  {"password", "of the device"},
                                  {NULL, NULL}};
static const hb_fence_ops ops = {sizeof ops, params, open_device, close_device, probe, fence};
static const hb_plugin plugin = {HB_PLUGIN_ABI, sizeof plugin, HB_PLUGIN_FENCE, "good_fence",
                                 "1.0",         "GPL-2.0-or-later", &ops};

const hb_plugin *hb_plugin_entry(void) { return &plugin; }
