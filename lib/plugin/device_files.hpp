// Where scripts and agents that drive devices are found, and what they said of themselves the last
// time. What any user could have written is not run.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace hb::fence {

using Folders = std::vector<std::string>;

// The folder of the shared object (or program) that this is linked into.
std::string own_folder();

// The first FOLDER/NAME that is a file, executable, of root (or ours), not writable by others;
// symbolic links are followed only when `links`. Throws plugin::Refusal (HB_BAD_CONFIG).
std::string find_program(const Folders& folders, const std::string& name, bool links);

// Names of all such files that begin with `prefix`, sorted, each once.
std::vector<std::string> list_programs(const Folders& folders, const std::string& prefix,
                                       bool links);

// What `ask` gives, kept in `folder` until the program at `path` changes; an empty answer is not
// kept. A script that has to be asked in the middle of an outage would make it longer.
std::string remembered(const std::string& folder, const std::string& path,
                       const std::string& question, const std::function<std::string()>& ask);
inline const char* const memory_folder = "/run/heartbeat/devices";

}  // namespace hb::fence
