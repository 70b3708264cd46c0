/* The power switch of the system tests: asks for a cut by a file NODE.off in its `folder`, and
 * confirms when the file NODE.is-off shows that it was done. A file NODE.lie makes it confirm
 * without that, NODE.no makes it refuse, NODE.hang hang and NODE.crash crash. */
#include <fcntl.h>
#include <heartbeat/plugin.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[200];

static hb_rc open_device(const hb_host* host, const hb_param* config, size_t count, void** self) {
    size_t i;
    for (i = 0; i < count; ++i) {
        if (strcmp(config[i].name, "folder") == 0) {
            snprintf(folder, sizeof folder, "%s", config[i].value);
        } else {
            host->log(host->context, HB_LEVEL_ERROR, "unknown parameter");
            return HB_BAD_CONFIG;
        }
    }
    if (folder[0] == '\0') {
        host->log(host->context, HB_LEVEL_ERROR, "parameter folder is missing");
        return HB_BAD_CONFIG;
    }
    *self = folder;
    return HB_OK;
}

static void close_device(void* self) { (void)self; }

static hb_rc probe(void* self, uint32_t timeout_ms) {
    (void)self;
    (void)timeout_ms;
    return access(folder, W_OK) == 0 ? HB_OK : HB_ACCESS;
}

static void path_of(char* path, size_t size, const char* node, const char* what) {
    snprintf(path, size, "%s/%s.%s", folder, node, what);
}

static int is_there(const char* node, const char* what) {
    char path[400];
    path_of(path, sizeof path, node, what);
    return access(path, F_OK) == 0;
}

static hb_rc fence(void* self, hb_fence_op op, const char* node, uint32_t timeout_ms) {
    char path[400];
    uint32_t waited;
    int order;
    (void)self;
    if (op == HB_FENCE_ON) return HB_NOT_SUPPORTED;
    if (is_there(node, "lie")) return HB_OK;
    if (is_there(node, "no")) return HB_REFUSED;
    if (is_there(node, "crash")) abort();
    while (is_there(node, "hang")) poll(NULL, 0, 600000);
    path_of(path, sizeof path, node, "is-off");
    unlink(path);
    path_of(path, sizeof path, node, "off");
    order = open(path, O_WRONLY | O_CREAT, 0600);
    if (order < 0) return HB_ACCESS;
    close(order);
    for (waited = 0; waited + 2 < timeout_ms; waited += 2) {
        if (is_there(node, "is-off")) return HB_OK;
        poll(NULL, 0, 2);
    }
    return HB_TIMED_OUT;
}

static const hb_param params[] = {{"folder", "where orders and answers are put"}, {NULL, NULL}};
static const hb_fence_ops ops = {sizeof ops, params, open_device, close_device, probe, fence};
static const hb_plugin plugin = {
    HB_PLUGIN_ABI, sizeof plugin, HB_PLUGIN_FENCE, "power_switch", "1.0", "GPL-2.0-or-later", &ops};

const hb_plugin* hb_plugin_entry(void) { return &plugin; }
