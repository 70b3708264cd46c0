// authkeys: which keys are known and which one signs (spec: wire.md 2.4, config.md 5).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "config/lines.hpp"

namespace hb::config {

struct AuthKey {
    std::string method;  // crc, md5, sha1, sha256, sha512
    std::string text;    // empty for crc
    int line{};
};

struct AuthKeys {
    std::array<std::optional<AuthKey>, limits::key_index_max + 1> by_index;
    std::size_t signing{};
};

// `mode`: permission bits of the file (st_mode); group- or other-readable is an error. Warns of
// crc. The result is only fit for use when no error was added.
AuthKeys parse_authkeys(std::string_view text, unsigned mode, const std::string& file,
                        Diagnostics& found);

}  // namespace hb::config
