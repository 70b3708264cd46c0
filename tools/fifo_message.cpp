// What hb_standby and hb_takeover share: their words, and one message into the daemon's FIFO.
#include "fifo_message.hpp"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <system_error>

namespace hb::tools {

namespace {

constexpr std::string_view default_fifo = "/var/lib/heartbeat/fifo";
constexpr std::array<std::string_view, 4> classes{"all", "foreign", "local", "failback"};

void usage(std::string_view program) {
    std::cout << "usage:" << std::endl;
    std::cerr << program << " [all|foreign|local|failback]" << std::endl;
}

// Closes what it was given. Owns the descriptor.
struct Descriptor {
    int number;
    explicit Descriptor(int n) : number(n) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number >= 0) ::close(number);
    }
};

bool refuse(std::string_view program, std::string_view why) {
    std::cerr << program << ": " << why << std::endl;
    return false;
}

bool not_running(std::string_view program, const std::string& path, std::string_view how) {
    return refuse(program, "heartbeat is not running (" + path + ": " + std::string(how) +
                               "); start it first, or run this on a node where it runs");
}

bool cannot_open(std::string_view program, const std::string& path, int error) {
    if (error == ENXIO) return not_running(program, path, "nobody reads it");
    if (error == ENOENT) return not_running(program, path, "no such file");
    std::string why = path + ": " + std::generic_category().message(error);
    if (error == EACCES || error == EPERM) why += "; this command is for root";
    return refuse(program, why);
}

}  // namespace

std::optional<std::string> resource_class(std::string_view program, int argc, char** argv) {
    if (argc > 2) {
        std::cerr << program << ": too many arguments" << std::endl;
        usage(program);
        return std::nullopt;
    }
    if (argc < 2) return std::string(classes.front());
    const std::string_view word = argv[1];
    for (const auto known : classes) {
        if (word == known) return std::string(word);
    }
    if (word != "--help" && word != "-h") {
        std::cerr << program << ": wrong resources(" << word << ")." << std::endl;
    }
    usage(program);
    return std::nullopt;
}

bool send_to_daemon(std::string_view program, std::string_view message) {
    // An environment of its own lets tests and several daemons on one machine have their FIFO.
    const char* wanted = std::getenv("HB_FIFO");  // NOLINT(concurrency-mt-unsafe): one thread
    const std::string path(wanted != nullptr && *wanted != '\0' ? wanted : default_fifo.data());
    if (message.size() > PIPE_BUF) return refuse(program, "message longer than PIPE_BUF");

    std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away is an error to print, not our end
    // O_NONBLOCK: without a reader, open(2) says ENXIO at once instead of waiting for ever.
    const Descriptor fifo(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
    if (fifo.number < 0) return cannot_open(program, path, errno);
    struct stat facts {};
    if (::fstat(fifo.number, &facts) != 0) return cannot_open(program, path, errno);
    if (!S_ISFIFO(facts.st_mode)) {
        return refuse(program, path +
                                   " is not a FIFO, as heartbeat makes at its start; nothing "
                                   "was written");
    }
    const ssize_t written = ::write(fifo.number, message.data(), message.size());
    if (written == static_cast<ssize_t>(message.size())) return true;
    if (written < 0 && errno == EPIPE) return not_running(program, path, "its reader went away");
    if (written < 0 && errno == EAGAIN) {
        return refuse(program, path + " is full: heartbeat runs but does not read it");
    }
    return refuse(
        program,
        path + ": " + (written < 0 ? std::generic_category().message(errno) : "short write"));
}

}  // namespace hb::tools
