// dopd's decisions behind what a watching plugin is told and asks for: pairs of text; and the two
// messages between dopd and drbd-peer-outdater.
#pragma once

#include <optional>
#include <string>

#include "base/event.hpp"
#include "plugin/dopd_logic.hpp"
#include "wire/message.hpp"

namespace hb::dopd {

// What lib/core/dopd_client tells. Unknown events and bad values are ignored.
void tell(Logic& logic, const PluginFields& event, Acts& out);

// The request for lib/core/dopd_client. Nothing for what the plugin does itself.
std::optional<PluginFields> request_of(const Act& act);

struct Question {
    std::string peer, resource;
};
wire::Message message_of(const Question& question);
// Nothing: the message is no question.
std::optional<Question> question_of(const wire::Message& message);

wire::Message message_of(const std::string& node, int value);
// What drbd-peer-outdater ends with: 20 for what is no answer.
int value_of(const wire::Message& answer);

}  // namespace hb::dopd
