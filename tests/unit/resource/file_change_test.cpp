// Which group is which in a new haresources, its words, and marks of groups on the wire.
#include "resource/file_change.hpp"

#include "resource/file_marks.hpp"
#include "unit/resource/manager_pair.hpp"

namespace hb::resource {
namespace {

using Places = std::vector<std::optional<std::size_t>>;

TEST(Successors, AreFoundByKeyAndThenByFirstMember) {
    const std::vector<config::ResourceGroup> before = {
        make_group("alpha", "a x"), make_group("alpha", "b y"), make_group("alpha", "c")};
    const std::vector<config::ResourceGroup> after = {
        make_group("alpha", "new b y"), make_group("alpha", "a"), make_group("alpha", "other")};
    EXPECT_EQ(successors(before, after), (Places{1, 0, std::nullopt}));
}

// Why: what a reload does is read in the log at night.
TEST(ChangeWords, NameWhatComesAndGoes) {
    const std::vector<config::ResourceGroup> before = {make_group("alpha", "a x"),
                                                       make_group("beta", "c")};
    const std::vector<config::ResourceGroup> after = {make_group("beta", "a z"),
                                                      make_group("alpha", "d")};
    EXPECT_EQ(change_words(before, after),
              (std::vector<std::string>{"group a: prefers beta and no longer alpha, z new, x gone",
                                        "group c is gone", "group d is new"}));
    EXPECT_TRUE(change_words(before, before).empty());
}

TEST(Marks, ComeBackAsTheyWere) {
    std::vector<GroupMark> marks = {mark_of(make_group("alpha", "10.0.0.1 svc::a")),
                                    mark_of(make_group("beta", "b"))};
    marks[1].state = GroupMark::State::claimed;
    EXPECT_EQ(read_marks(marks_text(marks)), marks);
}

// Why: another version may say more, and a stranger anything.
TEST(Marks, WhatIsNoneIsPassedOver) {
    EXPECT_TRUE(read_marks("").empty());
    EXPECT_TRUE(read_marks("x1:2 i:3 i1 i1:zz :: i123456789:1 c").empty());
    EXPECT_EQ(read_marks("z9:9 c1:2,3").size(), 1U);
}

// Why: one address must not run on two nodes because the mask is written in one file only.
TEST(Marks, AnAddressIsOneWhateverIsWrittenBehindIt) {
    const auto of = [](const std::string& token) {
        return mark_of(make_group("a", token)).members;
    };
    EXPECT_EQ(of("10.0.0.1"), of("IPaddr2::10.0.0.1/24/eth0"));
    EXPECT_NE(of("10.0.0.1"), of("10.0.0.2"));
    EXPECT_EQ(of("Filesystem::/dev/a::/m"), of("Filesystem::/dev/a::/n"));
    EXPECT_NE(of("Filesystem::/dev/a::/m"), of("LVM::/dev/a"));
}

}  // namespace
}  // namespace hb::resource
