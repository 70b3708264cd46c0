// Which addresses the groups of this node hold, by the calls of native agents that it ran, and
// which of them must be looked at when. Pure: what happens in the kernel it is told, time is a
// parameter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agents/address_care.hpp"
#include "base/event.hpp"
#include "base/instant.hpp"

namespace hb::shell {

class AddressKeeper {
public:
    // --- the calls of the core, in order ---
    // It is run by a native agent. An address is no longer held from the moment on at which its
    // stop is asked for.
    void asked(const RunAgent& job);
    // It was run by somebody's own script after all: what that does is that script's business.
    void not_native(JobId job);
    // Held: its start succeeded, or its status found it.
    void ended(const ScriptDone& done);

    // --- what the kernel says ---
    // False: it is none of ours.
    bool removed(const agents::Ip& ip, unsigned index, Instant now);
    // Any of them may have gone.
    void all_in_doubt(Instant now);
    // Those among these calls that are held, or all on one interface, are announced as well.
    void announce(const std::vector<AgentCall>& calls, Instant now);
    void announce_all(const std::string& interface, Instant now);

    // --- what the segment says ---
    // Somebody with this hardware address announces it. False: it is none of ours, or he is not
    // answered, for he was a moment ago or has been too often.
    bool claimed(const agents::Claim& claim, Instant now);
    // All are announced with one pair of frames.
    void refresh(Instant now);

    // --- looking after them ---
    struct Given {  // to be looked at; the same to answered()
        std::vector<std::string> keys;
        std::vector<agents::InCare> addresses;  // in the order in which they were started
    };
    Given take_due(Instant now);
    // `never` when nothing is to be done.
    Instant next_due() const noexcept;

    struct Verdict {
        std::vector<std::size_t> put_back, waiting, failed, announced;  // places in `results`
        std::vector<std::size_t> resting;  // put back so often that they are left alone now
        std::vector<std::size_t>
            disputed;  // somebody else announces them, and was answered so often
        // Put back though their stop has been asked for meanwhile, and nobody starts them.
        std::vector<AgentCall> unwanted;
    };
    Verdict answered(const Given& given, const std::vector<agents::CareResult>& results,
                     Instant now);

    std::size_t held() const noexcept { return held_.size(); }
    bool holds(int family) const noexcept;

private:
    struct Held {
        AgentCall call;
        agents::Ip ip;
        std::uint64_t order{};  // of the starts
        unsigned index{};       // of the link from which it went
        Instant due{never};
        std::set<std::string> announce_on;
        std::vector<Instant> mends;  // limits::address_mends_max at most
        Instant rest_until{};
        bool refresh{false};
        std::optional<agents::Mac> rival;  // since the last look
        std::vector<Instant> answers;      // to rivals; limits::claim_answers_max at most
        Instant next_answer{};
    };
    struct Pending {
        std::string key;
        AgentCall call;
    };
    void hold(const Pending& pending);
    bool is_starting(const std::string& key) const;
    static void judge_rival(Held& held, std::size_t place, Instant now, Verdict& out);
    static void judge(Held& held, const agents::CareResult& result, std::size_t place, Instant now,
                      Verdict& out);

    std::map<std::string, Held> held_;  // by type and arguments
    std::map<JobId, Pending> pending_;
    std::set<std::string> stopped_;  // their stop was asked for, and has not succeeded
    std::uint64_t order_{};
};

}  // namespace hb::shell
