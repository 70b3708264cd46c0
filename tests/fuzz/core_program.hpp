// The input of core_fuzz as a small program: what it is made of, as bytes. What its steps do is in
// core_fuzz.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "base/prng.hpp"

namespace hb::fuzz {

enum class Do : std::uint8_t {
    raw_frame,     // link, bytes
    signed_body,   // link, bytes that are signed first
    message,       // of a peer, from an alphabet (core_peer.hpp)
    pass_time,     // with the wakeups that Core asks for
    sleep,         // the machine stands still for that long
    script_done,   // which job, how it ended
    all_succeed,   // every script that runs ends well
    local_text,    // any bytes through the FIFO
    local_wish,    // hb_standby, hb_takeover and others with a word
    link_changed,  // link, usable
    load,          // bytes
    reconfigure,   // another variant of the files
    own_frame,     // a frame that Core sent comes back, as on a broadcast link
    stop,
    count,
};

struct Op {
    Do what{};
    Bytes arguments;
};

// What an operation takes its arguments from. Zeros follow the last one.
class Arguments {
public:
    explicit Arguments(ByteView bytes) noexcept : rest_(bytes) {}

    std::uint8_t byte() noexcept {
        if (rest_.empty()) return 0;
        const auto value = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        return value;
    }
    ByteView counted() noexcept {
        const std::size_t size = byte();
        const ByteView out = rest_.substr(0, size);
        rest_.remove_prefix(out.size());
        return out;
    }
    ByteView rest() noexcept { return std::exchange(rest_, {}); }
    bool empty() const noexcept { return rest_.empty(); }

private:
    ByteView rest_;
};

// Variant of the node, then operations: code, length of the arguments in two bytes, arguments. Any
// bytes are a program; a length past the end means the rest.
struct Program {
    std::uint8_t variant{};
    std::vector<Op> ops;
};

inline constexpr std::size_t ops_max = 200;

inline Program read_program(ByteView bytes) {
    Arguments in(bytes);
    Program program{in.byte(), {}};
    ByteView rest = in.rest();
    constexpr std::size_t header = 3;
    while (rest.size() >= header && program.ops.size() < ops_max) {
        const auto at = [&rest](std::size_t i) { return static_cast<std::uint8_t>(rest[i]); };
        const std::size_t size = at(1) + 256U * at(2);
        const auto what = static_cast<Do>(at(0) % static_cast<std::uint8_t>(Do::count));
        rest.remove_prefix(header);
        program.ops.push_back({what, Bytes(rest.substr(0, size))});
        rest.remove_prefix(program.ops.back().arguments.size());
    }
    return program;
}

inline Bytes written(const Program& program) {
    Bytes out(1, static_cast<char>(program.variant));
    for (const Op& op : program.ops) {
        out += static_cast<char>(op.what);
        out += static_cast<char>(op.arguments.size() & 255U);
        out += static_cast<char>(op.arguments.size() >> 8U & 255U);
        out += op.arguments;
    }
    return out;
}

// An operation that is likely to make sense.
inline Op random_op(Prng& prng) {
    static constexpr Do often[] = {Do::message,     Do::message,     Do::message,
                                   Do::message,     Do::pass_time,   Do::pass_time,
                                   Do::all_succeed, Do::script_done, Do::local_wish};
    const Do what = prng.chance(80)
                        ? often[prng.below(std::size(often))]
                        : static_cast<Do>(prng.below(static_cast<std::uint64_t>(Do::count)));
    Op op{what, {}};
    for (std::uint64_t left = 1 + prng.below(12); left > 0; --left) {
        // Small numbers stand for the usual: the next number, the present life, a usual word.
        op.arguments += static_cast<char>(prng.below(prng.chance(80) ? 6 : 256));
    }
    return op;
}

}  // namespace hb::fuzz
