// The sub-commands of cl_status (resources.md 7.1): what is asked, what is printed, how it ends.
// Knows no socket: whoever answers is a Daemon.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/instant.hpp"
#include "base/result.hpp"
#include "wire/message.hpp"

namespace hb::tools {

// Exit statuses, those of 3.0.6's cl_status; clientstatus and status have more.
inline constexpr int exit_no = 1;  // the answer is no: not running, down, offline, not set
inline constexpr int exit_warnings = 2, exit_errors = 3;  // of `status`
inline constexpr int exit_bad_arguments = 11;
inline constexpr int exit_timed_out = 12;
inline constexpr int exit_no_answer = 13;

// The daemon as the sub-commands see it. All that it says is foreign.
class Daemon {
public:
    using Fields = std::vector<std::pair<std::string_view, std::string>>;

    Daemon() = default;
    virtual ~Daemon() = default;
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;
    // The answers to one request, in order, at least one. `patience` zero: as long as the program
    // has. Errors: not_found (the daemon refuses; the words are its reason, which may be empty),
    // others (there is no answer).
    virtual Result<std::vector<wire::Message>> ask(std::string_view request, const Fields& fields,
                                                   Duration patience) = 0;
    // What it said of itself at the sign-on.
    virtual const wire::Message& welcome() const = 0;
    virtual void pause(Duration span) = 0;
};

struct Outcome {
    int status{};
    std::string out, err;  // for stdout and stderr
};

bool is_command(std::string_view name);
// One sub-command with what follows its name. REQUIRES: is_command(name).
Outcome run_command(std::string_view name, const std::vector<std::string>& words, Daemon& daemon);
// Nobody has signed on, for that reason.
Outcome without_daemon(std::string_view name, const Error& why);

}  // namespace hb::tools
