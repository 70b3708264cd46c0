// See plugin_host.hpp. A shot is confirmed by two words that agree: the frame `result` and the exit
// status. A plugin that calls exit(0) has only one of them.
#include "plugin_host.hpp"

#include <map>
#include <utility>

#include "asio.hpp"
#include "helper_process.hpp"
#include "plugin_status.hpp"

namespace hb::shell {

namespace {

using wire::helper_frame::Frame;
using wire::helper_frame::Kind;

// One call under way.
struct Under {
    std::shared_ptr<HelperProcess> helper;
    std::string result;       // `rc` of the frame, empty when none came
    std::string last_error;   // of the plugin
    std::string broken_rule;  // what it did
};

// architecture.md 2, Isolation.
FenceResult result_of(const ChildEnd& end, const Under& call) {
    if (end.end == ScriptEnd::missing) return FenceResult::refused;
    if (end.end != ScriptEnd::exited || !call.broken_rule.empty()) return FenceResult::unknown;
    if (end.status == helper_status::broken) return FenceResult::refused;
    const bool agree = call.result == std::to_string(end.status);
    if (end.status == 0 && agree) return FenceResult::confirmed;
    const bool refusal = end.status > 0 && end.status <= helper_status::refused_last &&
                         end.status != helper_status::timed_out &&
                         end.status != helper_status::internal;
    return refusal && agree ? FenceResult::refused : FenceResult::unknown;
}

std::string words_of(const ChildEnd& end, const Under& call) {
    if (!call.broken_rule.empty()) return call.broken_rule;
    if (!call.last_error.empty()) return call.last_error;
    if (end.end == ScriptEnd::exited && end.status == 0) {
        return call.result == "0" ? "done" : "it ended without an answer";
    }
    return helper_end_words(end);
}

}  // namespace

class PluginHost::State : public std::enable_shared_from_this<PluginHost::State> {
public:
    State(boost::asio::io_context& loop, Launcher& launcher, const Paths& paths, OnAnswer answer,
          OnLog log)
        : loop_(loop),
          launcher_(launcher),
          paths_(paths),
          answer_(std::move(answer)),
          log_(std::move(log)) {}

    void run(const PluginCall& call);
    void kill(JobId job) {
        const auto it = calls_.find(job);
        if (it != calls_.end()) it->second.helper->kill();
    }
    void close() {
        answer_ = nullptr;
        log_ = nullptr;
        for (auto& [job, call] : calls_) call.helper->forget();
        calls_.clear();
    }
    std::size_t unfinished() const noexcept { return calls_.size(); }

private:
    HelperHooks hooks_of(JobId job);
    void heard(JobId job, const Frame& frame);
    void ended(JobId job, const ChildEnd& end);
    void refuse_later(JobId job, std::string words);

    boost::asio::io_context& loop_;
    Launcher& launcher_;
    Paths paths_;
    OnAnswer answer_;
    OnLog log_;
    std::map<JobId, Under> calls_;
};

void PluginHost::State::run(const PluginCall& call) {
    if (!is_plugin_name(call.plugin)) {
        return refuse_later(call.job, "'" + call.plugin + "' is no name of a plugin");
    }
    HelperOrder order;
    order.kind = "fence";
    order.plugin = call.plugin;
    order.config = call.config;
    order.timeout = call.timeout;
    Under& under = calls_[call.job];
    under.helper =
        HelperProcess::start(loop_, launcher_, paths_, std::move(order), hooks_of(call.job));
    under.helper->send({Kind::call,
                        {{"op", call.op},
                         {"node", call.node},
                         {"timeout_ms", std::to_string(to_ms(call.timeout))}}});
}

HelperHooks PluginHost::State::hooks_of(JobId job) {
    HelperHooks hooks;
    const auto me = shared_from_this();
    hooks.frame = [me, job](const Frame& frame) { me->heard(job, frame); };
    hooks.broke_rules = [me, job](std::string what) {
        const auto it = me->calls_.find(job);
        if (it == me->calls_.end()) return;
        it->second.broken_rule = std::move(what);
        it->second.helper->kill();
    };
    hooks.ended = [me, job](const ChildEnd& end) { me->ended(job, end); };
    hooks.log = [me, job](const LogLine& line) {
        const auto it = me->calls_.find(job);
        if (line.id == LogId::plugin_error && it != me->calls_.end()) {
            it->second.last_error = line.arguments.back();
        }
        if (me->log_) me->log_(line);
    };
    return hooks;
}

void PluginHost::State::heard(JobId job, const Frame& frame) {
    const auto it = calls_.find(job);
    if (it == calls_.end() || frame.kind != Kind::result || frame.fields.empty()) return;
    it->second.result = frame.fields.front().second;
}

void PluginHost::State::ended(JobId job, const ChildEnd& end) {
    const auto it = calls_.find(job);
    if (it == calls_.end()) return;
    const Under call = std::move(it->second);
    calls_.erase(it);
    PluginAnswer answer;
    answer.done = {job, result_of(end, call), words_of(end, call), end.took};
    answer.not_supported = answer.done.result == FenceResult::refused && call.result == "6";
    answer.broken = end.end == ScriptEnd::missing ||
                    (end.end == ScriptEnd::exited && end.status == helper_status::broken);
    if (answer_) answer_(std::move(answer));
}

void PluginHost::State::refuse_later(JobId job, std::string words) {
    boost::asio::post(loop_, [me = shared_from_this(), job, words = std::move(words)] {
        if (me->answer_) me->answer_({{job, FenceResult::refused, words, {}}, false, true});
    });
}

PluginHost::PluginHost(boost::asio::io_context& loop, Launcher& launcher, const Paths& paths,
                       OnAnswer answer, OnLog log)
    : state_(std::make_shared<State>(loop, launcher, paths, std::move(answer), std::move(log))) {}

PluginHost::~PluginHost() { state_->close(); }

void PluginHost::run(PluginCall call) { state_->run(call); }

void PluginHost::kill(JobId job) { state_->kill(job); }

std::size_t PluginHost::unfinished() const noexcept { return state_->unfinished(); }

}  // namespace hb::shell
