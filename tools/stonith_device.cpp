// See stonith_device.hpp.
#include "stonith_device.hpp"

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <set>

#include "plugin/plugin_file.hpp"

namespace hb::tools {

namespace {

int shown_level = HB_LEVEL_ERROR;

void show(void* /*context*/, int level, const char* text) {
    if (level <= shown_level && text != nullptr) std::fprintf(stderr, "stonith: %s\n", text);
}

const hb_host host{sizeof host, nullptr, show, nullptr};

using Heard = std::function<void(const std::string& name, const std::string& value)>;

void hear(void* context, const char* name, const char* value) {
    if (name == nullptr || value == nullptr) return;
    (*static_cast<const Heard*>(context))(name, value);
}

// A null pointer when the plugin's table ends before it.
template <class Function>
Function optional(const hb_fence_ops* ops, std::size_t offset, Function hb_fence_more::*member) {
    const bool reaches = ops->size >= offset + sizeof(Function);
    return reaches ? reinterpret_cast<const hb_fence_more*>(ops)->*member : nullptr;
}

}  // namespace

std::string plugin_folder() {
    const char* other = std::getenv("HB_STONITH_PLUGINS");
    return other == nullptr ? "/usr/lib/heartbeat/plugins/stonith" : other;
}

void FencePlugin::show_words(int level) { shown_level = level; }

Result<FencePlugin> FencePlugin::load(const std::string& name) {
    const auto path = plugin_file::path_of(plugin_folder(), name);
    if (!path) return tl::unexpected(path.error());
    const auto plugin = plugin_file::load(*path, HB_PLUGIN_FENCE);
    if (!plugin) return tl::unexpected(plugin.error());
    FencePlugin out;
    out.ops_ = static_cast<const hb_fence_ops*>((*plugin)->ops);
    if (out.ops_->size < sizeof(hb_fence_ops) || out.ops_->open == nullptr ||
        out.ops_->close == nullptr || out.ops_->fence == nullptr) {
        return fail(Errc::unsupported, *path + ": its table of functions is too short");
    }
    return out;
}

std::vector<std::string> FencePlugin::types() const {
    std::vector<std::string> out;
    const auto describe =
        optional(ops_, offsetof(hb_fence_more, describe), &hb_fence_more::describe);
    Heard heard = [&out](const std::string& name, const std::string& value) {
        if (name == "type") out.push_back(value);
    };
    if (describe != nullptr) describe(&host, nullptr, hear, &heard);
    return out;
}

Result<Described> FencePlugin::describe(const std::string& type) const {
    Described out;
    Heard heard = [&out](const std::string& name, const std::string& value) {
        if (name == "param") out.parameters.push_back(value);
        if (name == "device") out.device = value;
        if (name == "description") out.description = value;
        if (name == "url") out.url = value;
        if (name == "xml") out.xml = value;
    };
    const auto describe =
        optional(ops_, offsetof(hb_fence_more, describe), &hb_fence_more::describe);
    if (describe == nullptr) {
        for (const hb_param* one = ops_->params; one != nullptr && one->name != nullptr; ++one) {
            out.parameters.emplace_back(one->name);
        }
    } else if (describe(&host, type.c_str(), hear, &heard) != HB_OK) {
        return fail(Errc::not_found, "no such type");
    }
    return out;
}

hb_rc FencePlugin::open(const Fields& config) {
    std::vector<hb_param> pairs;
    pairs.reserve(config.size());
    for (const auto& [name, value] : config) pairs.push_back({name.c_str(), value.c_str()});
    return ops_->open(&host, pairs.data(), pairs.size(), &self_);
}

hb_rc FencePlugin::probe(std::uint32_t timeout_ms) const {
    return ops_->probe == nullptr ? HB_NOT_SUPPORTED : ops_->probe(self_, timeout_ms);
}

hb_rc FencePlugin::fence(hb_fence_op op, const std::string& node, std::uint32_t timeout_ms) const {
    return ops_->fence(self_, op, node.c_str(), timeout_ms);
}

hb_rc FencePlugin::hosts(std::uint32_t timeout_ms, std::vector<std::string>& out) const {
    const auto hosts = optional(ops_, offsetof(hb_fence_more, hosts), &hb_fence_more::hosts);
    Heard heard = [&out](const std::string& name, const std::string& value) {
        if (name == "host") out.push_back(value);
    };
    return hosts == nullptr ? HB_NOT_SUPPORTED : hosts(self_, timeout_ms, hear, &heard);
}

void FencePlugin::close() { ops_->close(self_); }

std::vector<std::string> all_types() {
    std::set<std::string> out;
    for (const char* name : {"null", "meatware", "ssh", "suicide"}) {
        if (FencePlugin::load(name)) out.insert(name);
    }
    for (const char* container : {"external", "rhcs", "stonith2"}) {
        const auto plugin = FencePlugin::load(container);
        if (!plugin) continue;
        const bool bare = std::string(container) == "stonith2";
        for (const std::string& type : plugin->types()) {
            out.insert(bare ? type : std::string(container) + "/" + type);
        }
    }
    return {out.begin(), out.end()};
}

}  // namespace hb::tools
