// See ping_truth.hpp.
#include "sim/ping_truth.hpp"

#include <algorithm>
#include <utility>

#include "sim/gateways.hpp"

namespace hb::sim {

PingTruth::PingTruth(const Options& options) : options_(options) {
    for (auto& views : views_) views.resize(options.gateways);
}

void PingTruth::began(Instant t, std::size_t machine) {
    for (View& view : views_[machine]) view = {t, Told::nothing};
}

void PingTruth::stood_still(Duration span, std::size_t machine) {
    // A stall that is shorter, or that much of one, may go unnoticed.
    const Duration forgiven = span - options_.node[machine].keepalive * 2;
    if (forgiven <= Duration::zero()) return;
    for (View& view : views_[machine]) view.heard = view.heard + forgiven;
}

void PingTruth::answered(Instant t, std::size_t machine, std::size_t ping) {
    View& view = views_[machine][ping];
    view.heard = std::max(view.heard, t);
}

Wrong PingTruth::effect(Instant t, std::size_t machine, const Effect& effect) {
    const auto* hook = std::get_if<RunHook>(&effect);
    if (hook == nullptr || hook->type != "status") return std::nullopt;
    std::string name, state;
    bool ping = false;
    for (const auto& [field, value] : hook->fields) {
        if (field == "src") name = value;
        if (field == "st") state = value;
        if (field == "info" && value == "ping") ping = true;
    }
    if (!ping) return std::nullopt;
    for (std::size_t i = 0; i < options_.gateways; ++i) {
        if (gateway_name(i) != name) continue;
        View& view = views_[machine][i];
        const std::string what =
            "I11: " + machine_name(machine) + " takes " + name + " to be " + state;
        const Told told = state == "dead" ? Told::dead : Told::up;
        if (std::exchange(view.told, told) == told) return what + " a second time";
        // Its clock may be wrong by a hundredth.
        const Duration silence = (t - view.heard) * 100 / 98;
        if (told == Told::up && view.heard != t) return what + " without an answer";
        if (told == Told::dead && silence < options_.silence_of_pings(machine)) {
            return what + " too early";
        }
        return std::nullopt;
    }
    return "I11: " + machine_name(machine) + " tells of a ping node " + name;
}

}  // namespace hb::sim
