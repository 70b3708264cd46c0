// What hb_standby and hb_takeover share: their words, and one message into the daemon's FIFO.
// Nothing here knows what the message means.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hb::tools {

// The one word a command line may hold; `all` without any. Nothing after the usage was printed,
// because of a wrong word, too many words, or a call for help.
std::optional<std::string> resource_class(std::string_view program, int argc, char** argv);

// Hands `message` (text form, `>>>` to `<<<`) to the running daemon in one write that nobody
// else's can cut (pipe(7), PIPE_BUF). False after saying on stderr why it could not.
[[nodiscard]] bool send_to_daemon(std::string_view program, std::string_view message);

}  // namespace hb::tools
