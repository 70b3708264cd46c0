// Hears what other machines say of IP addresses without being asked: gratuitous ARP, unsolicited
// neighbour advertisements. Which of them are ours, and what follows, is the business of the guard
// of addresses.
#pragma once

#include <functional>
#include <memory>

#include "agents/frames.hpp"
#include "base/instant.hpp"
#include "base/result.hpp"

namespace hb::shell {

class Loop;

class RivalWatch {
public:
    // On the loop; `link` is the index of the interface. A machine that floods the segment is heard
    // limits::claims_per_second times a second.
    using OnClaim = std::function<void(const agents::Claim& claim, unsigned link)>;

    RivalWatch(Loop& loop, OnClaim on_claim);
    ~RivalWatch();
    RivalWatch(const RivalWatch&) = delete;
    RivalWatch& operator=(const RivalWatch&) = delete;

    // From now on, on every interface; a second call is nothing. The kernel lets nothing else
    // through to us. Errors: io, permission.
    [[nodiscard]] Result<void> listen(int family);

private:
    class State;
    std::shared_ptr<State> state_;
};

}  // namespace hb::shell
