// Which resource group leans on which earlier one, told from their arguments alone. What follows
// from it (who waits, who stops first) is the manager's.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "config/ha_cf.hpp"
#include "config/haresources.hpp"

namespace hb::resource {

// groups[later] starts after groups[earlier] and stops before it. later > earlier always, so that
// no circle can arise.
struct Dependency {
    std::size_t later{};
    std::size_t earlier{};
    std::string reason;  // "uses /dev/sdb1 of it", "lies below /srv of it", "group_order file"
    bool operator==(const Dependency&) const = default;
};

// In order of `later`, then `earlier`; at most one a pair. With GroupOrder::parallel a group leans
// on an earlier one that has the same device (an argument below /dev, the device of a Filesystem, a
// volume group of LVM, a resource of drbddisk), or one of whose Filesystem members is mounted at or
// above one of its arguments. With GroupOrder::file each group leans on the one before it.
std::vector<Dependency> dependencies(const std::vector<config::ResourceGroup>& groups,
                                     config::GroupOrder order);

}  // namespace hb::resource
