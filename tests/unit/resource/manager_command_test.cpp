// What an operator tells the daemon, and a daemon that is told to manage nothing.
#include <gtest/gtest.h>

#include "unit/resource/manager_pair.hpp"

namespace hb::resource {
namespace {

using Set = std::set<std::string>;

// Why: a word that was mistyped must be told and must not move the whole node.
TEST(ManagerCommand, AnUnknownClassIsToldAndMovesNothing) {
    for (const char* word : {"none", "everything", ""}) {
        ManagerPair pair(one_each(), config::Failback::off);
        pair.boot_both();
        pair.at("alpha").said.clear();
        pair.standby("alpha", word);
        pair.takeover("alpha", word);
        const auto& logs = pair.at("alpha").logs;
        EXPECT_EQ(std::count_if(logs.begin(), logs.end(),
                                [](const std::string& line) {
                                    return line.find("unknown resource class") != line.npos;
                                }),
                  2);
        EXPECT_TRUE(pair.at("alpha").said.empty()) << word;
        EXPECT_EQ(pair.running("alpha"), Set{"svc::a"});
    }
}

// Why: whoever may write into the FIFO, or a peer, must not fill the log with one word.
TEST(ManagerCommand, AnUnknownClassIsLoggedCut) {
    ManagerPair pair(one_each(), config::Failback::off);
    pair.boot_both();
    const std::string word(5000, 'x');
    pair.standby("alpha", word);
    pair.takeover("alpha", word);
    EXPECT_TRUE(pair.logged("alpha", "unknown resource class"));
    for (const std::string& line : pair.at("alpha").logs) EXPECT_LT(line.size(), 300U) << line;
}

// Why: two commands at once would cross; the second is refused and not queued behind the first.
TEST(ManagerCommand, ASecondStandbyIsRefusedWhileOneWaits) {
    ManagerPair pair(one_each(), config::Failback::off);
    pair.boot_both();
    Wishes out;
    pair.manager("alpha").standby_command(pair.now(), "local", out);
    pair.carry("alpha", out);
    pair.settle(2ms);  // the release is under way
    for (const char* word : {"foreign", "all"}) {
        out.clear();
        pair.manager("alpha").standby_command(pair.now(), word, out);
        pair.carry("alpha", out);
    }
    EXPECT_TRUE(pair.logged("alpha", "Standby in progress"));
    pair.settle();
    const auto& said = pair.at("alpha").said;
    EXPECT_EQ(std::count(said.begin(), said.end(), "ask_resources rsc_hold=foreign info=me"), 1);
    EXPECT_EQ(std::count(said.begin(), said.end(), "ask_resources rsc_hold=all info=me"), 0);
    EXPECT_EQ(pair.running("beta"), (Set{"svc::a", "svc::b"}));
    EXPECT_TRUE(pair.never_twice());
}

// Why: ipfail's wish is for now; carried out minutes later it would move groups for no reason.
TEST(ManagerCommand, AClientsHandOverIsBegunAtOnceOrNotAtAll) {
    using Given = Manager::Given;
    ManagerPair pair(one_each(), config::Failback::off);
    pair.boot_both();
    const auto ask = [&pair](const char* who, const char* word) {
        Wishes out;
        const Given given = pair.manager(who).client_standby(pair.now(), word, out);
        pair.carry(who, out);
        return given;
    };
    EXPECT_EQ(ask("alpha", "none"), Given::refused);
    EXPECT_EQ(ask("alpha", "foreign"), Given::nothing_here);
    EXPECT_EQ(ask("alpha", "all"), Given::begun);
    EXPECT_EQ(ask("alpha", "all"), Given::in_flux);
    pair.settle();
    EXPECT_EQ(pair.running("beta"), (Set{"svc::a", "svc::b"}));
    EXPECT_EQ(ask("alpha", "all"), Given::nothing_here);
    EXPECT_EQ(ask("beta", "foreign"), Given::begun);
    pair.settle();
    EXPECT_EQ(pair.running("alpha"), Set{"svc::a"});
    EXPECT_TRUE(pair.never_twice());
}

TEST(ManagerCommand, AClientsHandOverNeedsAPeerAndTheRightMode) {
    using Given = Manager::Given;
    ManagerPair legacy(one_each(), config::Failback::legacy);
    legacy.boot_both();
    Wishes out;
    EXPECT_EQ(legacy.manager("alpha").client_standby(legacy.now(), "all", out), Given::refused);
    ManagerPair alone(one_each(), config::Failback::off);
    alone.boot_both();
    alone.stop("beta");
    EXPECT_EQ(alone.manager("alpha").client_standby(alone.now(), "all", out), Given::refused);
}

// Why: `getrsc` of clients (clientapi.md 6) has a word for each share of the groups.
TEST(ManagerCommand, EachShareOfTheGroupsHasItsWord) {
    ManagerPair pair(one_each(), config::Failback::off);
    pair.boot_both();
    const auto words = [&pair] {
        return std::string(pair.manager("alpha").holdings()) + " " +
               std::string(pair.manager("beta").holdings());
    };
    EXPECT_EQ(words(), "local local");
    pair.takeover("alpha", "all");
    EXPECT_EQ(words(), "all none");
    pair.standby("alpha", "local");
    EXPECT_EQ(words(), "foreign foreign");
    pair.standby("alpha", "all");
    EXPECT_EQ(words(), "none all");
}

// Why: `cl_status rscstatus` of a node that has given up everything says `none`, not `transition`.
TEST(ManagerCommand, ANodeThatHasEndedHoldsNothing) {
    ManagerPair pair(one_each(), config::Failback::off);
    pair.boot_both();
    pair.stop("alpha");
    ASSERT_TRUE(pair.at("alpha").finished);
    EXPECT_EQ(pair.manager("alpha").holdings(), "none");
}

// Why: an impatient operator stops twice; groups are not released twice, nor the farewell repeated.
TEST(ManagerCommand, ASecondStopChangesNothing) {
    ManagerPair pair(one_each(), config::Failback::off);
    pair.boot_both();
    Wishes out;
    pair.manager("alpha").stop(pair.now(), out);
    pair.carry("alpha", out);
    pair.stop("alpha");
    EXPECT_TRUE(pair.at("alpha").finished);
    const auto& ran = pair.at("alpha").ran;
    EXPECT_EQ(std::count(ran.begin(), ran.end(), "svc::a stop"), 1);
    const auto& said = pair.at("alpha").said;
    EXPECT_EQ(std::count(said.begin(), said.end(), "shutdone st=dead"), 1);
}

// Why: a daemon that ends while a group still runs invites the peer to start it a second time.
TEST(ManagerCommand, AStopDoesNotEndWhileAGroupCannotBeStopped) {
    ManagerPair pair(one_each(), config::Failback::off);
    pair.boot_both();
    pair.at("alpha").stop_fails.insert("svc::a");
    pair.stop("alpha");
    EXPECT_FALSE(pair.at("alpha").finished);
    EXPECT_TRUE(pair.at("alpha").fenced_itself);
    EXPECT_EQ(pair.running("beta"), Set{"svc::b"});
}

// Why: with `-M` another manager starts and stops; the daemon must still end when it is told to.
TEST(ManagerCommand, ADaemonThatManagesNothingEndsAtOnce) {
    ManagerPair pair(one_each(), config::Failback::off);
    pair.manage = false;
    pair.at("alpha").running = {"svc::a"};
    pair.boot_both();
    pair.stop("alpha");
    EXPECT_TRUE(pair.at("alpha").finished);
    EXPECT_EQ(pair.running("alpha"), Set{"svc::a"}) << "not its group to stop";
    EXPECT_TRUE(pair.at("alpha").ran.empty());
}

// Why: nor does it ask anybody after it stood still, since it holds nothing that could be doubted.
TEST(ManagerCommand, AfterAStandstillOnlyAManagingDaemonAsks) {
    for (const bool manages : {true, false}) {
        ManagerPair pair(one_each(), config::Failback::off);
        pair.manage = manages;
        pair.boot_both();
        Wishes out;
        pair.manager("alpha").stalled(pair.now(), 30s, 10s, out);
        const bool asks = std::any_of(out.begin(), out.end(), [](const Wish& wish) {
            const auto* said = std::get_if<Letter>(&wish);
            return said != nullptr && said->type == "starting";
        });
        EXPECT_EQ(asks, manages);
    }
}

// Why: an answer that nobody waits for is told for us, and moves nothing.
TEST(ManagerCommand, AnAnswerOfAForgottenScriptIsToldAndChangesNothing) {
    ManagerPair pair(one_each(), config::Failback::off);
    pair.boot_both();
    Wishes out;
    const ScriptDone done{JobId{999}, ScriptEnd::exited, 1, {}, 10ms};
    pair.manager("alpha").script_done(pair.now(), done, out);
    pair.carry("alpha", out);
    EXPECT_TRUE(pair.logged("alpha", "job 999 is not awaited any more"));
    EXPECT_EQ(pair.manager("alpha").holdings(), "local");
}

}  // namespace
}  // namespace hb::resource
