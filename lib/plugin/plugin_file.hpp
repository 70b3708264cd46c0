// The file of a plugin: where it may lie, who may have written it, and how it is loaded. Used by
// heartbeat-plugin-helper and by the command stonith; the daemon itself loads nothing.
#pragma once

#include <string>

#include "base/result.hpp"
#include "heartbeat/plugin.h"

namespace hb::plugin_file {

// FOLDER/NAME.so, when file and folder belong to root (or to us) and nobody else may write them.
// Errors: not_found, permission, bad_config (no absolute path).
Result<std::string> path_of(const std::string& folder, const std::string& name);

// Runs the file's constructors and its hb_plugin_entry(). It stays loaded.
// Errors: unsupported, when it is no plugin of that kind and of our interface.
Result<const hb_plugin*> load(const std::string& path, hb_plugin_kind kind);

}  // namespace hb::plugin_file
