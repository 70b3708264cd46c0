// HB_CHECK: what must hold if our own code is right. On in every build. Nothing from outside may
// reach one (ARCHITECTURE.md, 1.5 rule 10).
#pragma once

#include <cstdio>
#include <cstdlib>

namespace hb {
[[noreturn]] inline void check_failed(const char* what, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: internal error: %s does not hold\n", file, line, what);
    std::abort();
}
}  // namespace hb

#define HB_CHECK(what) \
    ((what) ? static_cast<void>(0) : ::hb::check_failed(#what, __FILE__, __LINE__))
