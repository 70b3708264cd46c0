// The requests of clients that only ask (clientapi.md 6): from a request to its answers. Who asks,
// and requests that change something, are the desk's (client_desk.hpp).
#pragma once

#include <string_view>
#include <vector>

#include "core/api_config.hpp"
#include "core/api_view.hpp"
#include "wire/message.hpp"

namespace hb::core {

struct Question {
    const wire::Message& request;
    const ApiView& view;
    const ApiConfig& config;
};

// A request of our own: everything that this node knows of itself, as JSON in the field `status`
// (heartbeatd/status_report.hpp). A 3.0.6 answers `badreq`.
inline constexpr std::string_view status_request = "hbstatus";

// In order, complete. A request that is not known here is answered `badreq`, as by 3.0.6.
std::vector<wire::Message> answers(const Question& question);

// The beginning of an answer: t and reqtype.
wire::Message response(std::string_view request_type);
// It ends here.
wire::Message accepted(wire::Message answer);
// `info` may be empty: then there is no such field.
wire::Message refused(std::string_view request_type, std::string_view info);

}  // namespace hb::core
