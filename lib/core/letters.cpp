// See letters.hpp.
#include "core/letters.hpp"

namespace hb::core {

std::vector<std::pair<std::string, std::string>> string_fields(const wire::Message& message) {
    std::vector<std::pair<std::string, std::string>> fields;
    for (const wire::Field& field : message.fields) {
        if (field.type == wire::FieldType::string && field.name != "t") {
            fields.emplace_back(field.name, field.value);
        }
    }
    return fields;
}

wire::Message to_message(const resource::Letter& letter) {
    wire::Message message = wire::make_message(letter.type);
    for (const auto& [name, value] : letter.fields) message.set(name, value);
    return message;
}

RunHook hook_for(const wire::Message& message) {
    RunHook hook{std::string(message.type()), {{"t", std::string(message.type())}}};
    for (auto& field : string_fields(message)) hook.fields.push_back(std::move(field));
    return hook;
}

}  // namespace hb::core
