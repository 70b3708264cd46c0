// See protection.hpp.
#include "core/protection.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace hb::core {
namespace {

// Each of these writes to a disk that the other node can reach as well.
constexpr const char* disk_types[] = {"Filesystem", "LVM", "Raid1", "drbddisk"};

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
}

bool uses_disk(const config::ResourceGroup& group) {
    return std::any_of(group.members.begin(), group.members.end(), [](const config::Member& each) {
        return std::find(std::begin(disk_types), std::end(disk_types), each.type) !=
               std::end(disk_types);
    });
}

}  // namespace

Protection protection_of(const config::HaCf& ha_cf) {
    Protection protection;
    for (const config::Medium& medium : ha_cf.media) {
        if (config::is_ping(medium.kind)) continue;
        protection.lines.push_back(std::string(config::medium_word(medium.kind)) + " " +
                                   medium.name);
    }
    for (const config::FenceDevice& device : ha_cf.devices) {
        protection.devices.push_back(device.name());
    }
    protection.arbiter = config::arbiter_text(ha_cf.arbiter);
    protection.watchdog = !ha_cf.watchdog.empty();
    return protection;
}

std::string protection_text(const Protection& protection) {
    const std::size_t lines = protection.lines.size();
    std::string text = std::to_string(lines) + (lines == 1 ? " line (" : " lines (") +
                       joined(protection.lines) + "), ";
    text += protection.devices.empty() ? "no fencing device"
                                       : "fencing device " + joined(protection.devices);
    text += protection.arbiter.empty() ? ", no arbiter" : ", arbiter " + protection.arbiter;
    if (!protection.arbiter.empty() && !protection.devices.empty()) {
        text += " (not asked: a device is the better proof)";
    }
    return text + (protection.watchdog ? ", watchdog" : ", no watchdog");
}

std::vector<std::string> groups_with_disks(const std::vector<config::ResourceGroup>& groups) {
    std::vector<std::string> keys;
    for (const config::ResourceGroup& group : groups) {
        if (uses_disk(group)) keys.push_back(group.key);
    }
    return keys;
}

ProtectionWatch::ProtectionWatch(Protection protection,
                                 const std::vector<config::ResourceGroup>& groups)
    : protection_(std::move(protection)) {
    look_at(groups);
}

void ProtectionWatch::look_at(const std::vector<config::ResourceGroup>& groups) {
    const bool any =
        !protection_.devices.empty() || !protection_.arbiter.empty() || protection_.watchdog;
    unprotected_ = any ? "" : joined(groups_with_disks(groups));
}

void ProtectionWatch::change(Instant now, Protection protection,
                             const std::vector<config::ResourceGroup>& groups,
                             std::vector<LogLine>& out) {
    const std::string unprotected_before = unprotected_;
    const std::string text_before = protection_text(protection_);
    protection.lines = protection_.lines;
    protection_ = std::move(protection);
    look_at(groups);
    const std::string text = protection_text(protection_);
    if (text != text_before) out.push_back(log_line(LogId::protection, text));
    if (unprotected_ == unprotected_before) return;
    alarm_at_ = unprotected_.empty() ? never : now;
    if (!unprotected_.empty()) wakeup(now, out);
}

void ProtectionWatch::start(Instant now, std::vector<LogLine>& out) {
    out.push_back(log_line(LogId::protection, protection_text(protection_)));
    if (unprotected_.empty()) return;
    alarm_at_ = now;
    wakeup(now, out);
}

void ProtectionWatch::wakeup(Instant now, std::vector<LogLine>& out) {
    if (now < alarm_at_) return;
    alarm_at_ = now + limits::protection_alarm_pause;
    out.push_back(log_line(LogId::unprotected, unprotected_));
}

}  // namespace hb::core
