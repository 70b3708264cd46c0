// What a fence agent or an external script says of itself in XML: `-o metadata`, `getinfo-xml`.
// Pure, but for libexpat.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "plugin/fence_params.hpp"

namespace hb::fence {

struct Metadata {
    std::string name;
    std::string summary;
    std::string description;
    std::string url;
    std::vector<Parameter> parameters;
    Names actions;
    // Some element <parameter> says whether it is required. When none does, it means nothing.
    bool says_required{false};

    const Parameter* parameter(std::string_view wanted) const;
    bool can(std::string_view action) const;
};

// A document whose root is <resource-agent> or <parameters>; what stands before the first `<` and
// behind the end of the root is not looked at. Errors: malformed.
Result<Metadata> parse_metadata(std::string_view xml);

// The element <parameters> of such a document as it stands there, or "".
std::string parameters_element(std::string_view xml);

}  // namespace hb::fence
