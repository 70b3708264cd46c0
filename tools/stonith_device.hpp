// A fencing plugin as the command stonith uses it: loaded into this process, by the same rules as
// heartbeat-plugin-helper's. The process is short, and its operator waits for it: a plugin that
// crashes takes only the command with it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "config/fence_type.hpp"
#include "heartbeat/plugin.h"

namespace hb::tools {

using Fields = std::vector<std::pair<std::string, std::string>>;

// What the plugin says of a type.
struct Described {
    std::vector<std::string> parameters;
    std::string device;
    std::string description;
    std::string url;
    std::string xml;
};

// The folder of the fencing plugins; HB_STONITH_PLUGINS in the environment names another one.
std::string plugin_folder();

class FencePlugin {
public:
    // Words of a plugin for people: at most `level` of hb_level is shown, on stderr.
    static void show_words(int level);
    // Errors: as plugin_file.hpp.
    static Result<FencePlugin> load(const std::string& name);

    // Those it drives, for a plugin with types.
    std::vector<std::string> types() const;
    // Errors: not_found (it has said why).
    Result<Described> describe(const std::string& type) const;

    // The answer of open(); then the others may be called.
    hb_rc open(const Fields& config);
    hb_rc probe(std::uint32_t timeout_ms) const;
    hb_rc fence(hb_fence_op op, const std::string& node, std::uint32_t timeout_ms) const;
    hb_rc hosts(std::uint32_t timeout_ms, std::vector<std::string>& out) const;
    void close();

private:
    const hb_fence_ops* ops_{};
    void* self_{};
};

// All types that can be driven here, as TYPE is written, sorted.
std::vector<std::string> all_types();

}  // namespace hb::tools
