// See address_guard.hpp.
#include "address_guard.hpp"

#include <net/if.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <set>
#include <utility>

#include "address_keeper.hpp"
#include "asio.hpp"
#include "base/limits.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "clock.hpp"

namespace hb::shell {

namespace {

namespace asio = boost::asio;
using Results = std::vector<agents::CareResult>;
using Places = std::vector<std::size_t>;

std::string named(const Places& places, const Results& results) {
    std::string out;
    const std::size_t shown = std::min(places.size(), limits::addresses_named_max);
    for (std::size_t i = 0; i < shown; ++i) {
        out += (out.empty() ? "" : " ") + results[places[i]].written;
    }
    if (shown < places.size()) out += " and " + std::to_string(places.size() - shown) + " more";
    return out;
}

// One line for those that have the same interface and words.
template <class Line>
void each_row(const Places& places, const Results& results, std::string agents::CareResult::*words,
              const Line& line) {
    std::map<std::pair<std::string, std::string>, Places> rows;
    for (const std::size_t i : places) rows[{results[i].interface, results[i].*words}].push_back(i);
    for (const auto& [row, members] : rows) {
        line(named(members, results), row.first, row.second);
    }
}

// Of several lines the last, which says what failed.
std::string last_line(const std::string& text) {
    const auto lines = hb::words(text, "\n");
    return lines.empty() ? "no reason was given"
                         : printable(lines.back(), limits::log_line_bytes_max / 2);
}

}  // namespace

class AddressGuard::State : public std::enable_shared_from_this<AddressGuard::State> {
public:
    State(asio::io_context& loop, Hooks hooks)
        : loop_(loop), timer_(loop), refresh_timer_(loop), hooks_(std::move(hooks)) {}

    Clock clock_;

    AddressKeeper& keeper() noexcept { return keeper_; }
    void log(LogLine line) const {
        if (hooks_.log) hooks_.log(std::move(line));
    }
    // What else arrives at this moment goes with it.
    void changed() {
        if (std::exchange(posted_, true)) return;
        asio::post(loop_, [me = shared_from_this()] {
            me->posted_ = false;
            me->pump();
        });
    }
    void because(const std::string& why) {
        if (why_.size() < limits::addresses_named_max) why_.insert(why);
    }
    void refresh_every(Duration pause) {
        if (pause == refresh_pause_) return;
        refresh_pause_ = pause;
        refresh_later();
    }
    void on_first_held(std::function<void(int family)> callback) {
        first_held_ = std::move(callback);
    }
    void look_at_families();
    void close() {
        hooks_ = {};
        first_held_ = nullptr;
        timer_.cancel();
        refresh_timer_.cancel();
    }

private:
    void pump();
    void refresh_later();
    void answered(const AddressKeeper::Given& given, AsideEnd end, const Results& results);
    void tell(const AddressKeeper::Verdict& verdict, const Results& results);

    asio::io_context& loop_;
    asio::steady_timer timer_;
    asio::steady_timer refresh_timer_;
    Duration refresh_pause_{};
    Hooks hooks_;
    std::function<void(int family)> first_held_;
    std::set<int> families_;  // it was told of
    AddressKeeper keeper_;
    std::set<std::string> why_;      // for the next look
    std::set<std::string> reasons_;  // of the one that is under way
    bool busy_{false};
    bool posted_{false};
};

void AddressGuard::State::pump() {
    if (busy_ || !hooks_.care) return;
    const AddressKeeper::Given given = keeper_.take_due(clock_.now());
    if (!given.keys.empty()) {
        busy_ = true;
        reasons_ = std::exchange(why_, {});
        hooks_.care(given.addresses, [me = shared_from_this(), given](AsideEnd end, Results found) {
            me->busy_ = false;
            me->answered(given, end, found);
            me->pump();
        });
        return;
    }
    const Instant next = keeper_.next_due();
    if (next == never) return;
    timer_.expires_after(next - clock_.now());
    timer_.async_wait([me = shared_from_this()](const auto& error) {
        if (!error) me->pump();
    });
}

void AddressGuard::State::refresh_later() {
    refresh_timer_.cancel();
    if (refresh_pause_ == Duration::zero()) return;
    refresh_timer_.expires_after(refresh_pause_);
    refresh_timer_.async_wait([me = shared_from_this()](const auto& error) {
        if (error) return;
        me->keeper_.refresh(me->clock_.now());
        me->pump();
        me->refresh_later();
    });
}

void AddressGuard::State::look_at_families() {
    if (!first_held_) return;
    for (const int family : {AF_INET, AF_INET6}) {
        if (families_.contains(family) || !keeper_.holds(family)) continue;
        families_.insert(family);
        asio::post(loop_, [me = shared_from_this(), family] {
            if (me->first_held_) me->first_held_(family);
        });
    }
}

void AddressGuard::State::answered(const AddressKeeper::Given& given, AsideEnd end,
                                   const Results& results) {
    if (end == AsideEnd::given_up) {
        Results none(given.keys.size());
        for (std::size_t i = 0; i < none.size(); ++i) {
            none[i].written = given.addresses[i].call.arguments[0];
            none[i].interface = "its interface";
            none[i].words = "the system gives no answer";
        }
        tell(keeper_.answered(given, none, clock_.now()), none);
        return;
    }
    const auto verdict = keeper_.answered(given, results, clock_.now());
    tell(verdict, results);
    if (end != AsideEnd::slow) return;  // their stop came after it
    for (const AgentCall& call : verdict.unwanted) {
        if (hooks_.undo) hooks_.undo(call);
    }
}

void AddressGuard::State::tell(const AddressKeeper::Verdict& verdict, const Results& results) {
    using agents::CareResult;
    const auto seconds = [](Duration span) {
        return std::chrono::duration_cast<std::chrono::seconds>(span).count();
    };
    each_row(verdict.put_back, results, &CareResult::suspects,
             [this](const auto& addresses, const auto& interface, const auto& suspects) {
                 log(log_line(LogId::address_restored, addresses, interface, suspects));
             });
    each_row(verdict.waiting, results, &CareResult::suspects,
             [this](const auto& addresses, const auto& interface, const auto&) {
                 log(log_line(LogId::address_without_link, addresses, interface));
             });
    each_row(verdict.failed, results, &CareResult::words,
             [this](const auto& addresses, const auto& interface, const auto& words) {
                 log(log_line(LogId::address_not_restored, addresses, interface, last_line(words)));
             });
    each_row(verdict.resting, results, &CareResult::suspects,
             [&](const auto& addresses, const auto&, const auto& suspects) {
                 log(log_line(LogId::address_fought_over, addresses, limits::address_mends_max,
                              seconds(limits::address_mends_span), seconds(limits::address_rest),
                              suspects));
             });
    each_row(
        verdict.disputed, results, &CareResult::suspects,
        [&](const auto& addresses, const auto& interface, const auto&) {
            log(log_line(LogId::address_disputed, addresses, interface, limits::claim_answers_max,
                         seconds(limits::claim_answers_span), seconds(limits::claim_rest)));
        });
    if (verdict.announced.empty()) return;
    std::string why;
    for (const std::string& one : reasons_) why += (why.empty() ? "" : ", ") + one;
    log(log_line(LogId::address_announced, named(verdict.announced, results), why));
}

AddressGuard::AddressGuard(boost::asio::io_context& loop, Hooks hooks)
    : state_(std::make_shared<State>(loop, std::move(hooks))) {}

AddressGuard::~AddressGuard() { state_->close(); }

void AddressGuard::asked(const RunAgent& job) { state_->keeper().asked(job); }

void AddressGuard::not_native(JobId job) { state_->keeper().not_native(job); }

void AddressGuard::ended(const ScriptDone& done) {
    state_->keeper().ended(done);
    state_->look_at_families();
}

void AddressGuard::address_removed(const agents::Ip& ip, unsigned index) {
    if (state_->keeper().removed(ip, index, state_->clock_.now())) state_->changed();
}

// Addresses that wait for it, and neighbours that have forgotten us.
void AddressGuard::link_returned(const std::string& interface) {
    if (state_->keeper().held() == 0) return;
    state_->because(printable(interface) + " is up again");
    state_->keeper().announce_all(interface, state_->clock_.now());
    state_->changed();
}

void AddressGuard::news_lost() {
    if (state_->keeper().held() == 0) return;
    state_->log(log_line(LogId::address_news_lost, state_->keeper().held()));
    state_->keeper().all_in_doubt(state_->clock_.now());
    state_->changed();
}

void AddressGuard::address_claimed(const agents::Claim& claim, unsigned index) {
    if (!state_->keeper().claimed(claim, state_->clock_.now())) return;
    std::array<char, IF_NAMESIZE> name{};
    const char* const interface = ::if_indextoname(index, name.data());
    state_->because(agents::to_text(claim.mac) + " announced it on " +
                    (interface == nullptr ? "an interface that is gone" : interface));
    state_->changed();
}

void AddressGuard::on_first_held(std::function<void(int family)> callback) {
    state_->on_first_held(std::move(callback));
}

void AddressGuard::refresh_every(Duration pause) { state_->refresh_every(pause); }

void AddressGuard::announce_again(const std::vector<AgentCall>& calls, const std::string& why) {
    state_->because(why);
    state_->keeper().announce(calls, state_->clock_.now());
    state_->changed();
}

}  // namespace hb::shell
