// meatclient: an operator's word that a node was reset or switched off by hand, for the fencing
// device meatware. Options, questions and exit statuses are those of cluster-glue's.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <iostream>
#include <string>

#include "base/text.hpp"
#include "plugin/meatware.hpp"

namespace {

constexpr int canceled = 3;  // and wrong usage
constexpr int nobody_waits = 4;

int usage() {
    std::fputs("usage: meatclient -c node [-w]\n", stderr);
    return canceled;
}

// The FIFO of a shot that waits for us; -1: none does, errno says why.
int open_fifo(const std::string& path, bool wait) {
    bool waited = false;
    for (;;) {
        const int fd = ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
        const bool not_yet = errno == ENOENT || errno == ENXIO;
        if (fd >= 0 && waited) std::puts("");
        if (fd >= 0 || !wait || !not_yet) return fd;
        std::fputs(".", stdout);
        std::fflush(stdout);
        waited = true;
        const timespec second{1, 0};
        ::nanosleep(&second, nullptr);
    }
}

bool operator_says_yes(const std::string& node) {
    std::printf(
        "\nWARNING!\n\nIf node \"%s\" has not been manually power-cycled or disconnected from all "
        "shared resources and networks, data on shared disks may become corrupted and migrated "
        "services might not work as expected.\nPlease verify that the name or address above "
        "corresponds to the node you just rebooted.\n\nPROCEED? [yN] ",
        node.c_str());
    std::fflush(stdout);
    std::string answer;
    std::getline(std::cin, answer);
    return !answer.empty() && (answer[0] == 'y' || answer[0] == 'Y');
}

}  // namespace

int main(int argc, char** argv) {
    std::string node;
    bool wait = false;
    for (int letter; (letter = ::getopt(argc, argv, "c:w")) != -1;) {
        if (letter == 'c') {
            node = hb::lower(optarg);
        } else if (letter == 'w') {
            wait = true;
        } else {
            return usage();
        }
    }
    if (node.empty() || optind != argc || node.find('/') != std::string::npos) return usage();
    ::signal(SIGPIPE, SIG_IGN);
    const std::string path = hb::fence::meatware_fifo(node);
    const int fd = open_fifo(path, wait);
    if (fd < 0) {
        std::fprintf(stderr, "Meatware_IPC failed: %s: %s\n", path.c_str(), std::strerror(errno));
        std::fprintf(stderr,
                     "No shot at %s waits for you now. When heartbeatd says that it is blocked: "
                     "hb_takeover --confirm-fenced %s\n",
                     node.c_str(), node.c_str());
        return nobody_waits;
    }
    if (!operator_says_yes(node)) {
        std::puts("Meatware_client: operation canceled.");
        return canceled;
    }
    std::string text = hb::fence::meatware_text(node);
    text.resize(hb::fence::meatware_text_bytes);
    if (::write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
        std::fprintf(stderr, "Meatware_IPC failed: %s: %s\n", path.c_str(), std::strerror(errno));
        return nobody_waits;
    }
    ::close(fd);
    std::puts("Meatware_client: reset confirmed.");
    return 0;
}
