// See status_report.hpp.
#include "status_report.hpp"

#include "base/json.hpp"
#include "base/limits.hpp"

namespace hb::shell {

std::string status_text(StatusReport report, std::size_t bytes_max) {
    for (std::size_t most = limits::status_list_max;; most /= 2) {
        report.left_out += cut_lists(report, most);
        std::string text = to_json(report);
        if (text.size() <= bytes_max || most == 0) return text;
    }
}

}  // namespace hb::shell
