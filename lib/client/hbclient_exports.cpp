// The exported names of libhbclient.so.1 (clientapi.md 10). Programs use the first two; the others
// are there since the old library showed them, and a linker asks for what a program once saw.
#include <cstring>

#include "client/hbclient_guard.hpp"

extern "C" {

ll_cluster* ll_cluster_new(const char* type) {
    if (type == nullptr || std::strcmp(type, "heartbeat") != 0) return nullptr;
    return hb::hbclient::make_cluster();
}

GCHSource* G_main_add_ll_cluster(int priority, ll_cluster* cluster, gboolean can_recurse,
                                 gboolean (*dispatch)(ll_cluster*, gpointer), gpointer data,
                                 GDestroyNotify notify) {
    return hb::hbclient::guarded(
        cluster, static_cast<GCHSource*>(nullptr), [&](hb::hbclient::Client& client) -> GCHSource* {
            if (dispatch == nullptr || client.session.channel().plain() == nullptr) return nullptr;
            hb::hbclient::MainSource source;
            source.client = &client;
            source.cluster = cluster;
            source.dispatch = dispatch;
            source.data = data;
            source.notify = notify;
            source.priority = priority;
            return add_to_main_loop(source, can_recurse);
        });
}

// Numbers a message, as the send_ordered operations do.
HB_HBCLIENT_EXPORT int add_order_seq(void* private_part, ha_msg* message) {
    hb::hbclient::Client* client = hb::hbclient::client_at(private_part);
    if (client == nullptr || message == nullptr) return hb::hbclient::ha_fail;
    return hb::hbclient::result(client->number(message));
}

// For its authors' debugging: there is no queue of theirs to show.
HB_HBCLIENT_EXPORT void display_orderQ(void* /*queue*/) {}
HB_HBCLIENT_EXPORT void nosuchfunctionname(void) {}

// As BSD has them; libplumb exports them too.
HB_HBCLIENT_EXPORT std::size_t strlcpy(char* out, const char* text, std::size_t size) {
    const std::size_t length = std::strlen(text);
    if (size != 0) {
        const std::size_t fits = length < size ? length : size - 1;
        std::memcpy(out, text, fits);
        out[fits] = '\0';
    }
    return length;
}

HB_HBCLIENT_EXPORT std::size_t strlcat(char* out, const char* text, std::size_t size) {
    const std::size_t used = ::strnlen(out, size);
    if (used == size) return size + std::strlen(text);
    return used + strlcpy(out + used, text, size - used);
}

// Of the size they had, which a copy relocation of a program would go by.
HB_HBCLIENT_EXPORT long BufLen = 0;
HB_HBCLIENT_EXPORT void* config = nullptr;
HB_HBCLIENT_EXPORT void* curproc = nullptr;
HB_HBCLIENT_EXPORT int netstring_format = 1;
}
