// What a local script may ask through the FIFO (wire.md 4.7): read and judged here, done by Core.
#pragma once

#include <string>

#include "base/ids.hpp"
#include "wire/message.hpp"

namespace hb::core {

struct LocalRequest {
    enum class Kind { standby, takeover, confirm_fenced, pass_on, refused };
    Kind kind{Kind::refused};
    std::string type;            // of the message, fit for a log
    std::string reason;          // refused: what was wrong, what was expected
    std::string resource_class;  // standby, takeover; `all` when none was given
    NodeName node;               // confirm_fenced
    wire::Message message;       // pass_on
};

// `text` from `>>>` to `<<<`. Never fails: what cannot be read is `refused`.
LocalRequest read_local(ByteView text);

}  // namespace hb::core
