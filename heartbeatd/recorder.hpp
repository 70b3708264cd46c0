// Writes a recording while the daemon runs (`--record FILE`). The loop never waits for the disk: it
// fills a buffer, a thread writes that down a few times a second. A killed daemon loses the last
// second at most. The form lives in recording.hpp.
#pragma once

#include <memory>
#include <string>

#include "base/event.hpp"
#include "base/result.hpp"
#include "recording.hpp"

namespace hb::shell {

class Recorder {
public:
    // A new file, mode 0600 since it holds the keys; an old one of that name is overwritten.
    // Errors: io, permission.
    static Result<std::unique_ptr<Recorder>> create(const std::string& path,
                                                    const RecordingHeader& header);
    // Writes the rest.
    ~Recorder();
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;

    // Before the event reaches the core. Never waits. When limits::recording_buffer_bytes_max wait
    // for the disk, or the disk refuses, the recording ends there: one with a hole would replay a
    // life that never was.
    void note(Now now, const Event& event);
    // The files of the next ConfigChanged.
    void files(FileTexts next);
    // Why the recording has ended early; empty while it runs. Tells it once.
    std::string trouble();

private:
    struct State;
    explicit Recorder(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace hb::shell
