// Exit statuses of heartbeat-plugin-helper: 0 to 7 are hb_rc of plugin.h, these are its own. No
// plugin's answer can be taken for one.
#pragma once

namespace hb::shell::helper_status {

inline constexpr int refused_last = 7;   // 1 to this: the plugin said no, ...
inline constexpr int timed_out = 5;      // ... but for these (plugin.h): its device did not answer
inline constexpr int internal = 7;       // or a program of its own crashed
inline constexpr int usage = 120;        // not started by heartbeatd
inline constexpr int daemon_gone = 121;  // or it said what no daemon says
inline constexpr int broken = 125;       // the plugin cannot be loaded; the words say why

}  // namespace hb::shell::helper_status
