// The stand-in of a real Heartbeat 3.0.6 says what the real one said: the reference traces of the
// specification (resources.md, appendix A), two stand-ins with each other.
#include <gtest/gtest.h>

#include "scenario/real_story.hpp"

namespace hb::test {
namespace {

using Lines = std::vector<std::string>;
using config::Failback;

// Why: A.1, the hand-over back to the primary, with the nested report that overtakes its `done`.
TEST(RealTrace, PrimaryReturnsAndGetsItsGroupBack) {
    RealStory story(Failback::on);
    story.boot_n2_alone();
    story.world().power_on(story.n1());
    story.run(10s);
    EXPECT_EQ(story.sent(), (Lines{
                                "n1 t=reqnodes dest=n2",
                                "n2 dest=n1 t=repnodes nodelist=n1 n2  delnodelist= ",
                                "n1 t=starting",
                                "n2 t=resource rsc_hold=all rtype=full isstable=1",
                                "n1 t=resource rsc_hold=none rtype=full isstable=0",
                                "n1 t=resource rsc_hold=none rtype=full isstable=1",
                                "n2 t=resource rsc_hold=all rtype=full isstable=1",
                                "n2 t=ask_resources rsc_hold=foreign info=me",
                                "n1 t=ask_resources rsc_hold=foreign info=other",
                                "n2 t=resource rsc_hold=local rtype=full isstable=0 info=standby",
                                "n2 t=ask_resources rsc_hold=foreign info=done",
                                "n1 t=resource rsc_hold=local rtype=full isstable=1",
                                "n1 t=ask_resources rsc_hold=foreign info=done",
                                "n2 t=resource rsc_hold=local rtype=full isstable=1",
                                "n2 t=resource rsc_hold=local rtype=full isstable=1",
                                "n1 t=resource rsc_hold=local rtype=full isstable=1",
                            }));
}

// Why: A.2, what a death makes the other say when its own group runs already.
TEST(RealTrace, CrashOfThePeer) {
    RealStory story(Failback::on);
    story.boot_both();
    story.world().power_off(story.n1());
    story.run(10s);
    EXPECT_EQ(story.sent(),
              (Lines{
                  "n2 t=stonith node=n1 result=n_stnth",
                  "n2 t=resource rsc_hold=all rtype=full isstable=1 info=req_our_resources()",
                  "n2 t=resource rsc_hold=foreign info=mach_down",
              }));
}

// Why: A.2 with the own group not running, as in a lone boot (5.1).
TEST(RealTrace, LoneBootAsksItselfForItsOwnGroup) {
    RealStory story(Failback::on);
    story.world().power_on(story.n2());
    story.run(8s);
    EXPECT_EQ(story.sent(),
              (Lines{
                  "n2 t=starting",
                  "n2 t=stonith node=n1 result=n_stnth",
                  "n2 t=ip-request-resp dest=n2 ipaddr=g1m0 weown=yes ok=OK",
                  "n2 t=resource rsc_hold=all rtype=full isstable=1 info=req_our_resources()",
                  "n2 t=resource rsc_hold=foreign info=mach_down",
              }));
}

// Why: A.3, a stop: the taker does not wait for deadtime, and finds the death unneeded later. Its
// own stop ends 2 s after `shutdone`; then the world starts the daemon again.
TEST(RealTrace, GracefulStop) {
    RealStory story(Failback::on);
    story.boot_both();
    story.world().stop(story.n1());
    story.run(1s);
    EXPECT_EQ(story.sent(),
              (Lines{
                  "n1 t=resource rsc_hold=none rtype=full isstable=0 info=shutdown",
                  "n1 t=shutdone st=dead",
                  "n2 t=resource rsc_hold=all rtype=full isstable=1 info=req_our_resources()",
                  "n2 t=resource rsc_hold=all rtype=full isstable=1",
                  "n2 t=ask_resources rsc_hold=foreign info=done",
                  "n2 t=resource rsc_hold=foreign info=mach_down",
              }));
    EXPECT_NE(story.n1().core, nullptr);
    story.run(1500ms);
    EXPECT_TRUE(story.said("alpha daemon ended"));
    story.world().power_off(story.n1());
    story.forget();
    story.run(5s);
    EXPECT_EQ(story.sent(), (Lines{"n2 t=stonith node=n1 result=unneeded"}));
}

// Why: A.4, both took everything, both give it up and start again; the second waits for the first.
TEST(RealTrace, HealedPartition) {
    RealStory story(Failback::on);
    story.boot_both();
    story.world().cut(0, 10s);
    story.world().cut(1, 10s);
    story.run(10s);
    EXPECT_EQ(story.holdings(story.n1()), "all");
    EXPECT_EQ(story.holdings(story.n2()), "all");
    story.forget();
    story.run(7s);
    Lines seen = story.sent();
    ASSERT_EQ(seen.size(), 6U);
    std::sort(seen.begin(), seen.begin() + 2);  // who hears the other first is a matter of phase
    const std::string first = seen[2].substr(0, 2);  // and so is who begins
    const std::string second = first == "n1" ? "n2" : "n1";
    EXPECT_EQ(seen, (Lines{
                        "n1 t=stonith node=n2 result=unneeded",
                        "n2 t=stonith node=n1 result=unneeded",
                        first + " t=resource rsc_hold=none rtype=full isstable=0 info=shutdown",
                        first + " t=shutdone st=dead",
                        second + " t=resource rsc_hold=none rtype=full isstable=0 info=shutdown",
                        second + " t=shutdone st=dead",
                    }));
    EXPECT_TRUE(story.n1().running.empty());
    EXPECT_TRUE(story.n2().running.empty());
    story.forget();
    story.run(15s);
    EXPECT_EQ(story.sent_of("starting").size(), 2U);
    // Whoever is up when the other says `starting` answers; the first may still be deaf then.
    const Lines reports = story.sent_of("resource");
    ASSERT_FALSE(reports.empty());
    EXPECT_NE(reports[0].find("rsc_hold=none rtype=full isstable=0"), std::string::npos);
    EXPECT_EQ(story.holdings(story.n1()), "local");
    EXPECT_EQ(story.holdings(story.n2()), "local");
}

// Why: A.5, the asking of legacy mode; nothing of the other mode is said.
TEST(RealTrace, LegacyPrimaryReturns) {
    RealStory story(Failback::legacy);
    story.boot_n2_alone();
    EXPECT_EQ(story.n2().running, (std::set<std::string>{"g0m0", "g1m0"}));
    story.world().power_on(story.n1());
    story.run(10s);
    EXPECT_EQ(story.sent(), (Lines{
                                "n1 t=reqnodes dest=n2",
                                "n2 dest=n1 t=repnodes nodelist=n1 n2  delnodelist= ",
                                "n1 t=ip-request ipaddr=g0m0",
                                "n2 t=ip-request-resp dest=n1 ipaddr=g0m0 weown=yes ok=OK",
                            }));
    EXPECT_EQ(story.n1().running, (std::set<std::string>{"g0m0"}));
    EXPECT_EQ(story.n2().running, (std::set<std::string>{"g1m0"}));
}

}  // namespace
}  // namespace hb::test
