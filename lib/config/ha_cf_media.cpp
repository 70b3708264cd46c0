// The media lines of ha.cf (config.md 3, wire.md 7). Whether an interface or a host exists is the
// shell's to find out.
#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "config/ha_cf_parse.hpp"

namespace hb::config {
namespace {

constexpr std::array<std::string_view, 9> words_of_kinds{
    "bcast", "mcast", "ucast", "mcast6", "ucast6", "serial", "ping", "ping6", "ping_group"};
constexpr unsigned hops_max = 4;  // of a multicast packet; the plugins of 3.0.6 take no more

using Ipv6 = std::array<unsigned char, 16>;

// Both only read text; nothing is looked up.
std::optional<std::array<unsigned char, 4>> ipv4_of(const std::string& text) {
    std::array<unsigned char, 4> out{};
    if (inet_pton(AF_INET, text.c_str(), out.data()) != 1) return std::nullopt;
    return out;
}
std::optional<Ipv6> ipv6_of(const std::string& text) {
    Ipv6 out{};
    if (inet_pton(AF_INET6, text.c_str(), out.data()) != 1) return std::nullopt;
    return out;
}

bool is_link_local(const Ipv6& address) {
    return address[0] == 0xfe && (address[1] & 0xc0U) == 0x80;
}

MediumKind kind_of(std::string_view word) {
    const auto* const found = std::find(words_of_kinds.begin(), words_of_kinds.end(), word);
    return found == words_of_kinds.end() ? MediumKind::bcast  // udp
                                         : static_cast<MediumKind>(found - words_of_kinds.begin());
}

unsigned port_so_far(const Parsing& parsing) {
    if (parsing.was_given("udpport")) return parsing.number_of("udpport");
    return parsing.machine.service_port != 0 ? parsing.machine.service_port : default_port;
}

// PORT TTL LOOP behind the group, alike in mcast and mcast6. Says what is wrong, or "".
std::string read_port_ttl_loop(Medium& medium, const std::vector<std::string>& parts) {
    const auto port = leading_number(parts[2]);
    if (!port || *port < 1 || *port > 65535) {
        return "port " + quoted(parts[2]) + " is out of range, expected 1 to 65535";
    }
    const auto ttl = parse_dec(parts[3]);
    if (!ttl || *ttl > hops_max) {
        return "ttl " + quoted(parts[3]) + " is out of range, expected 0 to 4";
    }
    if (parts[4] != "0" && parts[4] != "1") {
        return "loop " + quoted(parts[4]) + " is not known, expected 0 or 1";
    }
    medium.port = static_cast<unsigned>(*port);
    medium.ttl = static_cast<unsigned>(*ttl);
    medium.loop = parts[4] == "1";
    return "";
}

std::string read_mcast(Medium& medium, const std::vector<std::string>& parts) {
    if (parts.size() < 5)
        return "expected INTERFACE GROUP PORT TTL LOOP, for example eth0 "
               "225.0.0.1 694 1 0";
    const auto group = ipv4_of(parts[1]);
    if (!group || (*group)[0] < 224 || (*group)[0] > 239) {
        return quoted(parts[1]) +
               " is no multicast group, expected an address from 224.0.0.0 to "
               "239.255.255.255";
    }
    medium.device = parts[0];
    medium.address = parts[1];
    return read_port_ttl_loop(medium, parts);
}

// ff0x and ff1x with a scope that 3.0.6 takes (wire.md 7.5): link, admin, site, organisation.
bool is_group_of_mcast6(const Ipv6& address) {
    const unsigned flags = address[1] >> 4U;
    const unsigned scope = address[1] & 15U;
    const bool any_host = std::any_of(address.begin() + 2, address.end(),
                                      [](unsigned char byte) { return byte != 0; });
    return address[0] == 0xff && flags <= 1 && any_host &&
           (scope == 2 || scope == 4 || scope == 5 || scope == 8);
}

std::string read_mcast6(Medium& medium, const std::vector<std::string>& parts) {
    if (parts.size() < 5)
        return "expected INTERFACE GROUP PORT HOPS LOOP, for example eth0 "
               "ff02::1234 694 1 0";
    const auto group = ipv6_of(parts[1]);
    if (!group || !is_group_of_mcast6(*group)) {
        return quoted(parts[1]) +
               " is no multicast group, expected ff0x:: or ff1x:: with x = 2, 4, "
               "5 or 8";
    }
    medium.device = parts[0];
    medium.address = parts[1];
    return read_port_ttl_loop(medium, parts);
}

std::string read_ucast(Medium& medium, const std::vector<std::string>& parts) {
    if (parts.size() < 2) return "expected INTERFACE HOST";
    medium.device = parts[0];
    medium.address = parts[1];
    return "";
}

std::string read_ucast6(Medium& medium, const std::vector<std::string>& parts) {
    if (parts.size() < 2) return "expected INTERFACE ADDRESS";
    const std::size_t percent = parts[1].find('%');
    const auto address = ipv6_of(parts[1].substr(0, percent));
    if (!address) return quoted(parts[1]) + " is no IPv6 address, expected one like fe80::1";
    const bool nobody = std::all_of(address->begin(), address->end() - 1,
                                    [](unsigned char byte) { return byte == 0; }) &&
                        address->back() <= 1;
    if (nobody || (*address)[0] == 0xff) {
        return quoted(parts[1]) +
               " is no address of another host, expected neither multicast nor "
               ":: nor ::1";
    }
    if (is_link_local(*address) && percent != std::string::npos &&
        parts[1].substr(percent + 1) != parts[0]) {
        return quoted(parts[1]) + " names another interface than " + parts[0] +
               ", expected the same";
    }
    medium.device = parts[0];
    medium.address = parts[1];
    return "";
}

// A host of ping or ping_group: a name or an IPv4 address.
std::string mistake_of_ping_host(const std::string& word) {
    if (!ipv6_of(word)) return "";
    return quoted(word) + " is an IPv6 address, expected an IPv4 address or a name (or ping6)";
}

std::string mistake_of_ping6_host(const std::string& word) {
    const std::size_t percent = word.find('%');
    const auto address = ipv6_of(word.substr(0, percent));
    if (!address) return quoted(word) + " is no IPv6 address, expected one like fd00::1";
    const bool has_scope = percent != std::string::npos && percent + 1 < word.size();
    if (is_link_local(*address) && !has_scope) {
        return quoted(word) + " is on every interface, expected one behind it, like fe80::1%eth0";
    }
    return "";
}

std::string read_ping_group(Medium& medium, const std::vector<std::string>& parts) {
    if (parts.size() < 2) return "expected NAME HOST..., at least one host";
    medium.hosts.assign(parts.begin() + 1, parts.end());
    for (const std::string& host : medium.hosts) {
        if (std::string wrong = mistake_of_ping_host(host); !wrong.empty()) return wrong;
    }
    return "";
}

std::string read_one_word(Medium& medium, const std::string& word) {
    if (medium.kind == MediumKind::serial && !word.starts_with('/')) {
        return quoted(word) + " is no device, expected an absolute path like /dev/ttyS0";
    }
    if (!is_ping(medium.kind)) {
        medium.device = word;
        return "";
    }
    medium.address = word;
    return medium.kind == MediumKind::ping6 ? mistake_of_ping6_host(word)
                                            : mistake_of_ping_host(word);
}

std::string read_medium(Medium& medium, const std::vector<std::string>& parts) {
    switch (medium.kind) {
        case MediumKind::mcast:
            return read_mcast(medium, parts);
        case MediumKind::ucast:
            return read_ucast(medium, parts);
        case MediumKind::mcast6:
            return read_mcast6(medium, parts);
        case MediumKind::ucast6:
            return read_ucast6(medium, parts);
        case MediumKind::ping_group:
            return read_ping_group(medium, parts);
        case MediumKind::bcast:
        case MediumKind::serial:
        case MediumKind::ping:
        case MediumKind::ping6:
            return read_one_word(medium, parts[0]);
    }
    return "";
}

// Two ping nodes of one name would count twice for whoever counts them.
bool named_before(Parsing& parsing, const Directive& directive, const Medium& medium) {
    const std::vector<Medium>& media = parsing.cf.media;
    const auto before = std::find_if(media.begin(), media.end(), [&](const Medium& other) {
        return is_ping(other.kind) && lower(other.name) == lower(medium.name);
    });
    if (before == media.end()) return false;
    const std::string what = directive.name + " " + medium.name;
    const std::string line = std::to_string(before->line);
    if (*before == medium) {
        parsing.report.warning(medium.line,
                               what + ": the same as line " + line + ", once is enough");
    } else {
        parsing.error(directive, medium.line,
                      what + ": line " + line + " has a ping node of this name, expected another");
    }
    return true;
}

void add_medium(Parsing& parsing, const Directive& directive, const std::vector<std::string>& parts,
                int line) {
    Medium medium;
    medium.kind = kind_of(directive.name);
    medium.line = line;
    medium.port =
        is_ping(medium.kind) || medium.kind == MediumKind::serial ? 0 : port_so_far(parsing);
    if (medium.kind == MediumKind::serial) medium.baud = parsing.number_of("baud");
    const std::string wrong = read_medium(medium, parts);
    if (!wrong.empty()) {
        const std::string shown = parts.empty() ? "" : " " + printable(parts[0], 80);
        parsing.error(directive, line, directive.name + shown + ": " + wrong);
        return;
    }
    medium.name = parts[0];
    const bool shown_as_is = printable(medium.name, medium.name.size()) == medium.name;
    if (is_ping(medium.kind) &&
        (medium.name.size() > limits::node_name_bytes_max || !shown_as_is)) {
        parsing.error(directive, line,
                      directive.name + " " + printable(medium.name, 80) +
                          ": no name for a ping node, expected at most " +
                          std::to_string(limits::node_name_bytes_max) + " plain bytes");
        return;
    }
    if (is_ping(medium.kind) && lower(medium.name) != medium.name) {
        parsing.report.warning(line, directive.name + " " + medium.name +
                                         ": names of ping nodes are compared in lower case");
    }
    std::vector<Medium>& media = parsing.cf.media;
    if (is_ping(medium.kind) && named_before(parsing, directive, medium)) return;
    const auto same = std::find(media.begin(), media.end(), medium);
    if (same != media.end() && medium.kind == MediumKind::serial) {
        parsing.error(directive, line,
                      directive.name + " " + medium.name + ": the same as line " +
                          std::to_string(same->line) +
                          ", expected each device once: both would read a part of "
                          "what comes in");
        return;
    }
    if (same != media.end()) {
        parsing.report.warning(line, directive.name + " " + medium.name + ": the same as line " +
                                         std::to_string(same->line) +
                                         ", every message goes out twice");
    }
    if (is_ping(medium.kind)) parsing.cf.listed.push_back(lower(medium.name));
    media.push_back(std::move(medium));
}

}  // namespace

std::string_view medium_word(MediumKind kind) noexcept {
    return words_of_kinds[static_cast<std::size_t>(kind)];
}

void parse_media_line(Parsing& parsing, const Directive& directive, std::string_view rest,
                      int line) {
    const bool one_a_word = directive.kind == Kind::media_words;
    const std::vector<std::string> parts = words(rest, one_a_word ? " \t\r\n\f\v," : " \t\r\n\f\v");
    if (directive.name == "udp" && !parts.empty()) {
        parsing.report.warning(line, "udp is an old name, write bcast");
    }
    if (one_a_word) {
        for (const std::string& part : parts) add_medium(parsing, directive, {part}, line);
    } else {
        add_medium(parsing, directive, parts, line);
    }
    if (!parts.empty() && directive.support == Support::later &&
        !parsing.is_broken(directive.name)) {
        parsing.report.unsupported(line,
                                   directive.name + " " + listed(parts, "and") +
                                       (is_ping(kind_of(directive.name))
                                            ? ": not supported yet, nothing is pinged"
                                            : ": not supported yet, this link is not opened"));
    }
}

}  // namespace hb::config
