// See client_requests.hpp.
#include "core/client_requests.hpp"

#include <algorithm>
#include <string>

namespace hb::core {
namespace {

using Answers = std::vector<wire::Message>;
constexpr std::size_t uuid_size = 16;

Answers bad_value() { return {}; }  // stands for `badreq` with EINVAL, see answers()

// The parts of a list: all but the last say that more follows.
Answers as_list(Answers parts) {
    for (wire::Message& part : parts) {
        part.set("result", &part == &parts.back() ? "OK" : "ok/more");
    }
    return parts;
}

const ApiNode* asked_node(const Question& q) { return q.view.find(q.request.get("node")); }

Answers one(const Question& q, std::string_view field, std::string_view value) {
    wire::Message answer = response(q.request.get("reqtype"));
    answer.set(field, value);
    return {accepted(std::move(answer))};
}

const char* kind_of(const ApiNode& node) { return node.ping ? "ping" : "normal"; }
const char* state_of(const ApiLink& link) { return link.up ? "up" : "dead"; }

Answers node_list(const Question& q) {
    Answers parts;
    for (const ApiNode& node : q.view.nodes) {
        wire::Message& part = parts.emplace_back(response("nodelist"));
        part.set("node", node.name);
        part.set("nodetype", kind_of(node));
        part.set("st", node.status);
    }
    return as_list(std::move(parts));
}

Answers node_status(const Question& q) {
    const ApiNode* node = asked_node(q);
    return node == nullptr ? bad_value() : one(q, "st", node->status);
}

// Every node weighs the same: setweight of 3.0.6 is refused here.
Answers node_weight(const Question& q) {
    return asked_node(q) == nullptr ? bad_value() : one(q, "weight", "100");
}

Answers node_site(const Question& q) {
    return asked_node(q) == nullptr ? bad_value() : one(q, "site", "");
}

Answers node_type(const Question& q) {
    const ApiNode* node = asked_node(q);
    return node == nullptr ? bad_value() : one(q, "nodetype", kind_of(*node));
}

Answers link_list(const Question& q) {
    const ApiNode* node = asked_node(q);
    if (node == nullptr) return bad_value();
    Answers parts;
    for (const ApiLink& link : node->links) {
        wire::Message& part = parts.emplace_back(response("iflist"));
        part.set("ifname", link.name);
        part.set("st", state_of(link));
    }
    return as_list(std::move(parts));
}

Answers link_status(const Question& q) {
    const ApiNode* node = asked_node(q);
    if (node == nullptr) return bad_value();
    for (const ApiLink& link : node->links) {
        if (link.name == q.request.get("ifname")) return one(q, "st", state_of(link));
    }
    return bad_value();
}

Answers node_count(const Question& q) {
    const auto count = std::count_if(q.view.nodes.begin(), q.view.nodes.end(),
                                     [](const ApiNode& node) { return !node.ping; });
    return one(q, "numnodes", std::to_string(count));
}

// What is unknown, empty or never recorded has no value.
Answers parameter(const Question& q) {
    if (!q.request.has("pname")) return bad_value();
    std::string name(q.request.get("pname"));
    if (name == "crm") name = "pacemaker";
    if (name == "hbversion") return one(q, "pvalue", q.config.version);
    const auto found = q.config.parameters.find(name);
    if (found == q.config.parameters.end() || found->second.empty()) {
        return {accepted(response("getparm"))};
    }
    return one(q, "pvalue", found->second);
}

Answers resources(const Question& q) {
    if (!q.config.manages_resources) {
        return {refused("getrsc", "resources are managed by Pacemaker, not by haresources")};
    }
    return one(q, "rsc_hold", q.view.holdings);
}

Answers uuid_of(const Question& q) {
    if (!q.request.has("queryname")) return {refused("getuuid", "no query node name found")};
    wire::Message answer = response("getuuid");
    const ApiNode* node = q.view.find(q.request.get("queryname"));
    if (node != nullptr && node->ping) answer.set_binary("queryuuid", Bytes(uuid_size, '\0'));
    if (node != nullptr && !node->ping && !node->uuid.empty()) {
        answer.set_binary("queryuuid", node->uuid);
    }
    return {accepted(std::move(answer))};
}

Answers name_of(const Question& q) {
    const ByteView uuid = q.request.binary("queryuuid");
    if (uuid.size() != uuid_size) return {refused("getnodename", "no query node name found")};
    for (const ApiNode& node : q.view.nodes) {
        if (!node.ping && node.uuid == uuid) return one(q, "queryname", node.name);
    }
    return {accepted(response("getnodename"))};
}

// One row for each request that only asks; one of our own gets a row here.
struct Row {
    std::string_view request;
    Answers (*answers)(const Question&);
};
constexpr Row rows[] = {
    {"nodelist", node_list},   {"nodestatus", node_status}, {"nodeweight", node_weight},
    {"nodesite", node_site},   {"nodetype", node_type},     {"iflist", link_list},
    {"ifstatus", link_status}, {"numnodes", node_count},    {"getparm", parameter},
    {"getrsc", resources},     {"getuuid", uuid_of},        {"getnodename", name_of},
};

}  // namespace

wire::Message response(std::string_view request_type) {
    wire::Message answer = wire::make_message("hbapi-resp");
    answer.set("reqtype", request_type);
    return answer;
}

wire::Message accepted(wire::Message answer) {
    answer.set("result", "OK");
    return answer;
}

wire::Message refused(std::string_view request_type, std::string_view info) {
    wire::Message answer = response(request_type);
    answer.set("result", "badreq");
    if (!info.empty()) answer.set("info", info);
    return answer;
}

std::vector<wire::Message> answers(const Question& question) {
    const std::string_view type = question.request.get("reqtype");
    for (const Row& row : rows) {
        if (row.request != type) continue;
        Answers found = row.answers(question);
        if (found.empty()) found.push_back(refused(type, "EINVAL"));
        return found;
    }
    return {refused(type, "")};
}

}  // namespace hb::core
