// See oom_score.hpp.
#include "oom_score.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <mutex>

#include "fd.hpp"

namespace hb::shell {

namespace {

struct Births {
    std::mutex lock;
    int under_way{0};
    std::string protection;  // what to go back to; empty: nothing was changed
};

Births& births() {
    static Births all;
    return all;
}

std::string read_score(const std::string& file) {
    const Fd in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    std::array<char, 16> text{};
    const auto size = in ? ::read(in.get(), text.data(), text.size() - 1) : 0;
    return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : std::string();
}

bool write_score(const std::string& file, const std::string& score) {
    const Fd out(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
    return out && ::write(out.get(), score.data(), score.size()) > 0;
}

}  // namespace

UnprotectedBirth::UnprotectedBirth(const std::string& file) : file_(file) {
    Births& all = births();
    const std::lock_guard<std::mutex> hold(all.lock);
    if (++all.under_way > 1) return;
    const std::string score = read_score(file_);
    if (std::atoi(score.c_str()) < 0 && write_score(file_, "0")) all.protection = score;
}

UnprotectedBirth::~UnprotectedBirth() {
    Births& all = births();
    const std::lock_guard<std::mutex> hold(all.lock);
    if (--all.under_way > 0 || all.protection.empty()) return;
    write_score(file_, all.protection);
    all.protection.clear();
}

}  // namespace hb::shell
