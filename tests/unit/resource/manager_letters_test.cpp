// Letters that are damaged, late, or not meant for us: what a peer says must move a group only when
// it makes sense.
#include "unit/resource/classic_fixture.hpp"

namespace hb::resource {
namespace {

// --- whose letters count ---

// Why: another cluster on the same medium, or a line that is missing in ha.cf, must move nothing.
TEST(ManagerLetters, ANodeThatHaCfDoesNotNameIsNotListenedTo) {
    Manager manager(plain_config("alpha", 1, {make_group("alpha", "svc::a")}, Failback::off), {});
    const Now now{Instant{1s}, 1000};
    Wishes out;
    manager.peer_up(now, "gamma", true, true, out);
    manager.peer_active(now, "gamma", true, out);
    manager.peer_returned(now, "gamma", out);
    manager.repeated_to(now, "gamma", out);
    EXPECT_TRUE(manager.letter(now, "gamma", {"starting", {}}, out));
    EXPECT_TRUE(manager.letter(now, "gamma", {"resource", {{"rsc_hold", "all"}}}, out));
    manager.peer_dead(now, "gamma", {true}, out);
    EXPECT_TRUE(out.empty());
}

// Why: messages of other programs pass through the daemon; they are not this room's business.
TEST(ManagerLetters, AnUnknownTypeIsLeftToOthers) {
    Manager manager(plain_config("alpha", 1, {}, Failback::off), {});
    Wishes out;
    EXPECT_FALSE(manager.letter({Instant{1s}, 1000}, "beta", {"dopd", {}}, out));
    EXPECT_TRUE(out.empty());
}

// Why: with `-M` another manager owns the groups; this one must neither answer nor start anything.
TEST(ManagerLetters, ADaemonThatManagesNothingAnswersNothing) {
    BesideClassic node(Failback::off, {}, false);
    node.join();
    node.says("starting", {});
    node.reports("none", true);
    node.hands("all", "me");
    node.says("shutdone", {{"st", "dead"}});
    node.pass(60s);
    EXPECT_EQ(node.said(""), 0);
    EXPECT_EQ(node.running(), Set{});
}

// --- resource ---

// Why: a report whose class is missing or unknown says nothing: the peer may hold everything.
TEST(ManagerLetters, ADamagedReportIsNoReport) {
    BesideClassic node(Failback::off);
    node.join();
    node.says("resource", {{"rtype", "full"}, {"isstable", "1"}});
    node.reports("some", true);
    EXPECT_EQ(node.logged(LogId::request_bad), 1);
    EXPECT_EQ(node.logged(LogId::bad_class), 1);
    EXPECT_EQ(node.running(), Set{});
    node.reports("none", true);
    EXPECT_EQ(node.running(), both);
}

// Why: a takeover of a real node is reported as an addition (`mach_down`); read as all that it
// holds it would seem to have given up the rest.
TEST(ManagerLetters, APartialReportAddsToWhatWasSaid) {
    BesideClassic node(Failback::off);
    node.join_settled("local");
    ASSERT_EQ(node.running(), Set{"svc::a"});
    node.says("resource", {{"rsc_hold", "foreign"}, {"info", "mach_down"}});
    EXPECT_EQ(node.running(), Set{}) << "it holds both now, and does not yield";
}

// Why: the same without rtype, of a node that holds nothing: `none` can only clear.
TEST(ManagerLetters, APartialReportOfNothingClears) {
    BesideClassic node(Failback::off);
    node.join_settled("local");
    node.says("resource", {{"rsc_hold", "none"}});
    EXPECT_EQ(node.running(), both);
}

// Why: a peer that starts while our scripts still tell what runs waits for our word; it must hear
// it once they are done, and nothing false before.
TEST(ManagerLetters, AQuestionBeforeOurStatusesIsAnsweredAfterThem) {
    BesideClassic node(Failback::off, BesideClassic::LeftRunning{{"svc::a"}});
    node.join_settled("local");
    node.says("starting", {});
    EXPECT_EQ(node.said("resource"), 0);
    node.finish_scripts();
    EXPECT_EQ(node.said("resource rsc_hold=local rtype=full isstable=1"), 1);
}

// --- ask_resources ---

// Why: a request without its word cannot be a request.
TEST(ManagerLetters, ARequestWithoutInfoIsToldAndMovesNothing) {
    BesideClassic node(Failback::off);
    node.join_settled("local");
    node.says("ask_resources", {{"rsc_hold", "all"}});
    EXPECT_EQ(node.logged(LogId::request_bad), 1);
    EXPECT_EQ(node.said("ask_resources"), 0);
    EXPECT_EQ(node.running(), Set{"svc::a"});
}

// Why: the peer's operator may type anything; here it must not become a hand-over of something.
TEST(ManagerLetters, ATakeoverOfAnUnknownClassMovesNothing) {
    BesideClassic node(Failback::off);
    node.join_settled("local");
    for (const char* word : {"most", "none", ""}) node.says("hb_takeover", {{"rsc_hold", word}});
    EXPECT_EQ(node.logged(LogId::bad_class), 3);
    EXPECT_EQ(node.said("ask_resources"), 0);
    EXPECT_EQ(node.holdings(), "local");
}

// Why: a peer that leaves in the middle of a hand-over does not answer any more; its groups are
// taken now and not after an hour.
TEST(ManagerLetters, APeerThatLeavesEndsTheHandOver) {
    BesideClassic node(Failback::off);
    node.join_settled("local");
    node.standby("local");
    node.hands("local", "other");
    ASSERT_EQ(node.running(), Set{});
    node.says("shutdone", {{"st", "dead"}});
    EXPECT_EQ(node.logged(LogId::standby_cancelled), 1);
    EXPECT_EQ(node.running(), both);
    EXPECT_EQ(node.holdings(), "all");
}

// Why: a request that was put off is not answered to a node that is dead by then: our groups would
// be released to nobody.
TEST(ManagerLetters, ARequestOfAPeerThatDiesMeanwhileIsForgotten) {
    BesideClassic node(Failback::off);
    node.join();
    node.slow = true;
    node.reports("local", true);
    node.hands("foreign", "me");
    node.dies();
    node.finish_scripts();
    node.pass(60s);
    EXPECT_EQ(node.said("ask_resources"), 0);
    EXPECT_EQ(node.logged(LogId::standby_flux_other), 0) << "nor is it refused to a dead node";
    EXPECT_EQ(node.running(), both);
}

// --- ip-request and its answer ---

// Why: the two haresources files may differ; the operator reads which group it was.
TEST(ManagerLetters, ARequestForAGroupThatDoesNotExistIsTold) {
    BesideClassic node(Failback::legacy);
    node.join();
    node.says("ip-request", {{"ipaddr", "svc::nowhere"}});
    EXPECT_EQ(node.logged(LogId::request_bad), 1);
    EXPECT_EQ(node.said("ip-request-resp"), 0);
}

// Why: a group that only we may start must not be started by an answer nobody asked for, or one
// that is meant for another, or refuses.
TEST(ManagerLetters, OnlyTheAnswerToOurOwnRequestStartsAGroup) {
    BesideClassic node(Failback::legacy);
    node.join();
    const auto answers = [&node](const char* dest, const char* key, const char* ok) {
        node.says("ip-request-resp",
                  {{"dest", dest}, {"ipaddr", key}, {"weown", "yes"}, {"ok", ok}});
    };
    answers("gamma", "svc::a", "OK");
    answers("alpha", "svc::a", "fail");
    answers("alpha", "svc::b", "OK");
    answers("alpha", "svc::nowhere", "OK");
    EXPECT_EQ(node.running(), Set{});
    answers("alpha", "svc::a", "OK");
    EXPECT_EQ(node.running(), Set{"svc::a"});
}

// Why: an answer that nobody asked for comes from before a cut; the peer may hold the group again.
TEST(ManagerLetters, AnAnswerWithoutARequestStartsNothing) {
    BesideClassic node(Failback::off);
    node.join();
    node.says("ip-request-resp",
              {{"dest", "alpha"}, {"ipaddr", "svc::a"}, {"weown", "yes"}, {"ok", "OK"}});
    EXPECT_EQ(node.running(), Set{});
}

// Why: a daemon that ends must not start what the peer just gave it.
TEST(ManagerLetters, AnAnswerThatComesDuringOurStopStartsNothing) {
    BesideClassic node(Failback::legacy);
    node.join();
    node.stop();
    node.says("ip-request-resp",
              {{"dest", "alpha"}, {"ipaddr", "svc::a"}, {"weown", "yes"}, {"ok", "OK"}});
    node.pass(60s);
    EXPECT_EQ(node.running(), Set{});
    EXPECT_TRUE(node.finished());
}

// Why: a legacy node that starts something we do not know costs us nothing.
TEST(ManagerLetters, APeerThatStartsAGroupUnknownHereReleasesNothing) {
    BesideClassic node(Failback::legacy);
    node.join();
    node.dies();
    ASSERT_EQ(node.running(), both);
    node.returns();
    node.says("ip-request-resp", {{"dest", "beta"}, {"ipaddr", "svc::nowhere"}, {"ok", "OK"}});
    EXPECT_TRUE(node.running().contains("svc::a"));
}

// Why: one of ours says by name what it holds; an answer to itself is no claim.
TEST(ManagerLetters, AnAnswerOfOneOfOursToItselfIsNoClaim) {
    BesideClassic node(Failback::legacy);
    node.join_settled("none");
    node.dies();
    ASSERT_EQ(node.running(), both);
    node.peer_up(true);
    node.says("ip-request-resp", {{"dest", "beta"}, {"ipaddr", "svc::b"}, {"ok", "OK"}});
    EXPECT_EQ(node.running(), both);
}

// Why: a legacy node repeats itself; its operator and ours are told once, and scripts run once.
TEST(ManagerLetters, AGroupThatIsBeingYieldedIsYieldedOnce) {
    BesideClassic node(Failback::legacy);
    node.join();
    node.dies();
    ASSERT_EQ(node.running(), both);
    node.restarts();
    node.pass(1s);
    node.slow = true;
    const Fields starts{{"dest", "beta"}, {"ipaddr", "svc::b"}, {"ok", "OK"}};
    node.says("ip-request-resp", starts);
    node.says("ip-request-resp", starts);
    node.finish_scripts();
    EXPECT_EQ(node.logged(LogId::group_settled), 1);
    EXPECT_EQ(node.running(), Set{"svc::a"});
}

// --- what is said again ---

// Why: a real node reads messages as they come, but in legacy mode it knows no reports; and before
// our statuses there is nothing that could be repeated.
TEST(ManagerLetters, ARepetitionIsFollowedByAReportOnlyWhereOneWasSaid) {
    BesideClassic legacy(Failback::legacy);
    legacy.join();
    legacy.heard_again();
    EXPECT_EQ(legacy.said("resource"), 0);
    BesideClassic young(Failback::off, BesideClassic::LeftRunning{{"svc::a"}});
    young.join();
    young.heard_again();
    EXPECT_EQ(young.said("resource"), 0);
    BesideClassic alone(Failback::off);
    alone.join_settled("local");
    alone.dies();
    alone.forget_said();
    alone.heard_again();
    EXPECT_EQ(alone.said("resource"), 0) << "a dead peer hears nothing";
}

// Why: a node in legacy mode answers a managed one that asks, and then is silent again.
TEST(ManagerLetters, ALegacyNodeAnswersAManagedOneOnce) {
    BesideClassic node(Failback::legacy);
    node.join_settled("local");
    node.forget_said();
    node.says("starting", {});
    node.pass(60s);
    EXPECT_EQ(node.said("resource"), 1);
}

// Why: hearing a silent peer again must not begin the wait for its word
// anew, or one on a bad line would never be served.
TEST(ManagerLetters, ASilentPeerIsNotWaitedForAnewWhenItIsHeardAgain) {
    BesideClassic node(Failback::off);
    node.join();
    node.pass(limits::both_booting_wait - 1s);
    node.peer_up();
    node.pass(1s);
    EXPECT_EQ(node.logged(LogId::peer_legacy), 1);
}

// Why: while we yield nothing is reported, since both would hold the same groups; but an end is an
// end, and the peer must hear of it before its time is over.
TEST(ManagerLetters, AStopWhileWeYieldIsReportedAtOnce) {
    BesideClassic node(Failback::off);
    node.join_settled("local");
    node.forget_said();
    node.slow = true;
    node.reports("all", true);
    EXPECT_EQ(node.said("resource"), 0);
    node.stop();
    EXPECT_NE(node.last_said("resource").find("info=shutdown"), std::string::npos);
    node.finish_scripts();
    node.pass(60s);
    EXPECT_EQ(node.running(), Set{});
    EXPECT_TRUE(node.finished());
}

}  // namespace
}  // namespace hb::resource
