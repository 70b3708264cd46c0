// See exchange.hpp.
#include "client/exchange.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace hb::client {

namespace {

constexpr std::string_view request_type = "hbapi-req", answer_type = "hbapi-resp";
constexpr std::string_view remote_question = "clientstatus", remote_answer = "respond-cstatus";

}  // namespace

Exchange::Exchange(Self self) : self_(std::move(self)) {
    wire::Message message = request("signon", {});
    // Only the sign-on says the pid: later it would mean the newest connection of the process.
    message.set("pid", std::to_string(self_.pid));
    message.set("uid", std::to_string(self_.uid));
    message.set("gid", std::to_string(self_.gid));
    if (const auto queued = queue(message); !queued) closed(queued.error());
}

wire::Message Exchange::request(std::string_view type, const Fields& fields) const {
    wire::Message message = wire::make_message(request_type);
    message.set("reqtype", type);
    message.set("from_id", casual() ? std::to_string(self_.pid) : self_.name);
    for (const auto& [name, value] : fields) message.set(name, value);
    return message;
}

Result<void> Exchange::queue(const wire::Message& message) {
    const auto frame = wire::client_frame::encode(message, wire::client_frame::Form::text);
    if (!frame) return tl::unexpected<Error>(frame.error());
    if (unsent_.size() - sent_ + frame->size() > Bounds::unsent_bytes) {
        return fail(Errc::too_large, "the daemon does not take what was sent before");
    }
    unsent_.erase(0, sent_);
    sent_ = 0;
    unsent_ += *frame;
    return {};
}

void Exchange::sent(std::size_t bytes) {
    sent_ = std::min(sent_ + bytes, unsent_.size());
    if (sent_ < unsent_.size()) return;
    unsent_.clear();
    sent_ = 0;
}

void Exchange::received(ByteView bytes) {
    if (state_ == State::over) return;
    auto found = reader_.feed(bytes);
    for (const Bytes& body : found.bodies) {
        auto message = wire::client_frame::decode(body);
        if (message) understand(*std::move(message), body.size());
        if (state_ == State::over) return;
    }
    if (found.broken) closed(*found.broken);
}

void Exchange::closed(Error why) {
    if (state_ == State::over) return;
    state_ = State::over;
    why_ = std::move(why);
    unsent_.clear();
    sent_ = 0;
    for (auto* list : {&asked_, &elsewhere_}) {
        for (Asked& asked : *list) complete(std::move(asked), tl::unexpected<Error>(why_));
        list->clear();
    }
}

void Exchange::understand(wire::Message message, std::size_t bytes) {
    // A daemon's own answer has no sender; whatever has one was a message.
    const bool answer = message.type() == answer_type && !message.has("src");
    if (state_ == State::signing_on) {
        // A named client's own `join` comes before the answer.
        return answer ? welcome(std::move(message)) : keep(std::move(message), bytes);
    }
    if (answer) return answered(std::move(message), bytes);
    if (message.type() == remote_answer && answered_by_peer(message)) return;
    keep(std::move(message), bytes);
}

void Exchange::welcome(wire::Message message) {
    if (message.get("reqtype") != "signon") return;
    if (message.get("result") != "OK") {
        const std::string reason = printable(message.get("info"));
        return closed({Errc::permission, reason.empty() ? "the daemon refuses" : reason});
    }
    welcome_ = std::move(message);
    state_ = State::signed_on;
}

// --- requests ---

Result<void> Exchange::ready() const {
    if (state_ == State::signed_on) return {};
    if (state_ == State::over) return tl::unexpected<Error>(why_);
    return fail(Errc::io, "not signed on yet");
}

Result<Ticket> Exchange::ask(std::string_view request_name, const Fields& fields) {
    return place(request(request_name, fields));
}

Result<Ticket> Exchange::ask_by_uuid(ByteView uuid) {
    wire::Message message = request("getnodename", {});
    message.set_binary("queryuuid", uuid);
    return place(message);
}

Result<Ticket> Exchange::place(const wire::Message& message) {
    if (auto signed_on = ready(); !signed_on) return tl::unexpected<Error>(signed_on.error());
    if (asked_.size() + elsewhere_.size() + done_.size() >= Bounds::requests) {
        return fail(Errc::too_large, "too many requests have no answer yet");
    }
    Asked asked;
    asked.type = message.get("reqtype");
    if (asked.type == remote_question) {
        asked.node = message.get("node");
        asked.client = message.get("cn");
        // Whose answer the next one is would not be clear: another request between the two tells.
        if (std::any_of(asked_.begin(), asked_.end(),
                        [](const Asked& one) { return one.type == remote_question; })) {
            Asked between;
            between.type = "numnodes";
            between.forgotten = true;
            if (auto queued = queue(request(between.type, {})); !queued) {
                return tl::unexpected<Error>(queued.error());
            }
            asked_.push_back(std::move(between));
        }
    }
    if (auto queued = queue(message); !queued) return tl::unexpected<Error>(queued.error());
    asked.ticket = ++last_ticket_;
    asked_.push_back(std::move(asked));
    return last_ticket_;
}

Result<void> Exchange::tell(std::string_view request_name, const Fields& fields) {
    if (auto signed_on = ready(); !signed_on) return signed_on;
    return queue(request(request_name, fields));
}

std::optional<Result<Messages>> Exchange::take(Ticket ticket) {
    const auto found = done_.find(ticket);
    if (found == done_.end()) return std::nullopt;
    Result<Messages> answers = std::move(found->second);
    done_.erase(found);
    return answers;
}

void Exchange::forget(Ticket ticket) {
    done_.erase(ticket);
    for (Asked& asked : asked_) {
        if (asked.ticket == ticket) asked.forgotten = true;
    }
    std::erase_if(elsewhere_, [ticket](const Asked& asked) { return asked.ticket == ticket; });
}

void Exchange::complete(Asked asked, Result<Messages> answers) {
    if (!asked.forgotten) done_.insert_or_assign(asked.ticket, std::move(answers));
}

void Exchange::answered(wire::Message message, std::size_t bytes) {
    const std::string_view type = message.get("reqtype");
    const auto meant = std::find_if(asked_.begin(), asked_.end(),
                                    [type](const Asked& asked) { return asked.type == type; });
    if (meant == asked_.end()) return;  // nobody asked
    // What was asked before it gets no answer of this daemon any more.
    for (auto gap = meant - asked_.begin(); gap > 0; --gap) {
        Asked earlier = std::move(asked_.front());
        asked_.pop_front();
        if (earlier.type != remote_question) {
            complete(std::move(earlier), fail(Errc::malformed, "the daemon gave no answer"));
        } else if (!earlier.forgotten) {
            elsewhere_.push_back(std::move(earlier));
        }
    }
    Asked& asked = asked_.front();
    const std::string result(message.get("result"));
    if (result != "OK" && result != "ok/more") {
        Error refusal{Errc::not_found, printable(message.get("info"))};
        complete(std::move(asked), tl::unexpected<Error>(std::move(refusal)));
        return asked_.pop_front();
    }
    asked.bytes += bytes;
    if (asked.answers.size() >= Bounds::answers || asked.bytes > Bounds::answer_bytes) {
        return closed({Errc::too_large, "the daemon's answer does not end"});
    }
    if (!asked.forgotten) asked.answers.push_back(std::move(message));
    if (result == "ok/more") return;
    Messages answers = std::move(asked.answers);
    complete(std::move(asked), std::move(answers));
    asked_.pop_front();
}

// The daemon of another node tells whether a client is there.
bool Exchange::answered_by_peer(const wire::Message& message) {
    for (auto* list : {&elsewhere_, &asked_}) {
        const auto found = std::find_if(list->begin(), list->end(), [&](const Asked& asked) {
            return asked.type == remote_question && asked.client == message.get("cn") &&
                   asked.node == message.get("src");
        });
        if (found == list->end()) continue;
        complete(std::move(*found), Messages{message});
        list->erase(found);
        return true;
    }
    return false;
}

// --- messages ---

Result<void> Exchange::send(wire::Message message) {
    if (auto signed_on = ready(); !signed_on) return signed_on;
    if (casual()) return fail(Errc::permission, "only a client with a name may send messages");
    if (message.type().empty() || message.type() == request_type) {
        return fail(Errc::malformed, "expected a message with a type of its own");
    }
    return queue(message);
}

void Exchange::keep(wire::Message message, std::size_t bytes) {
    if (messages_.size() >= Bounds::messages || message_bytes_ + bytes > Bounds::message_bytes) {
        ++lost_;
        return;
    }
    message_bytes_ += bytes;
    messages_.emplace_back(std::move(message), bytes);
}

std::optional<wire::Message> Exchange::next() {
    if (messages_.empty()) return std::nullopt;
    wire::Message message = std::move(messages_.front().first);
    message_bytes_ -= messages_.front().second;
    messages_.pop_front();
    return message;
}

}  // namespace hb::client
