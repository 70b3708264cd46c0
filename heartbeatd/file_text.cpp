// See file_text.hpp.
#include "file_text.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/limits.hpp"
#include "fd.hpp"

namespace hb::shell {

FileText read_file(const std::string& path, Pipes pipes) {
    FileText out;
    const int waits = pipes == Pipes::refused ? O_NONBLOCK : 0;
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | waits));
    struct stat info {};
    if (!file || ::fstat(file.get(), &info) != 0) {
        out.error = errno;
        return out;
    }
    out.mode = info.st_mode & 07777U;
    std::array<char, 16384> buffer{};
    ssize_t size = 0;
    while ((size = ::read(file.get(), buffer.data(), buffer.size())) > 0) {
        out.text.append(buffer.data(), static_cast<std::size_t>(size));
        if (out.text.size() > limits::config_file_bytes_max) {
            out.error = EFBIG;
            return out;
        }
    }
    if (size < 0) out.error = errno;
    return out;
}

}  // namespace hb::shell
