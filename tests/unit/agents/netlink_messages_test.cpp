// Requests to the kernel and what it tells, as bytes: each request is read back as what the kernel
// would make of it.
#include "agents/netlink_messages.hpp"

#include <gtest/gtest.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include <cstring>

#include "agents/ip_task.hpp"
#include "agents/source_address.hpp"

namespace hb::agents {
namespace {

Address sample_address() {
    Address out;
    out.ip = *parse_ip("10.0.0.5");
    out.prefix = 24;
    out.index = 7;
    out.broadcast = parse_ip("10.0.0.255");
    out.label = "eth0:0";
    return out;
}

const nlmsghdr* header_of(const std::vector<std::uint8_t>& bytes) {
    return reinterpret_cast<const nlmsghdr*>(bytes.data());
}

TEST(NetlinkMessages, AnAddedAddressHasAllItsParts) {
    const auto bytes = message_of(AddAddress{sample_address()}, 42);
    EXPECT_EQ(header_of(bytes)->nlmsg_type, RTM_NEWADDR);
    EXPECT_EQ(header_of(bytes)->nlmsg_seq, 42U);
    EXPECT_EQ(header_of(bytes)->nlmsg_len, bytes.size());
    EXPECT_EQ(header_of(bytes)->nlmsg_flags, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL);
    const auto back = read_address(header_of(bytes));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->ip, sample_address().ip);
    EXPECT_EQ(back->prefix, 24U);
    EXPECT_EQ(back->index, 7U);
    EXPECT_EQ(back->broadcast, sample_address().broadcast);
    EXPECT_EQ(back->label, "eth0:0");
    EXPECT_FALSE(back->peer);
}

TEST(NetlinkMessages, IPv6IsAddedWithoutASearchForDuplicates) {
    Address address;
    address.ip = *parse_ip("fd00::5");
    address.prefix = 64;
    address.flags = IFA_F_NODAD;
    const auto back = read_address(header_of(message_of(AddAddress{address}, 1)));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->flags, static_cast<std::uint32_t>(IFA_F_NODAD));
    EXPECT_EQ(to_text(back->ip), "fd00::5");
    EXPECT_FALSE(back->secondary());
}

// Why: a removal that left out the far end or the length could hit another address.
TEST(NetlinkMessages, ARemovalNamesTheAddressExactly) {
    Address address = sample_address();
    address.peer = parse_ip("10.9.9.9");
    auto bytes = message_of(RemoveAddress{address}, 1);
    EXPECT_EQ(header_of(bytes)->nlmsg_type, RTM_DELADDR);
    EXPECT_EQ(header_of(bytes)->nlmsg_flags, NLM_F_REQUEST);
    const_cast<nlmsghdr*>(header_of(bytes))->nlmsg_type = RTM_NEWADDR;
    const auto back = read_address(header_of(bytes));
    ASSERT_TRUE(back);
    EXPECT_EQ(to_text(*back->peer), "10.9.9.9");
    EXPECT_EQ(shown(*back), "10.0.0.5 peer 10.9.9.9/24");
    EXPECT_EQ(back->label, "");
}

Route sample_route(const char* target, unsigned length, unsigned index) {
    Route out;
    out.target = *parse_ip(target);
    out.length = length;
    out.index = index;
    out.direct = length > 0;
    rtmsg body{};
    body.rtm_family = AF_INET;
    body.rtm_dst_len = static_cast<unsigned char>(length);
    body.rtm_table = RT_TABLE_MAIN;
    body.rtm_type = RTN_UNICAST;
    body.rtm_flags = RTNH_F_LINKDOWN;
    out.payload.resize(sizeof body);
    std::memcpy(out.payload.data(), &body, sizeof body);
    const auto attribute = [&out](unsigned short type, const void* value) {
        rtattr head{};
        head.rta_len = static_cast<unsigned short>(sizeof head + 4);
        head.rta_type = type;
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(&head);
        out.payload.insert(out.payload.end(), bytes, bytes + sizeof head);
        bytes = static_cast<const std::uint8_t*>(value);
        out.payload.insert(out.payload.end(), bytes, bytes + 4);
    };
    if (length > 0) attribute(RTA_DST, out.target.bytes.data());
    attribute(RTA_OIF, &index);
    attribute(RTA_PREFSRC, parse_ip("10.0.0.1")->bytes.data());
    const std::uint32_t metric = 9;
    attribute(RTA_PRIORITY, &metric);
    return out;
}

TEST(NetlinkMessages, ARouteKeepsAllButItsSource) {
    const Route before = sample_route("10.0.0.0", 24, 3);
    for (const auto& source : {parse_ip("10.0.0.5"), std::optional<Ip>()}) {
        const auto bytes = message_of(SetSource{before, source}, 5);
        EXPECT_EQ(header_of(bytes)->nlmsg_flags, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_REPLACE);
        const auto after = read_route(header_of(bytes));
        ASSERT_TRUE(after);
        EXPECT_EQ(after->source, source);
        EXPECT_EQ(after->target, before.target);
        EXPECT_EQ(after->length, 24U);
        EXPECT_EQ(after->index, 3U);
        EXPECT_EQ(after->metric, 9U);
        EXPECT_TRUE(after->direct);
        // The kernel refuses a route that says of itself that its link is down.
        EXPECT_EQ(reinterpret_cast<const rtmsg*>(after->payload.data())->rtm_flags, 0U);
    }
}

// Why: what the kernel sends is believed in its lengths only as far as the message goes.
TEST(NetlinkMessages, CutMessagesAreNothing) {
    auto bytes = message_of(AddAddress{sample_address()}, 1);
    auto* header = const_cast<nlmsghdr*>(header_of(bytes));
    header->nlmsg_len = sizeof(nlmsghdr) + 4;
    EXPECT_FALSE(read_address(header));
    EXPECT_FALSE(read_link(header));
    EXPECT_FALSE(read_route(header));
    header->nlmsg_len = sizeof(nlmsghdr) + sizeof(ifaddrmsg) + 6;  // half an attribute
    EXPECT_FALSE(read_address(header));
}

TEST(ChooseRoute, TheMostSpecificDirectOneDecides) {
    Route wide = sample_route("10.0.0.0", 16, 1);
    Route narrow = sample_route("10.0.0.0", 24, 2);
    Route gateway = sample_route("10.0.0.0", 25, 3);
    gateway.direct = false;
    Route fallback = sample_route("0.0.0.0", 0, 4);
    const Ip ip = *parse_ip("10.0.0.5");
    EXPECT_EQ(choose_route({wide, narrow, gateway, fallback}, ip, false)->index, 2U);
    EXPECT_EQ(choose_route({narrow, wide, fallback, gateway}, ip, true)->index, 2U);
    EXPECT_EQ(choose_route({fallback, gateway}, ip, true)->index, 3U);
    EXPECT_FALSE(choose_route({fallback, gateway}, ip, false));
    EXPECT_EQ(choose_route({wide, fallback}, ip, false)->length, 16U);
    narrow.dead = true;
    EXPECT_EQ(choose_route({wide, narrow}, ip, false)->index, 1U);
}

TEST(ChooseRoute, OfEqualOnesTheLowestMetric) {
    Route one = sample_route("10.0.0.0", 24, 1);
    Route two = sample_route("10.0.0.0", 24, 2);
    one.metric = 60;
    two.metric = 50;
    EXPECT_EQ(choose_route({one, two}, *parse_ip("10.0.0.5"), false)->index, 2U);
    two.metric = 60;
    EXPECT_EQ(choose_route({one, two}, *parse_ip("10.0.0.5"), false)->index, 1U);
}

TEST(RoutesOfSource, TheNetworkThenTheDefaultsOfItsInterface) {
    const Ip ip = *parse_ip("10.0.0.5");
    const Route network = sample_route("10.0.0.0", 24, 1);
    const Route own = sample_route("0.0.0.0", 0, 1);
    const Route other = sample_route("0.0.0.0", 0, 2);
    const auto routes = routes_of_source({own, other, network}, ip);
    ASSERT_TRUE(routes);
    ASSERT_EQ(routes->size(), 2U);
    EXPECT_EQ((*routes)[0].length, 24U);
    EXPECT_EQ((*routes)[1].index, 1U);
    EXPECT_EQ(routes_of_source({network, network}, ip).error().what,
              "2 routes to a directly connected network with 10.0.0.5: expected exactly one");
    EXPECT_FALSE(routes_of_source({own}, ip));
}

}  // namespace
}  // namespace hb::agents
