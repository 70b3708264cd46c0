// The command drbd-peer-outdater, which DRBD calls as its fence-peer handler (ipfail.md 3.1): asks
// dopd of this node, and ends with the number that DRBD wants.
#include <getopt.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <optional>
#include <string>

#include "base/text.hpp"
#include "plugin/dopd_fields.hpp"
#include "wire/client_frame.hpp"

namespace {

using Clock = std::chrono::steady_clock;
namespace frame = hb::wire::client_frame;

constexpr const char* default_socket = "/var/run/heartbeat/dopd/outdater";
constexpr std::uint64_t seconds_default = 60, seconds_max = 86'400;
constexpr int usage_error = 1;

struct Options {
    hb::dopd::Question question;
    std::chrono::seconds patience{seconds_default};
};

void usage(std::FILE* where) {
    std::fputs(
        "usage: drbd-peer-outdater -p PEER -r RESOURCE [-t SECONDS]\n"
        "Asks dopd of this node to let PEER mark its copy of the DRBD resource as outdated.\n"
        "  -p, --peer PEER          the other node (or DRBD_PEER in the environment)\n"
        "  -r, --resource RESOURCE  the DRBD resource (or DRBD_RESOURCE)\n"
        "  -t, --timeout SECONDS    how long to wait for the answer (60)\n"
        "  -V, --version            the version\n"
        "  -h, --help               this text\n"
        "Ends with 3, 4, 5, 6, 20 or 21: see drbd-peer-outdater(8).\n",
        where);
}

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

[[noreturn]] void wrong(const std::string& words) {
    std::fprintf(stderr, "drbd-peer-outdater: %s\n", words.c_str());
    usage(stderr);
    std::exit(usage_error);
}

Options read_options(int argc, char** argv) {
    static const option names[] = {
        {"peer", required_argument, nullptr, 'p'},    {"resource", required_argument, nullptr, 'r'},
        {"timeout", required_argument, nullptr, 't'}, {"version", no_argument, nullptr, 'V'},
        {"help", no_argument, nullptr, 'h'},          {nullptr, 0, nullptr, 0}};
    Options out;
    out.question = {environment("DRBD_PEER"), environment("DRBD_RESOURCE")};
    for (int letter = 0; (letter = ::getopt_long(argc, argv, "p:r:t:Vh", names, nullptr)) != -1;) {
        if (letter == 'p') out.question.peer = optarg;
        if (letter == 'r') out.question.resource = optarg;
        if (letter == 't') {
            const auto seconds = hb::parse_dec(optarg);
            if (!seconds || *seconds == 0 || *seconds > seconds_max) {
                wrong(std::string("-t ").append(optarg).append(": expected 1 to 86400 seconds"));
            }
            out.patience = std::chrono::seconds(static_cast<long>(*seconds));
        }
        if (letter == 'V') {
            std::puts("drbd-peer-outdater (heartbeat) " HB_VERSION);
            std::exit(0);
        }
        if (letter == 'h') {
            usage(stdout);
            std::exit(0);
        }
        if (letter == '?') wrong("unknown option");
    }
    if (optind != argc) wrong(std::string("unexpected argument ").append(argv[optind]));
    if (out.question.peer.empty()) wrong("no peer: give -p or DRBD_PEER");
    if (out.question.resource.empty()) wrong("no resource: give -r or DRBD_RESOURCE");
    out.question.peer = hb::lower(out.question.peer);
    return out;
}

// Why there is no answer goes to stderr, which DRBD logs.
int unreachable(const std::string& why) {
    std::fprintf(stderr, "drbd-peer-outdater: %s\n", why.c_str());
    return hb::dopd::unreachable;
}

bool wait(int descriptor, short events, Clock::time_point until) {
    for (;;) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
        if (left <= 0) return false;
        pollfd entry{descriptor, events, 0};
        const int ready = ::poll(&entry, 1, static_cast<int>(left));
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR) return false;
    }
}

int ask(int descriptor, const Options& options) {
    const auto until = Clock::now() + options.patience;
    const auto bytes = frame::encode(message_of(options.question), frame::Form::text);
    if (!bytes) return unreachable("the names are too long");
    hb::ByteView rest = *bytes;
    while (!rest.empty()) {
        if (!wait(descriptor, POLLOUT, until)) return unreachable("dopd does not read");
        const ssize_t sent = ::send(descriptor, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return unreachable("dopd has gone");
        rest.remove_prefix(static_cast<std::size_t>(sent));
    }
    frame::Reader reader;
    while (wait(descriptor, POLLIN, until)) {
        std::array<char, 4096> buffer;
        const ssize_t got = ::recv(descriptor, buffer.data(), buffer.size(), 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return unreachable("dopd has gone without an answer");
        const auto found = reader.feed({buffer.data(), static_cast<std::size_t>(got)});
        for (const hb::Bytes& body : found.bodies) {
            const auto answer = frame::decode(body);
            if (answer && answer->type() == "outdater_rc") return hb::dopd::value_of(*answer);
        }
        if (found.broken) return unreachable("dopd talks nonsense");
    }
    return unreachable("no answer in time");
}

}  // namespace

int main(int argc, char** argv) try {
    const Options options = read_options(argc, argv);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, default_socket, sizeof address.sun_path - 1);
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0 ||
        ::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        return unreachable(std::string("cannot reach dopd at ")
                               .append(default_socket)
                               .append(": ")
                               .append(std::strerror(errno)));
    }
    return ask(descriptor, options);
} catch (const std::exception& error) {
    std::fprintf(stderr, "drbd-peer-outdater: %s\n", error.what());
    return hb::dopd::failed;
}
