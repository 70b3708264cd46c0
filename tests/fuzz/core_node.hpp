// The running Core of core_fuzz, its clock and its scripts, and what must hold after each step.
#pragma once

#include <map>
#include <set>
#include <string>

#include "core/core.hpp"
#include "fuzz/core_peer.hpp"
#include "fuzz/fuzz.hpp"

// Where a sanitizer counts the heap, memory is checked as well.
extern "C" std::size_t __sanitizer_get_current_allocated_bytes() __attribute__((weak));

namespace hb::fuzz {

using namespace std::chrono_literals;

// Bits of the variant choose among the files that a node may run with.
inline core::CoreConfig make_config(std::uint8_t variant) {
    static constexpr const char* failback[] = {"on", "off", "legacy", "on"};
    std::string text = std::string("keepalive 200ms\ndeadtime 1\nwarntime 500ms\ninitdead 2\n") +
                       "logfile /var/log/ha-log\nstop_retries 2\nbcast eth0 eth1\n" +
                       "auto_failback " + failback[variant & 3U] + "\nnode alpha beta" +
                       ((variant & 4U) != 0 ? " gamma\n" : "\n") + "group_order " +
                       ((variant & 8U) != 0 ? "file\n" : "parallel\n") + "msgfmt " +
                       ((variant & 16U) != 0 ? "netstring\n" : "classic\n") +
                       "traditional_compression " + ((variant & 32U) != 0 ? "on\n" : "off\n");
    constexpr std::string_view groups =
        "alpha 10.0.0.1 web\nbeta 10.0.0.2\nalpha Filesystem::/dev/sdb1::/srv db::/srv/db\n";
    config::Diagnostics found;
    const config::Machine machine{"alpha", (variant & 192U) != 192, 0};
    const auto ha_cf = config::parse_ha_cf(text, "ha.cf", machine, found);
    const std::string signs = (variant & 64U) != 0 ? "auth 1\n" : "auth 3\n";
    const auto keys = config::parse_authkeys(signs + "1 sha1 SecretKey\n2 md5 OtherKey\n3 crc\n",
                                             0100600, "authkeys", found);
    const auto resources =
        config::parse_haresources(groups, "haresources", config::known_names(ha_cf), found);
    for (const auto& each : found.errors) require(false, each.shown().c_str());
    const Uuid uuid{1, 2, 3, 4};
    return core::make_core_config(ha_cf, keys, resources, {"alpha", uuid, 0x2a, 1});
}

// Parsed once: it takes longer than most programs.
inline const core::CoreConfig& core_config(std::uint8_t variant) {
    static std::map<std::uint8_t, core::CoreConfig> made;
    const auto found = made.find(variant);
    return found != made.end() ? found->second
                               : made.emplace(variant, make_config(variant)).first->second;
}

class FuzzNode {
public:
    explicit FuzzNode(std::uint8_t variant)
        : config_(core_config(variant)),
          signer_(config_.engine.keys),
          heap_before_(heap()),
          core_(config_, now()) {
        Effects out;
        core_.start(now(), out);
        take(out);
    }

    const wire::Signer& signer() const noexcept { return signer_; }
    const Overheard& overheard() const noexcept { return overheard_; }
    // Fenced itself or finished: a daemon gives its Core nothing more.
    bool over() const noexcept { return over_; }

    void step(const Event& event) {
        if (over_) return;
        Effects out;
        core_.step(now(), event, out);
        take(out);
        require(core_.next_deadline() < never, "no deadline");
        require(heap() < heap_before_ + heap_bytes_max, "memory grows without bound");
        if (++steps_ % 16 == 0) look();
    }

    // At most so many wakeups; then the clock jumps, as after a stall.
    void pass(Duration span, unsigned wakeups_max = 40) {
        const Instant end = clock_ + span;
        for (unsigned i = 0; i < wakeups_max && !over_; ++i) {
            const Instant next = std::max(clock_, core_.next_deadline());
            if (next > end) break;
            clock_ = next;
            wake();
        }
        clock_ = end;
    }
    void sleep(Duration span) {
        clock_ = clock_ + span;
        wake();
    }

    void script_done(std::uint8_t which, ScriptDone done) {
        if (jobs_.empty()) return;
        const auto job = std::next(jobs_.begin(), which % static_cast<long>(jobs_.size()));
        done.job = job->first;
        jobs_.erase(job);
        step(done);
    }
    // A `status` that ends well tells `running` only if the word is given.
    void all_succeed(const std::string& status_output) {
        const auto jobs = jobs_;
        for (const auto& [job, call] : jobs) {
            if (over_) return;
            const bool asks = call.action == ScriptAction::status;
            jobs_.erase(job);
            step(ScriptDone{job, ScriptEnd::exited, 0, asks ? status_output : "", 10ms});
        }
    }
    void own_frame_again(std::uint8_t which, LinkId link) {
        if (own_.empty()) return;
        step(FrameIn{link, own_[which % own_.size()]});
    }
    // Whatever came before: asked to stop, with scripts that work, the node comes to its end.
    void must_finish() {
        step(StopRequested{});
        for (int hours = 0; hours < 60 && !over_; ++hours) {
            for (int i = 0; i < 60 && !over_; ++i) {
                all_succeed("stopped");
                pass(200ms);
            }
            // The longest waits are a hand-over's phase and the time that a peer may announce.
            sleep(1h);
        }
        require(over_, "asked to stop, the node never ends");
    }

private:
    static constexpr std::size_t effects_max = 4000;  // of one step
    static constexpr std::size_t heap_bytes_max = 64U << 20U;
    static constexpr int wakeups_at_once_max = 8;

    Now now() const { return {clock_, static_cast<std::uint32_t>(0x6b02c65a)}; }
    static std::size_t heap() noexcept {
        return __sanitizer_get_current_allocated_bytes == nullptr
                   ? 0
                   : __sanitizer_get_current_allocated_bytes();
    }

    // A deadline that stays due would keep the daemon's one thread busy for ever.
    void wake() {
        int times = 0;
        do {
            require(++times <= wakeups_at_once_max, "wakeups at one instant have no end");
            step(Wakeup{});
        } while (!over_ && core_.next_deadline() <= clock_);
    }

    void take(const Effects& effects) {
        require(effects.size() <= effects_max, "too many effects of one step");
        for (const Effect& effect : effects) {
            if (const auto* frame = std::get_if<SendFrame>(&effect)) sent(*frame);
            if (const auto* run = std::get_if<RunAgent>(&effect)) run_agent(*run);
            if (const auto* kill = std::get_if<KillJob>(&effect)) {
                require(jobs_.contains(kill->job), "a job is killed that does not run");
            }
            if (const auto* line = std::get_if<LogLine>(&effect)) {
                const std::string text = log_text(*line);
                require(!text.empty(), "an empty line in the log");
                show(text);
            }
            if (std::holds_alternative<SelfFence>(effect)) over_ = true;
            if (std::holds_alternative<Finished>(effect)) {
                require(jobs_.empty(), "finished while scripts run");
                over_ = finished_ = true;
            }
        }
    }

    // For people who look at a finding: HB_FUZZ_TRACE=1 core_fuzz FILE.
    void show(const std::string& text) const {
        static const bool wanted = std::getenv("HB_FUZZ_TRACE") != nullptr;
        if (!wanted) return;
        std::fprintf(stderr, "[%lld] %s\n", static_cast<long long>(to_ms(clock_.since_start)),
                     text.c_str());
    }

    void run_agent(const RunAgent& run) {
        show("runs " + run.call.type + " " + action_word(run.call.action));
        require(run.job > last_job_, "a job's number is used again");
        last_job_ = run.job;
        require(run.timeout > Duration::zero(), "a script without time");
        const std::string& script = run.call.type;
        for (const auto& [job, call] : jobs_) {
            require(call.type != script || call.arguments != run.call.arguments,
                    "two scripts of one member at once");
        }
        jobs_.emplace(run.job, run.call);
    }

    void sent(const SendFrame& frame) {
        require(static_cast<std::size_t>(frame.link) < config_.engine.links.size(),
                "sent on a link that is not there");
        require(frame.bytes.size() <= limits::message_bytes_max, "a frame that nobody takes");
        if (!own_.empty() && own_.back() == frame.bytes) return;  // the other link
        // Heartbeats are most of what is sent, and all alike: a share of them is looked at.
        const bool heartbeat = frame.bytes.find("t=status") != Bytes::npos;
        if (heartbeat && ++heartbeats_ % 16 != 0) return;
        const auto message = signer_.open(frame.bytes);
        require(message.has_value() && message->source() == "alpha", "a frame that peers refuse");
        if (message->has("hb_ask")) overheard_.question = std::string(message->get("hb_ask"));
        if (const auto number = message->hex("seq")) overheard_.sent = *number;
        constexpr std::size_t remembered = 64;
        if (own_.size() < remembered) own_.emplace_back();
        std::rotate(own_.begin(), own_.begin() + 1, own_.end());
        own_.back() = frame.bytes;
    }

    void look() {
        const core::Status status = core_.status({clock_, 0});
        require(status.nodes.size() + 1 == config_.engine.nodes.size(), "a peer came or went");
        require(status.groups.size() == config_.resources.groups.size(), "a group came or went");
        require(status.finished == finished_, "finished in silence, or said so too early");
    }

    core::CoreConfig config_;
    wire::Signer signer_;
    std::size_t heap_before_;
    Instant clock_{1s};
    core::Core core_;
    std::map<JobId, AgentCall> jobs_;
    JobId last_job_{};
    std::vector<Bytes> own_;
    Overheard overheard_;
    std::uint64_t steps_{}, heartbeats_{};
    bool over_{false}, finished_{false};
};

}  // namespace hb::fuzz
