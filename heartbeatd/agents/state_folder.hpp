// The folder of notes that agents leave for their stop (HA_RSCTMP). It may be open to everybody, as
// in 3.0.6: a file is trusted only when it is our own, and nothing is written through a link.
#pragma once

#include <optional>
#include <string>

#include "base/instant.hpp"
#include "base/result.hpp"
#include "fd.hpp"

namespace hb::agents {

class Cancel;
class Host;

class StateFolder {
public:
    explicit StateFolder(std::string path) : path_(std::move(path)) {}
    // $HA_RSCTMP, or /run/heartbeat/rsctmp.
    explicit StateFolder(const Host& host);

    const std::string& path() const noexcept { return path_; }
    std::string file(const std::string& name) const { return path_ + "/" + name; }

    // Its first line, when the file is ours and no link.
    std::optional<std::string> read(const std::string& name) const;
    bool exists(const std::string& name) const;
    // A new file with one line; the folder is made when missing. Errors: io, permission; also when
    // there is a file already.
    [[nodiscard]] Result<void> write(const std::string& name, const std::string& line) const;
    // True: it is not there any more.
    bool remove(const std::string& name) const;
    // Holds the lock of this name until the descriptor goes, against other processes and threads.
    // None when it cannot be had within `span`.
    shell::Fd lock(const std::string& name, Duration span, const Cancel& cancel) const;

    // Ends the process that announces `written` (hb_agent, or hb_send_arp of a script).
    void end_announcing_process(const std::string& written) const;

private:
    void make() const;
    std::string path_;
};

}  // namespace hb::agents
