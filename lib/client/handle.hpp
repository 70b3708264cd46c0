// What is behind the pointers of heartbeat/client.h, and what its functions share. Nothing thrown
// may leave them.
#pragma once

#include <deque>
#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "client/connection.hpp"
#include "heartbeat/client.h"

struct hb_client_message {
    hb::wire::Message message;
};

struct hb_client_answer {
    std::deque<hb_client_message> frames;
};

struct hb_client {
    std::unique_ptr<hb::client::Connection> connection;  // null: it could not be made
    hb_client_rc failed{HB_CLIENT_OK};                   // then: why
    std::string error;                                   // words for the last call
    std::string text;                                    // what a typed request has handed out
};

namespace hb::client {

inline Duration patience_of(int timeout_ms) { return std::chrono::milliseconds(timeout_ms); }

// The code of an error, its words kept for hb_client_error().
hb_client_rc failed(hb_client& client, const Error& error);
hb_client_rc failed(hb_client& client, hb_client_rc rc, std::string words);

// Runs `work` on a handle that is connected.
template <class Work>
hb_client_rc guarded(hb_client* client, Work&& work) noexcept {
    if (client == nullptr) return HB_CLIENT_BAD_ARGUMENT;
    try {
        if (!client->connection) return client->failed;
        client->error.clear();
        client->connection->begin();
        return std::forward<Work>(work)(*client);
    } catch (const std::exception&) {
        client->error.clear();  // words need memory, too
        return HB_CLIENT_SYSTEM;
    }
}

// The one answer to a request, or the last of several.
Result<wire::Message> one(hb_client& client, std::string_view request, const Fields& fields,
                          int timeout_ms);
// The answer's `field`, handed out as a text of the handle.
hb_client_rc text_answer(hb_client* client, std::string_view request, const Fields& fields,
                         std::string_view field, int timeout_ms, const char** text) noexcept;

}  // namespace hb::client
