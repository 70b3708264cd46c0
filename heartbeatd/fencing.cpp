// See fencing.hpp.
#include "fencing.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <sstream>
#include <utility>

#include "asio.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "file_text.hpp"
#include "state_dir.hpp"

namespace hb::shell {

namespace {

constexpr std::size_t shown_bytes = 400;  // of a line of the history
// Numbers of lib/resource count up from 1.
constexpr std::uint64_t first_look = std::uint64_t{1} << 63U;

Paths for_fencing(const Paths& paths) {
    Paths out = paths;
    out.plugin_dir = paths.fencing_plugins();
    return out;
}

std::string time_text(std::uint64_t unix_seconds) {
    const auto seconds = static_cast<std::time_t>(unix_seconds);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return {text.data(), size};
}

std::string_view result_word(FenceResult result) {
    switch (result) {
        case FenceResult::confirmed:
            return "confirmed";
        case FenceResult::refused:
            return "refused";
        case FenceResult::unknown:
            return "no answer";
    }
    return "";
}

// Runs on the launcher's thread. What is wrong, or "".
std::string append_history(const std::string& path, const std::vector<std::string>& lines) {
    std::deque<std::string> kept;
    std::istringstream before(read_file(path).text);
    for (std::string line; std::getline(before, line);) {
        kept.push_back(std::move(line));
        if (kept.size() > limits::fence_history_lines) kept.pop_front();
    }
    for (const std::string& line : lines) kept.push_back(line);
    while (kept.size() > limits::fence_history_lines) kept.pop_front();
    std::string text;
    for (const std::string& line : kept) text += line + "\n";
    const auto written = write_durably(path, text, 0644);
    return written ? "" : written.error().what;
}

}  // namespace

wire::helper_frame::Fields parameters_of(const config::FenceDevice& device) {
    wire::helper_frame::Fields fields;
    if (!device.type.type.empty()) fields.emplace_back("type", device.type.type);
    fields.insert(fields.end(), device.parameters.begin(), device.parameters.end());
    return fields;
}

Fencing::Fencing(boost::asio::io_context& loop, Launcher& launcher, const Paths& paths, OnDone done,
                 OnLog log)
    : launcher_(launcher),
      history_file_(paths.fence_history()),
      devices_file_(paths.fence_devices()),
      done_(std::move(done)),
      log_(std::move(log)),
      host_(
          loop, launcher, for_fencing(paths),
          [this](const PluginAnswer& answer) { answered(answer); },
          [this](const LogLine& line) { log_(line); }) {
    std::istringstream before(read_file(history_file_).text);
    for (std::string line; std::getline(before, line);) show(printable(line, shown_bytes));
}

void Fencing::show(std::string line) {
    shown_.push_back(std::move(line));
    if (shown_.size() > limits::fence_shots_shown) shown_.pop_front();
}

// The loop has ended, so nothing waits for a disk here but the end itself.
Fencing::~Fencing() {
    if (!history_.empty()) append_history(history_file_, history_);
}

void Fencing::configure(const std::vector<config::FenceDevice>& devices) {
    stop_looking();
    devices_ = devices;
    to_look_at_.clear();
    look_again_ = {};
    std::erase_if(verdicts_, [this](const auto& entry) { return find(entry.first) == nullptr; });
    devices_changed_ = true;
}

const config::FenceDevice* Fencing::find(const std::string& name) const {
    const auto device = std::find_if(devices_.begin(), devices_.end(),
                                     [&name](const auto& each) { return each.name() == name; });
    return device == devices_.end() ? nullptr : &*device;
}

void Fencing::shoot(const FenceNode& order) {
    stop_looking();  // many devices let in one at a time
    const config::FenceDevice* device = find(order.device);
    shots_[order.job] = {order.target, order.device};
    PluginCall call;
    call.job = order.job;
    call.node = order.target;
    call.timeout = order.timeout;
    if (device != nullptr) {  // else no plugin has an empty name: it is refused
        call.plugin = device->type.plugin;
        call.config = parameters_of(*device);
    }
    host_.run(std::move(call));
}

void Fencing::kill(JobId job) { host_.kill(job); }

void Fencing::answered(const PluginAnswer& answer) {
    const auto found = shots_.find(answer.done.job);
    if (found == shots_.end()) return looked_at(answer);
    const Shot shot = std::move(found->second);
    shots_.erase(found);
    const FenceDone& done = answer.done;
    history_.push_back(time_text(unix_seconds_) + " " + shot.target + " [" + shot.device + "] " +
                       std::string(result_word(done.result)) + " after " +
                       std::to_string(to_ms(done.took)) + " ms: " + printable(done.words));
    show(history_.back());
    if (history_.size() > limits::fence_history_lines) history_.erase(history_.begin());
    done_(done);
}

// --- before they are needed ---

void Fencing::tick(Instant now, std::uint64_t unix_seconds) {
    unix_seconds_ = unix_seconds;
    write_down();
    if (now >= look_again_) {
        look_again_ = now + limits::fence_probe_pause;
        to_look_at_.clear();
        for (const config::FenceDevice& device : devices_) to_look_at_.push_back(device.name());
    }
    if (shots_.empty() && !looking_at_) look_at_next();
}

void Fencing::look_at_next() {
    while (!to_look_at_.empty()) {
        const std::string name = std::move(to_look_at_.front());
        to_look_at_.pop_front();
        const config::FenceDevice* device = find(name);
        if (device == nullptr) continue;
        looking_at_ = name;
        PluginCall call;
        call.job = JobId{first_look + ++looks_};
        call.plugin = device->type.plugin;
        call.config = parameters_of(*device);
        call.op = "probe";
        call.timeout = limits::fence_timeout;
        host_.run(std::move(call));
        return;
    }
}

// It is looked at again when nothing is being shot.
void Fencing::stop_looking() {
    if (!looking_at_) return;
    to_look_at_.push_front(*std::exchange(looking_at_, std::nullopt));
    host_.kill(JobId{first_look + looks_});
}

void Fencing::looked_at(const PluginAnswer& answer) {
    if (!looking_at_ || answer.done.job != JobId{first_look + looks_}) return;
    const std::string device = *std::exchange(looking_at_, std::nullopt);
    const FenceDone& done = answer.done;
    if (done.result == FenceResult::confirmed) {
        const bool failed = verdicts_[device].health == Health::fails;
        log_(log_line(failed ? LogId::device_back : LogId::device_works, device, done.took));
        note(device, Health::works, "answers (" + std::to_string(to_ms(done.took)) + " ms)");
    } else if (answer.not_supported) {
        note(device, Health::unknown, "cannot be asked whether it works");
    } else {
        const std::string words =
            std::string(result_word(done.result)) + ": " + printable(done.words);
        log_(log_line(LogId::device_fails, device, words));
        note(device, Health::fails, "FAILS: " + words);
    }
}

// --- for people ---

void Fencing::note(const std::string& device, Health health, const std::string& words) {
    verdicts_[device] = {health, words + ", asked at " + time_text(unix_seconds_)};
    devices_changed_ = true;
}

std::vector<DeviceReport> Fencing::devices() const {
    constexpr const char* words[] = {"unknown", "works", "fails"};
    std::vector<DeviceReport> out;
    for (const config::FenceDevice& device : devices_) {
        DeviceReport report{device.name(), words[0], "not asked yet"};
        const auto verdict = verdicts_.find(report.name);
        if (verdict != verdicts_.end()) {
            report.health = words[static_cast<std::size_t>(verdict->second.health)];
            report.words = verdict->second.words;
        }
        out.push_back(std::move(report));
    }
    return out;
}

// One tick after it was learned: scripts that start because of it go first.
void Fencing::write_down() {
    if (history_.empty() && !devices_changed_) return;
    std::string devices;
    for (const DeviceReport& device : this->devices()) {
        devices += device.name + ": " + device.words + "\n";
    }
    auto trouble = std::make_shared<std::string>();
    const bool queued = launcher_.call(
        [trouble, devices, lines = history_, history = history_file_, file = devices_file_] {
            if (!lines.empty()) *trouble = append_history(history, lines);
            const auto written = write_durably(file, devices, 0644);
            if (!written && trouble->empty()) *trouble = written.error().what;
        },
        [trouble, log = log_] {
            if (!trouble->empty()) log(log_line(LogId::fence_history_failed, *trouble));
        });
    if (!queued) return;  // it is full: later
    history_.clear();
    devices_changed_ = false;
}

std::string fencing_report(const Paths& paths) {
    std::string out;
    const auto add = [&out](const char* title, const std::string& text) {
        if (text.empty()) return;
        out += std::string(title) + "\n";
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);)
            out += "  " + printable(line, shown_bytes) + "\n";
    };
    add("fencing devices:", read_file(paths.fence_devices()).text);
    add("resets of other nodes, oldest first:", read_file(paths.fence_history()).text);
    return out;
}

}  // namespace hb::shell
