// See local.hpp.
#include "core/local.hpp"

#include "base/text.hpp"
#include "core/clients.hpp"
#include "wire/text_form.hpp"

namespace hb::core {
namespace {

LocalRequest refused(std::string type, std::string reason) {
    return {LocalRequest::Kind::refused, std::move(type), std::move(reason), {}, {}, {}};
}

}  // namespace

LocalRequest read_local(ByteView text) {
    auto message = wire::text_form::decode(text);
    if (!message) return refused("?", message.error().what);
    const std::string type = printable(message->type(), 64);
    if (message->type().empty()) return refused("?", "no field t, expected t=TYPE");
    for (const wire::Field& field : message->fields) {
        if (field.name == "src" || field.name == "seq" || field.name == "hg") {
            return refused(type, "field " + field.name + " is the daemon's to add");
        }
    }
    if (pretends_to_be_packed(*message)) return refused(type, "only the daemon packs messages");
    std::string resource_class(message->get("rsc_hold"));
    if (resource_class.empty()) resource_class = "all";
    if (type == "ask_resources") {
        if (message->get("info") != "me") {
            return refused(type, "info=" + printable(message->get("info"), 64) +
                                     ", expected info=me: the daemons say the rest themselves");
        }
        return {LocalRequest::Kind::standby, type, {}, resource_class, {}, {}};
    }
    if (type == "hb_takeover")
        return {LocalRequest::Kind::takeover, type, {}, resource_class, {}, {}};
    if (type == "hb_confirm_fenced") {
        const NodeName node = lower(message->get("node"));
        if (node.empty()) return refused(type, "no field node, expected node=NAME");
        return {LocalRequest::Kind::confirm_fenced, type, {}, {}, node, {}};
    }
    if (daemons_own(message->type())) return refused(type, "only the daemon says this");
    if (changes_membership(message->type())) {
        return refused(type, "not supported with haresources: edit ha.cf on both nodes");
    }
    return {LocalRequest::Kind::pass_on, type, {}, {}, {}, std::move(*message)};
}

}  // namespace hb::core
