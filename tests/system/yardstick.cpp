// The yardstick of house style 35: a bare process of real-time priority that sends one datagram
// per period and does nothing else. What it is late by is the machine's doing, not ours.
// Usage: hb_yardstick PERIOD_MS ADDRESS PORT SECONDS

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

constexpr std::int64_t nanos_per_second = 1'000'000'000;

std::int64_t now_ns() {
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * nanos_per_second + t.tv_nsec;
}

void sleep_until(std::int64_t ns) {
    timespec t{};
    t.tv_sec = ns / nanos_per_second;
    t.tv_nsec = ns % nanos_per_second;
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, nullptr) != 0) {
    }
}

void become_real_time() {
    sched_param parameters{};
    parameters.sched_priority = 1;
    if (sched_setscheduler(0, SCHED_RR, &parameters) != 0) {
        std::perror("yardstick: SCHED_RR");
    }
    if (mlockall(MCL_CURRENT | MCL_FUTURE) != 0) {
        std::perror("yardstick: mlockall");
    }
}

int open_socket(const sockaddr_in& to) {
    const int descriptor = socket(AF_INET, SOCK_DGRAM, 0);
    const int on = 1;
    setsockopt(descriptor, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
    if (connect(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
        std::perror("yardstick: connect");
        std::exit(1);
    }
    return descriptor;
}

}  // namespace

int main(int count, char** words) {
    if (count != 5) {
        std::fprintf(stderr, "usage: hb_yardstick PERIOD_MS ADDRESS PORT SECONDS\n");
        return 2;
    }
    const std::int64_t period = std::stoll(words[1]) * 1'000'000;
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(std::stoul(words[3])));
    if (inet_pton(AF_INET, words[2], &to.sin_addr) != 1) {
        std::fprintf(stderr, "yardstick: %s is no IPv4 address\n", words[2]);
        return 2;
    }
    const int descriptor = open_socket(to);
    become_real_time();
    const std::string beat = "###\n14:(0)t=yardstick,%%%\n";
    std::int64_t due = now_ns();
    const std::int64_t end = due + std::stoll(words[4]) * nanos_per_second;
    while (due < end) {
        // An error is a datagram lost: it shows as a gap on the switch.
        [[maybe_unused]] const auto sent = send(descriptor, beat.data(), beat.size(), 0);
        due += period;
        sleep_until(due);
    }
    return 0;
}
