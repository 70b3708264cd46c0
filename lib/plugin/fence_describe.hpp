// What fixed devices (null, meatware, ssh, suicide) say of themselves: the words of cluster-glue,
// so that `stonith -h` reads as it always did.
#pragma once

#include <string>

#include "heartbeat/plugin.hpp"

namespace hb::fence {

struct Description {
    std::string device;
    std::string text;
    std::string url;
    bool hostlist{true};  // its one parameter
};

// Answers describe() of a plugin without types.
hb_rc describe_fixed(const Description& description, const char* type, const plugin::Tell& tell);

inline constexpr hb_param hostlist_params[] = {
    {"hostlist", "the nodes it can fence, with blanks or commas between"}, {nullptr, nullptr}};

}  // namespace hb::fence
