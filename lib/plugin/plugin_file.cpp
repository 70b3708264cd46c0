// See plugin_file.hpp.
#include "plugin/plugin_file.hpp"

#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

namespace hb::plugin_file {

namespace {

// Only who may change the daemon's own files may choose what is loaded.
std::optional<Error> wrong_owner(const std::string& path, bool folder) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) {
        return Error{Errc::not_found, path + ": " + std::strerror(errno)};
    }
    if (folder ? !S_ISDIR(info.st_mode) : !S_ISREG(info.st_mode)) {
        return Error{Errc::permission, path + (folder ? ": is no folder" : ": is no regular file")};
    }
    if (info.st_uid != 0 && info.st_uid != ::geteuid()) {
        return Error{Errc::permission, path + ": belongs to another user, expected root"};
    }
    if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return Error{Errc::permission,
                     path + ": others than its owner may write it, expected mode 0755 or less"};
    }
    return std::nullopt;
}

}  // namespace

Result<std::string> path_of(const std::string& folder, const std::string& name) {
    if (folder.empty() || folder.front() != '/') {
        return fail(Errc::bad_config, "the plugin folder is no absolute path");
    }
    std::string path = folder + "/" + name + ".so";
    if (auto wrong = wrong_owner(folder, true)) return tl::unexpected(*wrong);
    if (auto wrong = wrong_owner(path, false)) return tl::unexpected(*wrong);
    return path;
}

Result<const hb_plugin*> load(const std::string& path, hb_plugin_kind kind) {
    const auto refused = [](std::string why) { return fail(Errc::unsupported, std::move(why)); };
    void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return refused(::dlerror());
    void* symbol = ::dlsym(library, "hb_plugin_entry");
    if (symbol == nullptr) {
        return refused(path + ": does not export hb_plugin_entry, so it is no plugin");
    }
    const hb_plugin* plugin = reinterpret_cast<decltype(&hb_plugin_entry)>(symbol)();
    if (plugin == nullptr) return refused(path + ": hb_plugin_entry gave nothing");
    if (plugin->abi != HB_PLUGIN_ABI) {
        return refused(path + ": was built for interface " + std::to_string(plugin->abi) +
                       ", expected " + std::to_string(HB_PLUGIN_ABI) +
                       ": build it anew with our plugin.h");
    }
    if (plugin->size < sizeof *plugin) return refused(path + ": its description is too short");
    if (plugin->kind != kind) return refused(path + ": is a plugin of another kind");
    if (plugin->ops == nullptr) return refused(path + ": has no table of functions");
    return plugin;
}

}  // namespace hb::plugin_file
