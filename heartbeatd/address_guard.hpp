// Keeps what the groups of this node hold: an address that somebody else removed is put back, and
// what other hosts may have forgotten is announced again. On the loop; the work is done by the
// thread of the native agents, what is due when is known by the AddressKeeper.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agents/address_care.hpp"
#include "base/event.hpp"
#include "native_agents.hpp"

namespace boost::asio {
class io_context;
}

namespace hb::shell {

class AddressGuard {
public:
    using Answer = std::function<void(AsideEnd, std::vector<agents::CareResult>)>;
    struct Hooks {
        // Has them looked after, on a thread; the answer once, on the loop, not from within.
        std::function<void(std::vector<agents::InCare>, Answer)> care;
        std::function<void(AgentCall)> undo;  // a stop
        std::function<void(LogLine)> log;
    };
    AddressGuard(boost::asio::io_context& loop, Hooks hooks);
    ~AddressGuard();
    AddressGuard(const AddressGuard&) = delete;
    AddressGuard& operator=(const AddressGuard&) = delete;

    // The calls of the core: see AddressKeeper.
    void asked(const RunAgent& job);
    void not_native(JobId job);
    void ended(const ScriptDone& done);

    // What link_watch hears.
    void address_removed(const agents::Ip& ip, unsigned index);
    void link_returned(const std::string& interface);
    void news_lost();
    // What rival_watch hears: somebody announces an address on that interface.
    void address_claimed(const agents::Claim& claim, unsigned index);
    // Called, not from within, when the first address of a family is held: then it is worth while
    // to listen to what others announce.
    void on_first_held(std::function<void(int family)> callback);
    // All are announced as often as this; zero: never.
    void refresh_every(Duration pause);
    // Those of these that are held here.
    void announce_again(const std::vector<AgentCall>& calls, const std::string& why);

private:
    class State;
    std::shared_ptr<State> state_;
};

}  // namespace hb::shell
