// One engine (alpha) and a hand-made peer (beta): every frame is written by the test.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "cluster/engine.hpp"

namespace hb::cluster::lab {

using namespace std::chrono_literals;

inline wire::Keys keys(const std::string& text = "SecretKey") {
    wire::Keys all;
    all.by_index[1] = wire::Key{wire::Method::sha1, text};
    all.signing = 1;
    return all;
}

inline Uuid uuid_from(std::string_view sixteen) {
    Uuid id{};
    for (std::size_t i = 0; i < id.size(); ++i) id[i] = static_cast<unsigned char>(sixteen[i]);
    return id;
}

// Vector A1's alpha: generation 2a, deadtime 5 s.
inline EngineConfig config() {
    EngineConfig c;
    c.self = "alpha";
    c.self_uuid = uuid_from("ABCDEFGHIJKLMNOP");
    c.generation = 0x2a;
    c.nodes = {"alpha", "beta"};
    c.links = {{LinkId{0}, "eth0", false}};
    c.keepalive = 1s;
    c.deadtime = 5s;
    c.warntime = 2500ms;
    c.initdead = 12s;
    c.max_rexmit_delay = 250ms;
    c.ttl = 3;
    c.inner_auth = wire::InnerAuth::present;
    c.compression_threshold_bytes = 2048;
    c.keys = keys();
    c.seed = 1;
    return c;
}

class Lab {
public:
    explicit Lab(EngineConfig given = config())
        : signer(given.keys), engine(std::move(given), clock()) {}

    Now clock() const { return {now, wall}; }
    void start() { engine.start(clock(), out); }
    void give(const Bytes& bytes, LinkId link = LinkId{0}) {
        engine.frame(clock(), link, bytes, out, up);
    }
    void give(const wire::Message& message, LinkId link = LinkId{0}) {
        give(signer.seal_netstring(message, wire::InnerAuth::absent).value(), link);
    }
    // Wakes the engine whenever it wants to be woken.
    void pass(Duration span) {
        const Instant end = now + span;
        while (engine.next_deadline() <= end) {
            now = std::max(now, engine.next_deadline());
            engine.wakeup(clock(), out, up);
        }
        now = end;
    }
    void forget() {
        out.clear();
        up.clear();
    }

    // A message of beta with its standard fields. `seq` 0: a control message.
    wire::Message beta(wire::Message m, std::uint64_t seq) const {
        m.set("src", "beta");
        m.set_binary("srcuuid", "abcdefghijklmnop");
        if (seq > 0) m.set("seq", to_hex(seq));
        m.set("hg", to_hex(beta_generation));
        m.set("ts", "6b02c65a");
        return m;
    }
    wire::Message typed(std::string_view type, std::uint64_t seq) const {
        return beta(wire::make_message(type), seq);
    }
    // A status as 3.0.6 sends it.
    wire::Message status(std::string_view word, std::uint64_t seq,
                         std::string_view dt = "1388") const {
        wire::Message m = wire::make_message("status");
        m.set("st", word);
        m.set("dt", dt);
        m.set("protocol", "1");
        return beta(std::move(m), seq);
    }
    // Communication is up; beta has said `seq` 1 to 3. Everything is forgotten.
    void bring_up() {
        start();
        give(status("init", 1));
        give(status("up", 2));
        wire::Message list;
        list.set("dest", "alpha");
        list.set("t", "repnodes");
        list.set("nodelist", "alpha beta ");
        list.set("delnodelist", " ");
        give(beta(std::move(list), 3));
        forget();
    }

    std::vector<wire::Message> said() const {
        std::vector<wire::Message> all;
        for (const Effect& effect : out) {
            if (const auto* frame = std::get_if<SendFrame>(&effect)) {
                all.push_back(signer.open(frame->bytes).value());
            }
        }
        return all;
    }
    std::vector<wire::Message> said(std::string_view type) const {
        auto all = said();
        std::erase_if(all, [&](const wire::Message& m) { return m.type() != type; });
        return all;
    }
    std::size_t logged(LogId id) const {
        std::size_t many = 0;
        for (const Effect& effect : out) {
            const auto* line = std::get_if<LogLine>(&effect);
            many += line != nullptr && line->id == id ? 1U : 0U;
        }
        return many;
    }
    template <class Kind>
    std::vector<Kind> told() const {
        std::vector<Kind> all;
        for (const Notice& notice : up) {
            if (const auto* one = std::get_if<Kind>(&notice)) all.push_back(*one);
        }
        return all;
    }
    // Types of delivered messages with a blank behind each.
    std::string delivered() const {
        std::string types;
        for (const Delivered& one : told<Delivered>())
            types += std::string(one.message.type()) + ' ';
        return types;
    }

    Instant now{};
    std::uint32_t wall{0x6b02c65a};
    std::uint64_t beta_generation{7};
    wire::Signer signer;
    Engine engine;
    Effects out;
    Notices up;
};

// `name=value` of all string fields in order, binary ones as (name).
inline std::string shown(const wire::Message& message) {
    std::string text;
    for (const wire::Field& field : message.fields) {
        if (field.name == "auth") continue;
        text += field.type == wire::FieldType::string ? field.name + "=" + field.value + "|"
                                                      : "(" + field.name + ")|";
    }
    return text;
}

}  // namespace hb::cluster::lab
