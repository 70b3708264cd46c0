// What the tests of the clients' desk share: a desk in a cluster of c1, c2 and a ping node, as
// seen by c1, with programs that connect to it.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "core/client_desk.hpp"
#include "unit/core/message_of.hpp"

namespace hb::core {

using Lines = std::vector<std::string>;

inline std::string shown(const wire::Message& message) {
    std::string out;
    for (const wire::Field& field : message.fields) {
        out += (out.empty() ? "" : " ") + field.name + "=" + field.value;
    }
    return out;
}

inline Bytes body_of(const wire::Message& message) {
    constexpr std::size_t header_bytes = 8;
    return wire::client_frame::encode(message, wire::client_frame::Form::text)
        .value()
        .substr(header_bytes);
}

inline Bytes bodies_shown(const Bytes& stream) {
    wire::client_frame::Reader reader;
    std::string out;
    for (const Bytes& body : reader.feed(stream).bodies) {
        out += shown(wire::client_frame::decode(body).value()) + "\n";
    }
    return out;
}

// What a program says first; a casual one gives its pid as its name.
inline wire::Message sign_on_of(const std::string& name, const std::string& pid = "700",
                                std::uint32_t uid = 0, std::uint32_t gid = 0) {
    return message_of({{"t", "hbapi-req"},
                       {"reqtype", "signon"},
                       {"dest", "c1"},
                       {"pid", pid},
                       {"from_id", name},
                       {"uid", std::to_string(uid)},
                       {"gid", std::to_string(gid)}});
}

inline ApiConfig api_of_c1() {
    ApiConfig api;
    api.self = "c1";
    api.deadtime = std::chrono::milliseconds(6000);
    api.keepalive = std::chrono::milliseconds(1000);
    api.version = "3.0.6";
    api.long_version = "3.0.6 (node: 958e11be8686759f1b99204c17812f2c2633b169)";
    api.facility = 0;
    api.parameters = {
        {"keepalive", "1"}, {"auto_failback", "on"}, {"pacemaker", "false"}, {"debugfile", ""}};
    return api;
}

inline ApiView picture_of_c1() {
    ApiView view;
    view.holdings = "local";
    const Bytes one(16, '\x11'), two(16, '\x22');
    view.nodes = {{"c1", false, "active", one, {{"eth0", true}, {"eth1", true}}},
                  {"c2", false, "active", two, {{"eth0", true}, {"eth1", false}}},
                  {"c3", false, "init", "", {{"eth0", false}, {"eth1", false}}},
                  {"10.77.0.254", true, "ping", "", {{"10.77.0.254", true}}}};
    return view;
}

inline const std::vector<ClientRule> usual_rules = {
    {"tst", {0}, {}}, {"tst2", {0}, {}}, {"ping", {}, {106}}, {"anon", {0}, {106}}};

struct DeskTest : testing::Test, DeskHost {
    DeskTest() { desk.allowed(usual_rules); }

    // --- DeskHost ---
    Instant moment() const override { return at; }
    ApiView view() const override { return picture; }
    bool say(wire::Message message) override {
        if (mute) return false;
        said.push_back(shown(message));
        desk.tell(message, class_new, out);
        return true;
    }
    void give_up(ClientId, std::string_view name, std::string_view scope) override {
        given.push_back(std::string(name) + " " + std::string(scope));
    }

    // --- programs ---
    static ClientCame peer(unsigned connection, std::int64_t pid, std::uint32_t uid = 0,
                           std::uint32_t gid = 0) {
        return {ConnectionId{connection}, pid, uid, gid};
    }
    void came(unsigned connection, std::int64_t pid, std::uint32_t uid = 0, std::uint32_t gid = 0) {
        desk.came(at, peer(connection, pid, uid, gid), out);
    }
    void call(unsigned connection, const Bytes& body, bool lives = true) {
        desk.called(*this, {ConnectionId{connection}, body, lives}, out);
    }
    void call(unsigned connection, Pairs fields, bool lives = true) {
        call(connection, body_of(message_of(fields)), lives);
    }
    void gone(unsigned connection, const char* reason) {
        desk.gone(*this, {ConnectionId{connection}, reason}, out);
    }
    // Connects and signs on, as a program of root if nothing else is said. What it heard of that is
    // forgotten.
    void sign_on(unsigned connection, const std::string& name, const std::string& pid = "700",
                 std::uint32_t uid = 0, std::uint32_t gid = 0) {
        came(connection, std::stoll(pid), uid, gid);
        call(connection, body_of(sign_on_of(name, pid, uid, gid)));
        ASSERT_NE(heard(connection).find("result=OK"), std::string::npos);
    }
    // A request of the one that signed on so.
    void ask(unsigned connection, const std::string& name, const char* request, Pairs more = {}) {
        wire::Message message = message_of({{"t", "hbapi-req"}, {"reqtype", request}});
        message.set("dest", "c1");
        message.set("pid", "700");
        message.set("from_id", name);
        for (const auto& [field, value] : more) message.set(field, value);
        call(connection, body_of(message));
    }
    // What was written to it since the last call: bytes, or messages, one a line; `EOF` when it
    // is closed.
    Bytes bytes_for(unsigned connection) {
        Bytes stream;
        Effects rest;
        for (Effect& effect : out) {
            const auto* frame = std::get_if<Notify>(&effect);
            if (frame != nullptr && frame->connection == ConnectionId{connection}) {
                stream += frame->frame;
            } else {
                rest.push_back(std::move(effect));
            }
        }
        out = std::move(rest);
        return stream;
    }
    std::string heard(unsigned connection) {
        std::string text = bodies_shown(bytes_for(connection));
        Effects rest;
        for (Effect& effect : out) {
            const auto* end = std::get_if<EndClient>(&effect);
            if (end != nullptr && end->connection == ConnectionId{connection}) {
                text += "EOF\n";
            } else {
                rest.push_back(std::move(effect));
            }
        }
        out = std::move(rest);
        return text;
    }
    Lines logged() const {
        Lines lines;
        for (const Effect& effect : out) {
            if (const auto* line = std::get_if<LogLine>(&effect)) lines.push_back(log_text(*line));
        }
        return lines;
    }

    Instant at{};
    ApiView picture = picture_of_c1();
    Clients clients{"c1"};
    ClientDesk desk{api_of_c1(), clients};
    Effects out;
    Lines said, given;
    bool mute{false};  // nothing can go to the cluster
};

}  // namespace hb::core
