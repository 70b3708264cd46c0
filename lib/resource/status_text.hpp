// What a script's answer to `status` means. Only its text counts; running it is the shell's.
#pragma once

#include <string_view>

namespace hb::resource {

// True when the standard output of `status` says that the resource runs. The exit status is not
// asked, since scripts of 3.0.6 do not agree on it (spec: resources.md 1.5): `not running` says no,
// else `running`, `Running` or an upper-case `OK` anywhere says yes, all else says no.
bool says_running(std::string_view stdout_text);

}  // namespace hb::resource
