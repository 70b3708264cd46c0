// meatware.so: a person switches the node off and says so with meatclient.
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "plugin/device_program.hpp"
#include "plugin/fence_hostlist.hpp"
#include "plugin/meatware.hpp"

namespace {

using namespace hb::fence;
namespace plugin = hb::plugin;

// Ours as long as it lives; the reader is there from the start, so that meatclient can open it.
class Fifo {
public:
    explicit Fifo(const std::string& node) : path_(meatware_fifo(node)) {
        ::unlink(path_.c_str());  // of a helper that was killed
        if (::mkfifo(path_.c_str(), 0600) != 0) fail();
        fd_ = ::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
        if (fd_ < 0) fail();
    }
    ~Fifo() {
        if (fd_ >= 0) ::close(fd_);
        ::unlink(path_.c_str());
    }
    Fifo(const Fifo&) = delete;
    Fifo& operator=(const Fifo&) = delete;

    // What somebody wrote and closed; nothing in time: false.
    bool read(const Deadline& deadline, std::string& out) {
        for (;;) {
            pollfd entry{fd_, POLLIN, 0};
            const auto left = std::min<std::int64_t>(hb::to_ms(deadline.left()), 60'000);
            if (left <= 0) return false;
            if (::poll(&entry, 1, static_cast<int>(left)) <= 0) continue;
            std::array<char, meatware_text_bytes> buffer{};
            const ssize_t got = ::read(fd_, buffer.data(), buffer.size());
            if (got < 0) continue;
            if (got == 0) return true;  // closed: whatever came is all
            out.append(buffer.data(), static_cast<std::size_t>(got));
            if (out.size() >= meatware_text_bytes) return true;
        }
    }

private:
    [[noreturn]] void fail() {
        throw plugin::Refusal(HB_ACCESS, path_ + ": " + std::strerror(errno));
    }
    std::string path_;
    int fd_{-1};
};

class Meatware final : public HostlistFencer {
public:
    using HostlistFencer::HostlistFencer;

    static hb_rc describe(const plugin::Host&, const char* type, const plugin::Tell& tell) {
        return describe_fixed({"Meatware STONITH device",
                               "Human (meatware) intervention STONITH device.\n"
                               "This STONITH agent prompts a human to reset a machine.\n"
                               "The human tells it when the reset was completed.",
                               {}},
                              type, tell);
    }

    hb_rc fence(hb_fence_op, const std::string& node, std::uint32_t timeout_ms) override {
        const std::string name = listed(node);
        if (name.find('/') != std::string::npos) {
            throw plugin::Refusal(HB_UNKNOWN_NODE, "a node's name has no /");
        }
        const Deadline deadline{std::chrono::milliseconds(timeout_ms)};
        Fifo fifo(name);
        host_.log(HB_LEVEL_ERROR, "OPERATOR: reset " + name +
                                      " or switch it off by hand, THEN run `meatclient -c " + name +
                                      "`. Nothing of its goes on before.");
        std::string text;
        if (!fifo.read(deadline, text)) {
            throw plugin::Refusal(HB_TIMED_OUT, "nobody ran `meatclient -c " + name + "` in time");
        }
        if (std::string(text.c_str()) != meatware_text(name)) {
            throw plugin::Refusal(HB_REFUSED, "the operator did not confirm for " + name);
        }
        host_.log(HB_LEVEL_NOTICE, "an operator confirmed that " + name + " was reset");
        return HB_OK;
    }
};

}  // namespace

HB_EXPORT_FENCER(Meatware, "meatware", HB_VERSION, "GPL-2.0-or-later", hb::fence::hostlist_params)
