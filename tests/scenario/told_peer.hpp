// One stand-in of a real Heartbeat 3.0.6, called alpha, and a peer, beta, that says exactly what
// the test tells it, in the order told. Its heartbeats go on by themselves.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "sim/options.hpp"
#include "sim/real_node.hpp"
#include "wire/signer.hpp"

namespace hb::test {

using namespace std::chrono_literals;

using Fields = std::vector<std::pair<std::string, std::string>>;

class ToldPeer {
public:
    explicit ToldPeer(const sim::Options& options)
        : config_(sim::core_config(options, 0, 1, 7)),
          signer_(config_.engine.keys),
          node_(
              config_, [this] { return ++generation_; },
              [this](const std::string& line) { trace_.push_back(line); }) {
        Effects effects;
        node_.start(now(), effects);
        carry_out(effects);
    }

    // Time passes; beta's heartbeats come each second.
    void run(Duration span) {
        const Instant end = at_ + span;
        while (true) {
            const Instant script = scripts_.empty() ? never : scripts_.begin()->first;
            const Instant next = std::min({node_.next_deadline(), script, next_beat_});
            if (next > end) break;
            at_ = std::max(at_, next);
            if (next == script) {
                const ScriptDone done = scripts_.begin()->second;
                scripts_.erase(scripts_.begin());
                step(done);
            } else if (next == next_beat_) {
                next_beat_ = next_beat_ + 1s;
                say({{"t", "status"}, {"st", "active"}, {"dt", "2710"}, {"protocol", "1"}});
            } else {
                step(Wakeup{});
            }
        }
        at_ = end;
    }
    void step(const Event& event) {
        Effects effects;
        node_.step(now(), event, effects);
        carry_out(effects);
    }
    // Said with the next number of beta.
    void say(const Fields& fields) { say(fields, ++number_); }
    void say(const Fields& fields, std::uint64_t number) {
        wire::Message message;
        for (const auto& [name, value] : fields) message.set(name, value);
        message.set("src", "beta");
        message.set_binary("srcuuid", std::string(16, 'B'));
        message.set("seq", to_hex(number));
        message.set("hg", "5");
        message.set("ts", to_hex(now().unix_seconds));
        step(FrameIn{LinkId{0}, *signer_.seal_netstring(message, wire::InnerAuth::absent)});
    }
    void report(const char* holdings, const char* is_stable) {
        report(holdings, is_stable, ++number_);
    }
    void report(const char* holdings, const char* is_stable, std::uint64_t number) {
        say({{"t", "resource"}, {"rsc_hold", holdings}, {"rtype", "full"}, {"isstable", is_stable}},
            number);
    }
    void ask(const char* what, const char* info) {
        say({{"t", "ask_resources"}, {"rsc_hold", what}, {"info", info}});
    }
    // Communication is up, and beta holds its own groups and is stable: so is alpha.
    void boot() {
        run(1s);
        say({{"dest", "alpha"},
             {"t", "repnodes"},
             {"nodelist", "alpha beta "},
             {"delnodelist", " "}});
        run(1s);
        report("local", "1");
        run(2s);
        trace_.clear();
    }
    std::uint64_t next_number() { return ++number_; }
    bool said(const std::string& text) const { return times_said(text) > 0; }
    long times_said(const std::string& text) const {
        return std::count_if(trace_.begin(), trace_.end(), [&text](const std::string& line) {
            return line.find(text) != std::string::npos;
        });
    }
    std::string holdings() const { return node_.view().holdings; }
    sim::RealFacts facts() const { return node_.facts(); }
    const std::set<std::string>& running() const { return running_; }
    std::string self_fence;  // its reason, when alpha asked for one
    bool finished{false};
    Duration script_time{10ms};
    std::set<std::string> stops_fail;      // these members stay running
    std::map<std::string, int> stops;      // how often each was tried
    std::vector<std::uint64_t> asked_for;  // numbers of beta that alpha missed, each request
    void forget() { trace_.clear(); }

private:
    Now now() const {
        return {at_, static_cast<std::uint32_t>(1700000000 + to_ms(at_.since_start) / 1000)};
    }
    void carry_out(const Effects& effects) {
        for (const Effect& effect : effects) {
            if (const auto* fence = std::get_if<SelfFence>(&effect)) self_fence = fence->reason;
            if (std::get_if<Finished>(&effect)) finished = true;
            if (const auto* frame = std::get_if<SendFrame>(&effect)) {
                const auto message = signer_.open(frame->bytes);
                if (message && message->type() == "NS_rexmit") {
                    asked_for.push_back(message->dec("firstseq").value_or(0));
                }
            }
            if (const auto* agent = std::get_if<RunAgent>(&effect)) {
                scripts_.emplace(at_ + script_time, outcome(*agent));
            }
        }
    }
    ScriptDone outcome(const RunAgent& agent) {
        const std::string& member = agent.call.type;
        ScriptDone done{agent.job, ScriptEnd::exited, 0, {}, script_time};
        switch (agent.call.action) {
            case ScriptAction::start:
                running_.insert(member);
                break;
            case ScriptAction::stop:
                ++stops[member];
                if (stops_fail.contains(member)) done.status = 1;
                if (!stops_fail.contains(member)) running_.erase(member);
                break;
            case ScriptAction::status:
                done.output = running_.contains(member) ? "running" : "stopped";
                break;
        }
        return done;
    }

    core::CoreConfig config_;
    std::uint64_t generation_{1};
    std::vector<std::string> trace_;
    wire::Signer signer_;
    Instant at_{}, next_beat_{100ms};
    std::uint64_t number_{0};
    std::multimap<Instant, ScriptDone> scripts_;
    std::set<std::string> running_;
    sim::RealNode node_;
};

}  // namespace hb::test
