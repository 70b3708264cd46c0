// What must be the same on both nodes, and is not.
#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "check/rules.hpp"

namespace hb::check {
namespace {

using config::Medium;
using config::MediumKind;

std::string names(const std::vector<std::string>& list) {
    return list.empty() ? "none" : printable(config::listed(list, "and"));
}

std::vector<std::string> sorted(std::vector<std::string> list) {
    std::sort(list.begin(), list.end());
    return list;
}

class Comparison {
public:
    Comparison(const Subject& subject, Findings& out)
        : here_(subject.own), there_(*subject.peer), facts_(subject.facts), out_(out) {}

    void nodes();
    void timers();
    void settings();
    void lines();
    void keys(const Side& speaker, const Side& listener);
    void groups();

private:
    void add(FindingId id, int line, const std::vector<std::string>& text,
             const std::vector<std::string>& advice = {}) {
        out_.push_back(make_finding(id, {here_.files.ha_cf.name, line}, text, advice));
    }
    void keepalive(const Side& speaker, const Side& listener);
    void line(const Medium& medium, const Side& of, const Side& at);
    void ucast();

    const Side& here_;
    const Side& there_;
    const Facts* facts_;
    Findings& out_;
};

void Comparison::nodes() {
    const auto& here = here_.ha_cf.nodes;
    const auto& there = there_.ha_cf.nodes;
    const int line = here_.line_of("node");
    if (here_.node == there_.node) add(FindingId::peer_same_node, 0, {here_.node});
    if (sorted(here) != sorted(there)) {
        add(FindingId::peer_nodes, line, {names(here), names(there)});
    } else if (here != there) {
        add(FindingId::peer_order, line, {names(here), names(there)});
    }
}

// A node that speaks so seldom is dead for the other one now and then.
void Comparison::keepalive(const Side& speaker, const Side& listener) {
    const Duration pause = speaker.ha_cf.keepalive;
    const Duration patience = listener.ha_cf.deadtime;
    if (pause * 2 < patience) return;
    add(FindingId::peer_keepalive, here_.line_of(&speaker == &here_ ? "keepalive" : "deadtime"),
        {show(pause), speaker.node, show(patience), listener.node});
}

void Comparison::timers() {
    keepalive(here_, there_);
    keepalive(there_, here_);
    if (here_.ha_cf.deadtime == there_.ha_cf.deadtime) return;
    add(FindingId::peer_deadtime, here_.line_of("deadtime"),
        {show(here_.ha_cf.deadtime), show(there_.ha_cf.deadtime), there_.node});
}

std::string failback_word(config::Failback failback) {
    switch (failback) {
        case config::Failback::on:
            return "on";
        case config::Failback::off:
            return "off";
        case config::Failback::legacy:
            return "legacy";
    }
    return "";
}

std::vector<std::string> ping_names(const config::HaCf& ha_cf) {
    std::vector<std::string> out;
    for (const Medium& medium : ha_cf.media) {
        if (config::is_ping(medium.kind)) out.push_back(medium.name);
    }
    return sorted(std::move(out));
}

void Comparison::settings() {
    const config::HaCf& here = here_.ha_cf;
    const config::HaCf& there = there_.ha_cf;
    if (here.auto_failback != there.auto_failback) {
        add(FindingId::peer_failback, here_.line_of("auto_failback"),
            {failback_word(here.auto_failback), failback_word(there.auto_failback), there_.node});
    }
    if (here.arbiter != there.arbiter) {
        const auto text = [](const config::HaCf& of) {
            const std::string shown = config::arbiter_text(of.arbiter);
            return shown.empty() ? std::string("none") : printable(shown);
        };
        add(FindingId::peer_arbiter, here.arbiter.line, {text(here), text(there), there_.node});
    }
    const auto pings = ping_names(here);
    if (pings != ping_names(there)) {
        const bool first = !pings.empty();
        add(FindingId::peer_pings, first ? here_.line_of("ping") : 0,
            {names(pings), names(ping_names(there)), there_.node});
    }
}

bool is_group(MediumKind kind) { return kind == MediumKind::mcast || kind == MediumKind::mcast6; }

// Does what is sent on `a` arrive on `b`, as far as files tell?
bool fits(const Medium& a, const Medium& b) {
    if (a.kind != b.kind) return false;
    return !is_group(a.kind) || (a.address == b.address && a.port == b.port);
}

void Comparison::line(const Medium& medium, const Side& of, const Side& at) {
    if (!config::leads_to_nodes(medium.kind)) return;
    const auto& others = at.ha_cf.media;
    // What comes to a port is heard by whatever line listens there.
    const auto hears = [&](const Medium& each) {
        const bool v4 = medium.kind == MediumKind::bcast || medium.kind == MediumKind::ucast;
        const bool each_v4 = each.kind == MediumKind::bcast || each.kind == MediumKind::ucast;
        return fits(medium, each) || (v4 && each_v4);
    };
    if (std::any_of(others.begin(), others.end(), hears)) return;
    add(FindingId::peer_line, &of == &here_ ? medium.line : 0,
        {(&of == &here_ ? "" : of.node + "'s ") + medium_text(medium), at.node});
}

// Names of serial devices differ between machines: only when each has one is it the same cable.
const Medium* only_serial(const config::HaCf& ha_cf) {
    const Medium* found = nullptr;
    for (const Medium& medium : ha_cf.media) {
        if (medium.kind != MediumKind::serial) continue;
        if (found != nullptr) return nullptr;
        found = &medium;
    }
    return found;
}

void Comparison::ucast() {
    bool any = false;
    for (const Medium& medium : there_.ha_cf.media) {
        if (!config::leads_to_nodes(medium.kind)) continue;
        // Another kind of line may lead here, and so may a name.
        if (medium.kind != MediumKind::ucast || !ip4_number(medium.address)) return;
        any = true;
        for (const InterfaceFact& each : facts_->interfaces) {
            for (const Ip4& ip : each.addresses) {
                if (ip.address == medium.address) return;
            }
        }
    }
    if (!any) return;
    out_.push_back(make_finding(FindingId::peer_ucast,
                                {there_.files.ha_cf.name, there_.line_of("ucast")}, {there_.node},
                                {here_.node}));
}

void Comparison::lines() {
    for (const Medium& medium : here_.ha_cf.media) line(medium, here_, there_);
    for (const Medium& medium : there_.ha_cf.media) line(medium, there_, here_);
    const auto port = [](const config::HaCf& ha_cf) {
        for (const Medium& medium : ha_cf.media) {
            const bool own = is_group(medium.kind) || medium.kind == MediumKind::serial;
            if (config::leads_to_nodes(medium.kind) && !own) return medium.port;
        }
        return 0U;
    };
    const unsigned here = port(here_.ha_cf);
    const unsigned there = port(there_.ha_cf);
    if (here != 0 && there != 0 && here != there) {
        add(FindingId::peer_port, here_.line_of("udpport"),
            {std::to_string(here), std::to_string(there), there_.node});
    }
    const Medium* a = only_serial(here_.ha_cf);
    const Medium* b = only_serial(there_.ha_cf);
    if (a != nullptr && b != nullptr && a->baud != b->baud) {
        add(FindingId::peer_baud, a->line,
            {printable(a->name), std::to_string(a->baud), there_.node, std::to_string(b->baud)});
    }
    if (facts_ != nullptr) ucast();
}

void Comparison::keys(const Side& speaker, const Side& listener) {
    if (!listener.keys.by_index[listener.keys.signing]) return;  // its file was not brought
    const auto& key = speaker.keys.by_index[speaker.keys.signing];
    const auto& known = listener.keys.by_index[speaker.keys.signing];
    if (!key || (known && known->method == key->method && known->text == key->text)) return;
    const bool ours = &speaker == &here_;
    out_.push_back(
        make_finding(FindingId::peer_key, {here_.files.authkeys.name, ours ? key->line : 0},
                     {speaker.node, std::to_string(speaker.keys.signing), listener.node}));
}

std::string group_text(const config::ResourceGroup& group) {
    std::string text = group.node;
    for (const config::Member& member : group.members) text += " " + member.token;
    return printable(text);
}

// One line is enough: the files are to be the same.
void Comparison::groups() {
    const auto& here = here_.groups;
    const auto& there = there_.groups;
    const std::size_t most = std::max(here.size(), there.size());
    for (std::size_t i = 0; i < most; ++i) {
        const std::string a = i < here.size() ? group_text(here[i]) : "";
        const std::string b = i < there.size() ? group_text(there[i]) : "";
        if (a == b) continue;
        const std::string words = a.empty()   ? "only " + there_.node + " has `" + b + "`"
                                  : b.empty() ? there_.node + " has no `" + a + "`"
                                              : "`" + a + "` here, `" + b + "` on " + there_.node;
        out_.push_back(make_finding(
            FindingId::peer_groups,
            {here_.files.haresources.name, i < here.size() ? here[i].line : 0}, {words}));
        return;
    }
}

}  // namespace

void check_peer(const Subject& subject, Findings& out) {
    const Side& here = subject.own;
    const Side& there = *subject.peer;
    for (const config::Diagnostic& each : there.found.errors) {
        out.push_back(make_finding(FindingId::peer_error, {each.file, each.line}, {each.text}));
    }
    Comparison comparison(subject, out);
    if (here.sound(here.files.ha_cf) && there.sound(there.files.ha_cf)) {
        comparison.nodes();
        comparison.timers();
        comparison.settings();
        comparison.lines();
    }
    if (here.sound(here.files.authkeys) && there.sound(there.files.authkeys)) {
        comparison.keys(here, there);
        comparison.keys(there, here);
    }
    if (here.sound(here.files.haresources) && there.sound(there.files.haresources)) {
        comparison.groups();
    }
}

}  // namespace hb::check
