// The requests of heartbeat/client.h that wait for their answer.
#include <algorithm>
#include <chrono>
#include <cstring>
#include <thread>

#include "base/text.hpp"
#include "client/handle.hpp"

namespace hb::client {

Result<wire::Message> one(hb_client& client, std::string_view request, const Fields& fields,
                          int timeout_ms) {
    auto answers = client.connection->ask(request, fields, patience_of(timeout_ms));
    if (!answers) return tl::unexpected<Error>(answers.error());
    if (answers->empty()) return fail(Errc::malformed, "the daemon's answer is empty");
    return std::move(answers->back());
}

hb_client_rc text_answer(hb_client* client, std::string_view request, const Fields& fields,
                         std::string_view field, int timeout_ms, const char** text) noexcept {
    return guarded(client, [&](hb_client& handle) {
        if (text == nullptr) return failed(handle, HB_CLIENT_BAD_ARGUMENT, "no place for the text");
        const auto answer = one(handle, request, fields, timeout_ms);
        if (!answer) return failed(handle, answer.error());
        handle.text = answer->get(field);
        *text = answer->has(field) ? handle.text.c_str() : nullptr;
        return HB_CLIENT_OK;
    });
}

namespace {

using Steady = std::chrono::steady_clock;

hb_client_rc node_text(hb_client* client, const char* request, const char* node, const char* field,
                       int timeout_ms, const char** text) noexcept {
    if (node == nullptr) return HB_CLIENT_BAD_ARGUMENT;
    const hb_client_rc rc = text_answer(client, request, {{"node", node}}, field, timeout_ms, text);
    if (rc == HB_CLIENT_OK && *text == nullptr) *text = "";
    return rc;
}

// Each answer to a list request is one entry.
template <class Visit>
hb_client_rc walk(hb_client* client, const char* request, const Fields& fields, int timeout_ms,
                  Visit&& visit) noexcept {
    return guarded(client, [&](hb_client& handle) {
        const auto answers = handle.connection->ask(request, fields, patience_of(timeout_ms));
        if (!answers) return failed(handle, answers.error());
        for (const wire::Message& answer : *answers) {
            const auto text = [&answer](std::string_view field) {
                const wire::Field* found = answer.find(field);
                return found == nullptr ? "" : found->value.c_str();
            };
            if (visit(text) != 0) break;
        }
        return HB_CLIENT_OK;
    });
}

// The daemon answers at most each 100 ms: within its time a program waits for its turn.
Result<wire::Message> patient_status(hb_client& client, int timeout_ms) {
    constexpr auto pause = std::chrono::milliseconds(110);
    const auto end = Steady::now() + patience_of(timeout_ms);
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Steady::now());
        const int left_ms =
            timeout_ms < 0 ? -1 : static_cast<int>(std::max<std::int64_t>(left.count(), 0));
        auto answer = one(client, "hbstatus", {}, left_ms);
        const bool busy =
            !answer && answer.error().code == Errc::not_found && answer.error().what == "EAGAIN";
        if (!busy || (timeout_ms >= 0 && left < pause)) return answer;
        std::this_thread::sleep_for(pause);
    }
}

}  // namespace

}  // namespace hb::client

using namespace hb;
using namespace hb::client;

extern "C" {

hb_client_rc hb_client_status(hb_client* client, int timeout_ms, const char** json) {
    return guarded(client, [&](hb_client& handle) {
        if (json == nullptr) return failed(handle, HB_CLIENT_BAD_ARGUMENT, "no place for the text");
        const auto answer = patient_status(handle, timeout_ms);
        if (!answer) return failed(handle, answer.error());
        handle.text = answer->get("status");
        *json = handle.text.c_str();
        return HB_CLIENT_OK;
    });
}

hb_client_rc hb_client_nodes(hb_client* client, int timeout_ms, hb_client_node_fn* visit,
                             void* data) {
    if (visit == nullptr) return HB_CLIENT_BAD_ARGUMENT;
    return walk(client, "nodelist", {}, timeout_ms, [&](const auto& text) {
        const hb_client_node_info node{sizeof node, text("node"), text("nodetype"), text("st")};
        return visit(data, &node);
    });
}

hb_client_rc hb_client_links(hb_client* client, const char* node, int timeout_ms,
                             hb_client_link_fn* visit, void* data) {
    if (node == nullptr || visit == nullptr) return HB_CLIENT_BAD_ARGUMENT;
    return walk(client, "iflist", {{"node", node}}, timeout_ms, [&](const auto& text) {
        const hb_client_link_info link{sizeof link, text("ifname"), text("st")};
        return visit(data, &link);
    });
}

hb_client_rc hb_client_node_status(hb_client* client, const char* node, int timeout_ms,
                                   const char** text) {
    return node_text(client, "nodestatus", node, "st", timeout_ms, text);
}

hb_client_rc hb_client_node_type(hb_client* client, const char* node, int timeout_ms,
                                 const char** text) {
    return node_text(client, "nodetype", node, "nodetype", timeout_ms, text);
}

hb_client_rc hb_client_node_site(hb_client* client, const char* node, int timeout_ms,
                                 const char** text) {
    return node_text(client, "nodesite", node, "site", timeout_ms, text);
}

hb_client_rc hb_client_node_weight(hb_client* client, const char* node, int timeout_ms,
                                   const char** text) {
    return node_text(client, "nodeweight", node, "weight", timeout_ms, text);
}

hb_client_rc hb_client_link_status(hb_client* client, const char* node, const char* link,
                                   int timeout_ms, const char** text) {
    if (node == nullptr || link == nullptr) return HB_CLIENT_BAD_ARGUMENT;
    return text_answer(client, "ifstatus", {{"node", node}, {"ifname", link}}, "st", timeout_ms,
                       text);
}

hb_client_rc hb_client_client_status(hb_client* client, const char* node, const char* name,
                                     int timeout_ms, const char** text) {
    if (node == nullptr || name == nullptr) return HB_CLIENT_BAD_ARGUMENT;
    return text_answer(client, "clientstatus", {{"node", node}, {"cn", name}}, "cs", timeout_ms,
                       text);
}

hb_client_rc hb_client_resources(hb_client* client, int timeout_ms, const char** text) {
    return text_answer(client, "getrsc", {}, "rsc_hold", timeout_ms, text);
}

hb_client_rc hb_client_parameter(hb_client* client, const char* name, int timeout_ms,
                                 const char** text) {
    if (name == nullptr) return HB_CLIENT_BAD_ARGUMENT;
    return text_answer(client, "getparm", {{"pname", name}}, "pvalue", timeout_ms, text);
}

hb_client_rc hb_client_node_count(hb_client* client, int timeout_ms, uint32_t* count) {
    return guarded(client, [&](hb_client& handle) {
        if (count == nullptr) return failed(handle, HB_CLIENT_BAD_ARGUMENT, "no place for it");
        const auto answer = one(handle, "numnodes", {}, timeout_ms);
        if (!answer) return failed(handle, answer.error());
        const auto value = answer->dec("numnodes");
        if (!value || *value > UINT32_MAX) {
            return failed(handle, HB_CLIENT_MALFORMED, "the daemon counts no nodes");
        }
        *count = static_cast<uint32_t>(*value);
        return HB_CLIENT_OK;
    });
}

hb_client_rc hb_client_node_uuid(hb_client* client, const char* node, int timeout_ms,
                                 uint8_t uuid[16]) {
    if (node == nullptr || uuid == nullptr) return HB_CLIENT_BAD_ARGUMENT;
    return guarded(client, [&](hb_client& handle) {
        const auto answer = one(handle, "getuuid", {{"queryname", node}}, timeout_ms);
        if (!answer) return failed(handle, answer.error());
        const ByteView bytes = answer->binary("queryuuid");
        if (bytes.size() != 16) {
            return failed(handle, HB_CLIENT_REFUSED, "no uuid of this node is known");
        }
        std::memcpy(uuid, bytes.data(), bytes.size());
        return HB_CLIENT_OK;
    });
}

hb_client_rc hb_client_node_of_uuid(hb_client* client, const uint8_t uuid[16], int timeout_ms,
                                    const char** node) {
    if (node == nullptr || uuid == nullptr) return HB_CLIENT_BAD_ARGUMENT;
    return guarded(client, [&](hb_client& handle) {
        const ByteView bytes(reinterpret_cast<const char*>(uuid), 16);
        const auto ticket = handle.connection->exchange().ask_by_uuid(bytes);
        if (!ticket) return failed(handle, ticket.error());
        const auto answers = handle.connection->wait_answer(*ticket, patience_of(timeout_ms));
        if (!answers) return failed(handle, answers.error());
        handle.text = answers->empty() ? "" : answers->back().get("queryname");
        if (handle.text.empty()) return failed(handle, HB_CLIENT_REFUSED, "no such node is known");
        *node = handle.text.c_str();
        return HB_CLIENT_OK;
    });
}

hb_client_rc hb_client_set_filter(hb_client* client, uint32_t bits, int timeout_ms) {
    return guarded(client, [&](hb_client& handle) {
        const std::string value = to_hex(bits);
        const auto answer = one(handle, "setfilter", {{"fmask", value}}, timeout_ms);
        return answer ? HB_CLIENT_OK : failed(handle, answer.error());
    });
}

hb_client_rc hb_client_set_signal(hb_client* client, int number, int timeout_ms) {
    return guarded(client, [&](hb_client& handle) {
        const std::string value = std::to_string(number);
        const auto answer = one(handle, "setsignal", {{"signal", value}}, timeout_ms);
        return answer ? HB_CLIENT_OK : failed(handle, answer.error());
    });
}

hb_client_rc hb_client_set_queue(hb_client* client, uint32_t messages) {
    return guarded(client, [&](hb_client& handle) {
        const std::string value = std::to_string(messages);
        const auto told = handle.connection->exchange().tell("set_sendqlen", {{"sendqlen", value}});
        return told ? HB_CLIENT_OK : failed(handle, told.error());
    });
}

}  // extern "C"
