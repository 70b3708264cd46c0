// Messages, and requests without waiting, of heartbeat/client.h.
#include <algorithm>
#include <new>

#include "client/handle.hpp"

using namespace hb;
using namespace hb::client;

namespace {

hb_client_rc hand_out(hb_client& handle, Result<Messages> answers, hb_client_answer** answer) {
    if (!answers) return failed(handle, answers.error());
    auto made = std::make_unique<hb_client_answer>();
    for (wire::Message& frame : *answers) made->frames.push_back({std::move(frame)});
    *answer = made.release();
    return HB_CLIENT_OK;
}

// A name that cannot be mistaken for something else on its way.
bool is_name(const char* name) {
    return name != nullptr && *name != '\0' && *name != '(' &&
           std::string_view(name).find_first_of("=\n") == std::string_view::npos;
}

}  // namespace

extern "C" {

hb_client_rc hb_client_ask(hb_client* client, const char* request, const hb_client_field* fields,
                           size_t count, uint64_t* ticket) {
    if (request == nullptr || ticket == nullptr || (fields == nullptr && count > 0)) {
        return HB_CLIENT_BAD_ARGUMENT;
    }
    return guarded(client, [&](hb_client& handle) {
        Fields list;
        for (size_t i = 0; i < count; ++i) {
            if (!is_name(fields[i].name) || fields[i].value == nullptr) {
                return failed(handle, HB_CLIENT_BAD_ARGUMENT, "a field without name or value");
            }
            list.emplace_back(fields[i].name, fields[i].value);
        }
        const auto asked = handle.connection->exchange().ask(request, list);
        if (!asked) return failed(handle, asked.error());
        *ticket = *asked;
        return HB_CLIENT_OK;
    });
}

hb_client_rc hb_client_take(hb_client* client, uint64_t ticket, hb_client_answer** answer) {
    if (answer == nullptr) return HB_CLIENT_BAD_ARGUMENT;
    return guarded(client, [&](hb_client& handle) {
        auto answers = handle.connection->exchange().take(ticket);
        if (!answers) return HB_CLIENT_AGAIN;
        return hand_out(handle, *std::move(answers), answer);
    });
}

hb_client_rc hb_client_wait(hb_client* client, uint64_t ticket, int timeout_ms,
                            hb_client_answer** answer) {
    if (answer == nullptr) return HB_CLIENT_BAD_ARGUMENT;
    return guarded(client, [&](hb_client& handle) {
        return hand_out(handle, handle.connection->wait_answer(ticket, patience_of(timeout_ms)),
                        answer);
    });
}

void hb_client_forget(hb_client* client, uint64_t ticket) {
    guarded(client, [ticket](hb_client& handle) {
        handle.connection->exchange().forget(ticket);
        return HB_CLIENT_OK;
    });
}

size_t hb_client_answer_count(const hb_client_answer* answer) {
    return answer == nullptr ? 0 : answer->frames.size();
}

const hb_client_message* hb_client_answer_at(const hb_client_answer* answer, size_t index) {
    return index < hb_client_answer_count(answer) ? &answer->frames[index] : nullptr;
}

void hb_client_answer_free(hb_client_answer* answer) { delete answer; }

hb_client_rc hb_client_receive(hb_client* client, int timeout_ms, hb_client_message** message) {
    if (message == nullptr) return HB_CLIENT_BAD_ARGUMENT;
    return guarded(client, [&](hb_client& handle) {
        auto next = handle.connection->wait_message(patience_of(timeout_ms));
        if (!next) {
            const hb_client_rc rc = failed(handle, next.error());
            return rc == HB_CLIENT_TIMED_OUT && timeout_ms == 0 ? HB_CLIENT_AGAIN : rc;
        }
        *message = new hb_client_message{*std::move(next)};
        return HB_CLIENT_OK;
    });
}

uint64_t hb_client_lost(const hb_client* client) {
    return client == nullptr || !client->connection ? 0 : client->connection->exchange().lost();
}

hb_client_rc hb_client_send(hb_client* client, const hb_client_message* message, const char* node) {
    if (message == nullptr) return HB_CLIENT_BAD_ARGUMENT;
    return guarded(client, [&](hb_client& handle) {
        wire::Message copy = message->message;
        if (node != nullptr) copy.set("dest", node);
        const auto sent = handle.connection->exchange().send(std::move(copy));
        return sent ? HB_CLIENT_OK : failed(handle, sent.error());
    });
}

hb_client_rc hb_client_flush(hb_client* client, int timeout_ms) {
    return guarded(client, [&](hb_client& handle) {
        const auto sent = handle.connection->wait_sent(patience_of(timeout_ms));
        return sent ? HB_CLIENT_OK : failed(handle, sent.error());
    });
}

hb_client_rc hb_client_give_up(hb_client* client, const char* what) {
    return guarded(client, [&](hb_client& handle) {
        const std::string_view scope = what == nullptr ? "" : what;
        if (scope != "all" && scope != "local" && scope != "foreign") {
            return failed(handle, HB_CLIENT_BAD_ARGUMENT, "expected all, local or foreign");
        }
        wire::Message message = wire::make_message("ask_resources");
        message.set("rsc_hold", scope);
        message.set("info", "me");
        const auto sent = handle.connection->exchange().send(std::move(message));
        return sent ? HB_CLIENT_OK : failed(handle, sent.error());
    });
}

hb_client_message* hb_client_message_new(const char* type) {
    if (type == nullptr || *type == '\0') return nullptr;
    try {
        return new hb_client_message{wire::make_message(type)};
    } catch (const std::exception&) {
        return nullptr;
    }
}

void hb_client_message_free(hb_client_message* message) { delete message; }

hb_client_rc hb_client_message_set(hb_client_message* message, const char* name,
                                   const char* value) {
    if (message == nullptr || !is_name(name) || value == nullptr) return HB_CLIENT_BAD_ARGUMENT;
    try {
        message->message.set(name, value);
        return HB_CLIENT_OK;
    } catch (const std::exception&) {
        return HB_CLIENT_SYSTEM;
    }
}

hb_client_rc hb_client_message_set_data(hb_client_message* message, const char* name,
                                        const void* data, size_t size) {
    if (message == nullptr || !is_name(name) || (data == nullptr && size > 0)) {
        return HB_CLIENT_BAD_ARGUMENT;
    }
    try {
        message->message.set_binary(name, ByteView(static_cast<const char*>(data), size));
        return HB_CLIENT_OK;
    } catch (const std::exception&) {
        return HB_CLIENT_SYSTEM;
    }
}

const char* hb_client_message_get(const hb_client_message* message, const char* name) {
    if (message == nullptr || name == nullptr) return nullptr;
    const wire::Field* field = message->message.find(name);
    if (field == nullptr || field->type != wire::FieldType::string) return nullptr;
    return field->value.c_str();
}

const void* hb_client_message_data(const hb_client_message* message, const char* name,
                                   size_t* size) {
    if (message == nullptr || name == nullptr || size == nullptr) return nullptr;
    const wire::Field* field = message->message.find(name);
    if (field == nullptr || field->type != wire::FieldType::binary) return nullptr;
    *size = field->value.size();
    return field->value.data();
}

const char* hb_client_message_name_at(const hb_client_message* message, size_t index) {
    if (message == nullptr || index >= message->message.fields.size()) return nullptr;
    return message->message.fields[index].name.c_str();
}

}  // extern "C"
