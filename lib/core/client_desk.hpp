// The desk at which programs of this node speak with the daemon (clientapi.md 3 to 8): who is
// behind a connection, what it asks, what it hears. Byte for byte as 3.0.6, but for what is
// dangerous there. Knows no socket; whatever it needs of the node it asks its DeskHost.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/event.hpp"
#include "core/api_config.hpp"
#include "core/api_view.hpp"
#include "core/client_rules.hpp"
#include "core/clients.hpp"
#include "wire/client_frame.hpp"
#include "wire/message.hpp"

namespace hb::core {

// The node, as the desk sees it for the time of one call.
class DeskHost {
public:
    DeskHost() = default;
    virtual ~DeskHost() = default;
    DeskHost(const DeskHost&) = delete;
    DeskHost& operator=(const DeskHost&) = delete;
    virtual Instant moment() const = 0;
    virtual ApiView view() const = 0;
    // To the cluster. What local clients hear of it comes back by ClientDesk::tell(). False: it
    // cannot go.
    virtual bool say(wire::Message message) = 0;
    // The client asks that this node gives up a class of resources, as ipfail does.
    virtual void give_up(ClientId client, std::string_view name, std::string_view scope) = 0;
};

// Classes of messages (clientapi.md 6.2), one bit each.
inline constexpr unsigned class_new = 1;          // KEEPIT
inline constexpr unsigned class_unchanged = 2;    // NOCHANGE
inline constexpr unsigned class_dropped = 4;      // DROPIT
inline constexpr unsigned class_duplicate = 8;    // DUPLICATE
inline constexpr unsigned class_api = 0x10;       // APICALL: what daemons ask about clients
inline constexpr unsigned class_protocol = 0x20;  // PROTOCOL: what daemons say to each other only
inline constexpr unsigned classes_known = 0x3f;

class ClientDesk {
public:
    // REQUIRES: `clients` outlives the desk.
    ClientDesk(ApiConfig config, Clients& clients);

    // After a reload. Whoever is signed on stays so.
    void reconfigure(ApiConfig config) { config_ = std::move(config); }
    void allowed(std::vector<ClientRule> rules) { rules_.set(std::move(rules)); }

    void came(Instant now, const ClientCame& event, Effects& out);
    void called(DeskHost& host, const ClientCall& event, Effects& out);
    void gone(DeskHost& host, const ClientGone& event, Effects& out);

    // To every client whom it concerns. `message_class`: one of the bits.
    void tell(const wire::Message& message, unsigned message_class, Effects& out);
    // Whether somebody may hear what is told.
    bool anybody() const noexcept { return !by_client_.empty(); }
    // Whether somebody wants more than new messages.
    bool curious() const noexcept { return curious_; }

private:
    struct Session {
        ClientCame peer;
        std::optional<ClientId> client;  // once signed on
        std::uint64_t order{};           // of sign-ons
        std::string name;                // or the pid of a casual one
        bool casual{};
        unsigned classes{class_new};
        int signal{};
        bool told_nonsense{}, told_forbidden{};
    };
    using Sessions = std::map<ConnectionId, Session>;

    // --- client_sign_on.cpp ---
    struct Attempt {
        std::string name;
        bool casual{};
        std::string refusal;       // empty: welcome
        bool leave{true};          // a refused one hears that it left,
        std::string leave_name;    // under this name,
        std::string leave_reason;  // for this reason
    };
    Attempt judge(const Session& session, const wire::Message& request, bool process_lives) const;
    void sign_on(DeskHost& host, Session& session, const wire::Message& request, bool process_lives,
                 Effects& out);
    void turn_away(Instant now, Session& session, const Attempt& attempt, Effects& out);
    // The fields that every answer to a sign-on ends with.
    void describe_node(wire::Message& answer) const;

    // --- client_desk.cpp ---
    void request(DeskHost& host, Session& session, const wire::Message& message, Effects& out);
    bool is_sender(const Session& session, const wire::Message& message) const;
    void set_filter(Session& session, const wire::Message& message, Effects& out);
    void set_signal(Session& session, const wire::Message& message, Effects& out);
    void whole_status(Instant now, const Session& session, Effects& out);
    void client_status(DeskHost& host, Session& session, const wire::Message& message,
                       Effects& out);
    void cluster_message(DeskHost& host, Session& session, wire::Message message, Effects& out);
    void query(DeskHost& host, wire::Message message);
    void look_for_curious();
    void forbidden(Session& session, std::string_view type, const std::string& why, Effects& out);
    // It goes, for that reason; `connected`: it still hears of it. The session ends here.
    void remove(DeskHost& host, ConnectionId connection, const std::string& reason, bool connected,
                Effects& out);
    void send(const Session& session, const wire::Message& message, Effects& out);
    std::optional<Bytes> frame_of(const wire::Message& message) const;
    bool worth_a_line(Instant now, const std::string& about);

    ApiConfig config_;
    Clients& clients_;
    ClientRules rules_;
    Sessions sessions_;
    std::map<ClientId, ConnectionId> by_client_;
    bool curious_{false};
    std::uint64_t sign_ons_{};
    // What was logged since `forget_at_`, so that nobody fills the log.
    std::set<std::string> told_;
    Instant forget_at_{};
    Instant next_status_{};
    std::uint64_t pushed_out_{};  // connections, not logged yet
};

}  // namespace hb::core
