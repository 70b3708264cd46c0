// What local scripts may ask through the FIFO.
#include "core/local.hpp"

#include <gtest/gtest.h>

namespace hb::core {
namespace {

using Kind = LocalRequest::Kind;

LocalRequest read(const std::string& lines) { return read_local(">>>\n" + lines + "<<<\n"); }

// Why: the bytes that Heartbeat's own hb_standby and hb_takeover write must work unchanged.
TEST(Local, TakesTheCommandsOfHeartbeat) {
    const LocalRequest standby = read("t=ask_resources\nrsc_hold=foreign\ninfo=me\n");
    EXPECT_EQ(standby.kind, Kind::standby);
    EXPECT_EQ(standby.resource_class, "foreign");
    const LocalRequest takeover = read("t=hb_takeover\nrsc_hold=local\n");
    EXPECT_EQ(takeover.kind, Kind::takeover);
    EXPECT_EQ(takeover.resource_class, "local");
    EXPECT_EQ(read("t=ask_resources\ninfo=me\n").resource_class, "all");
}

// Why: the word that a dead node is without power starts its groups here: it must name the node.
TEST(Local, TakesAnOperatorsWordThatANodeIsDown) {
    const LocalRequest word = read("t=hb_confirm_fenced\nnode=Alpha\n");
    EXPECT_EQ(word.kind, Kind::confirm_fenced);
    EXPECT_EQ(word.node, "alpha");  // ha.cf knows names in lower case
    for (const char* lines : {"t=hb_confirm_fenced\n", "t=hb_confirm_fenced\nnode=\n",
                              "t=hb_confirm_fenced\nhost=alpha\n"}) {
        const LocalRequest nobody = read(lines);
        EXPECT_EQ(nobody.kind, Kind::refused) << lines;
        EXPECT_NE(nobody.reason.find("expected node=NAME"), std::string::npos) << nobody.reason;
        EXPECT_TRUE(nobody.node.empty()) << lines;
    }
    EXPECT_EQ(read("t=hb_confirm_fenced\nnode=alpha\nsrc=beta\n").kind, Kind::refused);
}

// Why: a script that could say `resource` or `shutdone` could make the peer start what runs here.
TEST(Local, RefusesTheDaemonsOwnMessages) {
    for (const char* type : {"resource", "shutdone", "status", "starting", "stonith", "repnodes",
                             "NS_ackmsg", "ip-request-resp", "addnode", "hbapi-clstat"}) {
        const LocalRequest request = read("t=" + std::string(type) + "\nst=dead\n");
        EXPECT_EQ(request.kind, Kind::refused) << type;
        EXPECT_FALSE(request.reason.empty()) << type;
    }
    EXPECT_EQ(read("t=ask_resources\ninfo=other\nrsc_hold=all\n").kind, Kind::refused);
}

// Why: sender, number and generation are the daemon's word.
TEST(Local, RefusesForgedStandardFields) {
    for (const char* field : {"src", "seq", "hg"}) {
        EXPECT_EQ(read("t=mine\n" + std::string(field) + "=1\n").kind, Kind::refused) << field;
    }
}

// Why: whoever receives a packed message reads what is packed in it, which may be any of the above.
TEST(Local, sec_RefusesPackedMessages) {
    const LocalRequest request = read("t=x\n(1)_compressed_payload=QUJD\n");
    EXPECT_EQ(request.kind, Kind::refused);
    EXPECT_EQ(request.reason, "only the daemon packs messages");
}

// Why: anything may be written into a FIFO.
TEST(Local, RefusesWhatIsNoMessage) {
    for (const char* text :
         {"", ">>>", "garbage\n", ">>>\nno equals sign\n<<<\n", ">>>\nx=y\n<<<\n"}) {
        EXPECT_EQ(read_local(text).kind, Kind::refused) << text;
    }
}

// Why: own notification types of users' scripts cross the cluster as they did.
TEST(Local, PassesOtherTypesOn) {
    const LocalRequest request = read("t=backup\nwhat=db1\n");
    EXPECT_EQ(request.kind, Kind::pass_on);
    EXPECT_EQ(request.message.get("what"), "db1");
}

}  // namespace
}  // namespace hb::core
