// null.so: says yes and does nothing. For tests of everything else.
#include "heartbeat/plugin.hpp"
#include "plugin/fence_describe.hpp"
#include "plugin/fence_params.hpp"

namespace {

using namespace hb::fence;
namespace plugin = hb::plugin;

class Null final : public plugin::Fencer {
public:
    Null(const plugin::Host& host, const plugin::Fields& config)
        : host_(host),
          hosts_(host_list(plugin::value_of(checked_by_name(config, {"hostlist"}), "hostlist"))) {}

    static hb_rc describe(const plugin::Host&, const char* type, const plugin::Tell& tell) {
        return describe_fixed(
            {"NULL STONITH device", "Dummy (do-nothing) STONITH device\nFOR TESTING ONLY!", {}},
            type, tell);
    }

    hb_rc probe(std::uint32_t) override { return HB_OK; }

    hb_rc fence(hb_fence_op, const std::string& node, std::uint32_t) override {
        host_.log(HB_LEVEL_WARNING, "nothing was done to " + node + ": null is for tests only");
        return HB_OK;
    }

    hb_rc hosts(std::uint32_t, const plugin::Tell& tell) override {
        for (const std::string& host : hosts_) tell("host", host);
        return HB_OK;
    }

private:
    plugin::Host host_;
    Names hosts_;
};

}  // namespace

HB_EXPORT_FENCER(Null, "null", HB_VERSION, "GPL-2.0-or-later", hb::fence::hostlist_params)
