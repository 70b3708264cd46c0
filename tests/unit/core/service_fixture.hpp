// What the tests of clients of a whole node share: the node c1 of the vectors (clientapi.md 12),
// one program at it, and the words of a node c2.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "core/core.hpp"
#include "unit/core/desk_fixture.hpp"
#include "unit/wire/known.hpp"

namespace hb::core {

inline constexpr Uuid uuid_of_v8{0xbe, 0xc7, 0x89, 0xf3, 0x93, 0xfe, 0x40, 0x48,
                                 0xa2, 0x45, 0x6b, 0x38, 0x4a, 0xf6, 0x9c, 0x2d};

// The node c1 of the vectors: c2 never comes, one ping node.
class ServiceTest : public testing::Test {
protected:
    static CoreConfig configuration(const std::string& keepalive) {
        config::Diagnostics found;
        const std::string text =
            "logfacility none\nlogfile /x\n" + keepalive +
            "deadtime 6\ninitdead 6\nauto_failback on\nping 10.77.0.254\nnode c1 c2\n"
            "bcast eth0\nucast eth1 10.0.0.2\nucast eth1 10.0.0.3\nmsgfmt classic\n";
        const config::HaCf cf = config::parse_ha_cf(text, "ha.cf", {"c1", true, 0}, found);
        EXPECT_TRUE(found.errors.empty()) << found.errors[0].shown();
        config::AuthKeys keys;
        keys.by_index[1] = config::AuthKey{"sha1", "SecretKey"};
        keys.signing = 1;
        return make_core_config(cf, keys, {}, {"c1", uuid_of_v8, 0x6b02c449, 1});
    }
    ServiceTest() {
        now.unix_seconds = 0x6b02cad0;
        core = std::make_unique<Core>(configuration("keepalive 1\n"), now);
        core->start(now, out);
        wait(std::chrono::seconds(20));
        EXPECT_TRUE(core->pulse().comm_up);
        core->step(now, ClientsAllowed{{{"tst", {0}, {}}, {"anon", {0}, {}}}}, out);
        core->step(now, Surroundings{"3.27 1.02 0.62 11/144 5191"}, out);
        out.clear();
    }
    // Lets time pass, with all deadlines on the way.
    void wait(Duration span) {
        const Instant end = now.mono + span;
        while (core->next_deadline() <= end) {
            now.mono = std::max(now.mono, core->next_deadline());
            core->step(now, Wakeup{}, out);
        }
        now.mono = end;
    }
    void call(const Bytes& body) { core->step(now, ClientCall{ConnectionId{1}, body, true}, out); }
    void call(Pairs fields) { call(body_of(message_of(fields))); }
    void sign_on(const std::string& name) {
        core->step(now, ClientCame{ConnectionId{1}, 700, 0, 0}, out);
        call(body_of(sign_on_of(name)));
    }
    std::string ask(const char* request, Pairs more = {}) {
        out.clear();
        wire::Message message =
            message_of({{"t", "hbapi-req"}, {"reqtype", request}, {"pid", "700"}});
        for (const auto& [name, value] : more) message.set(name, value);
        call(body_of(message));
        return heard();
    }
    // What the other node says next, over eth0.
    void from_c2(wire::Message message) {
        if (!message.type().starts_with("NS_")) message.set("seq", to_hex(++c2_said));
        message.set("src", "c2");
        message.set_binary("srcuuid", "abcdefghijklmnop");
        message.set("hg", "7");
        message.set("ts", to_hex(now.unix_seconds));
        const Bytes packet =
            *wire::Signer(wire::known::keys()).seal_netstring(message, wire::InnerAuth::present);
        if (message.type() == "status") status_of_c2 = packet;
        core->step(now, FrameIn{LinkId{1}, packet}, out);
    }
    void c2_comes() {
        for (const char* word : {"init", "up", "active"}) {
            from_c2(message_of({{"t", "status"}, {"st", word}, {"dt", "1770"}, {"protocol", "1"}}));
        }
    }
    Bytes bytes() {
        Bytes stream;
        for (const Effect& effect : std::exchange(out, {})) {
            if (const auto* frame = std::get_if<Notify>(&effect)) stream += frame->frame;
        }
        return stream;
    }
    std::string heard() { return bodies_shown(bytes()); }

    Now now;
    std::unique_ptr<Core> core;
    Effects out;
    std::uint64_t c2_said{};
    Bytes status_of_c2;
};

}  // namespace hb::core
