// Arguments of the address agents: haresources files of twenty years hold every form of them.
#include "agents/address_spec.hpp"

#include <gtest/gtest.h>

#include <string>

namespace hb::agents {
namespace {

AddressSpec parsed(AddressKind kind, const std::string& argument) {
    auto spec = parse_address(kind, argument);
    EXPECT_TRUE(spec) << argument;
    return spec ? *spec : AddressSpec{};
}

std::string complaint(AddressKind kind, const std::string& argument) {
    const auto spec = parse_address(kind, argument);
    return spec ? "accepted " + argument : spec.error().what;
}

TEST(AddressSpec, ABareAddressLeavesTheRestToTheRoute) {
    const auto spec = parsed(AddressKind::ipaddr, "10.0.0.5");
    EXPECT_EQ(to_text(spec.ip), "10.0.0.5");
    EXPECT_FALSE(spec.prefix || spec.broadcast);
    EXPECT_EQ(spec.interface + spec.label, "");
}

TEST(AddressSpec, EveryPartHasItsPlace) {
    const auto spec = parsed(AddressKind::ipaddr2, "10.0.0.5/255.255.128.0/eth0:web/10.0.9.9");
    EXPECT_EQ(spec.prefix, 17U);
    EXPECT_EQ(spec.interface, "eth0");
    EXPECT_EQ(spec.label, "eth0:web");
    EXPECT_EQ(to_text(*spec.broadcast), "10.0.9.9");
    EXPECT_EQ(to_text(*parsed(AddressKind::ipaddr, "10.0.0.5/24/10.0.0.9").broadcast), "10.0.0.9");
}

TEST(AddressSpec, SlashesTooManyDoNotCount) {
    EXPECT_EQ(parsed(AddressKind::ipaddr, "//10.0.0.5//24//eth0//").interface, "eth0");
}

TEST(AddressSpec, IPv6KeepsHowItWasWritten) {
    const auto spec = parsed(AddressKind::ipv6addr, "fd00:0:0:0:0:0:0:5/64/eth0");
    EXPECT_EQ(to_text(spec.ip), "fd00::5");
    EXPECT_EQ(spec.written, "fd00:0:0:0:0:0:0:5");
    EXPECT_EQ(spec.prefix, 64U);
}

TEST(AddressSpec, WrongValuesNameWhatWasExpected) {
    const auto kind = AddressKind::ipaddr;
    EXPECT_EQ(complaint(kind, "/"), "expected an address");
    EXPECT_EQ(complaint(kind, "10.0.0.010"),
              "10.0.0.010: expected an IPv4 address, four numbers from 0 to 255");
    EXPECT_EQ(complaint(kind, "10.0.0.5/33"),
              "mask 33: expected 1 to 32, or for IPv4 a dotted mask");
    EXPECT_EQ(complaint(kind, "10.0.0.5/255.0.255.0"),
              "mask 255.0.255.0: expected 1 to 32, or for IPv4 a dotted mask");
    EXPECT_EQ(complaint(kind, "10.0.0.5/eth0"),
              "eth0: expected a mask; an interface needs a mask before it");
    EXPECT_EQ(complaint(kind, "fd00::5"), "fd00::5 is an IPv6 address: use IPaddr2 for it");
    EXPECT_EQ(complaint(kind, "10.0.0.5/24/10.0.0.9/10.0.0.8"),
              "10.0.0.8: more than one broadcast address");
    EXPECT_EQ(complaint(kind, "10.0.0.5/24/eth0/eth1"),
              "eth1: expected ADDRESS/MASK/INTERFACE/BROADCAST");
    EXPECT_EQ(complaint(kind, "10.0.0.5/24/averylongname:web"),
              "label averylongname:web: longer than the kernel's 15 characters");
    EXPECT_EQ(complaint(AddressKind::ipaddr2, "fd00::5/64/eth0/1.2.3.4"),
              "1.2.3.4: IPv6 has no broadcast address");
    EXPECT_EQ(complaint(AddressKind::ipaddr2, "fd00::5:x"), "fd00::5:x: expected an IPv6 address");
    EXPECT_EQ(complaint(AddressKind::ipv6addr, "10.0.0.5"),
              "10.0.0.5: expected an IPv6 address; IPaddr2 takes IPv4 addresses, too");
}

// Why: the name becomes part of a path below /proc/sys.
TEST(AddressSpec, AnInterfaceCannotBeAPath) {
    for (const char* name : {"..", ".", "", "a b", "sixteencharacter"}) {
        EXPECT_FALSE(is_interface_name(name)) << name;
    }
    EXPECT_TRUE(is_interface_name("eth0.100"));
}

TEST(Ip, NetworksAndBroadcasts) {
    const Ip ip = *parse_ip("10.0.0.5");
    EXPECT_TRUE(in_network(ip, *parse_ip("10.0.0.0"), 24));
    EXPECT_TRUE(in_network(ip, *parse_ip("0.0.0.0"), 0));
    EXPECT_TRUE(in_network(ip, *parse_ip("10.0.0.4"), 31));
    EXPECT_FALSE(in_network(ip, *parse_ip("10.0.0.6"), 31));
    EXPECT_FALSE(in_network(ip, *parse_ip("::"), 0));
    EXPECT_TRUE(in_network(*parse_ip("fd00::5"), *parse_ip("fd00::"), 64));
    EXPECT_EQ(to_text(*broadcast_of(ip, 25)), "10.0.0.127");
    EXPECT_EQ(to_text(*broadcast_of(ip, 30)), "10.0.0.7");
    EXPECT_FALSE(broadcast_of(ip, 31) || broadcast_of(ip, 32));
    EXPECT_FALSE(broadcast_of(*parse_ip("fd00::5"), 64));
}

TEST(Ip, MasksAreLengthsOrHaveNoHoles) {
    EXPECT_EQ(parse_mask("24", AF_INET), 24U);
    EXPECT_EQ(parse_mask("128", AF_INET6), 128U);
    EXPECT_EQ(parse_mask("255.255.255.255", AF_INET), 32U);
    EXPECT_EQ(parse_mask("128.0.0.0", AF_INET), 1U);
    for (const char* mask : {"0", "33", "", "a", "2555", "0.0.0.0", "255.255.0.1", "1.2"}) {
        EXPECT_FALSE(parse_mask(mask, AF_INET)) << mask;
    }
    EXPECT_FALSE(parse_mask("255.0.0.0", AF_INET6));
}

}  // namespace
}  // namespace hb::agents
