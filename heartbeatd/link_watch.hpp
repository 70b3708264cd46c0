// Hears from the kernel that a network interface came, went or changed its address (rtnetlink).
// What follows from it is the business of the media, and of the guard of addresses.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "agents/ip.hpp"
#include "base/result.hpp"

namespace hb::shell {

class Loop;

class LinkWatch {
public:
    // On the loop.
    struct News {
        // The interface's name; empty when the kernel lost count and any may have changed.
        std::function<void(std::string_view interface)> change;
        // It is not there any more; the index of its link.
        std::function<void(const agents::Ip& ip, unsigned link)> address_removed;
        // The link works, and is new or did not work before.
        std::function<void(const std::string& interface)> link_returned;
        // The kernel lost count: addresses may have been removed.
        std::function<void()> lost;
    };

    // Errors: io.
    static Result<std::unique_ptr<LinkWatch>> start(Loop& loop, News news);
    ~LinkWatch();

private:
    struct State;
    explicit LinkWatch(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace hb::shell
