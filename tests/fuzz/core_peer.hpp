// The peers of core_fuzz: signed frames with messages of the real types, most of them plausible,
// with fields, numbers and lives that the input bends.
#pragma once

#include <array>
#include <map>
#include <string>

#include "base/text.hpp"
#include "fuzz/core_program.hpp"
#include "wire/compress.hpp"
#include "wire/signer.hpp"

namespace hb::fuzz {

// What can be learned from the node's own frames and given back to it.
struct Overheard {
    std::string question;  // `hb_ask` of its last `starting`
    std::uint64_t sent{};  // its last number
};

class Peers {
public:
    explicit Peers(const wire::Signer& signer) : signer_(signer) {}

    // One frame. Empty when what the input made of it cannot be written.
    Bytes frame(Arguments in, const Overheard& node) {
        const Type& type = types()[in.byte() % types().size()];
        const std::uint8_t from = in.byte();
        const std::uint8_t number = in.byte();
        const std::uint8_t life = in.byte();
        const std::uint8_t form = in.byte();
        wire::Message message = wire::make_message(type.name);
        for (const auto& [name, usual] : type.fields) {
            if (name.empty()) break;
            const std::uint8_t choice = in.byte();
            if (choice != absent) message.set(name, word(choice, usual, in, node));
        }
        while (!in.empty()) {
            message.set(names()[in.byte() % names().size()], word(in.byte(), {}, in, node));
        }
        if (from == 0 && message.type() == "status") status_ = message;
        address(message, from, number, life);
        return sealed(message, form);
    }
    // What beta says each keepalive: its last status again. Empty before its first one.
    Bytes heartbeat() {
        if (status_.fields.empty()) return {};
        wire::Message message = status_;
        address(message, 0, 0, 0);
        return sealed(message, 0);
    }

private:
    static constexpr std::uint8_t absent = 5;

    struct Type {
        std::string_view name;
        // Name, and its usual values with blanks between them.
        std::array<std::pair<std::string_view, std::string_view>, 9> fields;
    };
    static const std::array<Type, 22>& types() {
        static constexpr std::array<Type, 22> all{{
            {"status",
             {{{"st", "active up init dead"},
               {"dt", "3e8 1388 1 fffffff"},
               {"hb_caps", "1"},
               {"protocol", "1"}}}},
            {"status",
             {{{"st", "active up init dead"},
               {"dt", "3e8 1388 1 ffffffffffffffff"},
               {"protocol", "1"}}}},
            {"starting", {{{"hb_ask", "1.1 x"}, {"hb_file", "1 2"}}}},
            {"resource",
             {{{"rsc_hold", "none local foreign all"},
               {"rtype", "full update"},
               {"isstable", "1 0"},
               {"hb_answer", "@"},
               {"hb_held", "# 10.0.0.1 10.0.0.2 Filesystem::/dev/sdb1::/srv"},
               {"hb_failed", "# 10.0.0.1 10.0.0.2"},
               {"hb_file", "1 2"},
               {"hb_groups", "c1:8b1f7a2e i2:1,2 r3:3 x: c:"},
               {"info", "# standby starting"}}}},
            {"resource",
             {{{"rsc_hold", "none local foreign all"},
               {"rtype", "full update"},
               {"isstable", "1 0"},
               {"info", "# standby starting mach_down T_RESOURCES"}}}},
            {"ask_resources",
             {{{"rsc_hold", "all local foreign none failback"}, {"info", "me other done"}}}},
            {"NS_ackmsg", {{{"dest", "alpha beta"}, {"ackseq", "$ 1 ffffff"}}}},
            {"NS_rexmit", {{{"dest", "alpha beta"}, {"firstseq", "1 2 % 5"}, {"lastseq", "% 9"}}}},
            {"NS_nak_rexmit", {{{"firstseq", "1 2 3 9"}, {"dest", "alpha"}, {"info", "gone"}}}},
            {"reqnodes", {{{"dest", "alpha beta"}}}},
            {"repnodes", {{{"dest", "alpha"}, {"nodelist", "& alpha beta"}, {"delnodelist", "#"}}}},
            {"shutdone", {{}}},
            {"hb_takeover", {{{"rsc_hold", "all local foreign none failback"}}}},
            {"ip-request",
             {{{"ipaddr", "10.0.0.1 10.0.0.2 Filesystem::/dev/sdb1::/srv none"},
               {"dest", "alpha beta"}}}},
            {"ip-request-resp",
             {{{"ipaddr", "10.0.0.1 10.0.0.2 none"}, {"dest", "alpha beta"}, {"ok", "OK no"}}}},
            {"addnode", {{{"node", "delta"}}}},
            {"query-cstatus", {{{"dest", "alpha"}, {"cn", "x"}, {"from_id", "y"}}}},
            {"respond-cstatus", {{{"dest", "alpha"}}}},
            {"hbapi-clstat", {{{"st", "join leave"}, {"from_id", "x"}}}},
            {"stonith", {{{"dest", "alpha"}, {"result", "OK"}}}},
            {"NS_st", {{{"st", "ping"}}}},
            {"site-specific", {{{"dest", "alpha beta"}, {"anything", "x"}}}},
        }};
        return all;
    }
    static const std::vector<std::string>& names() {
        static const std::vector<std::string> all = words(
            "t src dest seq hg ts ttl st dt info rsc_hold rtype isstable hb_caps hb_ask hb_answer "
            "hb_held hb_failed hb_leaving hb_file hb_groups ipaddr ok ackseq firstseq lastseq "
            "nodelist ld "
            "auth srcuuid "
            "_compression_algorithm hb_heard hb_link hb_arbiter");
        return all;
    }

    // Small choices take a usual word, larger ones any word there is, the largest the input's own.
    static std::string word(std::uint8_t choice, std::string_view usual, Arguments& in,
                            const Overheard& node) {
        static const std::vector<std::string> others = words(
            "# @ $ % & alpha beta gamma 0 1 2 ffffffffffffffff 18446744073709551615 -1 none local "
            "foreign all me other done init up active dead standby 10.0.0.1 10.0.0.2 OK "
            "10.0.0.1,10.0.0.2 \\ alpha:");
        if (choice == 255) return std::string(in.counted());
        if (choice == 254) return std::string(5000, 'x');
        const auto known = words(usual);
        const auto& from = choice < 128 && !known.empty() ? known : others;
        const std::string& chosen = from[choice % from.size()];
        if (chosen == "#") return {};
        if (chosen == "@") return "alpha:" + node.question + " ";
        if (chosen == "$") return to_hex(node.sent);
        if (chosen == "%") return std::to_string(node.sent);
        if (chosen == "&") return "alpha beta ";
        return chosen;
    }

    struct Life {
        std::uint64_t generation{7};
        std::uint64_t number{};
    };

    void address(wire::Message& message, std::uint8_t from, std::uint8_t number,
                 std::uint8_t life) {
        static constexpr std::array<std::string_view, 8> names{
            "beta", "beta", "beta", "beta", "beta", "gamma", "alpha", "stranger"};
        const std::string_view name = names[from % names.size()];
        Life& of = lives_[name];
        if (life >= 192 && life < 208) of = {of.generation + 1, 0};
        std::uint64_t generation = of.generation;
        if (life >= 208) generation = life < 232 ? generation - (life - 207U) : UINT64_MAX;
        if (!message.has("src")) message.set("src", name);
        message.set_binary("srcuuid", name == "beta" ? "abcdefghijklmnop" : "qrstuvwxyzABCDEF");
        if (!message.type().starts_with("NS_")) count(message, of, number);
        if (life < 240 || life > 247) message.set("hg", to_hex(generation));
        message.set("ts", "6b02c65a");
    }

    // The next number; or one after a gap, an old one, one far ahead, nonsense, or none.
    static void count(wire::Message& message, Life& of, std::uint8_t choice) {
        std::uint64_t seq = of.number + 1;
        if (choice >= 248) return;
        if (choice >= 128 && choice < 192) seq += choice - 127U;
        if (choice >= 192 && choice < 224) seq = of.number - std::min(of.number, choice - 192UL);
        if (choice >= 224 && choice < 236) seq += 1UL << (choice - 220U);
        if (choice >= 236) seq = UINT64_MAX >> (choice - 236U);
        if (choice < 192 || (choice >= 224 && choice < 236)) of.number = seq;
        if (!message.has("seq")) message.set("seq", to_hex(seq));
    }

    Bytes sealed(const wire::Message& message, std::uint8_t form) {
        using wire::InnerAuth;
        auto made = (form & 15U) == 1   ? signer_.seal_text(message)
                    : (form & 15U) == 2 ? signer_.seal_compressed(message, InnerAuth::absent,
                                                                  wire::Compression::zlib)
                    : (form & 15U) == 3 ? signer_.seal_netstring(message, InnerAuth::present)
                                        : signer_.seal_netstring(message, InnerAuth::absent);
        return made ? *made : Bytes();
    }

    const wire::Signer& signer_;
    std::map<std::string_view, Life> lives_;
    wire::Message status_;
};

}  // namespace hb::fuzz
