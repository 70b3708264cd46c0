// The form of a recording (`--record`): what a node was made of and each event with its moment, as
// bytes. Enough to make the same core again and to drive it through the same life. Opens nothing.
//
// A recording is the line `heartbeat-recording 1\n`, then records. A record is a netstring
// (`LENGTH:BYTES,`) of netstrings: its kind, then its parts. The first record is the header. A
// recording that ends in the middle of a record (a killed daemon) is whole up to there.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/event.hpp"
#include "base/result.hpp"
#include "core/core.hpp"
#include "load_config.hpp"

namespace hb::shell {

inline constexpr ByteView recording_magic = "heartbeat-recording 1\n";

struct RecordingHeader {
    std::string version;
    config::Machine machine;
    FileTexts files;
    core::Identity identity;
    Now started;  // of Core's making and of Core::start
};

// `files`: for ConfigChanged, the texts from which its configuration was made; else unused.
Bytes encode_header(const RecordingHeader& header);
Bytes encode_event(Now now, const Event& event, const FileTexts& files);

// One event as it was; `files` is set for a ConfigChanged, whose `next` is then empty.
struct RecordedEvent {
    Now now;
    Event event;
    std::optional<FileTexts> files;
};

// Reads a recording from memory. The text is the caller's and must outlive the reader.
class RecordingReader {
public:
    explicit RecordingReader(ByteView text) : rest_(text) {}

    // Call first. Errors: malformed.
    Result<RecordingHeader> header();
    // Nothing at the end. Errors: malformed.
    Result<std::optional<RecordedEvent>> next();
    // Bytes of an unfinished last record, once next() gave nothing.
    std::size_t torn_bytes() const noexcept { return rest_.size(); }

private:
    ByteView rest_;
};

// The recorded files, parsed as at the time, without looking at this machine. Errors: bad_config
// with the first mistake.
struct ParsedFiles {
    config::HaCf ha_cf;
    config::AuthKeys keys;
    std::vector<config::ResourceGroup> groups;
};
Result<ParsedFiles> parse_files(const FileTexts& files, const config::Machine& machine);

}  // namespace hb::shell
