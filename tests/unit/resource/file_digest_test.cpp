// Two nodes that go by different files find out, and say so once.
#include "resource/file_digest.hpp"

#include "unit/resource/manager_pair.hpp"

namespace hb::resource {
namespace {

using Groups = std::vector<config::ResourceGroup>;

const Groups web_and_db = {make_group("alpha", "10.0.0.1 web::/srv"), make_group("beta", "db")};

std::ptrdiff_t complaints(ManagerPair& pair, const std::string& node) {
    const auto& logs = pair.at(node).logs;
    return std::count_if(logs.begin(), logs.end(), [](const std::string& line) {
        return line.find("haresources on") != std::string::npos &&
               line.find("is another one") != std::string::npos;
    });
}

// Why: a comment that was added on one node is no difference, any other word is one.
TEST(FileDigest, ChangesWithTheMeaningOnly) {
    const std::string same = file_digest(web_and_db);
    const auto parsed = [](const std::string& text) {
        config::Diagnostics found;
        return config::parse_haresources(text, "haresources", {"alpha", "beta"}, found);
    };
    EXPECT_EQ(file_digest(parsed("# web\nalpha 10.0.0.1 \\\n  web::/srv\n\nBETA  db # x\n")), same);
    const Groups others[] = {
        {web_and_db[0]},
        {web_and_db[1], web_and_db[0]},
        {make_group("beta", "10.0.0.1 web::/srv"), web_and_db[1]},
        {make_group("alpha", "10.0.0.1 web::/srv2"), web_and_db[1]},
        {make_group("alpha", "10.0.0.1"), make_group("beta", "web::/srv db")},
        {},
    };
    std::set<std::string> digests{same};
    for (const Groups& groups : others) {
        EXPECT_TRUE(digests.insert(file_digest(groups)).second);
    }
}

// Why: it is compared with the digest of another machine and of another version.
TEST(FileDigest, IsTheSameEverywhere) {
    EXPECT_EQ(file_digest({}), "cbf29ce484222325");
    EXPECT_EQ(file_digest({make_group("a", "b")}), "c149bd82aaf92a48");
}

// Why: an administrator wants to know it, and not each second.
TEST(FileDigest, TwoFilesAreToldOnceOnEachNode) {
    ManagerPair pair(web_and_db, config::Failback::off);
    pair.own_file["beta"] = {web_and_db[0]};
    pair.boot_both();
    for (const char* node : {"alpha", "beta"}) {
        EXPECT_EQ(complaints(pair, node), 1) << node;
    }
    pair.standby("alpha", "all");
    pair.takeover("alpha", "all");
    pair.kill("beta");
    pair.declare_dead("alpha", "beta");
    pair.boot("beta");
    pair.join("beta");
    EXPECT_EQ(complaints(pair, "alpha"), 1);
    EXPECT_EQ(complaints(pair, "beta"), 2) << "a new daemon says it again";
    EXPECT_TRUE(pair.manager("alpha").picture(pair.now().mono).holders.at(0).file_differs);
}

// Why: whoever has mended it wants to see that it is mended.
TEST(FileDigest, ThatTheyAgreeAgainIsToldToo) {
    ManagerPair pair(web_and_db, config::Failback::off);
    pair.own_file["beta"] = {web_and_db[0]};
    pair.boot_both();
    pair.own_file.clear();
    pair.kill("beta");
    pair.declare_dead("alpha", "beta");
    EXPECT_FALSE(pair.logged("alpha", "is the same again"));
    pair.boot("beta");
    pair.join("beta");
    EXPECT_TRUE(pair.logged("alpha", "haresources on beta is the same again"));
    EXPECT_FALSE(pair.manager("alpha").picture(pair.now().mono).holders.at(0).file_differs);
}

// Why: the file is the same on nearly every pair.
TEST(FileDigest, OneFileIsNotWorthALine) {
    ManagerPair pair(web_and_db, config::Failback::off);
    pair.boot_both();
    EXPECT_FALSE(pair.logged("alpha", "haresources"));
    EXPECT_FALSE(pair.logged("beta", "haresources"));
}

// Why: a 3.0.6 and an older one of ours say nothing of their file.
TEST(FileDigest, ANodeThatSaysNothingOfItsFileIsNotSuspected) {
    ManagerPair pair(web_and_db, config::Failback::off);
    pair.at("beta").ours = false;
    pair.own_file["beta"] = {web_and_db[0]};
    pair.boot_both();
    EXPECT_EQ(complaints(pair, "alpha"), 0);
    Wishes out;
    const Letter old{"resource", {{"rsc_hold", "none"}, {"rtype", "full"}, {"hb_held", ""}}};
    pair.at("beta").ours = true;
    Wishes up;
    pair.manager("alpha").peer_up(pair.now(), "beta", true, true, up);
    pair.manager("alpha").letter(pair.now(), "beta", old, out);
    pair.carry("alpha", out);
    EXPECT_EQ(complaints(pair, "alpha"), 0);
}

}  // namespace
}  // namespace hb::resource
