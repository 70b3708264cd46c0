// A client of the daemon: sign-on, requests and their answers, messages in order (clientapi.md 4,
// 6, 9). Callbacks and walks are not known here.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "client/hbclient_channel.hpp"
#include "client/hbclient_order.hpp"

namespace hb::hbclient {

// How long an answer is awaited: a daemon answers in milliseconds, a loaded 3.0.6 in some hundred.
inline constexpr std::chrono::seconds answer_patience{10};
// Messages that come while answers are awaited; the oldest goes when a program never reads.
inline constexpr std::size_t queue_max = 10'000;
// Frames of one answer: no cluster has as many nodes or links.
inline constexpr std::size_t stream_max = 10'000;
inline constexpr std::size_t client_name_max = 31;

std::string text_of(const ha_msg& message, const char* name);  // empty: no such field
bool has(const ha_msg& message, const char* name);

class Session {
public:
    using Pairs = std::initializer_list<std::pair<const char*, std::string>>;

    // Null: a casual client. Errors are in error().
    bool sign_on(const char* name);
    void sign_off(bool destroy_channel);
    bool signed_on() const noexcept { return signed_on_; }
    bool casual() const noexcept { return casual_; }

    MessagePtr request(const char* what, Pairs fields = {}) const;
    // The answer, of which `result` is not looked at. Null: there was none in time. `also` may
    // accept another message as the answer.
    using Also = std::function<bool(const ha_msg&)>;
    MessagePtr ask(MessagePtr question, Clock::duration patience = answer_patience,
                   const Also& also = {});
    // Asked, and granted: the answer. Null: refused, or no answer.
    MessagePtr asked(const char* what, Pairs fields = {});
    // The frames of an answer in several. False: refused, or no answer.
    bool ask_stream(const char* what, Pairs fields, std::vector<MessagePtr>& out);
    bool tell(MessagePtr question);
    bool send(ha_msg* message);

    // The next message that is no answer.
    MessagePtr next(Clock::time_point deadline);
    bool ready() { return queued() != 0 || channel_.pending(); }
    std::size_t queued() const noexcept { return ready_.size() + queue_.size(); }
    // Called when a message was put aside while an answer was awaited.
    std::function<void()> put_aside;

    Channel& channel() noexcept { return channel_; }
    const std::string& id() const noexcept { return id_; }
    const std::string& error() const noexcept { return error_; }
    bool fail(std::string error);

    // What the sign-on said. Negative: nothing.
    long deadtime_ms{-1}, keepalive_ms{-1};
    int log_facility{-1};
    std::string node, version, pacemaker;

private:
    bool signed_on_with(const ha_msg& answer);
    MessagePtr await(const std::string& what, Clock::time_point deadline, const Also& also);
    void put(MessagePtr message);
    void order(MessagePtr message);

    Channel channel_;
    bool signed_on_{false};
    bool casual_{true};
    std::string id_;
    std::string error_;
    // After a time-out late answers are on their way: a request that no daemon knows goes first,
    // and all before its own answer is theirs.
    bool late_answers_{false};
    std::string barrier_;
    std::uint64_t barriers_{};
    std::deque<MessagePtr> queue_;  // as they came
    std::deque<MessagePtr> ready_;  // in order
    Reorder<MessagePtr> reorder_;
    bool told_full_{false};
};

}  // namespace hb::hbclient
