// A connection through heartbeat/client.h: open, poll, close, and what was said at the sign-on.
#include <new>

#include "base/text.hpp"
#include "client/handle.hpp"

namespace hb::client {

namespace {

hb_client_rc code_of(const hb_client& client, const Error& error) {
    if (!client.connection) {
        if (error.code == Errc::permission) return HB_CLIENT_DENIED;
        if (error.code == Errc::too_large) return HB_CLIENT_BAD_ARGUMENT;
        return error.code == Errc::not_found ? HB_CLIENT_NOT_RUNNING : HB_CLIENT_SYSTEM;
    }
    if (client.connection->timed_out()) return HB_CLIENT_TIMED_OUT;
    switch (error.code) {
        case Errc::not_found:
            return HB_CLIENT_REFUSED;
        case Errc::permission:
            return HB_CLIENT_DENIED;
        case Errc::too_large:
            return HB_CLIENT_TOO_LARGE;
        case Errc::malformed:
        case Errc::unsupported:
        case Errc::unknown_key:
        case Errc::bad_signature:
        case Errc::bad_config:
            return HB_CLIENT_MALFORMED;
        case Errc::io:
            break;
    }
    switch (client.connection->exchange().state()) {
        case Exchange::State::signing_on:
            return HB_CLIENT_AGAIN;
        case Exchange::State::signed_on:
            return HB_CLIENT_SYSTEM;
        case Exchange::State::over:
            break;
    }
    return HB_CLIENT_GONE;
}

// How the connection is, once it is not signed on.
hb_client_rc state_of(hb_client& client) {
    const Exchange& exchange = client.connection->exchange();
    switch (exchange.state()) {
        case Exchange::State::signing_on:
            return HB_CLIENT_AGAIN;
        case Exchange::State::signed_on:
            return HB_CLIENT_OK;
        case Exchange::State::over:
            break;
    }
    client.error = exchange.why().what;
    return exchange.why().code == Errc::permission ? HB_CLIENT_DENIED : HB_CLIENT_GONE;
}

// A member that the caller's structure has.
template <class T>
const char* member(const hb_client_options* options, T hb_client_options::*which) {
    const auto* const end = reinterpret_cast<const char*>(options) + options->size;
    const auto* const place = reinterpret_cast<const char*>(&(options->*which));
    return place + sizeof(T) <= end ? options->*which : nullptr;
}

int64_t welcome_ms(const hb_client* client, std::string_view field) noexcept {
    if (client == nullptr || !client->connection) return -1;
    const auto value = client->connection->exchange().welcome().hex(field);
    return value && *value <= INT64_MAX ? static_cast<int64_t>(*value) : -1;
}

const char* welcome_text(const hb_client* client, std::string_view field) noexcept {
    if (client == nullptr || !client->connection) return nullptr;
    const wire::Field* found = client->connection->exchange().welcome().find(field);
    return found == nullptr ? nullptr : found->value.c_str();
}

}  // namespace

hb_client_rc failed(hb_client& client, const Error& error) {
    const hb_client_rc rc = code_of(client, error);
    client.error = error.what.empty() ? hb_client_rc_text(rc) : error.what;
    return rc;
}

hb_client_rc failed(hb_client& client, hb_client_rc rc, std::string words) {
    client.error = std::move(words);
    return rc;
}

}  // namespace hb::client

using namespace hb::client;

extern "C" {

uint32_t hb_client_abi(void) { return HB_CLIENT_ABI; }

const char* hb_client_rc_text(hb_client_rc rc) {
    switch (rc) {
        case HB_CLIENT_OK:
            return "done";
        case HB_CLIENT_NOT_RUNNING:
            return "heartbeat is not running";
        case HB_CLIENT_DENIED:
            return "not allowed";
        case HB_CLIENT_REFUSED:
            return "the daemon says no";
        case HB_CLIENT_TIMED_OUT:
            return "no answer in time";
        case HB_CLIENT_GONE:
            return "the daemon has ended the connection";
        case HB_CLIENT_AGAIN:
            return "not there yet";
        case HB_CLIENT_TOO_LARGE:
            return "too large, or too much at once";
        case HB_CLIENT_MALFORMED:
            return "the daemon's answer cannot be understood";
        case HB_CLIENT_BAD_ARGUMENT:
            return "bad argument";
        case HB_CLIENT_SYSTEM:
            return "the operating system refused";
    }
    return "unknown";
}

hb_client_rc hb_client_start(const hb_client_options* options, hb_client** out) {
    if (out == nullptr) return HB_CLIENT_BAD_ARGUMENT;
    *out = nullptr;
    if (options != nullptr && options->size < sizeof options->size) return HB_CLIENT_BAD_ARGUMENT;
    try {
        auto client = std::make_unique<hb_client>();
        const char* name = options ? member(options, &hb_client_options::name) : nullptr;
        const char* path = options ? member(options, &hb_client_options::socket) : nullptr;
        auto made = Connection::start(name ? name : "", path ? path : default_socket);
        if (made) {
            client->connection = *std::move(made);
        } else {
            client->failed = failed(*client, made.error());
        }
        const hb_client_rc rc = client->failed;
        *out = client.release();
        return rc;
    } catch (const std::exception&) {
        return HB_CLIENT_SYSTEM;
    }
}

hb_client_rc hb_client_open(const hb_client_options* options, int timeout_ms, hb_client** out) {
    const hb_client_rc rc = hb_client_start(options, out);
    if (rc != HB_CLIENT_OK) return rc;
    return guarded(*out, [timeout_ms](hb_client& client) {
        const auto waited = client.connection->wait_signed_on(patience_of(timeout_ms));
        return waited ? HB_CLIENT_OK : failed(client, waited.error());
    });
}

void hb_client_close(hb_client* client) { delete client; }

hb_client_rc hb_client_signed_on(hb_client* client) { return guarded(client, state_of); }

const char* hb_client_error(const hb_client* client) {
    return client == nullptr ? "" : client->error.c_str();
}

int hb_client_fd(const hb_client* client) {
    return client == nullptr || !client->connection ? -1 : client->connection->descriptor();
}

short hb_client_events(const hb_client* client) {
    if (client == nullptr || !client->connection) return 0;
    return client->connection->wanted_events();
}

hb_client_rc hb_client_process(hb_client* client) {
    return guarded(client, [](hb_client& one_client) {
        one_client.connection->process();
        const hb_client_rc rc = state_of(one_client);
        return rc == HB_CLIENT_AGAIN ? HB_CLIENT_OK : rc;
    });
}

const char* hb_client_node(const hb_client* client) { return welcome_text(client, "node"); }
const char* hb_client_version(const hb_client* client) { return welcome_text(client, "hbversion"); }
int64_t hb_client_deadtime_ms(const hb_client* client) { return welcome_ms(client, "deadtime"); }
int64_t hb_client_keepalive_ms(const hb_client* client) { return welcome_ms(client, "keepalive"); }

}  // extern "C"
