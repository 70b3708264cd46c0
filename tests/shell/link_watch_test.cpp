// News of links and addresses from a kernel of the test's own: a network namespace.
#include "link_watch.hpp"

#include <linux/rtnetlink.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "loop.hpp"
#include "own_network.hpp"
#include "shell_fixture.hpp"

namespace hb::shell {
namespace {

using namespace std::chrono_literals;

constexpr unsigned loopback_index = 1;

agents::Address on_loopback(int last) {
    agents::Address out;
    out.ip = *agents::parse_ip("240.0.0." + std::to_string(last));
    out.prefix = 32;
    out.index = loopback_index;
    return out;
}

class LinkWatchTest : public OwnNetworkTest {
protected:
    void SetUp() override {
        OwnNetworkTest::SetUp();
        if (!kernel) return;
        auto started =
            LinkWatch::start(loop, {[this](std::string_view name) { changed.emplace_back(name); },
                                    [this](const agents::Ip& ip, unsigned index) {
                                        removed.emplace_back(agents::to_text(ip), index);
                                    },
                                    [this](const std::string& name) { returned.push_back(name); },
                                    [this] { ++lost; }});
        ASSERT_TRUE(started);
        watch = *std::move(started);
    }
    void apply(const agents::Change& change) {
        ASSERT_EQ(kernel->apply({change}, agents::Cancel())[0].error, 0);
    }
    bool happens(const std::function<bool()>& what) { return run_until(loop.context(), what); }

    Loop loop;
    std::unique_ptr<LinkWatch> watch;
    std::vector<std::string> changed, returned;
    std::vector<std::pair<std::string, unsigned>> removed;
    int lost{};
};

TEST_F(LinkWatchTest, TellsWhichAddressHasGone) {
    apply(agents::AddAddress{on_loopback(7)});
    apply(agents::AddAddress{on_loopback(8)});
    apply(agents::RemoveAddress{on_loopback(7)});
    ASSERT_TRUE(happens([this] { return !removed.empty(); }));
    EXPECT_EQ(removed[0], std::pair(std::string("240.0.0.7"), loopback_index));
    EXPECT_EQ(removed.size(), 1U);
}

// Why: what is up when the daemon starts has not returned; its groups announce themselves.
TEST_F(LinkWatchTest, TellsWhichLinkIsUpAgain) {
    apply(agents::LinkUp{loopback_index});
    ASSERT_TRUE(happens([this] { return !returned.empty(); }));
    EXPECT_EQ(returned, std::vector<std::string>{"lo"});
    changed.clear();
    apply(agents::AddAddress{on_loopback(9)});  // other news of a link that works
    ASSERT_TRUE(happens([this] { return !changed.empty(); }));
    EXPECT_EQ(returned.size(), 1U);
}

// Why: more news than the kernel keeps for us must not leave an address missing for ever.
TEST_F(LinkWatchTest, TellsThatNewsWereLost) {
    std::vector<agents::Change> many;
    for (int i = 0; i < 60 * 200; ++i) {
        many.emplace_back(agents::AddAddress{on_loopback(1)});
        many.emplace_back(agents::RemoveAddress{on_loopback(1)});
    }
    kernel->apply(many, agents::Cancel());
    ASSERT_TRUE(happens([this] { return lost > 0; }));
    removed.clear();
    apply(agents::AddAddress{on_loopback(2)});
    apply(agents::RemoveAddress{on_loopback(2)});
    EXPECT_TRUE(happens([this] {
        return std::find(removed.begin(), removed.end(),
                         std::pair(std::string("240.0.0.2"), loopback_index)) != removed.end();
    })) << "it goes on";
}

}  // namespace
}  // namespace hb::shell
