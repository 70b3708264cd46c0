// Parameters of a fencing device: from the entries of a configuration to the names that the device
// knows, and what is wrong with them. Pure. A plugin throws what is wrong (plugin::Refusal with
// HB_BAD_CONFIG); the name of the parameter is in its words, and never a value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "heartbeat/plugin.hpp"

namespace hb::fence {

using Fields = plugin::Fields;
using Names = std::vector<std::string>;

struct Parameter {
    std::string name;
    bool required{false};
    std::string type;     // of its value: integer, second, boolean, select; else anything
    Names options;        // of a select
    std::string instead;  // the old name that means the same, or ""
    std::string summary;  // one line
};

// Takes the first entry called `type` away: which script, agent or module. Refused: there is none.
std::string take_type(Fields& config);

// Entries called 1, 2, ... get the names in `positions`; the last name takes all that are left,
// with blanks between. Refused: a position without a name, a name without a value.
Fields by_name(const Fields& config, const Names& positions);

// Refused: a name that nobody knows, twice the same, a value that its type does not allow or that
// has a line break in it, none for a required one. `supplied` need not be given.
void check(const Fields& config, const std::vector<Parameter>& known, const Names& supplied = {});

// As check() for a device that knows names only, all of them required.
Fields checked_by_name(const Fields& config, const Names& names);

// "a,b c" are three hosts.
Names host_list(std::string_view text);
bool contains(const Names& hosts, std::string_view node);  // ignoring case

// `text` with the values of what sounds like a secret made unreadable.
std::string without_secrets(std::string text, const Fields& config);

}  // namespace hb::fence
