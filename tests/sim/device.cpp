// See device.hpp.
#include "sim/device.hpp"

#include "sim/coverage.hpp"

namespace hb::sim {

using namespace std::chrono_literals;

Devices::Devices(const Options& options) : options_(options) {}

Devices::Course Devices::order(std::size_t target, const FenceNode& order) {
    Prng prng(options_.seed ^ (0xde71ceU + ++orders_ * 977));
    const auto& levels = options_.node[target].devices;
    std::size_t level = 0;
    while (level < levels.size() && device_name(level) != order.device) ++level;
    const DeviceMood mood = level < levels.size() ? levels[level] : DeviceMood::refuses;
    coverage().device(mood);
    const Duration acts = prng.between(1ms, options_.device_acts);
    Course course;
    switch (mood) {
        case DeviceMood::works:
            course.cuts_after = acts;
            course.answers_after = acts + prng.between(1ms, 500ms);
            course.answer = FenceResult::confirmed;
            break;
        case DeviceMood::slow:
            course.cuts_after = order.timeout / 2;
            course.answers_after = order.timeout / 2 + prng.between(1ms, order.timeout / 3);
            course.answer = FenceResult::confirmed;
            break;
        case DeviceMood::refuses:
            course.answers_after = prng.between(1ms, 1s);
            course.answer = FenceResult::refused;
            break;
        case DeviceMood::silent:
        case DeviceMood::no_word:
            if (mood == DeviceMood::no_word) course.cuts_after = acts;
            course.answers_after = order.timeout;
            course.answer = FenceResult::unknown;
            break;
        case DeviceMood::lies:
            course.answers_after = acts;
            course.answer = FenceResult::confirmed;
            course.lie = true;
            break;
    }
    return course;
}

void Devices::set_mood(std::size_t target, DeviceMood mood) {
    for (DeviceMood& each : options_.node[target].devices) each = mood;
}

void Devices::calm() {
    for (std::size_t i = 0; i < 2; ++i) set_mood(i, DeviceMood::works);
}

}  // namespace hb::sim
