// What both decoders share: collecting fields within the bounds, and joining lists of one name.
// Private to lib/wire.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "wire/message.hpp"

namespace hb::wire {

// Fields that one message and all messages inside it may still take. Shared by all its levels.
struct FieldBudget {
    std::size_t left;
};
FieldBudget field_budget() noexcept;

// The fields of one level, in the order of arrival.
class FieldCollector {
public:
    // `depth`: 0 for a message that is in no other.
    FieldCollector(FieldBudget& budget, std::size_t depth) : budget_(budget) {
        if (depth == 0) message_.fields.reserve(limits::usual_fields);
    }

    // A list whose name a list has already joins that one (wire.md 1.5). Errors: too_large.
    Result<void> add(Field field);
    // Elements of a packed list. Errors: malformed, too_large.
    Result<void> add_packed_list(std::string_view name, ByteView packed);
    Message take() { return std::move(message_); }

private:
    Message message_;
    std::map<std::string, std::size_t, std::less<>> lists_;  // first list of a name, by place
    FieldBudget& budget_;
};

// A name that both forms can carry: not empty, no `=`, no NUL.
bool name_fits(std::string_view name) noexcept;

}  // namespace hb::wire
