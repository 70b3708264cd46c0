// Becoming another user on the way to a program of his: a short life of this executable between the
// daemon, which must not fork itself, and the program. Which programs there are is not known here.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace hb::shell {

// The argument vector that starts `command` (shell words) as `user` in `folder`, or in / when he
// may not go there. `self`: this executable.
std::vector<std::string> run_as_words(const std::string& self, const std::string& user,
                                      const std::string& folder, const std::string& command);

// What main() asks first. Nothing when the words are others; else it only returns, with the exit
// status 126, when that user does not exist or cannot be become.
std::optional<int> run_as(int count, const char* const* words);

}  // namespace hb::shell
