// Groups that lean on each other, and inputs that come while a group's scripts run.
#include "resource/group_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "unit/resource/manager_pair.hpp"

namespace hb::resource {
namespace {

const std::string disk = "Filesystem::/dev/sdb1::/srv::ext4", web = "web::/srv/www";

// The table of `alpha` with two groups, of which `web` leans on `disk`; a test answers each script.
class GroupTableTest : public testing::Test {
protected:
    // The statuses find what `found` says of each of the two.
    void probed(const std::string& found = "stopped") {
        table_.probe(out_);
        ends("Filesystem", ScriptEnd::exited, 0, found);
        ends("web", ScriptEnd::exited, 0, found);
    }
    void take(const std::string& key) {
        table_.take(key, out_);
        table_.progress(now_, out_);
    }
    void release(const std::string& key) {
        table_.release(key, TenureInput::release_asked, out_);
        table_.progress(now_, out_);
    }
    // The script of that group which runs now ends so; what may follow follows.
    void ends(const std::string& type, ScriptEnd how, int status = 0,
              const std::string& output = "") {
        for (const RunAgent& run : calls()) {
            if (run.call.type != type || answered_.contains(run.job)) continue;
            answered_.insert(run.job);
            EXPECT_NE(table_.script_done(now_, {run.job, how, status, output, 1ms}, out_),
                      GroupTable::Told::unknown);
            table_.progress(now_, out_);
            return;
        }
        FAIL() << "no script of " << type << " runs";
    }
    void exits(const std::string& type, int status) { ends(type, ScriptEnd::exited, status); }
    void says(const std::string& type, const std::string& text) {
        ends(type, ScriptEnd::exited, 0, text);
    }
    // The stop of that group fails to the last, and it runs.
    void sticks(const std::string& type) {
        exits(type, 1);
        now_ = table_.next_deadline();
        table_.wakeup(now_, out_);
        exits(type, 1);
        says(type, "running");
    }

    std::vector<RunAgent> calls() const { return scripts_of(out_); }
    // Every script called since the last forget_called(), in order: `web start, ...`.
    std::string called() const { return called_from(forgotten_, out_); }
    void forget_called() { forgotten_ = calls().size(); }
    Tenure tenure(const std::string& key) const { return table_.find(key)->tenure; }
    auto fences() const {
        return std::count_if(out_.begin(), out_.end(), [](const Wish& wish) {
            const auto* effect = std::get_if<Effect>(&wish);
            return effect != nullptr && std::get_if<SelfFence>(effect) != nullptr;
        });
    }

    Instant now_{100s};
    GroupTable table_{"alpha",
                      {make_group("alpha", disk), make_group("alpha", web)},
                      config::GroupOrder::parallel,
                      {60s, 60s, 120s, 1}};
    Wishes out_;

private:
    std::set<JobId> answered_;
    std::size_t forgotten_{};
};

// Why: an answer may come after its time-out; taken for another group's it would start things.
TEST_F(GroupTableTest, AnAnswerOfAJobNobodyKnowsIsRefused) {
    probed();
    EXPECT_EQ(table_.script_done(now_, {JobId{999}, ScriptEnd::exited, 0, {}, {}}, out_),
              GroupTable::Told::unknown);
    EXPECT_EQ(tenure(web), Tenure::elsewhere);
}

// Why: a group whose status is still under way has one script too many if it is started now.
TEST_F(GroupTableTest, AGroupTakenDuringItsStatusIsStartedAfterIt) {
    table_.probe(out_);
    take(disk);
    EXPECT_EQ(called(), "Filesystem status, web status");
    says("Filesystem", "stopped");
    EXPECT_EQ(called(), "Filesystem status, web status, Filesystem status");
    says("Filesystem", "stopped");
    exits("Filesystem", 0);
    EXPECT_EQ(tenure(disk), Tenure::held);
}

// Why: the base is let go only when what lies on it is down, and that needs no second word.
TEST_F(GroupTableTest, TheReleaseOfABaseTakesAlongWhatLeansOnIt) {
    probed("running");
    forget_called();
    release(disk);
    EXPECT_EQ(called(), "web stop");
    exits("web", 0);
    EXPECT_EQ(called(), "web stop, Filesystem stop");
    exits("Filesystem", 0);
    EXPECT_EQ(tenure(disk), Tenure::elsewhere);
    EXPECT_EQ(tenure(web), Tenure::elsewhere);
}

// Why: a stop that is under way already must not be called a second time.
TEST_F(GroupTableTest, WhatIsBeingStoppedIsNotStoppedAgainForItsBase) {
    probed("running");
    forget_called();
    release(web);
    release(disk);
    EXPECT_EQ(called(), "web stop");
    exits("web", 0);
    EXPECT_EQ(called(), "web stop, Filesystem stop");
}

// Why: a group that is not here needs no stop before its base may go.
TEST_F(GroupTableTest, WhatIsElsewhereDoesNotKeepItsBase) {
    table_.probe(out_);
    says("Filesystem", "running");
    says("web", "stopped");
    forget_called();
    release(disk);
    EXPECT_EQ(called(), "Filesystem stop");
}

// Why: a group that cannot be stopped costs the machine its life; until then the rest is let go,
// and nothing that is said changes the sentence.
TEST_F(GroupTableTest, AStuckGroupIsNeitherTakenNorReleased) {
    probed("running");
    release(web);
    sticks("web");
    EXPECT_EQ(tenure(web), Tenure::stuck);
    EXPECT_EQ(fences(), 1);
    forget_called();
    take(web);
    release(web);
    EXPECT_EQ(called(), "");
    EXPECT_EQ(tenure(web), Tenure::stuck);
    EXPECT_EQ(fences(), 1);
}

// Why: waiting for what never stops would keep the disk mounted until the machine is cut off.
TEST_F(GroupTableTest, TheBaseOfAStuckGroupIsStopped) {
    probed("running");
    release(web);
    sticks("web");
    forget_called();
    release(disk);
    EXPECT_EQ(called(), "Filesystem stop");
}

// Why: on a disk that could not be let go nothing may be started any more.
TEST_F(GroupTableTest, AGroupOnAStuckBaseIsNotStarted) {
    table_.probe(out_);
    says("Filesystem", "running");
    says("web", "stopped");
    release(disk);
    sticks("Filesystem");
    ASSERT_EQ(tenure(disk), Tenure::stuck);
    forget_called();
    take(web);
    EXPECT_EQ(called(), "web stop") << "what may be left of it";
    exits("web", 0);
    EXPECT_EQ(tenure(web), Tenure::failed_here);
}

}  // namespace
}  // namespace hb::resource
