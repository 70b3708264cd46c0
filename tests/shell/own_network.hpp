// A network namespace of the test's own, and the kernel's ear in it. CTest runs each test in a
// process of its own.
#pragma once

#include <gtest/gtest.h>
#include <sched.h>

#include <optional>
#include <utility>

#include "agents/netlink.hpp"

namespace hb::shell {

class OwnNetworkTest : public testing::Test {
protected:
    // A derived SetUp() calls it first, and goes on if there is a kernel.
    void SetUp() override {
        if (::unshare(CLONE_NEWNET) != 0) GTEST_SKIP() << "namespaces need root";
        auto opened = agents::Netlink::open();
        ASSERT_TRUE(opened);
        kernel.emplace(*std::move(opened));
    }

    std::optional<agents::Netlink> kernel;
};

}  // namespace hb::shell
