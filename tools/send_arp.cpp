// hb_send_arp: tells a network segment which Ethernet address now serves an IP address, by
// broadcast ARP (RFC 5227 3, RFC 826) or by unsolicited neighbour advertisements (RFC 4861 7.2.6).
// It configures nothing: the address itself is set by resource.d/IPaddr and IPaddr2.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstring>
#include <ctime>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "agents/announce.hpp"
#include "agents/burst_process.hpp"
#include "agents/netlink.hpp"

namespace {

using namespace hb::agents;

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
    Mac mac{};
    if (text.size() != 2 * mac.size()) return std::nullopt;
    for (std::size_t i = 0; i < mac.size(); ++i) {
        const char* pair = text.data() + 2 * i;
        const auto [end, error] = std::from_chars(pair, pair + 2, mac[i], 16);
        if (error != std::errc{} || end != pair + 2) return std::nullopt;
    }
    return mac;
}

std::optional<Link> look_up(const std::string& name) {
    auto netlink = Netlink::open();
    auto links =
        netlink ? netlink->links() : hb::Result<std::vector<Link>>(tl::unexpected(netlink.error()));
    if (!links) {
        complain(links.error().what);
        return std::nullopt;
    }
    const auto found = std::find_if(links->begin(), links->end(),
                                    [&name](const Link& link) { return link.name == name; });
    if (found != links->end()) return *found;
    complain(name + ": no such device; expected the name of an interface");
    return std::nullopt;
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

// The half of an interval.
void wait_half(int interval_ms) {
    const auto span = std::chrono::microseconds(std::chrono::milliseconds(interval_ms)) / 2;
    timespec time{};
    time.tv_sec = static_cast<time_t>(span.count() / 1000000);
    time.tv_nsec = static_cast<long>(span.count() % 1000000) * 1000;
    ::nanosleep(&time, nullptr);  // ends early by the signal that asks to stop
}

// The first pair at once, the rest from a process of its own. Even with nothing left to send:
// closing a packet socket for good waits 15 ms for the kernel (an RCU grace period), and the child
// does that while the takeover goes on.
int announce_from_background(const Options& options, const Announcer& announcer,
                             const Burst& burst) {
    if (const int error = announcer.send_first_pair(burst); error != 0) {
        // An interface that was just brought up may take its time; the burst goes on.
        complain(options.device + ": " + std::generic_category().message(error) +
                 "; could not announce " + options.address);
    }
    const pid_t child = burst_in_background({burst}, options.pid_file);
    if (child > 0) {
        write_pid(options.pid_file, child);
    } else {
        complain("fork: " + reason() + "; only the first pair was sent");
    }
    return 0;
}

int announce(const Options& options, const Announcer& announcer, const Burst& burst) {
    if (const int error = announcer.send(burst, 0); error != 0) {
        complain(options.device + ": " + std::generic_category().message(error) +
                 "; could not announce " + options.address);
        return exit_failed;
    }
    write_pid(options.pid_file, ::getpid());
    for (unsigned n = 1; n < burst.frames() && stop_asked == 0; ++n) {
        wait_half(options.interval_ms);
        // An interface that went away for a moment may return: go on to the end.
        if (stop_asked == 0) announcer.send(burst, n);
    }
    remove_own_pid_file(options.pid_file);
    return 0;
}

void heed_signals() {
    struct sigaction action {};
    action.sa_handler = ask_to_stop;
    ::sigaction(SIGTERM, &action, nullptr);
    ::sigaction(SIGINT, &action, nullptr);
}

}  // namespace

int main(int argc, char** argv) {
    const auto options = read_options(argc, argv);
    if (!options) return exit_usage;
    const auto announcer = Announcer::open();
    if (!announcer) {
        complain(announcer.error().what);
        return exit_failed;
    }
    auto link = look_up(options->device);
    if (!link) return exit_failed;
    if (options->hardware != "auto") {
        const auto mac = parse_mac(options->hardware);
        if (!mac) {
            complain(options->hardware + ": expected twelve hexadecimal digits or auto");
            return usage();
        }
        link->mac = *mac;
    }
    const auto ip = parse_ip(options->address);
    if (!ip) {
        complain(options->address + ": expected an IPv4 or IPv6 address");
        return usage();
    }
    if (!link->announces) return 0;
    const Burst burst{link->index,
                      link->name,
                      link->mac,
                      *ip,
                      options->address,
                      static_cast<unsigned>(options->repeats),
                      std::chrono::milliseconds(options->interval_ms),
                      false};
    if (options->background) return announce_from_background(*options, *announcer, burst);
    heed_signals();
    return announce(*options, *announcer, burst);
}
