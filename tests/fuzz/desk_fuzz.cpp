// Programs of this node at the desk of a running Core: several connections that sign on with right
// and wrong papers, say anything, and close at any moment, while the cluster goes on. The input is
// a program in the form of core_program.hpp with steps of its own.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "core/clients.hpp"
#include "fuzz/core_node.hpp"
#include "wire/client_frame.hpp"

using namespace hb;
using namespace hb::fuzz;

namespace {

enum class Step : std::uint8_t { come, sign_on, body, request, message, go, time, peer, rules };
constexpr std::size_t steps = 9;
constexpr std::size_t connections_max = 6;

struct Caller {  // one program that has connected
    std::int64_t pid{};
    std::uint32_t uid{}, gid{};
    std::string name;  // under which it last tried to sign on
    bool signed_on{false};
};

class Node {
public:
    explicit Node(std::uint8_t variant)
        : signer_(core_config(variant).engine.keys),
          heap_(heap()),
          core_(core_config(variant), now()) {
        Effects out;
        core_.start(now(), out);
        take(out, {});
        for (int i = 0; i < 100 && !core_.pulse().comm_up; ++i) pass(200ms);
        require(core_.pulse().comm_up, "communication does not come up");
        allow(true);
    }

    void allow(bool usual) {
        std::vector<ClientRule> rules;
        if (usual) {
            rules.push_back({"tst", {0}, {}});
            rules.push_back({"ping", {}, {106}});
            rules.push_back({"anon", {0}, {106}});
        } else {
            rules.push_back({"default", {0}, {}});
        }
        step(ClientsAllowed{std::move(rules)});
    }
    void pass(Duration span) {
        const Instant end = clock_ + span;
        for (int i = 0; i < 400 && core_.next_deadline() <= end; ++i) {
            clock_ = std::max(clock_, core_.next_deadline());
            step(Wakeup{});
        }
        clock_ = end;
    }
    // `said`: the type, when the event is what a client says.
    void step(const Event& event, std::string_view said = {}) {
        Effects out;
        core_.step(now(), event, out);
        take(out, said);
        require(heap() < heap_ + (64U << 20U), "memory grows without bound");
        for (int i = 0; i < 20 && !jobs_.empty(); ++i) {
            const JobId job = jobs_.back();
            jobs_.pop_back();
            step(ScriptDone{job, ScriptEnd::exited, 0, "stopped", 10ms});
        }
    }

    void come(std::uint8_t who) {
        static constexpr std::pair<std::uint32_t, std::uint32_t> users[] = {
            {0, 0}, {5, 106}, {9, 9}};
        if (open_.size() >= connections_max) return;
        const auto& [uid, gid] = users[who % std::size(users)];
        const ConnectionId id{++last_};
        open_[id] = {700 + who % 4, uid, gid, {}, false};
        step(ClientCame{id, open_[id].pid, uid, gid});
    }
    void go(std::uint8_t which) {
        static constexpr const char* reasons[] = {"EOF", "sendfail", "died"};
        if (const auto id = chosen(which)) {
            open_.erase(*id);
            step(ClientGone{*id, reasons[which % std::size(reasons)]});
        }
    }
    void call(std::uint8_t which, const Bytes& body, bool lives) {
        const auto id = chosen(which);
        if (!id) return;
        const auto message = wire::client_frame::decode(body);
        if (message && message->get("reqtype") == "signon" && !open_[*id].signed_on) {
            open_[*id].name = message->get("from_id");
        }
        const std::string said = message ? lower(message->type()) : "none";
        step(ClientCall{*id, body, lives}, said);
    }
    const Caller* program(std::uint8_t which) {
        const auto id = chosen(which);
        return id ? &open_[*id] : nullptr;
    }
    const wire::Signer& signer() const { return signer_; }
    // Whoever is left closes; then nobody is told anything any more.
    void end() {
        while (!open_.empty()) go(0);
        pass(3s);
    }

private:
    Now now() const { return {clock_, 0x6b02c65aU}; }
    static std::size_t heap() noexcept {
        return __sanitizer_get_current_allocated_bytes == nullptr
                   ? 0
                   : __sanitizer_get_current_allocated_bytes();
    }
    std::optional<ConnectionId> chosen(std::uint8_t which) const {
        if (open_.empty()) return std::nullopt;
        return std::next(open_.begin(), which % static_cast<long>(open_.size()))->first;
    }

    void take(const Effects& effects, std::string_view said) {
        require(effects.size() <= 4000, "too many effects of one step");
        for (const Effect& effect : effects) {
            if (const auto* run = std::get_if<RunAgent>(&effect)) jobs_.push_back(run->job);
            if (const auto* frame = std::get_if<Notify>(&effect)) told(*frame);
            if (const auto* frame = std::get_if<SendFrame>(&effect)) sent(*frame, said);
            if (const auto* line = std::get_if<LogLine>(&effect)) {
                require(log_text(*line).size() < 4096, "a line of the log without bound");
            }
            if (const auto* end = std::get_if<EndClient>(&effect)) {
                require(open_.erase(end->connection) == 1, "closed twice");
            }
            if (const auto* queue = std::get_if<ClientQueue>(&effect)) {
                require(queue->frames <= limits::client_queue_frames_max, "a queue without bound");
            }
        }
    }

    // Who is not signed on learns what became of its attempt, and nothing more.
    void told(const Notify& frame) {
        const auto found = open_.find(frame.connection);
        require(found != open_.end(), "told after its end");
        Caller& program = found->second;
        wire::client_frame::Reader reader;
        const auto bodies = reader.feed(frame.frame).bodies;
        require(bodies.size() == 1 && reader.kept() == 0, "not one frame");
        const auto message = wire::client_frame::decode(bodies[0]);
        require(message.has_value(), "a frame that no client can read");
        const bool answer = message->type() == "hbapi-resp" && message->get("reqtype") == "signon";
        if (answer && message->get("result") == "OK") program.signed_on = true;
        require(program.signed_on || answer || message->type() == "hbapi-clstat",
                "somebody who is not signed on is told something");
        require(!program.signed_on || program.uid != 9, "a stranger is signed on");
        require(frame.signal >= 0 && frame.signal <= 31 && frame.signal != 9 && frame.signal != 19,
                "a signal that is not allowed");
        if (program.uid != 0 && message->type() != "hbapi-resp") {
            require(!message->type().starts_with("NS_ack") &&
                        !message->type().starts_with("NS_re") &&
                        message->type() != "query-cstatus" && message->type() != "reqnodes",
                    "somebody looks over the daemon's shoulder without being root");
        }
    }

    // What a client says makes no daemon say what only daemons know.
    void sent(const SendFrame& frame, std::string_view said) {
        const auto message = signer_.open(frame.bytes);
        require(message.has_value() && message->source() == "alpha", "a frame that peers refuse");
        if (said.empty() || said == "ask_resources") return;
        const std::string type = lower(message->type());
        if (type == "hbapi-clstat" || type == "query-cstatus" || type == "respond-cstatus") return;
        require(!core::daemons_own(type) && !core::changes_membership(type) &&
                    type != "hb_takeover" && type != "ask_resources",
                "a client has forged a message of the daemon");
        require(message->has("from_id") && message->get("from_id") == message->get("to_id"),
                "a client speaks for another one");
        bool known = false;
        for (const auto& [id, program] : open_) {
            known = known || (program.signed_on && program.name == message->get("from_id"));
        }
        require(known, "somebody speaks who is not signed on");
    }

    wire::Signer signer_;
    std::size_t heap_;
    Instant clock_{1s};
    core::Core core_;
    std::map<ConnectionId, Caller> open_;
    std::uint32_t last_{};
    std::vector<JobId> jobs_;
};

Bytes body_of(const wire::Message& message, bool netstring) {
    using wire::client_frame::Form;
    auto frame = wire::client_frame::encode(message, netstring ? Form::netstring : Form::text);
    return frame ? frame->substr(8) : Bytes("x");
}

std::string_view one_of(std::initializer_list<std::string_view> words, Arguments& in) {
    return *(words.begin() + in.byte() % words.size());
}

void add_fields(wire::Message& message, Arguments& in) {
    while (!in.empty()) {
        const std::string_view name = one_of({"node",
                                              "cn",
                                              "pname",
                                              "fmask",
                                              "signal",
                                              "ifname",
                                              "queryname",
                                              "sendqlen",
                                              "dest",
                                              "info",
                                              "rsc_hold",
                                              "src",
                                              "seq",
                                              "to_id",
                                              "from_id",
                                              "t",
                                              "auth",
                                              "destuuid",
                                              "_compressed_payload",
                                              "_compression_algorithm",
                                              "queryuuid",
                                              "hg"},
                                             in);
        const std::uint8_t choice = in.byte();
        const std::string value(
            choice >= 250 ? std::string_view(in.counted())
                          : one_of({"alpha", "beta", "tst", "3f", "1", "31", "1024", "me", "all",
                                    "active", "status", "keepalive", "eth0", "zlib", ""},
                                   in));
        if (choice % 5 == 4) message.set_binary(name, value);
        if (choice % 5 != 4) message.set(name, value);
    }
}

void carry_out(Node& node, Peers& peers, const Op& op) {
    Arguments in(op.arguments);
    const auto what = static_cast<Step>(static_cast<std::size_t>(op.what) % steps);
    const std::uint8_t which = in.byte();
    switch (what) {
        case Step::come:
            return node.come(which);
        case Step::go:
            return node.go(which);
        case Step::time:
            return node.pass(std::chrono::milliseconds(50) * which);
        case Step::rules:
            return node.allow((which & 1U) == 0);
        case Step::body:
            return node.call(which, Bytes(in.rest()), true);
        case Step::peer: {
            const Bytes frame = peers.frame(in, {});
            if (!frame.empty()) node.step(FrameIn{static_cast<LinkId>(which & 1U), frame});
            return;
        }
        case Step::sign_on: {
            const Caller* program = node.program(which);
            if (program == nullptr) return;
            wire::Message message = wire::make_message("hbapi-req");
            message.set("reqtype", "signon");
            const std::uint8_t papers = in.byte();
            message.set("pid", std::to_string(program->pid + (papers == 1 ? 1 : 0)));
            const std::string name(one_of({"tst", "ping", "", "x", "a b", "tst2"}, in));
            message.set("from_id", name.empty() ? std::to_string(program->pid) : name);
            message.set("uid", std::to_string(papers == 2 ? 0 : program->uid));
            message.set("gid", std::to_string(papers == 3 ? 0 : program->gid));
            add_fields(message, in);
            return node.call(which, body_of(message, papers == 4), papers != 5);
        }
        case Step::request:
        case Step::message: {
            const Caller* program = node.program(which);
            if (program == nullptr) return;
            wire::Message message;
            if (what == Step::request) {
                message = wire::make_message("hbapi-req");
                message.set("reqtype",
                            one_of({"nodelist", "setfilter", "setsignal", "nodestatus", "iflist",
                                    "ifstatus", "clientstatus", "getparm", "getrsc", "getuuid",
                                    "getnodename", "set_sendqlen", "numnodes", "nodesite",
                                    "nodeweight", "nodetype", "signoff", "signon", "foo"},
                                   in));
                message.set("pid", std::to_string(program->pid));
            } else {
                message = wire::make_message(
                    one_of({"hello", "ask_resources", "query-cstatus", "status", "resource",
                            "shutdone", "NS_ackmsg", "addnode", "hbapi-clstat", "STATUS", "Hello"},
                           in));
            }
            const bool netstring = (in.byte() & 1U) != 0;
            add_fields(message, in);
            return node.call(which, body_of(message, netstring), true);
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Program program = read_program(view(data, size));
    // Log every bad packet or none, sign with one key or the other: nothing of that is new here.
    Node node(program.variant & 63U);
    Peers peers(node.signer());
    constexpr std::size_t most = 60;
    for (std::size_t i = 0; i < program.ops.size() && i < most; ++i) {
        carry_out(node, peers, program.ops[i]);
    }
    node.end();
    return 0;
}

// Changes or adds whole steps, so that a program keeps its meaning around the change.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max, unsigned seed) {
    Prng prng(seed);
    Program program = read_program(view(data, size));
    auto& ops = program.ops;
    for (std::uint64_t times = 1 + prng.below(3); times > 0; --times) {
        if (!ops.empty() && prng.chance(50)) {
            Op& op = ops[prng.below(ops.size())];
            if (prng.chance(20)) {
                op = ops[prng.below(ops.size())];
            } else {
                mutate_bytes(op.arguments);
            }
            continue;
        }
        Op op = random_op(prng);
        op.what = static_cast<Do>(prng.below(steps));
        const auto at = static_cast<std::ptrdiff_t>(prng.below(ops.size() + 1));
        ops.insert(ops.begin() + at, op);
    }
    if (ops.size() > ops_max) ops.resize(ops_max);
    const std::size_t done = replace(data, max, written(program));
    return done != 0 ? done : LLVMFuzzerMutate(data, size, max);
}
