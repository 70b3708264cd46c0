// See hbclient_session.hpp.
#include "client/hbclient_session.hpp"

#include <strings.h>
#include <sys/utsname.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

namespace hb::hbclient {
namespace {

std::optional<std::uint64_t> number(const std::string& text, int base) {
    std::uint64_t out{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, base);
    if (error != std::errc{} || end == text.data()) return std::nullopt;
    return out;
}

std::string host_name() {
    utsname names{};
    if (::uname(&names) != 0) return "localhost";
    std::string out = names.nodename;
    std::transform(out.begin(), out.end(), out.begin(), [](char letter) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    });
    return out;
}

bool is(const ha_msg& message, const char* name, const char* value) {
    const char* text = cl_get_string(&message, name);
    return text != nullptr && ::strcasecmp(text, value) == 0;
}

// An answer of the daemon. What a client on some node calls so has come with its sender.
bool is_answer(const ha_msg& message) {
    return is(message, "t", "hbapi-resp") && !has(message, "src") && !has(message, "from_id");
}

bool granted(const ha_msg& answer) {
    return is(answer, "result", "OK") || is(answer, "result", "ok/more");
}

}  // namespace

std::string text_of(const ha_msg& message, const char* name) {
    const char* text = cl_get_string(&message, name);
    return text == nullptr ? std::string() : std::string(text);
}

bool has(const ha_msg& message, const char* name) {
    return cl_get_string(&message, name) != nullptr;
}

bool Session::fail(std::string error) {
    error_ = std::move(error);
    return false;
}

// --- sign-on ---

bool Session::sign_on(const char* name) {
    if (signed_on_) sign_off(false);
    queue_.clear();
    ready_.clear();
    reorder_.clear();
    barrier_.clear();
    late_answers_ = false;
    casual_ = name == nullptr;
    id_ = casual_ ? std::to_string(::getpid()) : std::string(name).substr(0, client_name_max);
    deadtime_ms = keepalive_ms = -1;
    log_facility = -1;
    node.clear();
    version.clear();
    pacemaker.clear();
    // The words of 3.0.6's library, which programs print.
    if (!channel_.open()) return fail("hb_api_signon: Can't initiate connection to heartbeat");
    signed_on_ = true;
    const MessagePtr answer = ask(request(
        "signon", {{"uid", std::to_string(::geteuid())}, {"gid", std::to_string(::getegid())}}));
    signed_on_ = answer && signed_on_with(*answer);
    if (!signed_on_) channel_.close();
    return signed_on_;
}

bool Session::signed_on_with(const ha_msg& answer) {
    const auto dead = number(text_of(answer, "deadtime"), 16);
    const auto keep = number(text_of(answer, "keepalive"), 16);
    node = text_of(answer, "node");
    if (!granted(answer)) {
        const std::string info = text_of(answer, "info");
        return fail("hb_api_signon: sign-on was refused: " + (info.empty() ? "no reason" : info));
    }
    if (!dead || !keep || node.empty()) {
        return fail("hb_api_signon: the answer lacks deadtime, keepalive or node");
    }
    constexpr std::uint64_t longest = 0x7fff'ffff;
    deadtime_ms = static_cast<long>(std::min(*dead, longest));
    keepalive_ms = static_cast<long>(std::min(*keep, longest));
    if (const auto facility = number(text_of(answer, "logfacility"), 10)) {
        log_facility = static_cast<int>(std::min(*facility, longest));
    }
    version = text_of(answer, "hbversion");
    pacemaker = text_of(answer, "pacemaker");
    return true;
}

void Session::sign_off(bool destroy_channel) {
    if (signed_on_ && channel_.connected()) tell(request("signoff"));
    signed_on_ = false;
    queue_.clear();
    ready_.clear();
    reorder_.clear();
    channel_.disconnect();
    if (destroy_channel) channel_.close();
}

// --- requests ---

MessagePtr Session::request(const char* what, Pairs fields) const {
    MessagePtr out(ha_msg_new(0));
    if (!out) return nullptr;
    const std::string pid = std::to_string(::getpid());
    bool good = ha_msg_add(out.get(), "t", "hbapi-req") == ha_ok &&
                ha_msg_add(out.get(), "reqtype", what) == ha_ok &&
                ha_msg_add(out.get(), "dest", host_name().c_str()) == ha_ok &&
                ha_msg_add(out.get(), "pid", pid.c_str()) == ha_ok &&
                ha_msg_add(out.get(), "from_id", id_.c_str()) == ha_ok;
    for (const auto& [name, value] : fields) {
        good = good && ha_msg_add(out.get(), name, value.c_str()) == ha_ok;
    }
    return good ? std::move(out) : nullptr;
}

bool Session::send(ha_msg* message) {
    if (!signed_on_) return fail("not signed on");
    if (!channel_.send(message)) return fail("the message could not be sent to heartbeat");
    return true;
}

bool Session::tell(MessagePtr question) {
    if (!question) return fail("a request could not be made");
    return send(question.get());
}

MessagePtr Session::ask(MessagePtr question, Clock::duration patience, const Also& also) {
    if (!question) {
        fail("a request could not be made");
        return nullptr;
    }
    const std::string what = text_of(*question, "reqtype");
    barrier_.clear();
    if (late_answers_) {
        barrier_ = "late-answers-" + std::to_string(++barriers_);
        if (!tell(request(barrier_.c_str()))) return nullptr;
    }
    if (!tell(std::move(question))) return nullptr;
    return await(what, Clock::now() + patience, also);
}

MessagePtr Session::await(const std::string& what, Clock::time_point deadline, const Also& also) {
    for (;;) {
        MessagePtr message = channel_.take(deadline);
        if (!message) break;
        if (also && barrier_.empty() && also(*message)) return message;
        if (!is_answer(*message)) {
            put(std::move(message));
            if (Clock::now() >= deadline) break;
            continue;
        }
        const std::string answers = text_of(*message, "reqtype");
        if (!barrier_.empty()) {
            if (answers != barrier_) continue;
            barrier_.clear();
            late_answers_ = false;
        } else if (answers == what) {
            return message;
        }
        if (Clock::now() >= deadline) break;
    }
    late_answers_ = true;
    fail(channel_.connected() ? "heartbeat did not answer the request " + what
                              : "the connection to heartbeat was lost");
    return nullptr;
}

MessagePtr Session::asked(const char* what, Pairs fields) {
    MessagePtr answer = ask(request(what, fields));
    if (answer && granted(*answer)) return answer;
    if (answer) {
        const std::string info = text_of(*answer, "info");
        fail(std::string("heartbeat refused the request ")
                 .append(what)
                 .append(info.empty() ? "" : ": ")
                 .append(info));
    }
    return nullptr;
}

bool Session::ask_stream(const char* what, Pairs fields, std::vector<MessagePtr>& out) {
    const auto deadline = Clock::now() + answer_patience;
    MessagePtr frame = asked(what, fields);
    while (frame) {
        const bool more = is(*frame, "result", "ok/more");
        out.push_back(std::move(frame));
        if (!more) return true;
        if (out.size() >= stream_max) break;
        frame = await(what, deadline, {});
        if (frame && !granted(*frame)) return fail(std::string("the answer broke off: ") + what);
    }
    if (!out.empty()) late_answers_ = true;
    return false;
}

// --- messages ---

void Session::put(MessagePtr message) {
    if (queue_.size() >= queue_max) {
        queue_.pop_front();
        if (!std::exchange(told_full_, true)) {
            cl_log(LOG_WARNING, "%zu messages of heartbeat wait to be read: the oldest are dropped",
                   queue_max);
        }
    }
    queue_.push_back(std::move(message));
    if (put_aside) put_aside();
}

void Session::order(MessagePtr message) {
    const std::string source = text_of(*message, "src");
    const auto ordered = number(text_of(*message, "oseq"), 16);
    if (ordered && *ordered != 0 && !source.empty()) {
        OrderStamp stamp{source, has(*message, "dest"), *ordered,
                         number(text_of(*message, "hg"), 16).value_or(0),
                         number(text_of(*message, "client_gen"), 16).value_or(0)};
        for (MessagePtr& next : reorder_.take(stamp, std::move(message))) {
            ready_.push_back(std::move(next));
        }
        return;
    }
    const bool left = is(*message, "t", "hbapi-clstat") && is(*message, "st", "leave") &&
                      text_of(*message, "from_id") == id_;
    if (is(*message, "t", "status") && is(*message, "st", "dead")) reorder_.node_dead(source);
    ready_.push_back(std::move(message));
    if (!left) return;
    for (MessagePtr& next : reorder_.left(source)) ready_.push_back(std::move(next));
}

MessagePtr Session::next(Clock::time_point deadline) {
    for (;;) {
        if (!ready_.empty()) {
            MessagePtr out = std::move(ready_.front());
            ready_.pop_front();
            return out;
        }
        MessagePtr raw;
        if (!queue_.empty()) {
            raw = std::move(queue_.front());
            queue_.pop_front();
        } else {
            raw = channel_.take(deadline);
        }
        if (!raw) return nullptr;
        if (!is_answer(*raw)) order(std::move(raw));
    }
}

}  // namespace hb::hbclient
