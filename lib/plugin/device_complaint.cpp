// See device_complaint.hpp.
#include "plugin/device_complaint.hpp"

namespace hb::fence {

hb_rc complain_of(const plugin::Host& host, const Fields& config, const DeviceEnd& end,
                  const std::string& what, hb_rc when_refused, Duration timeout) {
    const std::string said = end.words.empty() ? "" : ": " + without_secrets(end.words, config);
    host.log(HB_LEVEL_ERROR, what + ": " + end_words(end, timeout) + said);
    if (end.how == DeviceEnd::How::exited) return when_refused;
    return end.how == DeviceEnd::How::timed_out ? HB_TIMED_OUT : HB_INTERNAL;
}

}  // namespace hb::fence
