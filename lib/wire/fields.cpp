// See fields.hpp.
#include "wire/fields.hpp"

#include "base/limits.hpp"
#include "wire/counted.hpp"

namespace hb::wire {

FieldBudget field_budget() noexcept { return FieldBudget{limits::message_fields_total_max}; }

Result<void> FieldCollector::add(Field field) {
    if (budget_.left == 0 || message_.fields.size() == limits::message_fields_max) {
        return fail(Errc::too_large, "a message has too many fields");
    }
    --budget_.left;
    message_.fields.push_back(std::move(field));
    return {};
}

Result<void> FieldCollector::add_packed_list(std::string_view name, ByteView packed) {
    const auto known = lists_.find(name);
    if (known != lists_.end()) return unpack_list(packed, message_.fields[known->second].list);
    Field field{std::string(name), FieldType::list, {}, {}, nullptr};
    if (auto done = unpack_list(packed, field.list); !done) return done;
    lists_.emplace(field.name, message_.fields.size());
    return add(std::move(field));
}

bool name_fits(std::string_view name) noexcept {
    return !name.empty() && name.find('=') == std::string_view::npos &&
           name.find('\0') == std::string_view::npos;
}

}  // namespace hb::wire
