// See state_dir.hpp. Every file that must outlive a power cut is written aside, synced and renamed.
#include "state_dir.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "accounts.hpp"
#include "base/text.hpp"
#include "cluster/generation.hpp"
#include "fd.hpp"
#include "system_error.hpp"

namespace hb::shell {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t generation_columns = 15;
constexpr std::uint64_t generation_max = 999'999'999'999'999;  // what fits

// The first 256 bytes. Nothing when there is no such file.
Result<std::optional<std::string>> read_small(const std::string& path) {
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) {
        if (errno == ENOENT) return std::optional<std::string>{};
        return system_error("cannot open " + path, errno);
    }
    std::array<char, 256> buffer{};
    const ssize_t size = ::read(file.get(), buffer.data(), buffer.size());
    if (size < 0) return system_error("cannot read " + path, errno);
    return std::optional<std::string>(std::string(buffer.data(), static_cast<std::size_t>(size)));
}

Result<void> sync_folder(const std::string& path) {
    const std::string folder = fs::path(path).parent_path().string();
    const Fd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0) return system_error("cannot sync " + folder, errno);
    return {};
}

Result<void> make_folder(const std::string& path, fs::perms mode) {
    std::error_code error;
    if (fs::is_directory(path, error)) return {};
    fs::create_directories(path, error);
    if (!error) fs::permissions(path, mode, error);
    if (error) return system_error("cannot create " + path, error.value());
    return {};
}

}  // namespace

Result<void> write_durably(const std::string& path, std::string_view text, mode_t mode) {
    const std::string aside = path + ".new";
    constexpr int flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC;
    const Fd file(::open(aside.c_str(), flags, mode));
    if (!file) return system_error("cannot create " + aside, errno);
    const ssize_t size = ::write(file.get(), text.data(), text.size());
    if (size != static_cast<ssize_t>(text.size())) {
        return system_error("cannot write " + aside, size < 0 ? errno : ENOSPC);
    }
    if (::fchmod(file.get(), mode) != 0 || ::fsync(file.get()) != 0) {
        return system_error("cannot sync " + aside, errno);
    }
    if (::rename(aside.c_str(), path.c_str()) != 0) {
        return system_error("cannot rename " + aside, errno);
    }
    return sync_folder(path);
}

std::string generation_text(std::uint64_t generation) {
    std::string digits = std::to_string(generation);
    const std::size_t blanks = generation_columns - std::min(generation_columns, digits.size());
    return std::string(blanks, ' ') + digits + "\n";
}

std::optional<std::uint64_t> parse_generation(std::string_view text) {
    const auto number = parse_dec(trim(text));
    if (!number || *number >= generation_max) return std::nullopt;
    return number;
}

// Whatever looks odd about the file is answered by going up, never down.
Result<std::uint64_t> raise_generation(const Paths& paths, bool from_time,
                                       std::uint64_t unix_seconds, std::vector<LogLine>& log) {
    if (from_time) return unix_seconds;
    const auto old = read_small(paths.generation());
    if (!old) return tl::unexpected<Error>(old.error());
    const std::string text = old->value_or("");
    const auto number = parse_generation(text);
    std::uint64_t last = number.value_or(0);
    const bool as_written = number && text == generation_text(*number);
    if (!as_written) last = std::max(last, unix_seconds);  // plus one, as 3.0.6 begins
    if (!text.empty() && !as_written) {
        log.push_back(log_line(LogId::state_broken, paths.generation(),
                               "it was damaged, the generation now follows the clock"));
    }
    const std::uint64_t next = cluster::next_generation(last, unix_seconds);
    const auto written = write_durably(paths.generation(), generation_text(next), 0644);
    if (!written) return tl::unexpected<Error>(written.error());
    return next;
}

Uuid uuid_of_name(std::string_view node_name) {
    std::uint32_t hash = 0;
    for (const char c : node_name) {
        const auto value = static_cast<signed char>(c);
        hash = hash * 31U + static_cast<std::uint32_t>(std::int32_t{value});
    }
    // rand() of glibc is random() with 128 bytes of state; a state of our own leaves the program's
    // alone.
    random_data generator{};
    std::array<char, 128> state{};
    ::initstate_r(hash, state.data(), state.size(), &generator);
    Uuid out{};
    for (std::size_t digit = 0; digit < 2 * out.size(); ++digit) {
        std::int32_t drawn = 0;
        ::random_r(&generator, &drawn);
        const auto nibble = static_cast<unsigned>(drawn % 16);
        unsigned char& byte = out[digit / 2];
        byte = static_cast<unsigned char>((static_cast<unsigned>(byte) << 4U) | nibble);
    }
    return out;
}

Result<Uuid> load_uuid(const Paths& paths, bool from_name, std::string_view node_name,
                       std::vector<LogLine>& log) {
    if (from_name) return uuid_of_name(node_name);
    const auto old = read_small(paths.uuid());
    if (!old) return tl::unexpected<Error>(old.error());
    Uuid id{};
    if (*old && (*old)->size() >= id.size()) {
        std::copy_n((*old)->begin(), id.size(), id.begin());
        return id;
    }
    if (::getrandom(id.data(), id.size(), 0) != static_cast<ssize_t>(id.size())) {
        return system_error("cannot draw a node uuid", errno);
    }
    id[6] = static_cast<unsigned char>((id[6] & 0x0fU) | 0x40U);  // RFC 4122, 4.4: random
    id[8] = static_cast<unsigned char>((id[8] & 0x3fU) | 0x80U);
    const auto written = write_durably(paths.uuid(), uuid_bytes(id), 0644);
    if (!written) return tl::unexpected<Error>(written.error());
    log.push_back(log_line(LogId::uuid_new, paths.uuid()));
    return id;
}

// Whoever may reach the socket of clients belongs to the group of clients, as with 3.0.6. A folder
// that is there stays as it is.
Result<void> make_run_folder(const std::string& path) {
    std::error_code error;
    if (fs::is_directory(path, error)) return {};
    const auto user = user_id("hacluster");
    const auto group = group_id("haclient");
    const bool both = user && group;
    if (auto made = make_folder(path, fs::perms{both ? 0750U : 0755U}); !made) return made;
    if (both && ::geteuid() == 0 && ::chown(path.c_str(), *user, *group) != 0) {
        return system_error("cannot give " + path + " to the clients", errno);
    }
    return {};
}

Result<void> prepare_folders(const Paths& paths) {
    const fs::perms usual{0755};
    if (auto made = make_run_folder(paths.run_dir); !made) return made;
    for (const std::string& folder :
         {paths.state_dir, paths.scripts_under_way(), paths.programs_under_way()}) {
        if (auto made = make_folder(folder, usual); !made) return made;
    }
    std::error_code error;
    fs::remove_all(paths.rsctmp(), error);
    if (error) return system_error("cannot empty " + paths.rsctmp(), error.value());
    if (auto made = make_folder(paths.rsctmp(), fs::perms{01777}); !made) return made;
    const Fd cache(
        ::open(paths.delhostcache().c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644));
    if (!cache) return system_error("cannot create " + paths.delhostcache(), errno);
    return {};
}

}  // namespace hb::shell
