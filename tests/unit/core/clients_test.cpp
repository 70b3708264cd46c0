// Who is signed on, what the cluster hears of it, whom a message reaches.
#include "core/clients.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "unit/core/message_of.hpp"

namespace hb::core {
namespace {

using Messages = std::vector<wire::Message>;

std::string told(const wire::Message& message) {
    std::string out;
    for (const wire::Field& field : message.fields) out += field.name + "=" + field.value + " ";
    return out;
}

// Why: a real ipfail on the other node learns from exactly these fields that its partner is there.
TEST(Clients, JoinAndLeaveAreToldAsHeartbeatTellsThem) {
    Clients clients("alpha");
    Messages said;
    const auto id = clients.sign_on("ipfail", said);
    ASSERT_TRUE(id);
    EXPECT_TRUE(clients.online("ipfail"));
    clients.sign_off(*id, "died", said);
    EXPECT_FALSE(clients.online("ipfail"));
    ASSERT_EQ(said.size(), 2U);
    EXPECT_EQ(told(said[0]),
              "t=hbapi-clstat st=join from_id=ipfail to_id=ipfail src=alpha info=signon "
              "client_gen=0 ");
    EXPECT_EQ(told(said[1]),
              "t=hbapi-clstat st=leave from_id=ipfail to_id=ipfail src=alpha info=died "
              "client_gen=0 ");
    clients.sign_off(*id, "died", said);
    EXPECT_EQ(said.size(), 2U);
}

// Why: a receiver tells two incarnations apart by client_gen, so refused attempts count as well.
TEST(Clients, EachAttemptGetsANumberOfItsOwn) {
    Clients clients("alpha");
    Messages said;
    ASSERT_TRUE(clients.sign_on("one", said));
    EXPECT_EQ(clients.sign_on("one", said).error().what, "duplicate add request");
    ASSERT_TRUE(clients.sign_on("two", said));
    ASSERT_EQ(said.size(), 2U);
    EXPECT_EQ(said[1].get("client_gen"), "2");
}

// Why: names go onto the wire and into logs; clients cost memory.
TEST(Clients, RefusesNamesAndNumbersBeyondTheBounds) {
    Clients clients("alpha");
    Messages said;
    const std::string longest(limits::client_name_bytes_max, 'x');
    for (const std::string& name :
         {std::string(), std::string("a b"), std::string("a\n"), longest + "x"}) {
        EXPECT_EQ(clients.sign_on(name, said).error().code, Errc::malformed) << name;
    }
    ASSERT_TRUE(clients.sign_on(longest, said));
    for (std::size_t i = 1; i < limits::clients_max; ++i) {
        ASSERT_TRUE(clients.sign_on("c" + std::to_string(i), said)) << i;
    }
    EXPECT_EQ(clients.sign_on("more", said).error().code, Errc::too_large);
}

// Why: a client speaks to its own kind only, whatever it writes into the message.
TEST(Clients, StampsTheSenderOverWhateverTheClientWrote) {
    Clients clients("alpha");
    Messages said;
    const ClientId id = clients.sign_on("ipfail", said).value();
    const auto stamped = clients.stamped(
        id, message_of({{"t", "num_ping_nodes"}, {"from_id", "bogus"}, {"num_ping", "2"}}));
    ASSERT_TRUE(stamped);
    EXPECT_EQ(told(*stamped),
              "t=num_ping_nodes from_id=ipfail num_ping=2 to_id=ipfail client_gen=0 ");
    EXPECT_EQ(clients.stamped(ClientId{99}, message_of({{"t", "x"}})).error().code,
              Errc::not_found);
}

// Why: 3.0.6 lets any client say `status dead` of its node, and both nodes then own everything.
TEST(Clients, RefusesWhatOnlyDaemonsSay) {
    Clients clients("alpha");
    Messages said;
    const ClientId id = clients.sign_on("tool", said).value();
    for (const char* type :
         {"status", "resource", "shutdone", "NS_ackmsg", "hbapi-clstat", "hbapi-req",
          "respond-cstatus", "hb_takeover", "addnode", "setweight"}) {
        const auto refused = clients.stamped(id, message_of({{"t", type}}));
        ASSERT_FALSE(refused) << type;
        EXPECT_EQ(refused.error().code, Errc::permission) << type;
    }
    EXPECT_EQ(clients.stamped(id, message_of({{"x", "y"}})).error().code, Errc::malformed);
    for (const char* type : {"query-cstatus", "ask_resources", "note"}) {
        EXPECT_TRUE(clients.stamped(id, message_of({{"t", type}}))) << type;
    }
}

// Why: messages with to_id are private, all others are for everybody, and other nodes' are not
// ours.
TEST(Clients, AMessageReachesWhomItNames) {
    Clients clients("alpha");
    Messages said;
    const ClientId one = clients.sign_on("one", said).value();
    const ClientId two = clients.sign_on("two", said).value();
    using Ids = std::vector<ClientId>;
    EXPECT_EQ(clients.hearers(message_of({{"t", "x"}})), (Ids{one, two}));
    EXPECT_EQ(clients.hearers(message_of({{"t", "x"}, {"to_id", "two"}})), Ids{two});
    EXPECT_EQ(clients.hearers(message_of({{"t", "x"}, {"to_id", "three"}})), Ids{});
    EXPECT_EQ(clients.hearers(message_of({{"t", "x"}, {"dest", "alpha"}})), (Ids{one, two}));
    EXPECT_EQ(clients.hearers(message_of({{"t", "x"}, {"dest", "beta"}})), Ids{});
}

// Why: cl_status on the other node, and a real ipfail there, wait for this answer.
TEST(Clients, AnswersAQueryWithOnlineOrOffline) {
    Clients clients("alpha");
    Messages said;
    ASSERT_TRUE(clients.sign_on("ipfail", said));
    const auto query = [](const char* name) {
        return message_of({{"t", "query-cstatus"}, {"cn", name}, {"from_id", "4711"}});
    };
    EXPECT_EQ(told(clients.answer(query("ipfail"), "beta")),
              "t=respond-cstatus dest=beta result=OK cn=ipfail to_id=4711 cs=online ");
    EXPECT_EQ(told(clients.answer(query("dopd"), "beta")),
              "t=respond-cstatus dest=beta result=OK cn=dopd to_id=4711 cs=offline ");
}

}  // namespace
}  // namespace hb::core
