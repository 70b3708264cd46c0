// How a function says that it could not: Result<T> with a code for programs and words for people.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace hb {

enum class Errc {
    malformed,      // bytes that no form of a message allows
    too_large,      // a bound of limits.hpp would be passed
    unknown_key,    // signed with a key index that authkeys does not have
    bad_signature,  // the signature does not fit
    bad_config,     // a configuration file or option is wrong
    unsupported,    // known, but not done by this version
    not_found,
    permission,
    io,  // the operating system refused
};

struct Error {
    Errc code{};
    std::string what;  // one line, no trailing dot, fit for a log
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(Errc code, std::string what) {
    return tl::unexpected<Error>(Error{code, std::move(what)});
}

}  // namespace hb
