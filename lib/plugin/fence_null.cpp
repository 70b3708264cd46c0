// null.so: says yes and does nothing. For tests of everything else.
#include "plugin/fence_hostlist.hpp"

namespace {

using namespace hb::fence;
namespace plugin = hb::plugin;

class Null final : public HostlistFencer {
public:
    using HostlistFencer::HostlistFencer;

    static hb_rc describe(const plugin::Host&, const char* type, const plugin::Tell& tell) {
        return describe_fixed(
            {"NULL STONITH device", "Dummy (do-nothing) STONITH device\nFOR TESTING ONLY!", {}},
            type, tell);
    }

    hb_rc fence(hb_fence_op, const std::string& node, std::uint32_t) override {
        host_.log(HB_LEVEL_WARNING, "nothing was done to " + node + ": null is for tests only");
        return HB_OK;
    }
};

}  // namespace

HB_EXPORT_FENCER(Null, "null", HB_VERSION, "GPL-2.0-or-later", hb::fence::hostlist_params)
