// hb_send_arp: tells a network segment which Ethernet address now serves an IP address, by
// broadcast ARP (RFC 5227 3, RFC 826) or by unsolicited neighbour advertisements (RFC 4861 7.2.6).
// It configures nothing: the address itself is set by resource.d/IPaddr and IPaddr2.
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <netpacket/packet.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace {

using Mac = std::array<std::uint8_t, ETH_ALEN>;
using Frame = std::vector<std::uint8_t>;

constexpr Mac everybody{0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
constexpr Mac all_nodes6{0x33, 0x33, 0, 0, 0, 1};  // ff02::1 (RFC 2464 7)
constexpr int interval_ms_default = 500;
constexpr int repeats_default = 1;
constexpr int interval_ms_max = 60000;  // a slip of the finger must not announce for years
constexpr int repeats_max = 1000;
constexpr int exit_usage = 1;
constexpr int exit_failed = 1;

struct Options {
    int interval_ms = interval_ms_default;
    int repeats = repeats_default;
    std::string pid_file;
    bool background = false;
    std::string device;
    std::string address;
    std::string hardware;
};

volatile std::sig_atomic_t stop_asked = 0;
void ask_to_stop(int) { stop_asked = 1; }

int usage() {
    std::cerr
        << "usage: hb_send_arp [-b] [-i repeatinterval-ms] [-r repeatcount] [-p pidfile] device "
           "src_ip_addr src_hw_addr|auto broadcast_ip_addr netmask\n"
           "  -b  send the first pair at once, the rest from the background\n"
           "  broadcast_ip_addr and netmask are read and not used\n";
    return exit_usage;
}

bool complain(const std::string& what) {
    std::cerr << "hb_send_arp: " << what << std::endl;
    return false;
}

std::string reason() { return std::generic_category().message(errno); }

// A whole number in [1, max]; nothing otherwise.
std::optional<int> number(std::string_view text, int max) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if (value < 1 || value > max) return std::nullopt;
    return value;
}

bool set_number(int& target, char letter, std::string_view text, int max) {
    const auto value = number(text, max);
    if (!value) {
        return complain("-" + std::string(1, letter) + " " + std::string(text) +
                        ": expected a whole number from 1 to " + std::to_string(max));
    }
    target = *value;
    return true;
}

// Nothing after a message on stderr.
std::optional<Options> read_options(int argc, char** argv) {
    Options options;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
    for (int letter = 0; (letter = ::getopt(argc, argv, "+bi:r:p:")) != -1;) {
        bool good = true;
        if (letter == 'b') {
            options.background = true;
        } else if (letter == 'i') {
            good = set_number(options.interval_ms, 'i', optarg, interval_ms_max);
        } else if (letter == 'r') {
            good = set_number(options.repeats, 'r', optarg, repeats_max);
        } else if (letter == 'p') {
            options.pid_file = optarg;
        } else {
            good = false;
        }
        if (!good) {
            usage();
            return std::nullopt;
        }
    }
    // The last two are what old command lines carry; three are enough for ours.
    const int left = argc - optind;
    if (left < 3 || left > 5) {
        complain("expected 3 to 5 arguments after the options, got " + std::to_string(left));
        usage();
        return std::nullopt;
    }
    options.device = argv[optind];
    options.address = argv[optind + 1];
    options.hardware = argv[optind + 2];
    return options;
}

// Twelve hexadecimal digits, with or without a colon between two pairs.
std::optional<Mac> parse_mac(std::string text) {
    std::erase(text, ':');
    if (text.size() != std::size_t{2} * ETH_ALEN) return std::nullopt;
    Mac mac{};
    for (std::size_t i = 0; i < mac.size(); ++i) {
        const char* pair = text.data() + 2 * i;
        const auto [end, error] = std::from_chars(pair, pair + 2, mac[i], 16);
        if (error != std::errc{} || end != pair + 2) return std::nullopt;
    }
    return mac;
}

// What the kernel says of an interface.
struct Device {
    int index = 0;
    Mac mac{};
    bool announces = false;  // Ethernet with ARP; lo, tunnels and NOARP devices have nobody to tell
};

std::optional<Device> look_up(int socket, const std::string& name) {
    ifreq request{};
    if (name.empty() || name.size() >= sizeof(request.ifr_name)) {
        complain(name + ": not an interface name");
        return std::nullopt;
    }
    std::copy(name.begin(), name.end(), request.ifr_name);
    Device device;
    if (::ioctl(socket, SIOCGIFINDEX, &request) != 0) {
        complain(name + ": " + reason() + "; expected the name of an interface");
        return std::nullopt;
    }
    device.index = request.ifr_ifindex;
    if (::ioctl(socket, SIOCGIFFLAGS, &request) != 0) return std::nullopt;
    const bool arp = (request.ifr_flags & (IFF_NOARP | IFF_LOOPBACK)) == 0;
    if (::ioctl(socket, SIOCGIFHWADDR, &request) != 0) return std::nullopt;
    device.announces = arp && request.ifr_hwaddr.sa_family == ARPHRD_ETHER;
    std::memcpy(device.mac.data(), request.ifr_hwaddr.sa_data, device.mac.size());
    return device;
}

template <class T>
void append(Frame& frame, const T& value) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&value);
    frame.insert(frame.end(), bytes, bytes + sizeof(T));
}

Frame ethernet(const Mac& to, const Mac& from, std::uint16_t protocol) {
    Frame frame;
    append(frame, to);
    append(frame, from);
    append(frame, htons(protocol));
    return frame;
}

// Both kinds, because hosts differ in which one makes them renew an entry. In a request the
// target's hardware address is zero, in a reply it is ours, as Heartbeat's send_arp does.
Frame arp(std::uint16_t operation, const Mac& mac, const in_addr& address) {
    Frame frame = ethernet(everybody, mac, ETHERTYPE_ARP);
    append(frame, htons(ARPHRD_ETHER));
    append(frame, htons(ETHERTYPE_IP));
    frame.push_back(ETH_ALEN);
    frame.push_back(sizeof(in_addr));
    append(frame, htons(operation));
    append(frame, mac);
    append(frame, address);
    append(frame, operation == ARPOP_REPLY ? mac : Mac{});
    append(frame, address);
    frame.resize(std::max<std::size_t>(frame.size(), ETH_ZLEN));
    return frame;
}

std::uint16_t icmp6_checksum(const in6_addr& from, const in6_addr& to, const Frame& body) {
    Frame covered;  // the pseudo-header of RFC 8200 8.1, then the message
    append(covered, from);
    append(covered, to);
    append(covered, htonl(static_cast<std::uint32_t>(body.size())));
    append(covered, htonl(IPPROTO_ICMPV6));
    covered.insert(covered.end(), body.begin(), body.end());
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i + 1 < covered.size(); i += 2) {
        sum += static_cast<std::uint32_t>(covered[i] << 8U) | covered[i + 1];
    }
    while (sum >> 16U != 0) sum = (sum & 0xffffU) + (sum >> 16U);
    return static_cast<std::uint16_t>(~sum);
}

Frame advertisement(const Mac& mac, const in6_addr& address) {
    Frame body;
    body.push_back(ND_NEIGHBOR_ADVERT);
    body.push_back(0);                  // code
    append(body, std::uint16_t{0});     // checksum, filled in below
    append(body, ND_NA_FLAG_OVERRIDE);  // unsolicited, and it replaces what neighbours know
    append(body, address);
    body.push_back(ND_OPT_TARGET_LINKADDR);
    body.push_back(1);  // in units of eight bytes
    append(body, mac);

    in6_addr to{};
    ::inet_pton(AF_INET6, "ff02::1", &to);
    const auto sum = htons(icmp6_checksum(address, to, body));
    std::memcpy(body.data() + 2, &sum, sizeof(sum));

    Frame frame = ethernet(all_nodes6, mac, ETHERTYPE_IPV6);
    append(frame, htonl(6U << 28U));
    append(frame, htons(static_cast<std::uint16_t>(body.size())));
    frame.push_back(IPPROTO_ICMPV6);
    frame.push_back(255);  // receivers drop anything less: it came through a router
    append(frame, address);
    append(frame, to);
    frame.insert(frame.end(), body.begin(), body.end());
    return frame;
}

// The two frames of a pair; empty when `text` is no address.
std::vector<Frame> frames_for(const std::string& text, const Mac& mac) {
    in_addr v4{};
    if (::inet_pton(AF_INET, text.c_str(), &v4) == 1) {
        return {arp(ARPOP_REQUEST, mac, v4), arp(ARPOP_REPLY, mac, v4)};
    }
    in6_addr v6{};
    if (::inet_pton(AF_INET6, text.c_str(), &v6) == 1) {
        return {advertisement(mac, v6), advertisement(mac, v6)};
    }
    return {};
}

bool send_frame(int socket, const Device& device, const Frame& frame) {
    sockaddr_ll to{};
    to.sll_family = AF_PACKET;
    to.sll_ifindex = device.index;
    to.sll_halen = ETH_ALEN;
    std::memcpy(to.sll_addr, frame.data(), ETH_ALEN);
    const auto* address = reinterpret_cast<const sockaddr*>(&to);
    return ::sendto(socket, frame.data(), frame.size(), 0, address, sizeof(to)) >= 0;
}

// The directory may be one that everybody can write to: never follow a link, never write into a
// file that somebody else prepared.
bool write_pid(const std::string& path, pid_t pid) {
    if (path.empty()) return true;
    ::unlink(path.c_str());
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    const int file = ::open(path.c_str(), flags, 0644);
    if (file < 0) return complain(path + ": " + reason());
    const auto text = std::to_string(pid) + "\n";
    const bool good = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::close(file);
    return good || complain(path + ": " + reason());
}

// The pid file is ours to remove only while it still names us: a later call may have replaced it.
void remove_pid(const std::string& path) {
    if (path.empty()) return;
    const int file = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (file < 0) return;
    std::array<char, 16> text{};
    const ssize_t length = ::read(file, text.data(), text.size() - 1);
    ::close(file);
    if (length > 0 && std::string(text.data()) == std::to_string(::getpid()) + "\n") {
        ::unlink(path.c_str());
    }
}

// Leaves the caller's process group and its pipes, so that neither a kill of the script's group nor
// a reader of its output has to do with us. False in the parent, which is done; it has written the
// pid file, so that whoever waited for it can stop the child from that moment on.
bool go_to_background(const std::string& pid_file) {
    const pid_t child = ::fork();
    if (child < 0) {
        complain("fork: " + reason() + "; only the first pair was sent");
        return false;
    }
    if (child > 0) {
        write_pid(pid_file, child);
        return false;
    }
    ::setsid();
    const int nowhere = ::open("/dev/null", O_RDWR);
    if (nowhere >= 0) {
        for (int standard = 0; standard <= 2; ++standard) ::dup2(nowhere, standard);
        if (nowhere > 2) ::close(nowhere);
    }
    return true;
}

void wait_until(std::chrono::nanoseconds since_boot) {
    timespec when{};
    when.tv_sec = static_cast<time_t>(since_boot.count() / 1000000000);
    when.tv_nsec = static_cast<long>(since_boot.count() % 1000000000);
    ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, nullptr);
}

int announce(const Options& options, int socket, const Device& device,
             const std::vector<Frame>& pair) {
    timespec clock{};
    ::clock_gettime(CLOCK_MONOTONIC, &clock);
    const auto start = std::chrono::seconds(clock.tv_sec) + std::chrono::nanoseconds(clock.tv_nsec);
    if (!send_frame(socket, device, pair[0])) {
        complain(options.device + ": " + reason() + "; could not announce " + options.address);
        // An interface that was just brought up may take its time; a burst goes on.
        if (!options.background) return exit_failed;
    }
    const int frames = 2 * options.repeats;
    int sent = 1;
    if (options.background) {
        send_frame(socket, device, pair[1]);
        sent = 2;
        // Even with nothing left to send: closing a packet socket for good waits 15 ms for the
        // kernel (an RCU grace period), and the child does that while the takeover goes on.
        if (!go_to_background(options.pid_file)) return 0;
    } else {
        write_pid(options.pid_file, ::getpid());
    }
    for (; sent < frames && stop_asked == 0; ++sent) {
        wait_until(start + std::chrono::milliseconds(options.interval_ms) * sent / 2);
        // An interface that went away for a moment may return: go on to the end.
        if (stop_asked == 0) send_frame(socket, device, pair[static_cast<std::size_t>(sent % 2)]);
    }
    remove_pid(options.pid_file);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const auto options = read_options(argc, argv);
    if (!options) return exit_usage;
    const int socket = ::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (socket < 0) {
        complain("packet socket: " + reason() + "; this needs root (CAP_NET_RAW)");
        return exit_failed;
    }
    auto device = look_up(socket, options->device);
    if (!device) return exit_failed;
    if (options->hardware != "auto") {
        const auto mac = parse_mac(options->hardware);
        if (!mac) {
            complain(options->hardware + ": expected twelve hexadecimal digits or auto");
            return usage();
        }
        device->mac = *mac;
    }
    const auto pair = frames_for(options->address, device->mac);
    if (pair.empty()) {
        complain(options->address + ": expected an IPv4 or IPv6 address");
        return usage();
    }
    if (!device->announces) return 0;

    struct sigaction action {};
    action.sa_handler = ask_to_stop;
    ::sigaction(SIGTERM, &action, nullptr);
    ::sigaction(SIGINT, &action, nullptr);
    return announce(*options, socket, *device, pair);
}
