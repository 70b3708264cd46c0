// What libhbclient.so.1 shows to programs: the object, its table of 44 operations in the order of
// clientapi.md 10, and the names of its few functions. Pointers to text are valid until the next
// call of the same operation unless said otherwise.
#pragma once

#include "client/hbclient_plumb.hpp"

extern "C" {

struct llc_ops;
struct ll_cluster {
    void* ll_cluster_private;
    const llc_ops* llc_ops_table;
};

using llc_msg_callback = void (*)(ha_msg*, void*);
using llc_nstatus_callback = void (*)(const char* node, const char* status, void*);
using llc_ifstatus_callback = void (*)(const char* node, const char* link, const char* status,
                                       void*);
using llc_cstatus_callback = void (*)(const char* node, const char* client, const char* status,
                                      void*);

struct llc_ops {
    int (*signon)(ll_cluster*, const char* client);
    int (*signoff)(ll_cluster*, gboolean destroy_channel);
    int (*remove)(ll_cluster*);
    int (*set_msg_callback)(ll_cluster*, const char* type, llc_msg_callback, void*);
    int (*set_nstatus_callback)(ll_cluster*, llc_nstatus_callback, void*);
    int (*set_ifstatus_callback)(ll_cluster*, llc_ifstatus_callback, void*);
    int (*set_cstatus_callback)(ll_cluster*, llc_cstatus_callback, void*);
    int (*init_nodewalk)(ll_cluster*);
    const char* (*nextnode)(ll_cluster*);
    int (*end_nodewalk)(ll_cluster*);
    const char* (*node_status)(ll_cluster*, const char* node);
    int (*node_weight)(ll_cluster*, const char* node);
    const char* (*node_site)(ll_cluster*, const char* node);
    const char* (*node_type)(ll_cluster*, const char* node);
    int (*num_nodes)(ll_cluster*);
    int (*init_ifwalk)(ll_cluster*, const char* node);
    const char* (*nextif)(ll_cluster*);
    int (*end_ifwalk)(ll_cluster*);
    const char* (*if_status)(ll_cluster*, const char* node, const char* link);
    const char* (*client_status)(ll_cluster*, const char* node, const char* client, int timeout_ms);
    int (*get_uuid_by_name)(ll_cluster*, const char* node, cl_uuid_t* out);
    int (*get_name_by_uuid)(ll_cluster*, cl_uuid_t* uuid, char* out, std::size_t size);
    int (*sendclustermsg)(ll_cluster*, ha_msg*);
    int (*sendnodemsg)(ll_cluster*, ha_msg*, const char* node);
    int (*sendnodemsg_byuuid)(ll_cluster*, ha_msg*, cl_uuid_t* uuid);
    int (*send_ordered_clustermsg)(ll_cluster*, ha_msg*);
    int (*send_ordered_nodemsg)(ll_cluster*, ha_msg*, const char* node);
    int (*inputfd)(ll_cluster*);
    IPC_Channel* (*ipcchan)(ll_cluster*);
    int (*msgready)(ll_cluster*);
    int (*setmsgsignal)(ll_cluster*, int signal);
    int (*rcvmsg)(ll_cluster*, int blocking);
    ha_msg* (*readmsg)(ll_cluster*, int blocking);
    int (*setfmode)(ll_cluster*, unsigned mode);
    char* (*get_parameter)(ll_cluster*, const char* name);
    long (*get_deadtime)(ll_cluster*);
    long (*get_keepalive)(ll_cluster*);
    const char* (*get_mynodeid)(ll_cluster*);
    int (*get_logfacility)(ll_cluster*);
    const char* (*get_resources)(ll_cluster*);
    gboolean (*chan_is_connected)(ll_cluster*);
    int (*set_sendq_len)(ll_cluster*, int length);
    int (*set_send_block_mode)(ll_cluster*, gboolean block);
    const char* (*errmsg)(ll_cluster*);
};

#define HB_HBCLIENT_EXPORT __attribute__((visibility("default")))

// Null when `type` is not `heartbeat`. Given back by the operation `remove`.
HB_HBCLIENT_EXPORT ll_cluster* ll_cluster_new(const char* type);
// A source of GLib's main loop: `dispatch` is called while there is something to read, also for
// what was read while an answer was awaited. REQUIRES: signed on. Null when not.
HB_HBCLIENT_EXPORT GCHSource* G_main_add_ll_cluster(int priority, ll_cluster* cluster,
                                                    gboolean can_recurse,
                                                    gboolean (*dispatch)(ll_cluster*, gpointer),
                                                    gpointer data, GDestroyNotify notify);
}
