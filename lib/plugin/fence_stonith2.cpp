// stonith2.so: drives the modules of cluster-glue (/usr/lib/stonith/plugins/stonith2) through its
// library libstonith. Its interface stands in stonith.md 3; the header needs glib, which we do not.
#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>

#include "base/text.hpp"
#include "heartbeat/plugin.hpp"
#include "plugin/fence_params.hpp"

extern "C" {
struct Stonith;
struct StonithNVpair {
    char* s_name;
    char* s_value;
};
using StonithLog = void (*)(int level, const char* format, ...);
char** stonith_types(void);
Stonith* stonith_new(const char* type);
void stonith_delete(Stonith* device);
const char* const* stonith_get_confignames(Stonith* device);
const char* stonith_get_info(Stonith* device, int kind);
void stonith_set_log(Stonith* device, StonithLog log);
int stonith_set_config(Stonith* device, StonithNVpair* config);
char** stonith_get_hostlist(Stonith* device);
void stonith_free_hostlist(char** hosts);
int stonith_get_status(Stonith* device);
int stonith_req_reset(Stonith* device, int op, const char* node);
}

namespace {

using namespace hb::fence;
namespace plugin = hb::plugin;

enum Code { ok = 0, bad_config, access, invalid, bad_host, reset_failed, timed_out, is_off };
enum Info { conf_xml = 1, device_id, device_name, device_description, device_url };

// Who is told what the library says: it has no place for a context.
const plugin::Host* listener = nullptr;
const Fields* secrets = nullptr;

void log(int level, const char* format, ...) {
    std::array<char, 1000> text{};
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(text.data(), text.size(), format, arguments);
    va_end(arguments);
    if (listener == nullptr) return;
    constexpr int warning = 3;
    const std::string words =
        secrets == nullptr ? text.data() : without_secrets(text.data(), *secrets);
    listener->log(level < warning    ? HB_LEVEL_ERROR
                  : level == warning ? HB_LEVEL_WARNING
                                     : HB_LEVEL_DEBUG,
                  words);
}

hb_rc answer(int code) {
    switch (code) {
        case ok:
            return HB_OK;
        case bad_config:
        case invalid:
            return HB_BAD_CONFIG;
        case access:
            return HB_ACCESS;
        case bad_host:
            return HB_UNKNOWN_NODE;
        case reset_failed:
            return HB_REFUSED;
        case timed_out:
            return HB_TIMED_OUT;
        default:
            return HB_INTERNAL;
    }
}

// external and rhcs have plugins of their own, which are bounded.
bool is_module(const std::string& type) { return type != "external" && type != "rhcs"; }

// Its modules take symbols of the library from everywhere, and it was loaded for us alone. One of
// them (drac3) counts on libplumb being there, which cluster-glue's programs are linked with.
void open_up() {
    static void* const helper = ::dlopen("libplumb.so.2", RTLD_NOW | RTLD_GLOBAL);
    static void* const library = ::dlopen("libstonith.so.1", RTLD_NOW | RTLD_GLOBAL | RTLD_NOLOAD);
    if (library == nullptr) throw plugin::Refusal(HB_INTERNAL, "libstonith.so.1 is not loaded");
    static_cast<void>(helper);
}

class Module {
public:
    explicit Module(const std::string& type) {
        open_up();
        // The library splits at `/` and looks in folders: the type is a file's name for it.
        const bool plain = is_module(type) && type.find('/') == std::string::npos;
        device_ = plain ? stonith_new(type.c_str()) : nullptr;
        if (device_ == nullptr) {
            throw plugin::Refusal(HB_BAD_CONFIG, "parameter type: cluster-glue has no module " +
                                                     hb::printable(type, 60));
        }
        stonith_set_log(device_, log);
    }
    ~Module() { stonith_delete(device_); }
    Module(const Module&) = delete;
    Module& operator=(const Module&) = delete;

    Stonith* get() const noexcept { return device_; }
    std::string info(Info kind) const {
        const char* text = stonith_get_info(device_, kind);
        return text == nullptr ? "" : text;
    }
    Names parameters() const {
        Names out;
        const char* const* names = stonith_get_confignames(device_);
        for (; names != nullptr && *names != nullptr; ++names) out.emplace_back(*names);
        return out;
    }

private:
    Stonith* device_;
};

class Stonith2 final : public plugin::Fencer {
public:
    Stonith2(const plugin::Host& host, const plugin::Fields& config)
        : host_(host), config_(config), module_(take_type(config_)) {
        config_ = checked(config_, module_);
        listener = &host_;
        secrets = &config_;
        std::vector<StonithNVpair> pairs;
        for (auto& [name, value] : config_) pairs.push_back({name.data(), value.data()});
        pairs.push_back({nullptr, nullptr});
        const int code = stonith_set_config(module_.get(), pairs.data());
        if (code != ok) {
            throw plugin::Refusal(HB_BAD_CONFIG, "its module refuses one of: " + names());
        }
    }
    ~Stonith2() override {
        listener = nullptr;
        secrets = nullptr;
    }

    static hb_rc describe(const plugin::Host&, const char* type, const plugin::Tell& tell);

    hb_rc probe(std::uint32_t) override { return answer(stonith_get_status(module_.get())); }

    hb_rc fence(hb_fence_op op, const std::string& node, std::uint32_t) override {
        const int wanted = op == HB_FENCE_ON ? 2 : op == HB_FENCE_OFF ? 3 : 1;
        const int code = stonith_req_reset(module_.get(), wanted, hb::lower(node).c_str());
        if (code != is_off) return code == invalid ? HB_NOT_SUPPORTED : answer(code);
        host_.log(HB_LEVEL_WARNING, "its device says that " + node + " is without power already");
        return op == HB_FENCE_ON ? HB_REFUSED : HB_OK;
    }

    hb_rc hosts(std::uint32_t, const plugin::Tell& tell) override {
        char** list = stonith_get_hostlist(module_.get());
        if (list == nullptr) return HB_ACCESS;
        for (char** host = list; *host != nullptr; ++host) tell("host", *host);
        stonith_free_hostlist(list);
        return HB_OK;
    }

private:
    // A module may take more than it needs; only what it names is required, and it knows the rest.
    static Fields checked(const Fields& config, const Module& module) {
        const Names positions = module.parameters();
        Fields out = by_name(config, positions);
        std::vector<Parameter> known;
        for (const std::string& name : positions) known.push_back({name, true, {}, {}, {}, {}});
        const std::string xml = module.info(conf_xml);
        for (const auto& [name, value] : out) {
            const bool optional = xml.find("name=\"" + name + "\"") != std::string::npos;
            const bool named =
                std::find(positions.begin(), positions.end(), name) != positions.end();
            if (optional && !named) known.push_back({name, false, {}, {}, {}, {}});
        }
        check(out, known);
        return out;
    }
    std::string names() const {
        std::string out;
        for (const auto& [name, value] : config_) out += (out.empty() ? "" : ", ") + name;
        return out;
    }

    plugin::Host host_;
    Fields config_;
    Module module_;
};

hb_rc Stonith2::describe(const plugin::Host&, const char* type, const plugin::Tell& tell) {
    if (type == nullptr) {
        open_up();
        char** types = stonith_types();
        for (; types != nullptr && *types != nullptr; ++types) {
            const std::string name = *types;
            if (is_module(name) && name.find('/') == std::string::npos) tell("type", name);
        }
        return HB_OK;
    }
    const Module module(type);
    for (const std::string& name : module.parameters()) tell("param", name);
    tell("device", module.info(device_id));
    tell("description", module.info(device_description));
    tell("url", module.info(device_url));
    tell("xml", module.info(conf_xml));
    return HB_OK;
}

}  // namespace

HB_EXPORT_FENCER(Stonith2, "stonith2", HB_VERSION, "GPL-2.0-or-later", nullptr)
