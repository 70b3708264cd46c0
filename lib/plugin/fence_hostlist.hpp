// What the devices that only know a `hostlist` (null, meatware, ssh) have in common.
#pragma once

#include <string>

#include "base/text.hpp"
#include "heartbeat/plugin.hpp"
#include "plugin/fence_describe.hpp"
#include "plugin/fence_params.hpp"

namespace hb::fence {

class HostlistFencer : public plugin::Fencer {
public:
    HostlistFencer(const plugin::Host& host, const plugin::Fields& config)
        : host_(host),
          hosts_(host_list(plugin::value_of(checked_by_name(config, {"hostlist"}), "hostlist"))) {}

    // Whether it works shows when it is needed.
    hb_rc probe(std::uint32_t) override { return HB_OK; }

    hb_rc hosts(std::uint32_t, const plugin::Tell& tell) override {
        for (const std::string& host : hosts_) tell("host", host);
        return HB_OK;
    }

protected:
    // Its name in lower case. Refused: it is not in the hostlist.
    std::string listed(const std::string& node) const {
        std::string name = lower(node);
        if (contains(hosts_, name)) return name;
        throw plugin::Refusal(HB_UNKNOWN_NODE, name + " is not in its hostlist");
    }

    plugin::Host host_;

private:
    Names hosts_;
};

}  // namespace hb::fence
