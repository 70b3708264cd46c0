// Packets, time, scripts and wishes of people, in any order, into a running Core: node alpha with
// its peer beta and two links. The input is a small program (core_program.hpp).
#include "fuzz/core_node.hpp"

using namespace hb;
using namespace hb::fuzz;

static LinkId link_of(Arguments& in) { return static_cast<LinkId>(in.byte() & 1U); }

static Duration span_of(Arguments& in) {
    static constexpr Duration spans[] = {200ms, 1s, 50ms,   250ms, 3s,  10s,   1ms,
                                         1ns,   0s, 1001ms, 16s,   60s, 3600s, 24h};
    return spans[in.byte() % std::size(spans)];
}

// Zeros mean success.
static ScriptDone done_of(Arguments& in) {
    static constexpr ScriptEnd ends[] = {ScriptEnd::exited,    ScriptEnd::exited,
                                         ScriptEnd::signalled, ScriptEnd::timed_out,
                                         ScriptEnd::missing,   ScriptEnd::not_started};
    static constexpr const char* outputs[] = {"", "running", "stopped", "OK", "not running"};
    ScriptDone done;
    done.end = ends[in.byte() % std::size(ends)];
    done.status = in.byte();
    const std::uint8_t output = in.byte();
    done.output = output == 255 ? std::string(in.rest()) : outputs[output % std::size(outputs)];
    done.took = 10ms;
    return done;
}

static Bytes wish_of(Arguments& in) {
    static constexpr const char* wishes[] = {"t=ask_resources\ninfo=me", "t=hb_takeover",
                                             "t=site-specific", "t=status"};
    static constexpr const char* classes[] = {"all", "local", "foreign", "failback", "none", ""};
    const std::uint8_t which = in.byte();
    return std::string(">>>\n") + wishes[which % std::size(wishes)] +
           "\nrsc_hold=" + classes[in.byte() % std::size(classes)] + "\n<<<\n";
}

static Bytes signed_again(const wire::Signer& signer, ByteView body) {
    const std::string signature = signer.sign(body);
    return Bytes(body) + std::to_string(signature.size()) + ':' + signature + ',';
}

// On one link, or on both as every node sends.
static void arrive(FuzzNode& node, const Bytes& frame, std::uint8_t links) {
    if (frame.empty()) return;
    const auto first = static_cast<LinkId>(links & 1U);
    node.step(FrameIn{first, frame});
    if ((links & 2U) != 0) node.step(FrameIn{static_cast<LinkId>(1U - (links & 1U)), frame});
}

// Time passes while beta's heartbeats come, or go missing.
static void pass(FuzzNode& node, Peers& peers, Duration span, bool silent) {
    constexpr int heartbeats_max = 15;
    for (int i = 0; i < heartbeats_max && !silent && span > Duration::zero(); ++i) {
        const Duration slice = std::min<Duration>(span, 200ms);
        node.pass(slice);
        arrive(node, peers.heartbeat(), 2);
        span -= slice;
    }
    node.pass(span);
}

static void carry_out(FuzzNode& node, Peers& peers, const Op& op) {
    Arguments in(op.arguments);
    switch (op.what) {
        case Do::raw_frame: {
            const LinkId link = link_of(in);
            return node.step(FrameIn{link, Bytes(in.rest())});
        }
        case Do::signed_body: {
            const LinkId link = link_of(in);
            return node.step(FrameIn{link, signed_again(node.signer(), in.rest())});
        }
        case Do::message: {
            const std::uint8_t links = in.byte();
            return arrive(node, peers.frame(in, node.overheard()), links);
        }
        case Do::pass_time: {
            const Duration span = span_of(in);
            return pass(node, peers, span, (in.byte() & 1U) != 0);
        }
        case Do::sleep:
            return node.sleep(span_of(in));
        case Do::script_done: {
            const std::uint8_t which = in.byte();
            return node.script_done(which, done_of(in));
        }
        case Do::all_succeed:
            return node.all_succeed((in.byte() & 1U) != 0 ? "running" : "stopped");
        case Do::local_text:
            return node.step(LocalMessage{Bytes(in.rest())});
        case Do::local_wish:
            return node.step(LocalMessage{wish_of(in)});
        case Do::link_changed: {
            const LinkId link = link_of(in);
            return node.step(LinkChanged{link, (in.byte() & 1U) != 0});
        }
        case Do::load:
            return node.step(Surroundings{Bytes(in.rest())});
        case Do::reconfigure:
            return node.step(
                ConfigChanged{std::make_shared<core::CoreConfig>(core_config(in.byte()))});
        case Do::own_frame: {
            const LinkId link = link_of(in);
            return node.own_frame_again(in.byte(), link);
        }
        case Do::stop:
            return node.step(StopRequested{});
        case Do::count:
            return;
    }
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Program program = read_program(view(data, size));
    FuzzNode node(program.variant);
    Peers peers(node.signer());
    for (const Op& op : program.ops) carry_out(node, peers, op);
    node.must_finish();
    return 0;
}

static Op random_or_changed(const Program& program, Prng& prng) {
    if (program.ops.empty() || prng.chance(50)) return random_op(prng);
    Op op = program.ops[prng.below(program.ops.size())];
    mutate_bytes(op.arguments);
    return op;
}

// Changes operations as a whole, so that a program keeps its meaning around the change.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max, unsigned seed) {
    Prng prng(seed);
    if (prng.chance(5)) return LLVMFuzzerMutate(data, size, max);
    Program program = read_program(view(data, size));
    auto& ops = program.ops;
    const auto place = [&] { return static_cast<std::ptrdiff_t>(prng.below(ops.size())); };
    for (std::uint64_t times = 1 + prng.below(3); times > 0; --times) {
        const std::uint64_t kind = ops.empty() ? 9 : prng.below(10);
        if (kind == 0) {
            ops.erase(ops.begin() + place());
        } else if (kind == 1) {
            std::swap(ops[static_cast<std::size_t>(place())],
                      ops[static_cast<std::size_t>(place())]);
        } else if (kind == 2) {
            const Op again = ops[static_cast<std::size_t>(place())];
            ops.insert(ops.begin() + place(), again);
        } else if (kind < 6) {
            mutate_bytes(ops[static_cast<std::size_t>(place())].arguments);
        } else if (kind == 6) {
            program.variant = static_cast<std::uint8_t>(prng.next());
        } else {
            const Op next = random_or_changed(program, prng);
            const bool at_end = ops.empty() || prng.chance(50);
            ops.insert(at_end ? ops.end() : ops.begin() + place(), next);
        }
    }
    if (ops.size() > ops_max) ops.resize(ops_max);
    const std::size_t done = replace(data, max, written(program));
    return done != 0 ? done : LLVMFuzzerMutate(data, size, max);
}

// The beginning of one program, then the end of another.
extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* data1, std::size_t size1,
                                                 const std::uint8_t* data2, std::size_t size2,
                                                 std::uint8_t* out, std::size_t max,
                                                 unsigned seed) {
    Prng prng(seed);
    Program program = read_program(view(data1, size1));
    const Program other = read_program(view(data2, size2));
    program.ops.resize(prng.below(program.ops.size() + 1));
    const std::size_t from = prng.below(other.ops.size() + 1);
    for (std::size_t i = from; i < other.ops.size() && program.ops.size() < ops_max; ++i) {
        program.ops.push_back(other.ops[i]);
    }
    return replace(out, max, written(program));
}
