// Addresses of host names without ever holding up the loop: a thread of normal priority asks the
// system's resolver, the loop hears of it through an eventfd. What an address is for is not known
// here.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/ids.hpp"
#include "base/result.hpp"

namespace hb::shell {

class Loop;
class Watch;

// An address of either family, without a port.
struct HostAddress {
    sockaddr_storage storage{};
    socklen_t size{};
    bool same_host(const sockaddr_storage& other) const noexcept;
    std::string shown() const;
};

// Nothing when `text` is no numeric address of that family (AF_INET, or AF_INET6 with `%INTERFACE`
// as an option).
std::optional<HostAddress> numeric_address(const std::string& text, int family);

class Resolver {
public:
    using Done = std::function<void(Result<HostAddress>)>;

    // REQUIRES: the loop outlives the resolver.
    explicit Resolver(Loop& loop);
    // A lookup that hangs is left behind: it owns what it needs.
    ~Resolver();
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    // Calls `done` once, on the loop, never inside this call; not at all when the resolver ends
    // first. One lookup runs at a time. Errors: not_found with the resolver's words, too_large when
    // limits::lookups_max wait already (then `done` is called at once), io (no thread).
    void look_up(std::string host, int family, Done done);

private:
    struct Shared;
    struct Waiting {
        std::string host;
        int family{};
        Done done;
    };
    void start_next();
    void answered();

    std::shared_ptr<Shared> shared_;
    std::unique_ptr<Watch> answers_;
    std::deque<Waiting> waiting_;  // the first one is being looked up
    bool running_{false};
};

}  // namespace hb::shell
