// Hears from the kernel that a network interface came, went or changed its address (rtnetlink).
// What follows from it is the medium's business.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "base/result.hpp"

namespace hb::shell {

class Loop;

class LinkWatch {
public:
    // The interface's name; empty when the kernel lost count and any may have changed.
    using OnChange = std::function<void(std::string_view interface)>;

    // Errors: io.
    static Result<std::unique_ptr<LinkWatch>> start(Loop& loop, OnChange change);
    ~LinkWatch();

private:
    struct State;
    explicit LinkWatch(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace hb::shell
