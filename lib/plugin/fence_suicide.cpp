// suicide.so: resets or switches off the node it runs on, at once and without stopping anything.
#include <sys/reboot.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/text.hpp"
#include "heartbeat/plugin.hpp"
#include "plugin/fence_describe.hpp"
#include "plugin/fence_params.hpp"

namespace {

using namespace hb::fence;
namespace plugin = hb::plugin;

std::string own_name() {
    std::array<char, 256> name{};
    ::gethostname(name.data(), name.size() - 1);
    return hb::lower(name.data());
}

class Suicide final : public plugin::Fencer {
public:
    Suicide(const plugin::Host& host, const plugin::Fields& config) : host_(host) {
        checked_by_name(config, {});
    }

    static hb_rc describe(const plugin::Host&, const char* type, const plugin::Tell& tell) {
        return describe_fixed(
            {"Suicide STONITH device", "Virtual device to reboot/powerdown itself.\n", {}, false},
            type, tell);
    }

    hb_rc probe(std::uint32_t) override { return HB_OK; }

    // Does not come back when it succeeds.
    hb_rc fence(hb_fence_op op, const std::string& node, std::uint32_t) override {
        if (op == HB_FENCE_ON) throw plugin::Refusal(HB_NOT_SUPPORTED, "this node is on");
        if (!hb::equal_ignoring_case(node, own_name())) {
            throw plugin::Refusal(HB_REFUSED, "it can only reset " + own_name() + ", not " + node);
        }
        host_.log(HB_LEVEL_WARNING, "this node goes down now");
        ::reboot(op == HB_FENCE_OFF ? RB_POWER_OFF : RB_AUTOBOOT);
        throw plugin::Refusal(HB_REFUSED,
                              std::string("the kernel refused: ") + std::strerror(errno));
    }

    hb_rc hosts(std::uint32_t, const plugin::Tell& tell) override {
        tell("host", own_name());
        return HB_OK;
    }

private:
    plugin::Host host_;
};

}  // namespace

HB_EXPORT_FENCER(Suicide, "suicide", HB_VERSION, "GPL-2.0-or-later", nullptr)
