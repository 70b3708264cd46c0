// What a program and the daemon say to each other, without a socket (clientapi.md 4 to 8).
#include "client/exchange.hpp"

#include <gtest/gtest.h>

namespace hb::client {
namespace {

using Values = std::vector<std::pair<const char*, std::string>>;

struct ExchangeTest : testing::Test {
    // What the program has said since the last call, one message a line.
    std::string said() {
        wire::client_frame::Reader reader;
        std::string out;
        for (const Bytes& body : reader.feed(exchange.to_send()).bodies) {
            const auto message = wire::client_frame::decode(body);
            for (const wire::Field& field : message->fields) {
                out += field.name + "=" + field.value + " ";
            }
            out.back() = '\n';
        }
        exchange.sent(exchange.to_send().size());
        return out;
    }
    void hear(const Values& fields) {
        wire::Message message;
        for (const auto& [name, value] : fields) message.set(name, value);
        exchange.received(*wire::client_frame::encode(message, wire::client_frame::Form::text));
    }
    void answer(const char* request, const Values& fields = {}, const char* result = "OK") {
        Values all{{"t", "hbapi-resp"}, {"reqtype", request}};
        all.insert(all.end(), fields.begin(), fields.end());
        all.emplace_back("result", result);
        hear(all);
    }
    void sign_on() {
        answer("signon", {{"node", "c1"}});
        said();
    }
    Ticket ask(const char* request, const Fields& fields = {}) {
        return exchange.ask(request, fields).value();
    }
    // `field` of each answer, or the error; "-" when there is none yet.
    std::string taken(Ticket ticket, const char* field) {
        const auto answers = exchange.take(ticket);
        if (!answers) return "-";
        if (!*answers) return "error " + (*answers).error().what;
        std::string out;
        for (const wire::Message& message : **answers) {
            out += (out.empty() ? "" : " ") + std::string(message.get(field));
        }
        return out;
    }

    Exchange exchange{{"tst", 700, 0, 106}};
};

// Why: vector V1 is what the daemon expects; the answer says whether it may ask.
TEST_F(ExchangeTest, SignsOn) {
    EXPECT_EQ(said(), "t=hbapi-req reqtype=signon from_id=tst pid=700 uid=0 gid=106\n");
    EXPECT_FALSE(exchange.ask("nodelist", {}).has_value());
    hear({{"t", "hbapi-clstat"}, {"st", "join"}, {"from_id", "tst"}});  // comes first
    EXPECT_EQ(exchange.state(), Exchange::State::signing_on);
    answer("signon", {{"node", "c1"}});
    EXPECT_EQ(exchange.state(), Exchange::State::signed_on);
    EXPECT_EQ(exchange.welcome().get("node"), "c1");
    EXPECT_EQ(exchange.next()->get("st"), "join");
    EXPECT_FALSE(exchange.next().has_value());
}

TEST_F(ExchangeTest, ARefusedOneLearnsWhy) {
    answer("signon", {{"info", "no default client auth"}}, "badreq");
    EXPECT_EQ(exchange.state(), Exchange::State::over);
    EXPECT_EQ(exchange.why().code, Errc::permission);
    EXPECT_EQ(exchange.why().what, "no default client auth");
    EXPECT_TRUE(exchange.to_send().empty());
}

// Why: a list comes in many frames, and messages may stand between them.
TEST_F(ExchangeTest, AnswersAreCollected) {
    sign_on();
    const Ticket nodes = ask("nodelist");
    const Ticket count = ask("numnodes");
    EXPECT_EQ(said(),
              "t=hbapi-req reqtype=nodelist from_id=tst\n"
              "t=hbapi-req reqtype=numnodes from_id=tst\n");
    answer("nodelist", {{"node", "c1"}}, "ok/more");
    hear({{"t", "status"}, {"src", "c2"}, {"st", "dead"}});
    EXPECT_EQ(taken(nodes, "node"), "-");
    answer("nodelist", {{"node", "c2"}});
    answer("numnodes", {{"numnodes", "2"}});
    EXPECT_EQ(taken(count, "numnodes"), "2");
    EXPECT_EQ(taken(nodes, "node"), "c1 c2");
    EXPECT_EQ(taken(nodes, "node"), "-");
    EXPECT_EQ(exchange.next()->get("st"), "dead");
}

TEST_F(ExchangeTest, ARefusalHasAReason) {
    sign_on();
    const Ticket ticket = ask("nodestatus", {{"node", "c9"}});
    EXPECT_EQ(said(), "t=hbapi-req reqtype=nodestatus from_id=tst node=c9\n");
    hear(
        {{"t", "hbapi-resp"}, {"reqtype", "nodestatus"}, {"result", "badreq"}, {"info", "EINVAL"}});
    EXPECT_EQ(taken(ticket, "st"), "error EINVAL");
}

// Why: in libhbclient a late answer passes for that to the next question.
TEST_F(ExchangeTest, ALateAnswerIsNobodysElse) {
    sign_on();
    const Ticket first = ask("nodestatus", {{"node", "c1"}});
    exchange.forget(first);
    const Ticket second = ask("nodestatus", {{"node", "c2"}});
    answer("nodestatus", {{"st", "active"}});
    EXPECT_EQ(taken(second, "st"), "-");
    answer("nodestatus", {{"st", "dead"}});
    EXPECT_EQ(taken(second, "st"), "dead");
    EXPECT_EQ(taken(first, "st"), "-");
}

// Why: another client may send a message that looks like an answer; it always has a sender.
TEST_F(ExchangeTest, AForgedAnswerIsAMessage) {
    sign_on();
    const Ticket ticket = ask("getrsc");
    answer("getrsc", {{"rsc_hold", "all"}, {"src", "c2"}});
    EXPECT_EQ(taken(ticket, "rsc_hold"), "-");
    EXPECT_EQ(exchange.next()->get("rsc_hold"), "all");
    answer("numnodes", {{"numnodes", "7"}});  // nobody asked
    EXPECT_EQ(taken(ticket, "rsc_hold"), "-");
    answer("getrsc", {{"rsc_hold", "local"}});
    EXPECT_EQ(taken(ticket, "rsc_hold"), "local");
}

// Why: clientstatus is answered here, elsewhere, late or never (clientapi.md 6.1).
TEST_F(ExchangeTest, ClientsOfOtherNodesAreToldByOtherNodes) {
    sign_on();
    const Values remote{{"t", "respond-cstatus"}, {"src", "c2"}, {"cn", "x"}, {"cs", "online"}};
    const Ticket first = ask("clientstatus", {{"node", "c2"}, {"cn", "x"}});
    const Ticket count = ask("numnodes");
    answer("numnodes", {{"numnodes", "2"}});
    EXPECT_EQ(taken(count, "numnodes"), "2");
    hear(remote);
    EXPECT_EQ(taken(first, "cs"), "online");
    hear(remote);  // of a broadcast of its own
    EXPECT_EQ(exchange.next()->get("cs"), "online");

    const Ticket lost = ask("clientstatus", {{"node", "c2"}, {"cn", "x"}});
    said();
    const Ticket local = ask("clientstatus", {{"node", "c1"}, {"cn", "y"}});
    EXPECT_EQ(said(),
              "t=hbapi-req reqtype=numnodes from_id=tst\n"
              "t=hbapi-req reqtype=clientstatus from_id=tst node=c1 cn=y\n");
    answer("numnodes", {{"numnodes", "2"}});
    answer("clientstatus", {{"cs", "offline"}});
    EXPECT_EQ(taken(local, "cs"), "offline");
    EXPECT_EQ(taken(lost, "cs"), "-");
    hear(remote);
    EXPECT_EQ(taken(lost, "cs"), "online");
}

// Why: whoever waits must not wait for ever.
TEST_F(ExchangeTest, TheEndEndsWhatIsOpen) {
    sign_on();
    const Ticket one = ask("getrsc"), two = ask("clientstatus", {{"node", "c2"}, {"cn", "x"}});
    exchange.closed({Errc::io, "gone"});
    EXPECT_EQ(taken(one, "rsc_hold") + taken(two, "cs"), "error goneerror gone");
    EXPECT_EQ(exchange.ask("getrsc", {}).error().what, "gone");
    EXPECT_EQ(exchange.send(wire::make_message("x")).error().what, "gone");
}

TEST_F(ExchangeTest, NonsenseOfTheDaemonIsBounded) {
    sign_on();
    exchange.received(Bytes("\4\0\0\0\xcd\xab\0\0junk", 12));  // a body that says nothing
    EXPECT_EQ(exchange.state(), Exchange::State::signed_on);
    ask("nodelist");
    for (std::size_t i = 0; i <= Bounds::answers; ++i) answer("nodelist", {}, "ok/more");
    EXPECT_EQ(exchange.state(), Exchange::State::over);
    Exchange other{{"", 700, 0, 0}};
    other.received("GET / HTTP/1.0\r\n");
    EXPECT_EQ(other.state(), Exchange::State::over);
}

TEST_F(ExchangeTest, EveryQueueHasAnEnd) {
    sign_on();
    for (std::size_t i = 0; i < Bounds::requests; ++i) ask("getrsc");
    EXPECT_EQ(exchange.ask("getrsc", {}).error().code, Errc::too_large);
    for (std::size_t i = 0; i < Bounds::messages + 3; ++i) hear({{"t", "x"}, {"src", "c2"}});
    EXPECT_TRUE(exchange.full());
    EXPECT_EQ(exchange.lost(), 3U);
    wire::Message large = wire::make_message("x");
    large.set("a", std::string(200'000, 'a'));
    int sent = 0;
    while (exchange.send(large)) ++sent;
    EXPECT_EQ(sent, 5);
}

// Why: a casual client that sends is thrown out by the daemon.
TEST_F(ExchangeTest, MessagesNeedANameAndAType) {
    sign_on();
    EXPECT_FALSE(exchange.send({}).has_value());
    EXPECT_FALSE(exchange.send(wire::make_message("hbapi-req")).has_value());
    EXPECT_TRUE(exchange.send(wire::make_message("hello")).has_value());
    EXPECT_EQ(said(), "t=hello\n");
    Exchange casual{{"", 700, 0, 0}};
    casual.received(*wire::client_frame::encode(
        [] {
            wire::Message welcome = wire::make_message("hbapi-resp");
            welcome.set("reqtype", "signon");
            welcome.set("result", "OK");
            return welcome;
        }(),
        wire::client_frame::Form::netstring));
    EXPECT_EQ(casual.send(wire::make_message("hello")).error().code, Errc::permission);
}

}  // namespace
}  // namespace hb::client
