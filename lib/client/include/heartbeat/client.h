/* The client library of Heartbeat, libheartbeat.so: how a program asks the daemon of its node, and
 * talks to its like on other nodes. Plain C99, includes nothing of ours. heartbeat-client(3)
 * explains it at length.
 *
 *  1. Everything hangs on a handle, made by hb_client_open() or hb_client_start() and ended by
 *     hb_client_close(). A handle is one connection and one client of the daemon.
 *  2. A program signs on under a name that `apiauth` in ha.cf allows, or without one ("casual",
 *     rule `anon`). A casual client may ask but not send messages, and a process has at most one.
 *  3. One thread at a time uses a handle; different handles may be used by different threads. The
 *     library starts no thread and handles no signal. After fork() the child may only close.
 *  4. Functions return an hb_client_rc. When it is not HB_CLIENT_OK, hb_client_error() has words
 *     for people. Output arguments are set on HB_CLIENT_OK only, but for that of hb_client_open().
 *  5. Times are in milliseconds. A `timeout_ms` below 0 has no end; 0 does not wait. Functions
 *     without one never wait.
 *  6. Texts are UTF-8 and end with a zero byte. A text that the library hands out belongs to the
 *     handle, message or answer it came from. Texts of the handle (typed requests, error words)
 *     are valid until its next call, those of the sign-on until it is closed; texts and data of a
 *     message until it is changed or freed. What you hand in is copied.
 *  7. All that the daemon and other nodes say is foreign: it may have any byte but zero, and be
 *     longer than you expect. Messages are bounded to 256 KiB.
 *  8. Null pointers where an object is needed give HB_CLIENT_BAD_ARGUMENT, or null; closing or
 *     freeing null does nothing.
 *  9. Structures begin with `size`: sizeof as its maker knew it. They grow at their end only, and
 *     enumerations too: treat an unknown value as a failure. HB_CLIENT_ABI is raised, and the name
 *     of the library with it, when something changes its meaning.
 * 10. Messages that arrive while you wait for an answer are kept for hb_client_receive(), in order;
 *     the queue is bounded: hb_client_lost() counts what found no room.
 */
#ifndef HEARTBEAT_CLIENT_H
#define HEARTBEAT_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HB_CLIENT_ABI 1u

#if defined(__GNUC__)
#define HB_CLIENT_EXPORT __attribute__((visibility("default")))
#else
#define HB_CLIENT_EXPORT
#endif

typedef enum hb_client_rc {
    HB_CLIENT_OK = 0,
    HB_CLIENT_NOT_RUNNING = 1,  /* the daemon is stopped, or not yet in touch with the cluster */
    HB_CLIENT_DENIED = 2,       /* you may not: the folder, apiauth, or a casual client sends */
    HB_CLIENT_REFUSED = 3,      /* the daemon says no: an unknown node, link or request */
    HB_CLIENT_TIMED_OUT = 4,
    HB_CLIENT_GONE = 5,         /* the daemon has ended the connection: close, and open again */
    HB_CLIENT_AGAIN = 6,        /* not there yet */
    HB_CLIENT_TOO_LARGE = 7,    /* a message, an answer, or too much that is not sent or answered */
    HB_CLIENT_MALFORMED = 8,    /* what the daemon said cannot be understood */
    HB_CLIENT_BAD_ARGUMENT = 9,
    HB_CLIENT_SYSTEM = 10       /* the operating system refused, or memory is short */
} hb_client_rc;

typedef struct hb_client hb_client;
typedef struct hb_client_message hb_client_message;
typedef struct hb_client_answer hb_client_answer;

typedef struct hb_client_options {
    size_t size;
    const char *name;   /* at most 31 bytes; null: casual */
    const char *socket; /* null: /var/run/heartbeat/register */
} hb_client_options;

/* One name and value beside the type of a request. */
typedef struct hb_client_field {
    const char *name;
    const char *value;
} hb_client_field;

/* HB_CLIENT_ABI of the library that is loaded. */
HB_CLIENT_EXPORT uint32_t hb_client_abi(void);
/* A word or two for each code; never null. */
HB_CLIENT_EXPORT const char *hb_client_rc_text(hb_client_rc rc);

/* --- a connection --- */

/* Connects and signs on, in `timeout_ms`. `options` null: casual, the usual socket. `*out` is a
 * handle on failure, too, for hb_client_error() has the reason: close it in any case. It is null
 * only after HB_CLIENT_BAD_ARGUMENT and when memory is short. */
HB_CLIENT_EXPORT hb_client_rc hb_client_open(const hb_client_options *options, int timeout_ms,
                                             hb_client **out);
/* The same without waiting: poll until hb_client_signed_on() has an answer. */
HB_CLIENT_EXPORT hb_client_rc hb_client_start(const hb_client_options *options, hb_client **out);
/* Signs off, frees everything that belongs to the handle. */
HB_CLIENT_EXPORT void hb_client_close(hb_client *client);
/* HB_CLIENT_AGAIN while the daemon has not answered; HB_CLIENT_DENIED, HB_CLIENT_GONE: for good. */
HB_CLIENT_EXPORT hb_client_rc hb_client_signed_on(hb_client *client);
/* Why the last call failed; "" when it did not. Never null. */
HB_CLIENT_EXPORT const char *hb_client_error(const hb_client *client);

/* --- driven by poll(): descriptor, events to wait for (POLLIN, POLLOUT), and what to call when
 * they are there. Ask for the events anew before each poll(): 0 means that messages must be
 * received first. hb_client_process() reads and writes what it can and never waits; after it look
 * for answers and messages. HB_CLIENT_GONE, HB_CLIENT_DENIED: the connection is over, though what
 * came before may still be taken. --- */
HB_CLIENT_EXPORT int hb_client_fd(const hb_client *client);
HB_CLIENT_EXPORT short hb_client_events(const hb_client *client);
HB_CLIENT_EXPORT hb_client_rc hb_client_process(hb_client *client);

/* --- what the daemon said of itself at the sign-on --- */
HB_CLIENT_EXPORT const char *hb_client_node(const hb_client *client);    /* this node; or null */
HB_CLIENT_EXPORT const char *hb_client_version(const hb_client *client); /* or null */
HB_CLIENT_EXPORT int64_t hb_client_deadtime_ms(const hb_client *client);  /* -1: not said */
HB_CLIENT_EXPORT int64_t hb_client_keepalive_ms(const hb_client *client); /* -1: not said */

/* --- requests that wait for their answer --- */

/* Everything that the daemon knows, as JSON: what `cl_status status --json` prints but for
 * `problems`; its schema is heartbeat-status.schema.json. It is told at most ten times a second,
 * whoever asks; this waits for its turn. HB_CLIENT_REFUSED: a Heartbeat 3.0.6. */
HB_CLIENT_EXPORT hb_client_rc hb_client_status(hb_client *client, int timeout_ms,
                                               const char **json);

typedef struct hb_client_node_info {
    size_t size;
    const char *name;
    const char *type;   /* normal, ping */
    const char *status; /* init, up, active, dead, ping */
} hb_client_node_info;
typedef struct hb_client_link_info {
    size_t size;
    const char *name;
    const char *status; /* up, dead */
} hb_client_link_info;
/* Called for each, in the order of ha.cf, from within the request; texts are valid during the call.
 * It must not use the handle. Anything but 0 ends the walk. */
typedef int hb_client_node_fn(void *data, const hb_client_node_info *node);
typedef int hb_client_link_fn(void *data, const hb_client_link_info *link);
HB_CLIENT_EXPORT hb_client_rc hb_client_nodes(hb_client *client, int timeout_ms,
                                              hb_client_node_fn *visit, void *data);
HB_CLIENT_EXPORT hb_client_rc hb_client_links(hb_client *client, const char *node, int timeout_ms,
                                              hb_client_link_fn *visit, void *data);

/* One text about a node. HB_CLIENT_REFUSED: there is no such node or link. */
HB_CLIENT_EXPORT hb_client_rc hb_client_node_status(hb_client *client, const char *node,
                                                    int timeout_ms, const char **text);
HB_CLIENT_EXPORT hb_client_rc hb_client_node_type(hb_client *client, const char *node,
                                                  int timeout_ms, const char **text);
HB_CLIENT_EXPORT hb_client_rc hb_client_node_site(hb_client *client, const char *node,
                                                  int timeout_ms, const char **text);
HB_CLIENT_EXPORT hb_client_rc hb_client_node_weight(hb_client *client, const char *node,
                                                    int timeout_ms, const char **text);
HB_CLIENT_EXPORT hb_client_rc hb_client_link_status(hb_client *client, const char *node,
                                                    const char *link, int timeout_ms,
                                                    const char **text);
/* "online" or "offline". The daemon of that node is asked, which may take its time. */
HB_CLIENT_EXPORT hb_client_rc hb_client_client_status(hb_client *client, const char *node,
                                                      const char *name, int timeout_ms,
                                                      const char **text);
/* What this node holds: none, local, foreign, all, transition. */
HB_CLIENT_EXPORT hb_client_rc hb_client_resources(hb_client *client, int timeout_ms,
                                                  const char **text);
/* A value of ha.cf as it stands there; null when it is not set. */
HB_CLIENT_EXPORT hb_client_rc hb_client_parameter(hb_client *client, const char *name,
                                                  int timeout_ms, const char **text);
/* Cluster nodes, without ping nodes. */
HB_CLIENT_EXPORT hb_client_rc hb_client_node_count(hb_client *client, int timeout_ms,
                                                   uint32_t *count);
/* 16 bytes each. HB_CLIENT_REFUSED: it is not known. */
HB_CLIENT_EXPORT hb_client_rc hb_client_node_uuid(hb_client *client, const char *node,
                                                  int timeout_ms, uint8_t uuid[16]);
HB_CLIENT_EXPORT hb_client_rc hb_client_node_of_uuid(hb_client *client, const uint8_t uuid[16],
                                                     int timeout_ms, const char **node);

/* --- how messages come --- */

#define HB_CLIENT_NEW 1u       /* what is new; the only one that everybody may have */
#define HB_CLIENT_UNCHANGED 2u /* a node's status that says nothing new */
/* Which messages this client hears: bits. HB_CLIENT_REFUSED: more than HB_CLIENT_NEW needs root. */
HB_CLIENT_EXPORT hb_client_rc hb_client_set_filter(hb_client *client, uint32_t bits,
                                                   int timeout_ms);
/* A signal for each message, 0 for none. HB_CLIENT_REFUSED: SIGKILL, SIGSTOP, above 31. */
HB_CLIENT_EXPORT hb_client_rc hb_client_set_signal(hb_client *client, int number, int timeout_ms);
/* How many messages the daemon keeps for this client before it cuts it off; 64 unless set. */
HB_CLIENT_EXPORT hb_client_rc hb_client_set_queue(hb_client *client, uint32_t messages);

/* --- any request, without waiting --- */

/* Asks; `*ticket` names the request. At most 64 may be open. */
HB_CLIENT_EXPORT hb_client_rc hb_client_ask(hb_client *client, const char *request,
                                            const hb_client_field *fields, size_t count,
                                            uint64_t *ticket);
/* The answer, once it is complete; HB_CLIENT_AGAIN before (or when the ticket is unknown). Freed by
 * the caller. */
HB_CLIENT_EXPORT hb_client_rc hb_client_take(hb_client *client, uint64_t ticket,
                                             hb_client_answer **answer);
/* The same, waiting. After HB_CLIENT_TIMED_OUT the ticket is forgotten. */
HB_CLIENT_EXPORT hb_client_rc hb_client_wait(hb_client *client, uint64_t ticket, int timeout_ms,
                                             hb_client_answer **answer);
/* Nobody waits for it any more; a late answer is dropped. */
HB_CLIENT_EXPORT void hb_client_forget(hb_client *client, uint64_t ticket);
HB_CLIENT_EXPORT size_t hb_client_answer_count(const hb_client_answer *answer);
/* One frame of it; it belongs to the answer. Null behind the last one. */
HB_CLIENT_EXPORT const hb_client_message *hb_client_answer_at(const hb_client_answer *answer,
                                                              size_t index);
HB_CLIENT_EXPORT void hb_client_answer_free(hb_client_answer *answer);

/* --- messages --- */

/* The next one, within the time; freed by the caller. HB_CLIENT_TIMED_OUT: there is none (with
 * `timeout_ms` 0 it is HB_CLIENT_AGAIN). */
HB_CLIENT_EXPORT hb_client_rc hb_client_receive(hb_client *client, int timeout_ms,
                                                hb_client_message **message);
HB_CLIENT_EXPORT uint64_t hb_client_lost(const hb_client *client);
/* To the clients of this name on all nodes, the sender included, or on `node` only (null: all).
 * Queued: poll, or hb_client_flush(), sends it. An unknown node is no error. */
HB_CLIENT_EXPORT hb_client_rc hb_client_send(hb_client *client, const hb_client_message *message,
                                             const char *node);
HB_CLIENT_EXPORT hb_client_rc hb_client_flush(hb_client *client, int timeout_ms);
/* Asks that this node gives up resources to the other one: all, local or foreign. */
HB_CLIENT_EXPORT hb_client_rc hb_client_give_up(hb_client *client, const char *what);

/* Null when memory is short or an argument is. `type`: the field t. */
HB_CLIENT_EXPORT hb_client_message *hb_client_message_new(const char *type);
HB_CLIENT_EXPORT void hb_client_message_free(hb_client_message *message);
/* Sets the first field of that name, or adds one. A name has neither `=` nor a line feed. */
HB_CLIENT_EXPORT hb_client_rc hb_client_message_set(hb_client_message *message, const char *name,
                                                    const char *value);
HB_CLIENT_EXPORT hb_client_rc hb_client_message_set_data(hb_client_message *message,
                                                         const char *name, const void *data,
                                                         size_t size);
/* The first field of that name; null when there is none, or when it is of the other kind. */
HB_CLIENT_EXPORT const char *hb_client_message_get(const hb_client_message *message,
                                                   const char *name);
HB_CLIENT_EXPORT const void *hb_client_message_data(const hb_client_message *message,
                                                    const char *name, size_t *size);
/* All fields in order; null behind the last one. */
HB_CLIENT_EXPORT const char *hb_client_message_name_at(const hb_client_message *message,
                                                       size_t index);

#ifdef __cplusplus
}
#endif

#endif
