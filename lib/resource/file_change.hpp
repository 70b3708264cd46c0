// Which group of a new haresources is which of the old one, and what that means in words. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "config/haresources.hpp"

namespace hb::resource {

// For each old group its place in the new file; nothing: it is gone. A group is known by its key
// (its first member); one whose key changed is known by a first member that is still in it.
std::vector<std::optional<std::size_t>> successors(const std::vector<config::ResourceGroup>& before,
                                                   const std::vector<config::ResourceGroup>& after);

// A line per group that changes: "group KEY is new", "group KEY: A new, B gone".
std::vector<std::string> change_words(const std::vector<config::ResourceGroup>& before,
                                      const std::vector<config::ResourceGroup>& after);

}  // namespace hb::resource
