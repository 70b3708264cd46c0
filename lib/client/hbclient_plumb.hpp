// The names of libplumb.so.2 and GLib that libhbclient.so.1 calls, and the public beginning of
// their objects (clientapi.md 10). Their ABI has stood still since 2013; tests/unit/client runs
// against the real library, which would notice a difference.
#pragma once

#include <cstddef>

extern "C" {

// --- GLib ---
using gboolean = int;
using guint = unsigned int;
using gpointer = void*;
using GDestroyNotify = void (*)(gpointer);
struct GHashTable;
guint g_str_hash(const void* text);
gboolean g_str_equal(const void* left, const void* right);
GHashTable* g_hash_table_new(guint (*hash)(const void*),
                             gboolean (*equal)(const void*, const void*));
gboolean g_hash_table_insert(GHashTable* table, gpointer key, gpointer value);
void g_hash_table_destroy(GHashTable* table);
guint g_idle_add_full(int priority, gboolean (*function)(gpointer), gpointer data,
                      GDestroyNotify notify);
gboolean g_source_remove(guint id);

// --- libplumb: messages ---
struct ha_msg {
    int nfields, nalloc;
    char** names;
    std::size_t* nlens;
    void** values;
    std::size_t* vlens;
    int* types;
};
struct cl_uuid_s {
    unsigned char uuid[16];
};
using cl_uuid_t = cl_uuid_s;

ha_msg* ha_msg_new(int fields);
void ha_msg_del(ha_msg* message);
// These give HA_OK or HA_FAIL.
int ha_msg_add(ha_msg* message, const char* name, const char* value);
int ha_msg_adduuid(ha_msg* message, const char* name, const cl_uuid_t* uuid);
int cl_msg_modstring(ha_msg* message, const char* name, const char* value);
int cl_msg_moduuid(ha_msg* message, const char* name, const cl_uuid_t* uuid);
const char* cl_get_string(const ha_msg* message, const char* name);
int cl_get_uuid(const ha_msg* message, const char* name, cl_uuid_t* out);
void cl_log(int priority, const char* format, ...) __attribute__((format(printf, 2, 3)));

// --- libplumb: channels ---
struct IPC_Channel;
struct IPC_Message {
    std::size_t msg_len;
    void* msg_buf;
    void* msg_body;
    void (*msg_done)(IPC_Message*);
    void* msg_private;
    IPC_Channel* msg_ch;
};

struct IPC_Ops {
    // Gives one reference back; the last one frees it.
    void (*destroy)(IPC_Channel*);
    int (*initiate_connection)(IPC_Channel*);
    int (*verify_auth)(IPC_Channel*, void*);
    int (*assert_auth)(IPC_Channel*, GHashTable*);
    int (*send)(IPC_Channel*, IPC_Message*);
    int (*recv)(IPC_Channel*, IPC_Message**);
    int (*waitin)(IPC_Channel*);
    int (*waitout)(IPC_Channel*);
    // Reads what is there. Yes also when the other side has gone, and no when it has just read it.
    gboolean (*is_message_pending)(IPC_Channel*);
    gboolean (*is_sending_blocked)(IPC_Channel*);
    int (*resume_io)(IPC_Channel*);
    int (*get_send_select_fd)(IPC_Channel*);
    int (*get_recv_select_fd)(IPC_Channel*);
    int (*set_send_qlen)(IPC_Channel*, int);
    int (*set_recv_qlen)(IPC_Channel*, int);
    void (*set_high_flow_callback)(IPC_Channel*, void (*)(IPC_Channel*, void*), void*);
    void (*set_low_flow_callback)(IPC_Channel*, void (*)(IPC_Channel*, void*), void*);
    IPC_Message* (*new_ipcmsg)(IPC_Channel*, const void*, int, void*);
    int (*get_chan_status)(IPC_Channel*);
    gboolean (*is_sendq_full)(IPC_Channel*);
    gboolean (*is_recvq_full)(IPC_Channel*);
    int (*get_conntype)(IPC_Channel*);
    int (*disconnect)(IPC_Channel*);
};

struct IPC_Queue {
    std::size_t current_qlen;
};

// Its public beginning; always made by libplumb.
struct IPC_Channel {
    int ch_status;
    int refcount;  // of main loop sources, each of which gives its own back
    int farside_pid;
    void* ch_private;
    IPC_Ops* ops;
    unsigned int msgpad;
    unsigned int bytes_remaining;
    gboolean should_send_block;
    gboolean should_block_fail;
    IPC_Queue* send_queue;
    IPC_Queue* recv_queue;
};

struct GCHSource;
IPC_Channel* ipc_channel_constructor(const char* type, GHashTable* attributes);
int msg2ipcchan(ha_msg* message, IPC_Channel* channel);
ha_msg* ipcmsg2hamsg(IPC_Message* message);
GCHSource* G_main_add_IPC_Channel(int priority, IPC_Channel* channel, gboolean can_recurse,
                                  gboolean (*dispatch)(IPC_Channel*, gpointer), gpointer data,
                                  GDestroyNotify notify);
}

namespace hb::hbclient {

inline constexpr int ha_ok = 1;
inline constexpr int ha_fail = 0;
inline constexpr int ipc_ok = 0;           // what `ops` give
inline constexpr int ipc_broken = 2;       // recv: the other side has gone
inline constexpr int ch_connected = 1;     // ch_status
inline constexpr int ch_disc_pending = 4;  // gone, but there is something left to read

}  // namespace hb::hbclient
