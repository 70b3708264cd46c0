// hb_replay FILE: lives a recording of heartbeatd (`--record`) once more and prints what the node
// did, a line for each effect. The same file gives the same text, always.
#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include "base/text.hpp"
#include "config/diff.hpp"
#include "core/core.hpp"
#include "recording.hpp"
#include "wire/client_frame.hpp"
#include "wire/netstring.hpp"
#include "wire/text_form.hpp"

namespace {

using namespace hb;
using namespace hb::shell;

// What differs between two runs of the same life, or says nothing.
bool is_dull(const std::string& name) {
    return name == "auth" || name == "ts" || name == "ld" || name == "ttl" || name == "hg";
}

std::string show_message(const wire::Message& message) {
    std::string out;
    for (const wire::Field& field : message.fields) {
        if (is_dull(field.name)) continue;
        if (field.type == wire::FieldType::string) {
            out += " " + field.name + "=" + printable(field.value);
        } else if (field.type == wire::FieldType::list) {
            out += " " + field.name + "=(";
            for (const std::string& item : field.list) out += printable(item) + ",";
            out += ")";
        }
    }
    return out.empty() ? out : out.substr(1);
}

// Signatures are not looked at: what came in is shown as the node saw it, right or wrong.
std::string show_frame(ByteView bytes) {
    if (bytes.substr(0, 4) == ">>>\n") {
        const auto message = wire::text_form::decode(bytes);
        return message ? show_message(*message) : "garbage " + printable(bytes, 60);
    }
    const auto packet = wire::netstring::cut(bytes);
    const auto message = packet ? wire::netstring::decode(packet->body)
                                : Result<wire::Message>(tl::unexpected(packet.error()));
    return message ? show_message(*message) : "garbage " + printable(bytes, 60);
}

std::string show_body(ByteView body) {
    const auto message = wire::client_frame::decode(body);
    return message ? show_message(*message) : "garbage " + printable(body, 60);
}

std::string show_frames(ByteView stream) {
    std::string out;
    for (const Bytes& body : wire::client_frame::Reader().feed(stream).bodies) {
        out += (out.empty() ? "" : "; ") + show_body(body);
    }
    return out;
}

std::string connection_text(ConnectionId connection) {
    return "client connection " + std::to_string(static_cast<std::uint32_t>(connection));
}

std::string link_text(LinkId link) { return std::to_string(static_cast<unsigned>(link)); }
std::string job_text(JobId job) { return std::to_string(static_cast<std::uint64_t>(job)); }

const char* level_word(Level level) {
    switch (level) {
        case Level::critical:
            return "CRIT";
        case Level::error:
            return "ERROR";
        case Level::warning:
            return "WARN";
        case Level::notice:
            return "notice";
        case Level::info:
            return "info";
        case Level::debug:
            return "debug";
    }
    return "?";
}

const char* end_word(ScriptEnd end) {
    switch (end) {
        case ScriptEnd::exited:
            return "exit";
        case ScriptEnd::signalled:
            return "signal";
        case ScriptEnd::timed_out:
            return "timed out";
        case ScriptEnd::missing:
            return "missing";
        case ScriptEnd::not_started:
            return "not started";
    }
    return "?";
}

std::string fields_text(const PluginFields& fields) {
    std::string out;
    for (const auto& [name, value] : fields) out += " " + printable(name) + "=" + printable(value);
    return out;
}

struct ShowEffect {
    std::string operator()(const SendFrame& e) const {
        return "send on link " + link_text(e.link) + ": " + show_frame(e.bytes);
    }
    std::string operator()(const RunAgent& e) const {
        std::string out = "run job " + job_text(e.job) + ": " + printable(e.call.type);
        for (const std::string& argument : e.call.arguments) out += " " + printable(argument);
        return out + " " + action_word(e.call.action) + " (" + show(e.timeout) + ")";
    }
    std::string operator()(const FenceNode& e) const {
        return "fence job " + job_text(e.job) + ": " + e.target + " with " + e.device + " (" +
               show(e.timeout) + ")";
    }
    std::string operator()(const KillJob& e) const { return "kill job " + job_text(e.job); }
    std::string operator()(const AnnounceAgain& e) const {
        std::string out = "announce again:";
        for (const AgentCall& call : e.calls) {
            out += " " + printable(call.type);
            for (const std::string& argument : call.arguments) out += "::" + printable(argument);
        }
        return out;
    }
    std::string operator()(const RunHook& e) const { return "hook " + printable(e.type); }
    std::string operator()(const TellPlugin& e) const {
        return "tell plugin " + printable(e.plugin) + ":" + fields_text(e.event);
    }
    std::string operator()(const Notify& e) const {
        return "tell " + connection_text(e.connection) + ": " + show_frames(e.frame);
    }
    std::string operator()(const TellStatus& e) const {
        return "tell " + connection_text(e.connection) + " the status";
    }
    std::string operator()(const EndClient& e) const {
        return "end " + connection_text(e.connection);
    }
    std::string operator()(const ClientQueue& e) const {
        return connection_text(e.connection) + ": queue of " + std::to_string(e.frames);
    }
    std::string operator()(const PauseClients& e) const {
        return e.paused ? "clients wait" : "clients go on";
    }
    std::string operator()(const SelfFence& e) const { return "SELF-FENCE: " + e.reason; }
    std::string operator()(const Finished&) const { return "finished"; }
    std::string operator()(const LogLine& e) const {
        return std::string(level_word(log_entry(e.id).level)) + ": " + log_text(e);
    }
};

struct ShowEvent {
    std::string operator()(const FrameIn& e) const {
        return "frame on link " + link_text(e.link) + ": " + show_frame(e.bytes);
    }
    std::string operator()(const LinkChanged& e) const {
        return "link " + link_text(e.link) + (e.usable ? " is usable" : " is not usable");
    }
    std::string operator()(const ScriptDone& e) const {
        return "job " + job_text(e.job) + " ended: " + end_word(e.end) + " " +
               std::to_string(e.status) + " after " + show(e.took) +
               (e.output.empty() ? "" : ", said " + printable(e.output));
    }
    std::string operator()(const FenceDone& e) const {
        static constexpr const char* ends[] = {"confirmed", "refused", "unknown"};
        return "fence job " + job_text(e.job) + ": " + ends[static_cast<int>(e.result)] +
               " after " + show(e.took) + (e.words.empty() ? "" : ", said " + printable(e.words));
    }
    std::string operator()(const LocalMessage& e) const { return "FIFO: " + show_frame(e.text); }
    std::string operator()(const ConfigChanged&) const { return "configuration reloaded"; }
    std::string operator()(const PluginAsks& e) const {
        return "plugin " + printable(e.plugin) + " asks:" + fields_text(e.request);
    }
    std::string operator()(const PluginState& e) const {
        return "plugin " + printable(e.plugin) + (e.running ? " runs" : " has ended");
    }
    std::string operator()(const ClientCame& e) const {
        return connection_text(e.connection) + " of pid " + std::to_string(e.pid) + ", uid " +
               std::to_string(e.uid) + ", gid " + std::to_string(e.gid);
    }
    std::string operator()(const ClientCall& e) const {
        return connection_text(e.connection) + " says: " + show_body(e.body);
    }
    std::string operator()(const ClientGone& e) const {
        return connection_text(e.connection) + " is gone: " + printable(e.reason);
    }
    std::string operator()(const ClientsAllowed& e) const {
        return std::to_string(e.rules.size()) + " rules for clients";
    }
    std::string operator()(const Surroundings& e) const { return "load " + printable(e.load); }
    std::string operator()(const Wakeup&) const { return "wakeup"; }
    std::string operator()(const StopRequested&) const { return "stop requested"; }
};

void print(Instant at, const char* mark, const std::string& text) {
    std::printf("[%" PRId64 "] %s%s\n", to_ms(at.since_start), mark, text.c_str());
}

// A node made of a recording's header, and the files in force.
class Replay {
public:
    Replay(const RecordingHeader& header, ParsedFiles files, bool with_events)
        : machine_(header.machine),
          identity_(header.identity),
          files_(std::move(files)),
          with_events_(with_events),
          core_(config(), header.started) {
        core_.start(header.started, effects_);
        print_effects(header.started);
    }

    Result<void> step(RecordedEvent& recorded) {
        if (recorded.files) {
            // As the daemon does it: what waits for a restart stays as it was.
            const auto next = parse_files(*recorded.files, machine_);
            if (!next) return tl::unexpected(next.error());
            files_.ha_cf = config::with_live_part(files_.ha_cf, next->ha_cf);
            files_.keys = next->keys;
            recorded.event = ConfigChanged{std::make_shared<const core::CoreConfig>(config())};
        }
        if (with_events_) {
            print(recorded.now.mono, "  < ", std::visit(ShowEvent{}, recorded.event));
        }
        core_.step(recorded.now, recorded.event, effects_);
        print_effects(recorded.now);
        return {};
    }

private:
    core::CoreConfig config() const {
        return core::make_core_config(files_.ha_cf, files_.keys, files_.groups, identity_);
    }
    void print_effects(Now now) {
        for (const Effect& effect : effects_) print(now.mono, "", std::visit(ShowEffect{}, effect));
        effects_.clear();
    }

    config::Machine machine_;
    core::Identity identity_;
    ParsedFiles files_;
    bool with_events_;
    core::Core core_;
    Effects effects_;
};

Result<void> replay(const std::string& text, bool with_events) {
    RecordingReader reader(text);
    const auto header = reader.header();
    if (!header) return tl::unexpected(header.error());
    if (header->version != HB_VERSION) {
        std::cerr << "hb_replay: recorded by version " << header->version << ", this is "
                  << HB_VERSION << ": the trace may differ from what happened\n";
    }
    auto files = parse_files(header->files, header->machine);
    if (!files) return tl::unexpected(files.error());
    Replay life(*header, *std::move(files), with_events);
    for (;;) {
        auto event = reader.next();
        if (!event) return tl::unexpected(event.error());
        if (!*event) break;
        if (auto done = life.step(**event); !done) return done;
    }
    if (reader.torn_bytes() > 0) {
        std::cerr << "hb_replay: the last " << reader.torn_bytes()
                  << " bytes are no whole record (the daemon was killed)\n";
    }
    return {};
}

int usage(std::ostream& out, int status) {
    out << "usage: hb_replay [--events] FILE\n"
           "Lives a recording of `heartbeatd --record FILE` again and prints what the node did.\n"
           "  -e, --events   also show what came in, marked with <\n";
    return status;
}

}  // namespace

int main(int count, char** words) {
    bool with_events = false;
    std::string path;
    for (int i = 1; i < count; ++i) {
        const std::string word = words[i];
        if (word == "-h" || word == "--help") return usage(std::cout, 0);
        if (word == "-e" || word == "--events") {
            with_events = true;
        } else if (!path.empty() || word.empty() || word.front() == '-') {
            return usage(std::cerr, 2);
        } else {
            path = word;
        }
    }
    if (path.empty()) return usage(std::cerr, 2);
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    if (!file || !(text << file.rdbuf())) {
        std::cerr << "hb_replay: " << path << " cannot be read or is empty\n";
        return 1;
    }
    if (const auto done = replay(text.str(), with_events); !done) {
        std::cerr << "hb_replay: " << path << ": " << done.error().what << "\n";
        return 1;
    }
    return 0;
}
