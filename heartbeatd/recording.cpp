// See recording.hpp.
#include "recording.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "base/text.hpp"

namespace hb::shell {

namespace {

using Parts = std::vector<Bytes>;

void append_netstring(Bytes& out, ByteView part) {
    out += std::to_string(part.size());
    out += ':';
    out += part;
    out += ',';
}

Bytes encode(const Parts& parts) {
    Bytes inside;
    for (const Bytes& part : parts) append_netstring(inside, part);
    Bytes out;
    append_netstring(out, inside);
    return out;
}

template <class T>
Bytes number(T value) {
    return std::to_string(value);
}

// The netstring at the front of `rest`, which moves on behind it. Nothing when it is not whole or
// not one; `rest` then stays.
std::optional<ByteView> take_netstring(ByteView& rest) {
    const auto colon = rest.substr(0, 12).find(':');
    if (colon == ByteView::npos) return std::nullopt;
    const auto length = parse_dec(rest.substr(0, colon));
    if (!length || *length > limits::record_bytes_max || rest.size() - colon < *length + 2) {
        return std::nullopt;
    }
    const ByteView inside = rest.substr(colon + 1, *length);
    if (rest[colon + 1 + *length] != ',') return std::nullopt;
    rest.remove_prefix(colon + 2 + *length);
    return inside;
}

std::optional<Parts> decode(ByteView record) {
    Parts out;
    while (!record.empty()) {
        const auto part = take_netstring(record);
        if (!part) return std::nullopt;
        out.emplace_back(*part);
    }
    return out;
}

// Reads the parts of a record one after the other; a wrong one makes `good` false for good.
class PartReader {
public:
    explicit PartReader(const Parts& parts) : parts_(parts) {}
    Bytes text() {
        if (at_ < parts_.size()) return parts_[at_++];
        good_ = false;
        return {};
    }
    template <class T>
    T number() {
        const Bytes word = text();
        const bool negative = !word.empty() && word.front() == '-';
        const auto value = parse_dec(ByteView(word).substr(negative ? 1 : 0));
        if (!value) good_ = false;
        const auto size = static_cast<std::int64_t>(value.value_or(0));
        return static_cast<T>(negative ? -size : size);
    }
    Now now() {
        Now out;
        out.mono = Instant{Duration{number<std::int64_t>()}};
        out.unix_seconds = number<std::uint32_t>();
        return out;
    }
    FileTexts files() {
        FileTexts out;
        out.ha_cf = text();
        out.authkeys = text();
        out.authkeys_mode = number<unsigned>();
        out.haresources = text();
        return out;
    }
    bool more() const noexcept { return good_ && at_ < parts_.size(); }
    bool finished_well() const noexcept { return good_ && at_ == parts_.size(); }

private:
    const Parts& parts_;
    std::size_t at_{};
    bool good_{true};
};

void append_files(Parts& parts, const FileTexts& files) {
    parts.insert(parts.end(),
                 {files.ha_cf, files.authkeys, number(files.authkeys_mode), files.haresources});
}

struct EventParts {
    Parts& parts;
    const FileTexts& files;

    void operator()(const FrameIn& e) const { add("frame", {link(e.link), e.bytes}); }
    void operator()(const LinkChanged& e) const {
        add("link", {link(e.link), number(e.usable ? 1 : 0)});
    }
    void operator()(const ScriptDone& e) const {
        add("script", {number(static_cast<std::uint64_t>(e.job)), number(static_cast<int>(e.end)),
                       number(e.status), e.output, number(e.took.count())});
    }
    void operator()(const FenceDone& e) const {
        add("fence", {number(static_cast<std::uint64_t>(e.job)), number(static_cast<int>(e.result)),
                      e.words, number(e.took.count())});
    }
    void operator()(const LocalMessage& e) const { add("local", {e.text}); }
    void operator()(const ConfigChanged&) const {
        add("config", {});
        append_files(parts, files);
    }
    void operator()(const PluginAsks& e) const {
        Parts all{e.plugin};
        for (const auto& [name, value] : e.request) all.insert(all.end(), {name, value});
        add("plugin asks", all);
    }
    void operator()(const PluginState& e) const {
        add("plugin", {e.plugin, number(e.running ? 1 : 0)});
    }
    void operator()(const ClientCame& e) const {
        add("client came", {client(e.connection), number(e.pid), number(e.uid), number(e.gid)});
    }
    void operator()(const ClientCall& e) const {
        add("client", {client(e.connection), e.body, number(e.process_lives ? 1 : 0)});
    }
    void operator()(const ClientGone& e) const {
        add("client gone", {client(e.connection), e.reason});
    }
    void operator()(const ClientsAllowed& e) const {
        Parts all;
        for (const ClientRule& rule : e.rules) {
            all.push_back(rule.client);
            for (const auto* ids : {&rule.uids, &rule.gids}) {
                all.push_back(number(ids->size()));
                for (const std::uint32_t id : *ids) all.push_back(number(id));
            }
        }
        add("client rules", all);
    }
    void operator()(const Surroundings& e) const { add("load", {e.load}); }
    void operator()(const Wakeup&) const { add("wakeup", {}); }
    void operator()(const StopRequested&) const { add("stop", {}); }

    void add(const char* kind, const Parts& more) const {
        parts.front() = kind;
        parts.insert(parts.end(), more.begin(), more.end());
    }
    static Bytes client(ConnectionId id) { return number(static_cast<std::uint32_t>(id)); }
    static Bytes link(LinkId id) { return number(static_cast<unsigned>(id)); }
};

std::optional<Event> read_client_event(const Bytes& kind, PartReader& in) {
    if (kind == "client rules") {
        ClientsAllowed out;
        while (in.more()) {
            ClientRule& rule = out.rules.emplace_back();
            rule.client = in.text();
            for (auto* ids : {&rule.uids, &rule.gids}) {
                for (auto left = in.number<std::size_t>(); left > 0 && in.more(); --left) {
                    ids->push_back(in.number<std::uint32_t>());
                }
            }
        }
        return out;
    }
    if (kind != "client" && kind != "client came" && kind != "client gone") return std::nullopt;
    const ConnectionId connection{in.number<std::uint32_t>()};
    if (kind == "client gone") return ClientGone{connection, in.text()};
    if (kind == "client") {
        Bytes body = in.text();
        return ClientCall{connection, std::move(body), in.number<int>() != 0};
    }
    ClientCame out{connection, in.number<std::int64_t>(), 0, 0};
    out.uid = in.number<std::uint32_t>();
    out.gid = in.number<std::uint32_t>();
    return out;
}

std::optional<Event> read_event(const Bytes& kind, PartReader& in,
                                std::optional<FileTexts>& files) {
    if (kind == "frame") {
        const auto link = in.number<std::uint16_t>();
        return FrameIn{LinkId{link}, in.text()};
    }
    if (kind == "link") {
        const auto link = in.number<std::uint16_t>();
        return LinkChanged{LinkId{link}, in.number<int>() != 0};
    }
    if (kind == "script") {
        ScriptDone out;
        out.job = JobId{in.number<std::uint64_t>()};
        const auto end = in.number<unsigned>();
        out.end =
            static_cast<ScriptEnd>(std::min(end, static_cast<unsigned>(ScriptEnd::not_started)));
        out.status = in.number<int>();
        out.output = in.text();
        out.took = Duration{in.number<std::int64_t>()};
        return out;
    }
    if (kind == "fence") {
        FenceDone out;
        out.job = JobId{in.number<std::uint64_t>()};
        const auto result = in.number<unsigned>();
        out.result =
            static_cast<FenceResult>(std::min(result, static_cast<unsigned>(FenceResult::unknown)));
        out.words = in.text();
        out.took = Duration{in.number<std::int64_t>()};
        return out;
    }
    if (kind == "local") return LocalMessage{in.text()};
    if (kind == "config") {
        files = in.files();
        return ConfigChanged{};
    }
    if (kind == "plugin asks") {
        PluginAsks out{in.text(), {}};
        while (in.more()) {
            std::string name = in.text();
            out.request.emplace_back(std::move(name), in.text());
        }
        return out;
    }
    if (kind == "plugin") {
        std::string plugin = in.text();
        return PluginState{std::move(plugin), in.number<int>() != 0};
    }
    if (kind == "load") return Surroundings{in.text()};
    if (kind == "wakeup") return Wakeup{};
    if (kind == "stop") return StopRequested{};
    return read_client_event(kind, in);
}

}  // namespace

Bytes encode_header(const RecordingHeader& header) {
    const core::Identity& id = header.identity;
    Parts parts{"header",
                header.version,
                header.machine.node_name,
                number(header.machine.manage_resources ? 1 : 0),
                number(header.machine.service_port),
                id.self,
                uuid_bytes(id.uuid),
                number(id.generation),
                to_hex(id.seed),
                number(header.started.mono.since_start.count()),
                number(header.started.unix_seconds)};
    append_files(parts, header.files);
    return encode(parts);
}

Bytes encode_event(Now now, const Event& event, const FileTexts& files) {
    Parts parts{"", number(now.mono.since_start.count()), number(now.unix_seconds)};
    std::visit(EventParts{parts, files}, event);
    return encode(parts);
}

Result<RecordingHeader> RecordingReader::header() {
    if (rest_.substr(0, recording_magic.size()) != recording_magic) {
        return fail(Errc::malformed, "this is no recording of heartbeatd");
    }
    rest_.remove_prefix(recording_magic.size());
    const auto record = take_netstring(rest_);
    const auto parts = record ? decode(*record) : std::nullopt;
    if (!parts || parts->empty() || parts->front() != "header") {
        return fail(Errc::malformed, "the recording has no whole header");
    }
    PartReader in(*parts);
    in.text();
    RecordingHeader out;
    out.version = in.text();
    out.machine.node_name = in.text();
    out.machine.manage_resources = in.number<int>() != 0;
    out.machine.service_port = in.number<unsigned>();
    out.identity.self = in.text();
    const Bytes uuid = in.text();
    std::copy_n(uuid.begin(), std::min(uuid.size(), out.identity.uuid.size()),
                out.identity.uuid.begin());
    out.identity.generation = in.number<std::uint64_t>();
    const auto seed = parse_hex(in.text());
    out.identity.seed = seed.value_or(0);
    out.started = in.now();
    out.files = in.files();
    if (!in.finished_well() || !seed || uuid.size() != out.identity.uuid.size()) {
        return fail(Errc::malformed, "the header of the recording is damaged");
    }
    return out;
}

Result<std::optional<RecordedEvent>> RecordingReader::next() {
    const auto record = take_netstring(rest_);
    if (!record) return std::optional<RecordedEvent>();
    const auto parts = decode(*record);
    if (!parts || parts->empty()) return fail(Errc::malformed, "a record is damaged");
    PartReader in(*parts);
    const Bytes kind = in.text();
    RecordedEvent out;
    out.now = in.now();
    auto event = read_event(kind, in, out.files);
    if (!event || !in.finished_well()) {
        return fail(Errc::malformed, "a record '" + printable(kind) + "' is damaged or unknown");
    }
    out.event = std::move(*event);
    return std::optional<RecordedEvent>(std::move(out));
}

Result<ParsedFiles> parse_files(const FileTexts& files, const config::Machine& machine) {
    config::Diagnostics found;
    ParsedFiles out;
    out.ha_cf = config::parse_ha_cf(files.ha_cf, "ha.cf", machine, found);
    out.keys = config::parse_authkeys(files.authkeys, files.authkeys_mode, "authkeys", found);
    if (out.ha_cf.manage_resources) {
        std::vector<std::string> nodes = out.ha_cf.nodes;
        for (const config::Medium& medium : out.ha_cf.media) {
            if (config::is_ping(medium.kind)) nodes.push_back(medium.name);
        }
        out.groups = config::parse_haresources(files.haresources, "haresources", nodes, found);
    }
    if (!found.errors.empty()) return fail(Errc::bad_config, found.errors.front().shown());
    return out;
}

}  // namespace hb::shell
