// The file that stands in resource.d for a native agent, and how it is told from an
// administrator's: by every byte of it.
#pragma once

#include <string>
#include <string_view>

namespace hb::agents {

// What resource.d/IPaddr and the others are (a test compares).
std::string_view wrapper_text() noexcept;
// A regular file that may be executed and holds exactly that. May wait for a disk.
bool is_wrapper(const std::string& path);

}  // namespace hb::agents
