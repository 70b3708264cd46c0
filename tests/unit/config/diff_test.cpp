// What a reload changes at once and what waits: an administrator must not believe that more
// happened.
#include "config/diff.hpp"

#include "parsed.hpp"

namespace hb::config {
namespace {

using namespace std::chrono_literals;
using Strings = std::vector<std::string>;

struct Set {
    HaCf cf;
    AuthKeys keys;
    std::vector<ResourceGroup> groups;
    Files files() const { return {cf, keys, groups}; }
};

Set read(const std::string& more, const std::string& haresources = "c1 10.0.0.1 a\nc2 b\n",
         const std::string& authkeys = "auth 1\n1 sha1 longsecret\n") {
    Diagnostics found;
    Set out;
    out.cf = parse_with(more).cf;
    out.keys = parse_authkeys(authkeys, 0100600, "authkeys", found);
    out.groups = parse_haresources(haresources, "haresources", out.cf.nodes, found);
    return out;
}

Difference between(const Set& running, const Set& next) {
    return compare(running.files(), next.files());
}

// Why: another way to write the same is no change, nor are comments.
TEST(Difference, TheSameMeaningIsNoChange) {
    const Set running = read("");
    const Set next =
        read("# new\n\nkeepalive 1000ms\nauto_failback yes",
             "# new\n\nc1 10.0.0.1 \\\n a\nc2 b # c\n", "\nauth 1\n\n1 sha1 longsecret");
    EXPECT_TRUE(between(running, next).empty());
}

// Why: these are what SIGHUP promises to bring into force.
TEST(Difference, TimersLogsAndFailbackAreLive) {
    const Difference found =
        between(read(""), read("keepalive 2\nwarntime 2500ms\nlogfile /l\nauto_failback off\n"
                               "stop_timeout 5\nstop_retries 1\nenv A=1\ndebug 1\ncluster web"));
    EXPECT_EQ(found.live,
              (Strings{"keepalive 1s -> 2s", "warntime 3s -> 2500ms", "stop_timeout 120s -> 5s",
                       "stop_retries 10 -> 1", "fence_delay 6s -> 7s", "auto_failback on -> off",
                       "logfile none -> /l", "debug 0 -> 1", "env", "cluster"}));
    EXPECT_EQ(found.waiting, Strings{});
}

// Why: 3.0.6 restarts every program at a reload; here only what changed starts or stops.
TEST(Difference, ProgramsAreLiveButIpfailAndWatchdogWait) {
    const Set running = read("respawn root /a\nrespawn root /b x\nrespawn u /l/ipfail");
    const Set next = read("respawn root /b y\nrespawn root /a\nwatchdog /dev/watchdog");
    const Difference found = between(running, next);
    EXPECT_EQ(found.live, (Strings{"programs (respawn root /b y new and respawn root /b x gone)"}));
    EXPECT_EQ(found.waiting,
              (Strings{"watchdog none -> /dev/watchdog", "ipfail (respawn u /l/ipfail gone)"}));
    const HaCf taken = with_live_part(running.cf, next.cf);
    ASSERT_EQ(taken.programs.size(), 3U);
    EXPECT_EQ(taken.programs[0].path, "/l/ipfail");
    EXPECT_EQ(taken.programs[1].command, "/b y");
    EXPECT_EQ(taken.watchdog, "");
    EXPECT_TRUE(between(running, read("respawn root /a\n\nrespawn root /b x\nrespawn u /l/ipfail"))
                    .empty());
}

// Why: a new client must be let in without a restart.
TEST(Difference, RulesForClientsAreLive) {
    const Set running = read("apiauth a uid=1\napiauth b uid=1");
    const Set next = read("apiauth b uid=2\napiauth a uid=1");
    EXPECT_EQ(between(running, next).live, (Strings{"apiauth (b new and b gone)"}));
    EXPECT_EQ(with_live_part(running.cf, next.cf).api_auth, next.cf.api_auth);
}

// Why: a device that was found broken is mended without a stop; its password stays secret.
TEST(Difference, FencingDevicesAreLiveAndTheirParametersNotShown) {
    const auto running = read("stonith_host * null c2\nstonith_host * external/x ip=1 passwd=a");
    const auto next = read("stonith_host * null c2\nstonith_host * external/x ip=1 passwd=b");
    const Difference found = between(running, next);
    EXPECT_EQ(found.live, (Strings{"fencing devices (external/x (line 8) new and external/x (line "
                                   "8) gone)"}));
    EXPECT_EQ(found.waiting, Strings{});
    EXPECT_EQ(with_live_part(running.cf, next.cf).devices, next.cf.devices);
    EXPECT_EQ(between(read("fence_delay 3"), read("fence_delay 4")).live,
              (Strings{"fence_delay 3s -> 4s"}));
}

// Why: changing keys without a stop is the commonest reload; keys themselves stay secret.
TEST(Difference, KeysAreLiveAndNotShown) {
    const Difference found = between(
        read(""), read("", "c1 10.0.0.1 a\nc2 b\n", "auth 2\n1 sha1 other123\n2 md5 third123\n"));
    EXPECT_EQ(found.live, (Strings{"authkeys (key 1 changed, key 2 new and key 2 signs)"}));
    EXPECT_EQ(found.waiting, Strings{});
}

// Why: media and nodes cannot be changed in a running daemon yet, so each must be named.
TEST(Difference, MediaAndNodesWaitAndGroupsAreLive) {
    const Difference found = between(
        read("ucast eth1 h"), read("node c3\nbcast eth2\nudpport 700", "c1 10.0.0.1 a c\nc2 d\n"));
    EXPECT_EQ(found.live, (Strings{"haresources (group 10.0.0.1 changed, group d new and group b "
                                   "gone)"}));
    EXPECT_EQ(found.waiting, (Strings{"udpport 694 -> 700", "node (c3 new)",
                                      "media (bcast eth2 new and ucast eth1 h gone)"}));
}

// Why: the order of lines decides who waits for whom.
TEST(Difference, AnotherOrderOfGroupsIsLive) {
    const Difference found = between(read(""), read("", "c2 b\nc1 10.0.0.1 a\n"));
    EXPECT_EQ(found.live, (Strings{"haresources (another order)"}));
}

// Why: after a reload, what is in force is neither of the two files.
TEST(WithLivePart, TakesWhatIsLiveAndKeepsTheRest) {
    const HaCf running = read("").cf;
    const HaCf next = read("keepalive 2\nhopfudge 3\nbcast eth9\nenv A=1").cf;
    const HaCf now = with_live_part(running, next);
    EXPECT_EQ(now.keepalive, 2s);
    EXPECT_EQ(now.recorded.at("keepalive"), "2");
    EXPECT_EQ(now.hopfudge, 1U);
    EXPECT_EQ(now.recorded.at("hopfudge"), "1");
    EXPECT_EQ(now.media, running.media);
    EXPECT_EQ(now.env, next.env);
    EXPECT_EQ(compare({now, AuthKeys{}, {}}, {next, AuthKeys{}, {}}).live, Strings{});
}

}  // namespace
}  // namespace hb::config
