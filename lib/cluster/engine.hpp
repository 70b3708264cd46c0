// The front of the room `cluster`: who is there, and messages in order. Knows no resource, no
// client, no clock. What it finds out goes up as Notices; what must be sent goes into Effects.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/event.hpp"
#include "cluster/view.hpp"
#include "wire/compress.hpp"
#include "wire/message.hpp"
#include "wire/signer.hpp"

namespace hb::cluster {

// One medium line of ha.cf. Links with `text_form` (serial lines) carry the text form.
struct LinkSpec {
    LinkId id{};
    std::string name;  // as ha.cf has it: interface, device, or the ping node's name
    bool text_form{false};
    bool ping{false};      // leads to a ping node and to no peer
    bool expected{false};  // whoever is there is to be heard over it
    // Several ucast lines of one device share its port, and the kernel spreads what comes over
    // their sockets: they are one line, that of this earlier link.
    std::optional<LinkId> shares{};
};

// A ping node or a group of them: a quiet member of the cluster that only answers (wire.md 7.7).
enum class PingKind : std::uint8_t { ping, ping6, ping_group };
// The word of ha.cf, which is also the field `info` of its messages.
std::string_view ping_word(PingKind kind) noexcept;
struct PingSpec {
    NodeName name;
    PingKind kind{};
    LinkId link{};  // its own; marked `ping` among the links
};

struct EngineConfig {
    NodeName self;
    Uuid self_uuid{};
    std::uint64_t generation{};   // > 0; raised and on disk before the engine is made
    std::vector<NodeName> nodes;  // normal nodes in file order, `self` among them
    std::vector<LinkSpec> links;  // at most limits::links_max
    std::vector<PingSpec> pings;  // file order
    Duration keepalive{}, deadtime{}, warntime{}, initdead{};
    Duration deadping{};  // zero: as deadtime
    Duration max_rexmit_delay{};
    unsigned ttl{};                // hopfudge + number of nodes, ping nodes included
    wire::InnerAuth inner_auth{};  // `msgfmt`
    bool traditional_compression{false};
    wire::Compression compression{};
    std::size_t compression_threshold_bytes{};
    bool log_badpack{true};
    std::string arbiter;  // both nodes must have the same (field `hb_arbiter`); empty: none
    wire::Keys keys;
    std::uint64_t seed{};  // for the random parts of retransmission
};

// --- what the engine tells the manager and the core ---

// Every configured node was heard or counted out, node lists are exchanged, our status is
// `active`. Once in a life.
struct CommUp {};
// First heard, or heard again: `restarted` when its generation rose since we last heard it (then it
// holds nothing until it says so). `ours` when it is a daemon of this project (capabilities field).
struct PeerUp {
    NodeName peer;
    bool restarted{};
    bool ours{};
    Duration deadtime{};  // of its own, as it announces it
};
// Silent for its deadtime, or it said `dead`. `ever_heard` is false for one never heard since
// start. `lag`: when a cut has made both silent, it counts us dead that much later.
struct PeerDead {
    NodeName peer;
    bool ever_heard{};
    Lag lag{};
};
// Was counted dead, yet its old life speaks: the cut is healed. A PeerUp follows.
struct PeerReturned {
    NodeName peer;
};
// Its status word changed (init, up, active). `message` is the whole status, for rc.d.
struct PeerStatus {
    NodeName peer;
    wire::Message message;
};
// A ping node answers again, or was silent for deadping (initdead at start). `ever_heard`: in this
// life of ours. Comes before the LinkState of its link.
struct PingState {
    NodeName ping;
    bool up{};
    bool ever_heard{};
};
// A ping node has answered an echo request. Each time.
struct PingHeard {
    NodeName ping;
};
// A link to a peer came up or went dead; the link of a ping node likewise (`node` is its name).
struct LinkState {
    NodeName node;
    LinkId link{};
    bool up{};
};
// A peer of ours says that it hears us over no line at all, or hears us again. After PeerUp it
// does.
struct HeardBy {
    NodeName peer;
    bool anywhere{};
};
// A sequenced message for us (or for all) that the engine itself does not handle, each once; and
// every ip-request-resp, whoever is meant.
// Types starting, resource, ask_resources, hb_takeover and shutdone come in the sender's order.
struct Delivered {
    NodeName peer;
    wire::Message message;
};
// Messages of the five ordered types were sent again, since the peer had missed them.
struct SentAgain {
    NodeName peer;
};
// We were `overslept` later than our deadline. Every peer's silence was forgiven that much.
struct StalledUs {
    Duration overslept{};
};

// A packet that changes nothing here, for people who look over the engine's shoulder (clientapi.md
// 6.2). Only while somebody does.
struct Overheard {
    enum class Kind : std::uint8_t {
        unchanged,  // a status that says what was known
        dropped,    // older than what was heard, or of an older life
        duplicate,  // as it came over another line
        protocol,   // acknowledgements, requests to repeat, refusals
    };
    Kind kind{};
    wire::Message message;
};

using Notice = std::variant<CommUp, PeerUp, PeerDead, PeerReturned, PeerStatus, PingState,
                            PingHeard, LinkState, HeardBy, Delivered, SentAgain, StalledUs>;
using Notices = std::vector<Notice>;

class Engine {
public:
    // The first status messages are sent by start(), not here.
    Engine(EngineConfig config, Now now);
    ~Engine();
    Engine(Engine&&) noexcept;
    Engine& operator=(Engine&&) noexcept;

    // Says `init` and `up` (wire.md 8.1). Call once.
    void start(Now now, Effects& out);
    void frame(Now now, LinkId link, ByteView bytes, Effects& out, Notices& up);
    void wakeup(Now now, Effects& out, Notices& up);
    void link_changed(Now now, LinkId link, bool usable, Effects& out);
    void load(std::string first_line_of_loadavg);

    // Adds the standard fields, a number (types other than NS_*) and a place in history, and sends
    // on every link. Returns the number, 0 for NS_*.
    std::uint64_t send(Now now, wire::Message message, Effects& out);
    // The same. The message as it went, for the clients of this node; nothing when it could not go.
    std::optional<wire::Message> say(Now now, wire::Message message, Effects& out);
    // With the field `auth` of a message of ours, where msgfmt has one.
    wire::Message with_auth(wire::Message message) const;
    // Who of this node listens to the cluster: nobody; clients, so that a client's leave (which
    // only they mind) comes behind what it said; or somebody for whom also what is overheard is
    // kept, at the cost of a copy of every packet.
    enum class Ears : std::uint8_t { none, clients, curious };
    void listen(Ears ears);
    // What was overheard since the last call, in order; ours as well, as it went.
    std::vector<Overheard> take_overheard();
    // One extra status at once (our state changed).
    void send_status(Now now, Effects& out);

    // New timers, keys, log options. Nodes, links, self and generation must be unchanged: the
    // caller has seen to that.
    void reconfigure(Now now, const EngineConfig& next, Effects& out);

    // The node ends: log lines that were kept back, with their counts.
    void last_words(Effects& out);

    // When wakeup() wants to be called at the latest; `never` is never returned.
    Instant next_deadline() const;

    bool comm_up() const noexcept;
    const std::string& own_status() const noexcept;            // init, up, active
    bool usable(LinkId link) const;                            // it can send
    std::optional<Bytes> uuid_of(const NodeName& node) const;  // zeros: not known; none: a stranger
    // A live peer has not acknowledged what we said for long: whoever can should say nothing more.
    bool crowded() const noexcept;
    bool alive(const NodeName& peer) const noexcept;  // heard and not dead; true for ourselves
    bool ours(const NodeName& peer) const noexcept;   // a daemon of this project
    std::vector<PeerView> peers() const;              // without ourselves, file order
    std::vector<PingView> pings() const;              // file order
    // The two above, with ages counted to `now`, and the rest.
    EngineView view(Instant now) const;
    // Whether the peer has acknowledged our message `number` of this life.
    bool acknowledged(const NodeName& peer, std::uint64_t number) const noexcept;
    std::uint64_t last_sent() const noexcept;
    std::uint64_t heartbeats() const noexcept;  // status messages of ours so far

private:
    struct State;
    std::unique_ptr<State> state_;
};

// Name and value of the field in `status` by which we know each other. Real nodes ignore it.
inline constexpr std::string_view capabilities_field = "hb_caps";
inline constexpr std::string_view capabilities_value = "1";
inline constexpr std::string_view arbiter_field = "hb_arbiter";

}  // namespace hb::cluster
