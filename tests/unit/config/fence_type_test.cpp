// Types of fencing devices: a wrong plugin would be asked, or a file outside of its folder run.
#include "config/fence_type.hpp"

#include <gtest/gtest.h>

namespace hb::config {
namespace {

FenceType of(const char* text) { return fence_type(text).value_or(FenceType{"error", {}}); }

TEST(FenceType, NamesOurOwnPlugins) {
    EXPECT_EQ(of("null"), (FenceType{"null", ""}));
    EXPECT_EQ(of("meatware"), (FenceType{"meatware", ""}));
    EXPECT_EQ(of("ssh"), (FenceType{"ssh", ""}));
    EXPECT_EQ(of("suicide"), (FenceType{"suicide", ""}));
}

TEST(FenceType, FindsScriptsAndAgentsUnderEachOfTheirNames) {
    EXPECT_EQ(of("external/ipmi"), (FenceType{"external", "ipmi"}));
    EXPECT_EQ(of("external/xen0-ha"), (FenceType{"external", "xen0-ha"}));
    EXPECT_EQ(of("rhcs/fence_ipmilan"), (FenceType{"rhcs", "fence_ipmilan"}));
    EXPECT_EQ(of("rhcs/ipmilan"), (FenceType{"rhcs", "fence_ipmilan"}));
    EXPECT_EQ(of("fence_ipmilan"), (FenceType{"rhcs", "fence_ipmilan"}));
}

// Why: old clusters name these modules, and one may want the old module of a name of ours.
TEST(FenceType, LeavesTheRestToTheModulesOfClusterGlue) {
    EXPECT_EQ(of("apcmaster"), (FenceType{"stonith2", "apcmaster"}));
    EXPECT_EQ(of("stonith2/ssh"), (FenceType{"stonith2", "ssh"}));
    EXPECT_EQ(of("fence_"), (FenceType{"stonith2", "fence_"}));
}

TEST(FenceType, RefusesWhatCouldNameAnotherFile) {
    for (const char* bad : {"", "/", "/x", "external/", "external", "rhcs", "rhcs/", "stonith2",
                            "external/../../bin/sh", "external/.hidden", "../x", "null/x", "a b",
                            "external/a/b", "external/a;b", "ssh/a", "external/a\nb"}) {
        const auto result = fence_type(bad);
        ASSERT_FALSE(result) << bad;
        EXPECT_EQ(result.error().code, Errc::bad_config) << bad;
        EXPECT_NE(result.error().what.find("type of a fencing device"), std::string::npos) << bad;
    }
}

}  // namespace
}  // namespace hb::config
