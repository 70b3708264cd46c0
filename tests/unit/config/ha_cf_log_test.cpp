// Where ha.cf sends the log, also without a word of it and with the words of old.
#include "parsed.hpp"

namespace hb::config {
namespace {

// Why: without a destination nobody learns anything.
TEST(HaCf, LinesAreAlwaysLoggedSomewhere) {
    const Parsed parsed = parse_text("bcast e\nnode c1\nlogfile /dev/null\n");
    EXPECT_EQ(parsed.errors(), "");
    EXPECT_EQ(parsed.cf.logfile, "");
    EXPECT_EQ(parsed.cf.logfacility, "daemon");
    EXPECT_EQ(parsed.cf.recorded.at("use_logd"), "yes");
    EXPECT_EQ(parse_text("bcast e\nnode c1\nuse_logd no\n").found.errors.size(), 1U);
}

// Why: half of the files out there log through a daemon that nobody starts any more; their lines
// must not be lost, nor an operator led to start it.
TEST(HaCf, UseLogdLogsWithoutIt) {
    const auto read = [](const std::string& lines) {
        return parse_text("bcast e\nnode c1\nauto_failback on\n" + lines);
    };
    const Parsed alone = read("use_logd yes\n");
    EXPECT_EQ(alone.errors() + alone.warnings(), "");
    EXPECT_EQ(alone.cf.logfacility, "daemon") << "as ha_logd does by itself";
    EXPECT_NE(alone.unsupported().find("straight to syslog (daemon)"), std::string::npos);
    const Parsed file = read("use_logd yes\nlogfile /l\ndebugfile /d\n");
    EXPECT_EQ(file.errors() + file.warnings(), "");
    EXPECT_EQ(file.cf.logfacility, "");
    EXPECT_NE(file.unsupported().find("straight to /l, /d\n"), std::string::npos);
    for (const char* quiet : {"use_logd no\nlogfile /l\n", "logfile /l\n"}) {
        EXPECT_EQ(read(quiet).unsupported(), "");
    }
}

}  // namespace
}  // namespace hb::config
