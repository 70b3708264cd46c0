// See suspects.hpp.
#include "agents/suspects.hpp"

#include <dirent.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "base/text.hpp"

namespace hb::agents {

namespace {

constexpr std::size_t file_bytes_max = 4096;  // of a file that others write

struct Suspect {
    std::string_view process;  // as the kernel names it, 15 bytes at most
    std::string_view name;
    std::string_view state;    // its file for an interface is there, by index; none: ""
    std::string_view manages;  // one of these words stands in it ...
    std::string_view leaves;   // ... or it says that it leaves the interface alone
};
constexpr std::array<Suspect, 5> suspects{{
    {"systemd-network", "systemd-networkd", "/run/systemd/netif/links/", "ADMIN_STATE=config",
     "ADMIN_STATE=unmanaged"},
    {"NetworkManager", "NetworkManager", "/run/NetworkManager/devices/", "managed=true",
     "managed=false"},
    {"dhclient", "dhclient", "", "", ""},
    {"dhcpcd", "dhcpcd", "", "", ""},
    {"connmand", "connman", "", "", ""},
}};

std::string first_bytes(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string out(file_bytes_max, '\0');
    file.read(out.data(), static_cast<std::streamsize>(out.size()));
    out.resize(static_cast<std::size_t>(file.gcount()));
    return out;
}

struct Seen {
    const Suspect* suspect{};
    std::string arguments;  // with \0 between them
};

std::vector<Seen> running(const std::string& root) {
    const std::string proc = root + "/proc";
    std::vector<Seen> out;
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(proc.c_str()), ::closedir);
    if (!folder) return out;
    for (std::size_t i = 0; i < limits::processes_looked_at_max; ++i) {
        const dirent* const entry = ::readdir(folder.get());
        if (entry == nullptr) break;
        const std::string process = proc + "/" + entry->d_name;
        if (entry->d_name[0] < '0' || entry->d_name[0] > '9') continue;
        std::string name = first_bytes(process + "/comm");
        if (!name.empty() && name.back() == '\n') name.pop_back();
        const auto* const found =
            std::find_if(suspects.begin(), suspects.end(),
                         [&name](const Suspect& one) { return one.process == name; });
        if (found != suspects.end()) out.push_back({found, first_bytes(process + "/cmdline")});
    }
    return out;
}

// Nothing: it does not say.
std::optional<bool> manages(const Seen& seen, unsigned index, const std::string& interface,
                            const std::string& root) {
    if (seen.suspect->state.empty()) {
        const auto arguments = words(seen.arguments, std::string_view("\0", 1));
        const bool named =
            std::find(arguments.begin(), arguments.end(), interface) != arguments.end();
        return named ? std::optional(true) : std::nullopt;
    }
    const std::string state =
        first_bytes(root + std::string(seen.suspect->state) + std::to_string(index));
    if (state.find(seen.suspect->manages) != std::string::npos) return true;
    if (state.find(seen.suspect->leaves) != std::string::npos) return false;
    return std::nullopt;
}

void add(std::string& list, const std::string& one) {
    if (list.find(one) != std::string::npos) return;
    list += (list.empty() ? "" : " or ") + one;
}

}  // namespace

std::string who_could_take(unsigned index, const std::string& interface, const std::string& root) {
    std::string managers;
    std::string others;
    for (const Seen& seen : running(root)) {
        const auto answer = manages(seen, index, interface, root);
        const std::string name(seen.suspect->name);
        if (answer == true) add(managers, name + ", which manages " + interface);
        if (!answer) add(others, name + ", which runs here");
    }
    if (!managers.empty()) return managers;
    return others.empty() ? "an administrator" : others + ", or an administrator";
}

}  // namespace hb::agents
