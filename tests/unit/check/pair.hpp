// What the tests of lib/check share: a pair of nodes with nothing to find, which each test spoils
// in one place.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "check/report.hpp"

namespace hb::check::test {

// Six lines and two of media, so that what is added begins in line 9.
inline const std::string good_ha_cf =
    "logfacility daemon\nkeepalive 1\ndeadtime 10\ninitdead 60\nauto_failback off\nnode alpha "
    "beta\n"
    "bcast eth1\nserial /dev/ttyS0\n";
inline const std::string good_authkeys = "auth 1\n1 sha256 a-long-secret-of-its-own\n";
inline const std::string good_haresources =
    "alpha 192.0.2.10/24/eth0 apache2\nbeta IPaddr2::192.0.2.11\n";

inline Copies copies(const std::string& folder, const std::string& ha_cf = good_ha_cf,
                     const std::string& haresources = good_haresources,
                     const std::string& authkeys = good_authkeys) {
    return {{folder + "/ha.cf", ha_cf, "", 0644U},
            {folder + "/authkeys", authkeys, "", 0600U},
            {folder + "/haresources", haresources, "", 0644U}};
}

inline Facts good_facts() {
    Facts facts;
    facts.interfaces = {{"lo", true, {{"127.0.0.1", 8}}, "lo"},
                        {"eth0", true, {{"192.0.2.1", 24}}, "eth0"},
                        {"eth1", true, {{"10.0.0.1", 24}}, "eth1"}};
    facts.scripts = {{"IPaddr", ScriptState::there, "/etc/ha.d/resource.d/IPaddr", ""},
                     {"IPaddr2", ScriptState::there, "/etc/ha.d/resource.d/IPaddr2", ""},
                     {"apache2", ScriptState::there, "/etc/init.d/apache2", ""}};
    facts.resource_dir = "/etc/ha.d/resource.d";
    facts.init_dir = "/etc/init.d";
    facts.clock_kept = true;
    facts.lateness = std::chrono::milliseconds(20);
    facts.lateness_from = "the running daemon";
    return facts;
}

struct Pair {
    Copies own = copies("/a");
    std::optional<Copies> peer;
    std::optional<Facts> facts;
    std::string peer_name{"beta"};

    // The words behind a directive of good_ha_cf, exchanged for others.
    static std::string changed(std::string text, const std::string& from, const std::string& to) {
        const std::size_t at = text.find(from);
        EXPECT_NE(at, std::string::npos) << from;
        return text.replace(at, from.size(), to);
    }
    Pair& ha_cf(const std::string& more) {
        own.ha_cf.text += more + "\n";
        return *this;
    }
    Pair& exchange(const std::string& from, const std::string& to) {
        own.ha_cf.text = changed(own.ha_cf.text, from, to);
        return *this;
    }
    Pair& haresources(const std::string& text) {
        own.haresources.text = text;
        return *this;
    }
    Copies& with_peer() {
        if (!peer) peer = copies("/b");
        return *peer;
    }
    Facts& with_facts() {
        if (!facts) facts = good_facts();
        return *facts;
    }

    template <class Use>
    auto look(Use use) const {
        const Side here = read_side(own, {"alpha", true, 0});
        const Side there = read_side(peer ? *peer : own, {peer_name, true, 0});
        return use(Subject{here, there, peer ? &there : nullptr, facts ? &*facts : nullptr});
    }
    Findings findings() const {
        return look([](const Subject& subject) { return check(subject); });
    }
    Report report() const {
        return look([](const Subject& subject) { return make_report(subject, check(subject)); });
    }
    // "file:line id", in order.
    std::vector<std::string> found() const {
        std::vector<std::string> out;
        for (const Finding& each : findings()) {
            const std::string name = finding_entry(each.id).name;
            const std::string at =
                each.place.file.empty()
                    ? ""
                    : each.place.file + ":" + std::to_string(each.place.line) + " ";
            out.push_back(at + name);
        }
        return out;
    }
    std::string text() const {
        std::string out;
        for (const Finding& each : findings()) out += each.text + "\n";
        return out;
    }
};

using Found = std::vector<std::string>;

}  // namespace hb::check::test
