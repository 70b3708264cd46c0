// Who holds what, when nodes boot, die, return, hand over and stop.
#include "resource/manager.hpp"

#include <gtest/gtest.h>

#include "unit/resource/manager_pair.hpp"

namespace hb::resource {
namespace {

using Set = std::set<std::string>;

std::vector<config::ResourceGroup> two_groups() {
    return {make_group("alpha", "10.0.0.1 web"), make_group("beta", "10.0.0.2 db")};
}
const Set alphas{"IPaddr::10.0.0.1", "web"};
const Set betas{"IPaddr::10.0.0.2", "db"};
const Set everything{"IPaddr::10.0.0.1", "web", "IPaddr::10.0.0.2", "db"};

// Why: the daily start of a cluster; two of ours must not wait 10 s as two real nodes do.
TEST(Manager, BothBootAndEachTakesItsOwn) {
    ManagerPair pair(two_groups(), config::Failback::off);
    pair.boot_both();
    EXPECT_EQ(pair.running("alpha"), alphas);
    EXPECT_EQ(pair.running("beta"), betas);
    EXPECT_LT(pair.now().mono, Instant{200ms});
    EXPECT_EQ(pair.manager("alpha").holdings(), "local");
    EXPECT_TRUE(pair.logged("alpha", "Initial resource acquisition complete"));
}

// Why: the first promise of the program.
TEST(Manager, SurvivorTakesEverything) {
    ManagerPair pair(two_groups(), config::Failback::off);
    pair.boot_both();
    pair.kill("alpha");
    pair.declare_dead("beta", "alpha");
    EXPECT_EQ(pair.running("beta"), everything);
    EXPECT_EQ(pair.manager("beta").holdings(), "all");
    EXPECT_TRUE(pair.logged("beta", "No STONITH device configured."));
    EXPECT_TRUE(pair.logged("beta", "mach_down takeover complete for node alpha."));
}

// Why: a claim must be on the wire before the first start, so that a crash in between is fenced.
TEST(Manager, SaysBeforeItDoes) {
    ManagerPair pair(two_groups(), config::Failback::off);
    pair.boot("beta");
    pair.declare_dead("beta", "alpha", false);
    pair.at("beta").said.clear();
    Wishes out;
    pair.manager("beta").comm_up(pair.now(), out);
    std::size_t said = out.size(), started = out.size();
    for (std::size_t i = 0; i < out.size(); ++i) {
        const auto* letter = std::get_if<Letter>(&out[i]);
        if (letter != nullptr && letter->type == "resource" && said == out.size()) {
            EXPECT_NE(letter->get("hb_held").find("10.0.0.1"), std::string_view::npos);
            said = i;
        }
        const auto* effect = std::get_if<Effect>(&out[i]);
        if (effect != nullptr && std::get_if<RunAgent>(effect) && started == out.size()) {
            started = i;
        }
    }
    ASSERT_LT(started, out.size());
    EXPECT_LT(said, started);
}

// Why: auto_failback on brings the group home, off leaves it; both are in every tutorial.
TEST(Manager, ReturnedNodeGetsItsGroupByPolicy) {
    for (const auto policy : {config::Failback::on, config::Failback::off}) {
        ManagerPair pair(two_groups(), policy);
        pair.boot_both();
        pair.kill("alpha");
        pair.declare_dead("beta", "alpha");
        pair.boot("alpha");
        pair.join("alpha");
        const bool home = policy == config::Failback::on;
        EXPECT_EQ(pair.running("alpha"), home ? alphas : Set{});
        EXPECT_EQ(pair.running("beta"), home ? betas : everything);
        EXPECT_TRUE(pair.never_twice());
    }
}

// Why: legacy is 3.0.6's default; the group is asked for by name and always comes home.
TEST(Manager, LegacyFailbackAsksByName) {
    ManagerPair pair(two_groups(), config::Failback::legacy);
    pair.boot_both();
    EXPECT_EQ(pair.running("alpha"), alphas);
    pair.kill("alpha");
    pair.declare_dead("beta", "alpha");
    pair.boot("alpha");
    pair.join("alpha");
    EXPECT_EQ(pair.running("alpha"), alphas);
    EXPECT_EQ(pair.running("beta"), betas);
    EXPECT_TRUE(pair.never_twice());
}

struct Move {
    const char* word;
    Set alpha, beta;
};

// Why: hb_standby is how administrators move services; each class must move what it says.
TEST(Manager, StandbyMovesItsClass) {
    const Move moves[] = {{"all", {}, everything},
                          {"local", {}, everything},
                          {"foreign", alphas, betas},
                          {"failback", alphas, betas}};
    for (const Move& move : moves) {
        ManagerPair pair(two_groups(), config::Failback::off);
        pair.boot_both();
        pair.standby("alpha", move.word);
        EXPECT_EQ(pair.running("alpha"), move.alpha) << move.word;
        EXPECT_EQ(pair.running("beta"), move.beta) << move.word;
        EXPECT_TRUE(pair.never_twice());
        EXPECT_NE(pair.manager("alpha").holdings(), "transition") << move.word;
        EXPECT_NE(pair.manager("beta").holdings(), "transition") << move.word;
    }
}

// Why: a command that comes while groups move is meant all the same; 3.0.6 drops it.
TEST(Manager, CommandDuringAHandOverIsCarriedOutAfterIt) {
    ManagerPair pair(two_groups(), config::Failback::off);
    pair.boot_both();
    Wishes out;
    pair.manager("alpha").standby_command(pair.now(), "local", out);
    pair.carry("alpha", out);
    pair.settle(30ms);
    ASSERT_EQ(pair.manager("alpha").holdings(), "transition");
    pair.takeover("alpha", "all");
    EXPECT_EQ(pair.running("alpha"), everything);
    EXPECT_EQ(pair.running("beta"), Set{});
    EXPECT_TRUE(pair.never_twice());
}

// Why: the other half of the pair; the class is from the view of the node that wants the groups.
TEST(Manager, TakeoverFetchesItsClass) {
    const Move moves[] = {{"all", everything, {}},
                          {"foreign", everything, {}},
                          {"local", alphas, betas},
                          {"failback", alphas, betas}};
    for (const Move& move : moves) {
        ManagerPair pair(two_groups(), config::Failback::off);
        pair.boot_both();
        pair.takeover("alpha", move.word);
        EXPECT_EQ(pair.running("alpha"), move.alpha) << move.word;
        EXPECT_EQ(pair.running("beta"), move.beta) << move.word;
        EXPECT_TRUE(pair.never_twice());
    }
}

// Why: an administrator's choice must last; only a death or a stop makes a failback due.
TEST(Manager, FailbackDoesNotUndoAStandby) {
    ManagerPair pair(two_groups(), config::Failback::on);
    pair.boot_both();
    pair.standby("alpha", "local");
    EXPECT_EQ(pair.running("beta"), everything);
}

// Why: two real nodes whose requests cross both wait 10 s and nothing moves.
TEST(Manager, CrossingStandbysAreSettledByFileOrder) {
    ManagerPair pair(two_groups(), config::Failback::off);
    pair.boot_both();
    Wishes a, b;
    pair.manager("alpha").standby_command(pair.now(), "all", a);
    pair.manager("beta").standby_command(pair.now(), "all", b);
    pair.carry("alpha", a);
    pair.carry("beta", b);
    pair.settle();
    EXPECT_EQ(pair.running("alpha"), Set{});
    EXPECT_EQ(pair.running("beta"), everything);
    EXPECT_TRUE(pair.never_twice());
}

// Why: a stop is the most frequent takeover; it must not cost deadtime, and the node that goes must
// go when the other has heard it.
TEST(Manager, GracefulStopHandsOverAndEnds) {
    ManagerPair pair(two_groups(), config::Failback::off);
    pair.boot_both();
    const Instant before = pair.now().mono;
    pair.stop("alpha");
    EXPECT_TRUE(pair.at("alpha").finished);
    EXPECT_EQ(pair.running("alpha"), Set{});
    EXPECT_EQ(pair.running("beta"), everything);
    EXPECT_LT(pair.now().mono - before, Duration{500ms});
    EXPECT_TRUE(pair.never_twice());
}

// Why: when the whole site is stopped nobody may start what the other just stopped.
TEST(Manager, BothStopAndNothingStarts) {
    ManagerPair pair(two_groups(), config::Failback::off);
    pair.boot_both();
    Wishes out;
    pair.manager("beta").stop(pair.now(), out);
    pair.stop("alpha");
    EXPECT_EQ(pair.running("alpha"), Set{});
    EXPECT_TRUE(pair.at("alpha").finished);
    for (const std::string& ran : pair.at("beta").ran) {
        EXPECT_EQ(ran.find("10.0.0.1 start"), std::string::npos);
    }
}

// Why: 3.0.6 announces success after a failed start and moves healthy groups instead (B1, B2).
TEST(Manager, FailedGroupAloneGoesToThePeer) {
    std::vector<config::ResourceGroup> groups = two_groups();
    groups.push_back(make_group("alpha", "10.0.0.3 mail"));
    ManagerPair pair(groups, config::Failback::off);
    pair.at("alpha").start_fails.insert("mail");
    pair.boot_both();
    EXPECT_EQ(pair.running("alpha"), alphas);
    EXPECT_TRUE(pair.running("beta").contains("mail"));
    EXPECT_TRUE(pair.running("beta").contains("IPaddr::10.0.0.3"));
    EXPECT_TRUE(pair.logged("alpha", "Giving up resources due to failure of mail"));
    // It comes back by command only.
    pair.at("alpha").start_fails.clear();
    pair.takeover("alpha", "local");
    EXPECT_TRUE(pair.running("alpha").contains("mail"));
    EXPECT_TRUE(pair.never_twice());
}

// Why: a group that fails everywhere must not wander for ever.
TEST(Manager, GroupThatFailsOnBothStaysDown) {
    ManagerPair pair(two_groups(), config::Failback::off);
    pair.at("alpha").start_fails.insert("web");
    pair.at("beta").start_fails.insert("web");
    pair.boot_both();
    EXPECT_EQ(pair.running("alpha"), Set{});
    EXPECT_EQ(pair.running("beta"), betas);
    const auto starts = [&pair](const char* node) {
        return std::count(pair.at(node).ran.begin(), pair.at(node).ran.end(), "web start");
    };
    EXPECT_EQ(starts("alpha"), 1);
    EXPECT_EQ(starts("beta"), 1);
    EXPECT_TRUE(pair.logged("alpha", "failed on every node: it runs nowhere"));
    EXPECT_TRUE(pair.logged("beta", "failed on every node: it runs nowhere"));
}

// Why: at 3 a.m. the log must say that nobody else can take the group, once and not at each beat.
TEST(Manager, FailedGroupWithoutAPeerIsToldOnce) {
    ManagerPair pair(two_groups(), config::Failback::off);
    pair.at("alpha").start_fails.insert("web");
    pair.boot("alpha");
    pair.declare_dead("alpha", "beta", false);
    pair.join("alpha");
    const auto told = std::count_if(
        pair.at("alpha").logs.begin(), pair.at("alpha").logs.end(), [](const std::string& line) {
            return line.find("failed here and stays down") != std::string::npos;
        });
    EXPECT_EQ(told, 1);
    EXPECT_EQ(pair.running("alpha"), betas);
}

// Why: a failed group is tried again when its peer dies: better a try than an outage.
TEST(Manager, FailedGroupIsTriedAgainWhenThePeerDies) {
    ManagerPair pair(two_groups(), config::Failback::off);
    pair.at("alpha").start_fails.insert("web");
    pair.boot_both();
    EXPECT_TRUE(pair.running("beta").contains("web"));
    pair.at("alpha").start_fails.clear();
    pair.kill("beta");
    pair.declare_dead("alpha", "beta");
    EXPECT_EQ(pair.running("alpha"), everything);
}

// Why: a daemon that was killed leaves its groups; the new one adopts them without a restart.
TEST(Manager, RestartedDaemonAdoptsWhatRuns) {
    ManagerPair pair(two_groups(), config::Failback::off);
    pair.at("alpha").running = alphas;
    pair.boot_both();
    for (const std::string& ran : pair.at("alpha").ran) {
        EXPECT_EQ(ran.find(" start"), std::string::npos) << ran;
        EXPECT_EQ(ran.find(" stop"), std::string::npos) << ran;
    }
    EXPECT_EQ(pair.manager("alpha").holdings(), "local");
}

// Why: 3.0.6 orphans the groups of the peer for ever when the holder of all restarts fast (B5).
TEST(Manager, FastRestartOfTheHolderOrphansNothing) {
    ManagerPair pair(two_groups(), config::Failback::off);
    pair.boot_both();
    pair.standby("alpha", "all");
    EXPECT_EQ(pair.running("beta"), everything);
    pair.kill("beta");
    pair.boot("beta");
    pair.join("beta");
    EXPECT_EQ(pair.running("alpha"), alphas);
    EXPECT_EQ(pair.running("beta"), betas);
}

// Why: after a cut without fencing both run everything; exactly one copy may be left, and both must
// choose the same.
TEST(Manager, HealedPartitionLeavesEachGroupOnce) {
    ManagerPair pair(two_groups(), config::Failback::off);
    pair.boot_both();
    pair.at("alpha").alive = pair.at("beta").alive = false;  // the line is cut
    pair.declare_dead("alpha", "beta");
    pair.declare_dead("beta", "alpha");
    EXPECT_EQ(pair.running("alpha"), everything);
    EXPECT_EQ(pair.running("beta"), everything);
    pair.at("alpha").alive = pair.at("beta").alive = true;
    pair.hears(pair.at("alpha"), "beta", false);
    pair.hears(pair.at("beta"), "alpha", false);
    pair.settle();
    EXPECT_EQ(pair.running("alpha"), alphas);
    EXPECT_EQ(pair.running("beta"), betas);
}

// Why: the last resort of a machine that cannot let go, and only then.
TEST(Manager, FailedStopIsRetriedThenTheMachineGivesItselfUp) {
    ManagerPair pair(two_groups(), config::Failback::off);
    pair.boot_both();
    pair.at("alpha").stop_fails.insert("web");
    pair.standby("alpha", "all");
    EXPECT_TRUE(pair.at("alpha").fenced_itself);
    EXPECT_EQ(std::count(pair.at("alpha").ran.begin(), pair.at("alpha").ran.end(), "web stop"),
              limits::stop_retries + 1);
    EXPECT_TRUE(pair.running("alpha").contains("web"));
    EXPECT_FALSE(pair.running("beta").contains("web"));
}

// Why: a script that answers 1 to a stop of what is stopped must not cost a reboot.
TEST(Manager, FailedStopOfAStoppedMemberGoesOn) {
    ManagerPair pair(two_groups(), config::Failback::off);
    pair.boot_both();
    pair.at("alpha").stop_fails.insert("web");
    pair.at("alpha").running.erase("web");
    pair.standby("alpha", "all");
    EXPECT_FALSE(pair.at("alpha").fenced_itself);
    EXPECT_EQ(pair.running("beta"), everything);
    EXPECT_TRUE(pair.logged("alpha", "Machine reboot narrowly avoided!"));
}

// Why: a start that hangs counts as failed, and the group moves.
TEST(Manager, HungStartMovesTheGroup) {
    ManagerPair pair(two_groups(), config::Failback::off);
    pair.at("alpha").hangs.insert("web start");
    pair.boot_both();
    pair.settle(300s);
    EXPECT_TRUE(pair.running("beta").contains("web"));
    EXPECT_FALSE(pair.running("alpha").contains("web"));
}

// Why: a later group on the file system of an earlier one must find it mounted, and let go first.
TEST(Manager, LeaningGroupWaitsAndStopsFirst) {
    ManagerPair pair({make_group("alpha", "Filesystem::/dev/sdb1::/srv::ext4"),
                      make_group("alpha", "web::/srv/www")},
                     config::Failback::off);
    pair.boot_both();
    const auto position = [&pair](const char* text) {
        const auto& ran = pair.at("alpha").ran;
        return std::find(ran.begin(), ran.end(), text) - ran.begin();
    };
    EXPECT_LT(position("Filesystem::/dev/sdb1::/srv::ext4 start"), position("web::/srv/www start"));
    pair.standby("alpha", "all");
    EXPECT_LT(position("web::/srv/www stop"), position("Filesystem::/dev/sdb1::/srv::ext4 stop"));
    EXPECT_EQ(pair.running("beta").size(), 2U);
}

// Why: it would write to the bare directory below the mount point.
TEST(Manager, LeaningGroupFollowsAFailedBase) {
    ManagerPair pair({make_group("alpha", "Filesystem::/dev/sdb1::/srv::ext4"),
                      make_group("alpha", "web::/srv/www")},
                     config::Failback::off);
    pair.at("alpha").start_fails.insert("Filesystem::/dev/sdb1::/srv::ext4");
    pair.boot_both();
    EXPECT_EQ(pair.running("alpha"), Set{});
    EXPECT_EQ(pair.running("beta").size(), 2U);
}

// Why: nobody answers when the peer is dead; groups must stay where they are.
TEST(Manager, StandbyWithoutAPeerMovesNothing) {
    ManagerPair pair(two_groups(), config::Failback::off);
    pair.boot("alpha");
    pair.declare_dead("alpha", "beta", false);
    pair.join("alpha");
    EXPECT_EQ(pair.running("alpha"), everything);
    pair.standby("alpha", "all");
    EXPECT_EQ(pair.running("alpha"), everything);
    EXPECT_TRUE(pair.logged("alpha", "No reply to standby request"));
}

// Why: a peer that dies in the middle of its release leaves groups that nobody runs.
TEST(Manager, DeathOfTheGiverDuringAHandOverIsATakeover) {
    ManagerPair pair(two_groups(), config::Failback::off);
    pair.boot_both();
    pair.at("alpha").hangs.insert("web stop");
    pair.standby("alpha", "nonsense");
    EXPECT_TRUE(pair.logged("alpha", "unknown resource class"));
    Wishes out;
    pair.manager("alpha").standby_command(pair.now(), "all", out);
    pair.carry("alpha", out);
    pair.settle(30ms);  // me, other, the first stop
    EXPECT_EQ(pair.manager("alpha").holdings(), "transition");
    pair.kill("alpha");
    pair.declare_dead("beta", "alpha");
    EXPECT_EQ(pair.running("beta"), everything);
    EXPECT_EQ(pair.manager("beta").holdings(), "all");
}

}  // namespace
}  // namespace hb::resource
