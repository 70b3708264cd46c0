// Any bytes as ha.cf: what is accepted must be fit for use, and mean the same when read again. A
// form feed divides two files, of which the second is what a reload finds.
#include "config/diff.hpp"
#include "config/ha_cf.hpp"
#include "fuzz/messages.hpp"

using namespace hb;

static const config::Machine& machine() {
    static const config::Machine made{"alpha", true, 0};
    return made;
}

// What a reload takes over, and what it leaves for a restart, is all there is between two files.
static void reload(const config::HaCf& running, const config::HaCf& next) {
    const config::AuthKeys keys{};
    const std::vector<config::ResourceGroup> groups;
    const auto between = [&](const config::HaCf& a, const config::HaCf& b) {
        return config::compare({a, keys, groups}, {b, keys, groups});
    };
    fuzz::require(between(running, running).empty(), "a file differs from itself");
    const config::Difference all = between(running, next);
    fuzz::require(!all.empty() || between(next, running).empty(), "a difference in one direction");
    const config::HaCf after = config::with_live_part(running, next);
    fuzz::require(between(after, next).live.empty(), "something live was not taken over");
    fuzz::require(between(running, after).waiting.empty(), "something was taken over too early");
    fuzz::require(between(after, next).waiting == all.waiting, "something that waits got lost");
}

static void reload(ByteView text) {
    const std::size_t divider = text.find('\f');
    config::Diagnostics found;
    const auto running = config::parse_ha_cf(text.substr(0, divider), "ha.cf", machine(), found);
    const ByteView rest = divider == ByteView::npos ? ByteView() : text.substr(divider + 1);
    const config::Machine other{"alpha", false, 2694};
    const auto next = config::parse_ha_cf(rest.empty() ? text : rest, "ha.cf", other, found);
    if (found.errors.empty()) reload(running, next);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView text = fuzz::view(data, size);
    config::Diagnostics found;
    const config::HaCf cf = config::parse_ha_cf(text, "ha.cf", machine(), found);
    fuzz::check_messages(found);
    config::Diagnostics again;
    fuzz::require(config::parse_ha_cf(text, "ha.cf", machine(), again) == cf,
                  "read otherwise again");
    reload(text);
    if (!found.errors.empty()) return 0;
    fuzz::require(cf.keepalive > Duration::zero(), "no keepalive");
    fuzz::require(cf.deadtime > 2 * cf.keepalive && cf.initdead >= cf.deadtime,
                  "deadtime too short");
    fuzz::require(cf.start_timeout > Duration::zero() && cf.stop_timeout > Duration::zero(),
                  "no time for scripts");
    fuzz::require(!cf.nodes.empty() && known_names(cf).size() <= limits::nodes_max, "nodes");
    fuzz::require(!cf.media.empty() && cf.media.size() <= limits::links_max, "media");
    for (const config::Medium& medium : cf.media) {
        fuzz::require(!medium.name.empty(), "a medium without a name");
        if (!is_ping(medium.kind) && medium.kind != config::MediumKind::serial)
            fuzz::require(medium.port - 1 < 65535, "a port out of range");
    }
    fuzz::require(cf.programs.size() <= limits::programs_max, "too many programs");
    for (const config::Program& program : cf.programs) {
        fuzz::require(!program.user.empty() && program.path.starts_with('/') &&
                          program.command.starts_with(program.path) &&
                          program.command.find('\0') == std::string::npos,
                      "a program that cannot be started");
    }
    fuzz::require(!cf.logfile.empty() || !cf.debugfile.empty() || !cf.logfacility.empty(),
                  "nothing is logged to");
    return 0;
}
