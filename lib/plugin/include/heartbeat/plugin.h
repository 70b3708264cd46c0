/* The plugin interface of Heartbeat: what a shared object in the plugin folder must export and what
 * it is given. Plain C99, includes nothing of ours. heartbeat-plugin(3) explains it at length.
 *
 * 1. A plugin never runs inside heartbeatd: heartbeat-plugin-helper loads it, in a process of its
 *    own that may be killed at any time. It exports one symbol, hb_plugin_entry().
 * 2. Every text is UTF-8 and ends with a zero byte. It belongs to whoever made it and is valid
 *    during the call only; copy what you keep. Nothing is freed by the other side.
 * 3. Structures grow at their end only. `size` is sizeof of the structure as its maker knew it; a
 *    field behind it is not read. A null pointer to a function means "not supported". When an
 *    existing field changes its meaning, HB_PLUGIN_ABI is raised.
 * 4. All functions are called by one thread, one after the other.
 * 5. No exception may leave a function; C++ authors include plugin.hpp, which sees to that.
 * 6. stdout and stderr go to Heartbeat's log line by line, up to a bound; stdin is empty.
 */
#ifndef HEARTBEAT_PLUGIN_H
#define HEARTBEAT_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HB_PLUGIN_ABI 1u

#if defined(__GNUC__)
#define HB_PLUGIN_EXPORT __attribute__((visibility("default")))
#else
#define HB_PLUGIN_EXPORT
#endif

/* Answers. Anything else counts as HB_INTERNAL. */
typedef enum hb_rc {
    HB_OK = 0,
    HB_BAD_CONFIG = 1,    /* a parameter is missing, unknown or wrong: retrying is useless */
    HB_ACCESS = 2,        /* the device cannot be reached or does not let us in */
    HB_UNKNOWN_NODE = 3,  /* the device has no such node */
    HB_REFUSED = 4,       /* it was understood and not done */
    HB_TIMED_OUT = 5,
    HB_NOT_SUPPORTED = 6,
    HB_INTERNAL = 7       /* a mistake of the plugin itself */
} hb_rc;

typedef enum hb_plugin_kind {
    HB_PLUGIN_FENCE = 1,  /* ops is a hb_fence_ops: started for each call */
    HB_PLUGIN_WATCH = 2   /* ops is a hb_watch_ops: started once, told of events */
} hb_plugin_kind;

/* By what the reader of the log should do: act now, look today, nothing. */
typedef enum hb_level {
    HB_LEVEL_ERROR = 1,
    HB_LEVEL_WARNING = 2,
    HB_LEVEL_NOTICE = 3,
    HB_LEVEL_INFO = 4,
    HB_LEVEL_DEBUG = 5
} hb_level;

typedef enum hb_fence_op { HB_FENCE_OFF = 1, HB_FENCE_ON = 2, HB_FENCE_RESET = 3 } hb_fence_op;

/* A parameter: in `config` its name and value; in `params` its name and one line of help. A list in
 * `params` ends with an entry whose name is a null pointer. */
typedef struct hb_param {
    const char *name;
    const char *value;
} hb_param;

/* One pair of an event or a request. Names may repeat; the order is kept. */
typedef struct hb_field {
    const char *name;
    const char *value;
} hb_field;

/* What a watching plugin is told. The field `t` says what happened. */
typedef struct hb_event {
    size_t size;
    const hb_field *fields;
    size_t count;
} hb_event;

/* What the plugin may call, from open() to the end of close(): keep the pointer. `context` is
 * handed back as it is. */
typedef struct hb_host {
    size_t size;
    void *context;
    void (*log)(void *context, int level, const char *text); /* hb_level; cut at 2,000 bytes */
    /* Watching plugins: asks Heartbeat for something. HB_OK: it was handed on, not that it was
     * granted. HB_REFUSED: no fields, an empty name, more than 256 fields or 65,000 bytes. More
     * than a few per second and the plugin is cut off. Null for a fencing plugin. */
    hb_rc (*request)(void *context, const hb_field *fields, size_t count);
} hb_host;

/* Takes one pair of texts; `context` is handed back as it came. */
typedef void (*hb_tell)(void *context, const char *name, const char *value);

/* A fencing device. Started, asked one thing, ended. */
typedef struct hb_fence_ops {
    size_t size;
    const hb_param *params;
    /* `*self` is handed to the others as it is; close() is called when open() gave HB_OK. */
    hb_rc (*open)(const hb_host *host, const hb_param *config, size_t count, void **self);
    void (*close)(void *self);
    /* Can the device be reached, does it let us in? Changes nothing. */
    hb_rc (*probe)(void *self, uint32_t timeout_ms);
    /* HB_OK promises, for OFF and RESET: the node is without power or has been reset, and touches
     * nothing that is shared before it boots again. Services start elsewhere on this word. When in
     * doubt, say something else. After `timeout_ms` nobody listens any more. */
    hb_rc (*fence)(void *self, hb_fence_op op, const char *node, uint32_t timeout_ms);
} hb_fence_ops;

/* A table with more than the daemon needs: only the command stonith asks for it. `ops.size` is the
 * size of the whole; either function may be null. */
typedef struct hb_fence_more {
    hb_fence_ops ops;
    /* Without open(). `type` null: tells `type` for each type that a plugin with a parameter `type`
     * drives, none for another plugin. Else, about that type (empty for a plugin without): `param`
     * for each parameter in the order of positions, `device`, `description`, `url`, and `xml`, a
     * <parameters> element as OCF has it. HB_BAD_CONFIG: there is no such type. */
    hb_rc (*describe)(const hb_host *host, const char *type, hb_tell tell, void *context);
    /* Of an open device: tells `host` for each node it can fence, as far as it knows. */
    hb_rc (*hosts)(void *self, uint32_t timeout_ms, hb_tell tell, void *context);
} hb_fence_more;

/* A plugin that watches the cluster and asks for things. It may be ended and started from nothing
 * at any time; it learns what it must know again after each start. */
typedef struct hb_watch_ops {
    size_t size;
    const hb_param *params;
    hb_rc (*open)(const hb_host *host, const hb_param *config, size_t count, void **self);
    void (*close)(void *self);
    /* Must come back within a second or two: a plugin that does not take its events is replaced.
     * Unknown events and unknown fields are to be ignored. HB_INTERNAL: it is replaced as well. */
    hb_rc (*event)(void *self, const hb_event *event);
    /* Asked after open() and after each event: in so many milliseconds an event with `t` = `timer`
     * is wanted unless another comes before. Negative: not wanted. May be null. */
    int64_t (*deadline_ms)(void *self);
} hb_watch_ops;

/* The most descriptors that are polled for a plugin. */
#define HB_DESCRIPTORS_MAX 256

/* A table of a plugin that serves more than the cluster: sockets, children (by pidfd). `ops.size`
 * is the size of the whole. A helper that does not know it leaves the rest alone. */
typedef struct hb_watch_more {
    hb_watch_ops ops;
    /* Asked after open() and after each event: writes at most `room` descriptors, gives how many.
     * When one can be read or was hung up, an event with `t` = `ready` comes; the plugin finds out
     * which, without blocking. They stay the plugin's. May be null. */
    size_t (*descriptors)(void *self, int *out, size_t room);
} hb_watch_more;

/* REQUIRES of all three texts: not empty. `ops` is what `kind` says. */
typedef struct hb_plugin {
    uint32_t abi; /* HB_PLUGIN_ABI of the header it was built with */
    size_t size;
    hb_plugin_kind kind;
    const char *name;
    const char *version;
    const char *license;
    const void *ops;
} hb_plugin;

/* The one symbol. What it points to lives as long as the process. */
HB_PLUGIN_EXPORT const hb_plugin *hb_plugin_entry(void);

#ifdef __cplusplus
}
#endif

#endif
