// Log lines as data: what a text says, what it is about, and under which number journals know it.
#include "base/log.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace hb {
namespace {

// Why: a line must be read even when somebody has miscounted its arguments.
TEST(LogText, PutsArgumentsInWithNamesOrWithout) {
    EXPECT_EQ(log_text(log_line(LogId::link_up, "node2", "eth0")), "Link node2:eth0 up.");
    EXPECT_EQ(log_text(log_line(LogId::generation_new, 7)), "generation is 7");
    EXPECT_EQ(log_text(log_line(LogId::link_up, "node2")), "Link node2:? up.");
    EXPECT_EQ(log_text(log_line(LogId::stop_failed, "x")),
              "Resource STOP failure. Reboot required! [x]");
    EXPECT_EQ(log_text(log_line(LogId::peer_dead, "{}{peer}")), "node {}{peer}: is dead");
}

// Why: these become fields of systemd's journal.
TEST(LogFields, AreTheArgumentsWithNames) {
    const auto fields = log_fields(log_line(LogId::packets_lost, 3, "node2", 5, 9));
    ASSERT_EQ(fields.size(), 1U);
    EXPECT_EQ(fields[0].name, "peer");
    EXPECT_EQ(fields[0].value, "node2");
    EXPECT_EQ(log_fields(log_line(LogId::link_dead, "node2", "eth0")).size(), 2U);
    EXPECT_TRUE(log_fields(log_line(LogId::generation_new, 7)).empty());
    EXPECT_TRUE(log_fields(log_line(LogId::peer_dead)).empty()) << "an argument that is not there";
}

// Why: heartbeat-messages(7) explains each name, and a field's name may hold letters only.
TEST(LogFields, HaveNamesThatTheManualKnows) {
    const std::set<std::string_view> known{"peer",   "ping",   "link",    "group",  "script",
                                           "device", "plugin", "program", "client", "address"};
    std::set<std::string_view> used;
    for (std::size_t i = 0; i < log_catalogue().size(); ++i) {
        LogLine line{static_cast<LogId>(i), std::vector<std::string>(9, "x")};
        for (const LogField& field : log_fields(line)) {
            EXPECT_TRUE(known.count(field.name) == 1) << log_catalogue()[i].name << field.name;
            used.insert(field.name);
        }
    }
    EXPECT_EQ(used, known);
}

// Why: people search journals for these numbers; a release must not change one.
TEST(MessageId, IsAUuidThatStays) {
    EXPECT_EQ(message_id(log_entry(LogId::peer_dead)), "076d17bd4fa781a8991d920b0b95dd69");
    std::map<std::string, std::string> names;
    for (const LogEntry& entry : log_catalogue()) {
        const std::string id = message_id(entry);
        ASSERT_EQ(id.size(), 32U);
        EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos);
        EXPECT_EQ(id[12], '8') << "version, RFC 9562";
        EXPECT_NE(std::string("89ab").find(id[16]), std::string::npos) << "variant";
        EXPECT_TRUE(names.emplace(id, entry.name).second) << entry.name << " and " << names[id];
    }
}

}  // namespace
}  // namespace hb
