// Look-up and change of a message's fields. No byte form is known here.
#include "wire/message.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace hb::wire {

bool Field::operator==(const Field& other) const {
    if (name != other.name || type != other.type || value != other.value || list != other.list) {
        return false;
    }
    if (nested == nullptr || other.nested == nullptr) return nested == other.nested;
    return *nested == *other.nested;
}

const Field* Message::find(std::string_view name) const noexcept {
    for (const Field& field : fields) {
        if (field.name == name) return &field;
    }
    return nullptr;
}

bool Message::has(std::string_view name) const noexcept { return find(name) != nullptr; }

std::string_view Message::get(std::string_view name) const noexcept {
    const Field* field = find(name);
    if (field == nullptr || field->type != FieldType::string) return {};
    return field->value;
}

ByteView Message::binary(std::string_view name) const noexcept {
    const Field* field = find(name);
    if (field == nullptr || field->type != FieldType::binary) return {};
    return field->value;
}

// Puts `next` in the place of the first field of its name, or behind all others.
static void put(std::vector<Field>& fields, Field next) {
    const auto at = std::find_if(fields.begin(), fields.end(),
                                 [&](const Field& field) { return field.name == next.name; });
    if (at == fields.end()) {
        fields.push_back(std::move(next));
    } else {
        *at = std::move(next);
    }
}

void Message::set(std::string_view name, std::string_view value) {
    put(fields, Field{std::string(name), FieldType::string, Bytes(value), {}, nullptr});
}

void Message::set_binary(std::string_view name, ByteView value) {
    put(fields, Field{std::string(name), FieldType::binary, Bytes(value), {}, nullptr});
}

void Message::set_list(std::string_view name, std::vector<std::string> value) {
    put(fields, Field{std::string(name), FieldType::list, {}, std::move(value), nullptr});
}

void Message::erase(std::string_view name) {
    std::erase_if(fields, [name](const Field& field) { return field.name == name; });
}

std::optional<std::uint64_t> Message::hex(std::string_view name) const noexcept {
    constexpr std::size_t digits_max = 2 * sizeof(std::uint64_t);
    const std::string_view text = get(name);
    if (text.size() > digits_max) return std::nullopt;
    return parse_hex(text);
}

std::optional<std::uint64_t> Message::dec(std::string_view name) const noexcept {
    return parse_dec(get(name));
}

Message make_message(std::string_view type) {
    Message message;
    message.set("t", type);
    return message;
}

}  // namespace hb::wire
