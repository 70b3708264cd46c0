// What outlives the process: generation, node uuid, pid file, the folders they lie in. Formats are
// those of 3.0.6, so that an upgrade in place keeps its life (wire.md 5.2, 6.7).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "paths.hpp"

namespace hb::shell {

// On disk when it returns; the old content or the new one, never half of it. Errors: io,
// permission.
Result<void> write_durably(const std::string& path, std::string_view text, mode_t mode);

// 16 bytes: the number right-aligned in 15 columns, then a newline.
std::string generation_text(std::uint64_t generation);
// Nothing when `text` is no number.
std::optional<std::uint64_t> parse_generation(std::string_view text);

// This life's generation: above every earlier one, also when the file is an older copy
// (cluster::next_generation), on disk (fsync) when it returns. Missing or empty file:
// `unix_seconds` + 1. Damaged file: the same, so that peers do not take us for a
// replay; a line is added to `log`. `from_time` (hbgenmethod time): `unix_seconds`, file untouched.
// Errors: io, permission.
Result<std::uint64_t> raise_generation(const Paths& paths, bool from_time,
                                       std::uint64_t unix_seconds, std::vector<LogLine>& log);

// Of `uuidfrom nodename`: drawn by glibc's rand() from a hash of the name, as 3.0.6 does.
Uuid uuid_of_name(std::string_view node_name);
// From the file, or drawn anew and written (fsync) when it is missing or short.
// Errors: io, permission.
Result<Uuid> load_uuid(const Paths& paths, bool from_name, std::string_view node_name,
                       std::vector<LogLine>& log);

// Folders that are missing, `rsctmp` emptied and open to all (1777), `delhostcache`.
// Errors: io, permission.
Result<void> prepare_folders(const Paths& paths);

// The pid in the file when that process lives and runs the executable `executable` (resolved path;
// empty: this process's own). Nothing else counts as running.
std::optional<pid_t> running_daemon(const std::string& pid_file,
                                    const std::string& executable = {});

// The pid file of this process, from claim() to its destruction.
class PidFile {
public:
    // Atomic: a temporary file is linked to the name. A stale one is replaced.
    // Errors: io, permission; bad_config with the pid in the text when a daemon runs.
    static Result<PidFile> claim(const std::string& path);
    PidFile(PidFile&& other) noexcept;
    PidFile& operator=(PidFile&& other) noexcept;
    ~PidFile();  // removes it when it still is ours

private:
    explicit PidFile(std::string path);
    std::string path_;
};

}  // namespace hb::shell
