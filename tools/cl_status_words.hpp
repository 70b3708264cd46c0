// The words behind a sub-command of cl_status: options, and the rest. Pure; as getopt() reads them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace hb::tools {

struct Words {
    std::vector<std::string> rest;  // without options, in order
    bool sentences{}, verbose{}, normal_only{}, ping_only{}, json{};
    std::string parameter;
};

// `known`: letters; one with a colon behind it takes a value. Options may stand behind other words.
// Errors: bad_config, with words for the user.
Result<Words> read_words(const std::vector<std::string>& given, std::string_view known);

}  // namespace hb::tools
