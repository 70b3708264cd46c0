// What a program and the daemon say to each other over one connection (clientapi.md 4 to 8),
// without the socket: frames in, frames out, which answer belongs to which request. Pure.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "wire/client_frame.hpp"
#include "wire/message.hpp"

namespace hb::client {

// Bounds of a program's side; the daemon has its own (base/limits.hpp).
struct Bounds {
    static constexpr std::size_t requests = 64;             // not answered yet
    static constexpr std::size_t answers = 4096;            // to one request
    static constexpr std::size_t answer_bytes = 4U << 20U;  // likewise
    static constexpr std::size_t unsent_bytes = 1U << 20U;
    static constexpr std::size_t messages =
        1024;  // not taken yet; newer ones are lost, and counted
    static constexpr std::size_t message_bytes = 8U << 20U;  // likewise
};

using Fields = std::vector<std::pair<std::string_view, std::string_view>>;
using Messages = std::vector<wire::Message>;
using Ticket = std::uint64_t;

// Who signs on. A program without a name is casual: the daemon calls it by its pid, of which it
// knows one at a time, and takes no messages from it.
struct Self {
    std::string name;
    std::int64_t pid{};
    std::uint32_t uid{}, gid{};  // the effective ones
};

class Exchange {
public:
    // The sign-on waits to be sent.
    explicit Exchange(Self self);

    // --- the socket's side ---
    ByteView to_send() const noexcept { return ByteView(unsent_).substr(sent_); }
    void sent(std::size_t bytes);
    void received(ByteView bytes);
    // Nothing more will come. What came before stays to be taken.
    void closed(Error why);

    // --- the program's side ---
    enum class State : std::uint8_t { signing_on, signed_on, over };
    State state() const noexcept { return state_; }
    // REQUIRES: state over. permission: the sign-on was refused.
    const Error& why() const noexcept { return why_; }
    // What the daemon said of itself at the sign-on.
    const wire::Message& welcome() const noexcept { return welcome_; }
    bool casual() const noexcept { return self_.name.empty(); }

    // A request, with `fields` beside its type. Errors: io (not signed on), too_large (the request,
    // or too much is unsent or unanswered).
    Result<Ticket> ask(std::string_view request, const Fields& fields);
    // `getnodename`, the one request with a field that is no text. Errors: likewise.
    Result<Ticket> ask_by_uuid(ByteView uuid);
    // Its answers, in order, once they are complete; nothing before. After that the ticket is used
    // up. Errors: not_found (the daemon refuses; the words are its reason and may be empty), io
    // (it went away), too_large (of answers), malformed (it answered something else).
    std::optional<Result<Messages>> take(Ticket ticket);
    // Nobody waits any more; a late answer is dropped.
    void forget(Ticket ticket);
    // A request that has no answer. Errors: as ask().
    Result<void> tell(std::string_view request, const Fields& fields);

    // To the clients of this name on all nodes, or on one (`dest` in the message). Errors: io,
    // permission (a casual client), malformed (no type, or the type of a request), too_large.
    Result<void> send(wire::Message message);
    // What was not an answer, in order.
    std::optional<wire::Message> next();
    bool has_messages() const noexcept { return !messages_.empty(); }
    // Nothing more should be read, but for an answer that is waited for.
    bool full() const noexcept {
        return messages_.size() >= Bounds::messages || message_bytes_ >= Bounds::message_bytes;
    }
    // Messages that found no room.
    std::uint64_t lost() const noexcept { return lost_; }

private:
    struct Asked {
        Ticket ticket{};
        std::string type;
        std::string node, client;  // of clientstatus
        bool forgotten{};
        Messages answers;
        std::size_t bytes{};
    };
    // Errors: io, when it is not signed on.
    Result<void> ready() const;
    Result<void> queue(const wire::Message& message);
    Result<Ticket> place(const wire::Message& request);
    wire::Message request(std::string_view type, const Fields& fields) const;
    void understand(wire::Message message, std::size_t bytes);
    void welcome(wire::Message message);
    void answered(wire::Message message, std::size_t bytes);
    // False: nobody asked.
    bool answered_by_peer(const wire::Message& message);
    // The last answer of that request is there.
    void complete(Asked asked, Result<Messages> answers);
    void keep(wire::Message message, std::size_t bytes);

    Self self_;
    State state_{State::signing_on};
    Error why_;
    wire::Message welcome_;
    wire::client_frame::Reader reader_;
    Bytes unsent_;
    std::size_t sent_{};
    Ticket last_ticket_{};
    // The daemon answers in the order of requests, but a clientstatus may be answered by another
    // node, later or never: then it waits in `elsewhere_`.
    std::deque<Asked> asked_, elsewhere_;
    std::map<Ticket, Result<Messages>> done_;
    std::deque<std::pair<wire::Message, std::size_t>> messages_;
    std::size_t message_bytes_{};
    std::uint64_t lost_{};
};

}  // namespace hb::client
