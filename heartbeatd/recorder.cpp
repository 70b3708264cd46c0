// See recorder.hpp.
#include "recorder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>
#include <utility>

#include "base/limits.hpp"
#include "fd.hpp"

namespace hb::shell {

namespace {

// Errno, 0 when all went down.
int write_all(int fd, ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t wrote = ::write(fd, bytes.data(), bytes.size());
        if (wrote < 0 && errno != EINTR) return errno;
        if (wrote > 0) bytes.remove_prefix(static_cast<std::size_t>(wrote));
    }
    return 0;
}

}  // namespace

struct Recorder::State {
    explicit State(Fd opened) : file(std::move(opened)), writer([this] { write_along(); }) {}

    void write_along();
    void hand_over();

    Fd file;
    // The loop's own. It goes to `handed` when the lock is free, else next time: the writer has
    // normal priority and may lose the processor while it holds the lock.
    Bytes own;
    FileTexts files;
    bool ended{false}, told{false};
    std::string reason;

    std::mutex lock;
    std::condition_variable wake;
    Bytes handed;
    bool finish{false};
    std::atomic<std::size_t> unwritten{0};  // handed over, not on disk
    std::atomic<int> error{0};
    std::thread writer;  // last: it uses all above
};

void Recorder::State::write_along() {
    std::unique_lock<std::mutex> held(lock);
    for (;;) {
        wake.wait_for(held, limits::recording_write_pause, [this] { return finish; });
        const Bytes now = std::exchange(handed, {});
        const bool last = finish;
        held.unlock();
        if (error.load() == 0) error = write_all(file.get(), now);
        unwritten -= now.size();
        if (last) return;
        held.lock();
    }
}

void Recorder::State::hand_over() {
    const std::unique_lock<std::mutex> held(lock, std::try_to_lock);
    if (!held.owns_lock()) return;
    unwritten += own.size();
    handed += std::exchange(own, {});
}

Result<std::unique_ptr<Recorder>> Recorder::create(const std::string& path,
                                                   const RecordingHeader& header) {
    Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file || ::fchmod(file.get(), 0600) != 0) {
        return fail(errno == EACCES || errno == EPERM ? Errc::permission : Errc::io,
                    path + ": " + std::strerror(errno));
    }
    const Bytes start = Bytes(recording_magic) + encode_header(header);
    if (const int error = write_all(file.get(), start); error != 0) {
        return fail(Errc::io, path + ": " + std::strerror(error));
    }
    return std::unique_ptr<Recorder>(new Recorder(std::make_unique<State>(std::move(file))));
}

Recorder::Recorder(std::unique_ptr<State> state) : state_(std::move(state)) {}

Recorder::~Recorder() {
    {
        const std::lock_guard<std::mutex> held(state_->lock);
        state_->handed += state_->own;
        state_->unwritten += state_->own.size();
        state_->finish = true;
    }
    state_->wake.notify_one();
    state_->writer.join();
}

void Recorder::files(FileTexts next) { state_->files = std::move(next); }

void Recorder::note(Now now, const Event& event) {
    State& s = *state_;
    if (s.ended) return;
    if (const int error = s.error.load(); error != 0) {
        s.ended = true;
        s.reason = std::strerror(error);
        return;
    }
    if (s.own.size() + s.unwritten.load() > limits::recording_buffer_bytes_max) {
        s.ended = true;
        s.reason = "the disk does not keep up";
        s.hand_over();
        return;
    }
    s.own += encode_event(now, event, s.files);
    s.hand_over();
}

std::string Recorder::trouble() {
    if (!state_->ended || std::exchange(state_->told, true)) return {};
    return state_->reason;
}

}  // namespace hb::shell
