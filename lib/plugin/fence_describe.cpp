// See fence_describe.hpp.
#include "plugin/fence_describe.hpp"

namespace hb::fence {

hb_rc describe_fixed(const Description& description, const char* type, const plugin::Tell& tell) {
    if (type == nullptr) return HB_OK;
    if (*type != '\0') return HB_BAD_CONFIG;
    static const char* const hostlist_xml =
        "<parameter name=\"hostlist\" unique=\"0\" required=\"1\"><content type=\"string\" />\n"
        "<shortdesc lang=\"en\">\nHostlist</shortdesc>\n<longdesc lang=\"en\">\n"
        "The list of hosts that the STONITH device controls</longdesc>\n</parameter>\n";
    if (description.hostlist) tell("param", "hostlist");
    tell("device", description.device);
    tell("description", description.text);
    if (!description.url.empty()) tell("url", description.url);
    tell("xml", std::string("<parameters>") + (description.hostlist ? hostlist_xml : "") +
                    "</parameters>");
    return HB_OK;
}

}  // namespace hb::fence
