// From the three files and the node's identity to what the core runs with.
#include <algorithm>

#include "base/check.hpp"
#include "base/text.hpp"
#include "core/core.hpp"

namespace hb::core {
namespace {

wire::Keys wire_keys(const config::AuthKeys& from) {
    wire::Keys keys;
    for (std::size_t i = 0; i < from.by_index.size(); ++i) {
        if (!from.by_index[i]) continue;
        const auto method = wire::method_named(from.by_index[i]->method);
        HB_CHECK(method);  // the parser knows the same names
        keys.by_index[i] = wire::Key{*method, from.by_index[i]->text};
    }
    keys.signing = from.signing;
    return keys;
}

cluster::PingKind ping_kind(config::MediumKind kind) {
    if (kind == config::MediumKind::ping6) return cluster::PingKind::ping6;
    return kind == config::MediumKind::ping_group ? cluster::PingKind::ping_group
                                                  : cluster::PingKind::ping;
}

void add_links(const config::HaCf& ha_cf, cluster::EngineConfig& engine) {
    std::uint16_t next = 0;
    for (const config::Medium& medium : linked_media(ha_cf)) {
        const LinkId id{next++};
        const bool ping = config::is_ping(medium.kind);
        const bool text_form = medium.kind == config::MediumKind::serial;
        engine.links.push_back({id, medium.name, text_form, ping});
        if (ping) engine.pings.push_back({lower(medium.name), ping_kind(medium.kind), id});
    }
}

bool same_socket(const config::Medium& a, const config::Medium& b) {
    const bool to_one = a.kind == config::MediumKind::ucast || a.kind == config::MediumKind::ucast6;
    return to_one && a.kind == b.kind && a.device == b.device && a.port == b.port;
}

// Over which links everybody is to be heard, and which of them are one line (LinkSpec::shares).
void describe_links(std::vector<cluster::LinkSpec>& links, const std::vector<config::Medium>& media,
                    std::size_t nodes) {
    for (std::size_t i = 0; i < links.size(); ++i) {
        const config::MediumKind kind = media[i].kind;
        const bool to_all = kind == config::MediumKind::bcast ||
                            kind == config::MediumKind::mcast || kind == config::MediumKind::mcast6;
        links[i].expected = to_all || (nodes == 2 && !config::is_ping(kind));
        for (std::size_t k = 0; k < i && !links[i].shares; ++k) {
            if (same_socket(media[k], media[i])) links[i].shares = links[k].id;
        }
    }
}

resource::FencingConfig fencing_of(const config::HaCf& ha_cf) {
    resource::FencingConfig fencing;
    for (const config::FenceDevice& device : ha_cf.devices) {
        fencing.levels.push_back({device.name(), config::fence_timeout(ha_cf, device)});
    }
    fencing.delay = ha_cf.fence_delay;
    fencing.pings = std::any_of(ha_cf.media.begin(), ha_cf.media.end(),
                                [](const auto& medium) { return config::is_ping(medium.kind); });
    fencing.deadtime = ha_cf.deadtime;
    return fencing;
}

cluster::EngineConfig engine_config(const config::HaCf& ha_cf, const config::AuthKeys& keys,
                                    const Identity& identity) {
    cluster::EngineConfig engine;
    engine.self = identity.self;
    engine.self_uuid = identity.uuid;
    engine.generation = identity.generation;
    engine.nodes = ha_cf.nodes;
    add_links(ha_cf, engine);
    describe_links(engine.links, linked_media(ha_cf), ha_cf.nodes.size());
    engine.keepalive = ha_cf.keepalive;
    engine.deadtime = ha_cf.deadtime;
    engine.warntime = ha_cf.warntime;
    engine.initdead = ha_cf.initdead;
    engine.deadping = ha_cf.deadping;
    engine.max_rexmit_delay = ha_cf.max_rexmit_delay;
    std::size_t nodes = ha_cf.nodes.size();
    for (const config::Medium& medium : ha_cf.media) nodes += config::is_ping(medium.kind) ? 1 : 0;
    engine.ttl = ha_cf.hopfudge + static_cast<unsigned>(nodes);
    engine.inner_auth = ha_cf.classic ? wire::InnerAuth::present : wire::InnerAuth::absent;
    engine.traditional_compression = ha_cf.traditional_compression;
    engine.compression =
        ha_cf.compression == "bz2" ? wire::Compression::bz2 : wire::Compression::zlib;
    engine.compression_threshold_bytes = ha_cf.compression_threshold_kib * 1024;
    engine.log_badpack = ha_cf.log_badpack;
    engine.arbiter = config::arbiter_text(ha_cf.arbiter);
    engine.keys = wire_keys(keys);
    engine.seed = identity.seed;
    return engine;
}

}  // namespace

std::vector<config::Medium> linked_media(const config::HaCf& ha_cf) {
    std::vector<config::Medium> media;
    for (const config::Medium& medium : ha_cf.media) {
        if (media.size() < limits::links_max) media.push_back(medium);
    }
    return media;
}

CoreConfig make_core_config(const config::HaCf& ha_cf, const config::AuthKeys& keys,
                            const std::vector<config::ResourceGroup>& groups,
                            const Identity& identity) {
    CoreConfig core;
    core.engine = engine_config(ha_cf, keys, identity);
    core.resources.self = identity.self;
    core.resources.life = identity.generation;
    core.resources.nodes = ha_cf.nodes;
    core.resources.groups = groups;
    core.resources.failback = ha_cf.auto_failback;
    core.resources.order = ha_cf.group_order;
    core.resources.start_timeout = ha_cf.start_timeout;
    core.resources.status_timeout = ha_cf.status_timeout;
    core.resources.stop_timeout = ha_cf.stop_timeout;
    core.resources.stop_retries = ha_cf.stop_retries;
    core.resources.manage = ha_cf.manage_resources;
    core.resources.fencing = fencing_of(ha_cf);
    core.resources.arbiter = {ha_cf.arbiter.names, ha_cf.arbiter.reboot, ha_cf.deadtime};
    core.protection = protection_of(ha_cf);
    core.ipfail = {config::wants_ipfail(ha_cf), ha_cf.keepalive,
                   ha_cf.auto_failback == config::Failback::on};
    core.dopd = config::wants_dopd(ha_cf);
    core.api = make_api_config(ha_cf, identity.self);
    return core;
}

std::vector<config::ResourceGroup> managed_groups(const CoreConfig& config) {
    return config.resources.manage ? config.resources.groups : std::vector<config::ResourceGroup>{};
}

}  // namespace hb::core
