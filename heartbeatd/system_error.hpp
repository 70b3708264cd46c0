// What the operating system refused, as an Error.
#pragma once

#include <cerrno>
#include <cstring>
#include <string>

#include "base/result.hpp"

namespace hb::shell {

// `what` says what was tried: "cannot open /etc/x". EACCES and EPERM give Errc::permission.
inline tl::unexpected<Error> system_error(const std::string& what, int error) {
    const bool denied = error == EACCES || error == EPERM;
    return fail(denied ? Errc::permission : Errc::io, what + ": " + std::strerror(error));
}

}  // namespace hb::shell
