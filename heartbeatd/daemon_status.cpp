// The daemon's answer to "how are you?", to clients and to the service manager. See
// status_report.hpp.
#include <unistd.h>

#include "base/limits.hpp"
#include "config/ha_cf.hpp"
#include "core/client_requests.hpp"
#include "core_node.hpp"
#include "daemon.hpp"
#include "status_report.hpp"
#include "wire/client_frame.hpp"

namespace hb::shell {

StatusReport Daemon::status_report() const {
    StatusReport report;
    report.version = HB_VERSION;
    report.pid = static_cast<std::uint64_t>(::getpid());
    report.node = node_->status(clock_.both());
    const auto media = core::linked_media(config_.ha_cf);
    const std::vector<MediumCounts> counts = runner_->media_counts();
    for (std::size_t i = 0; i < report.node.lines.size(); ++i) {
        LineReport line;
        line.line = std::move(report.node.lines[i]);
        if (i < media.size()) line.kind = config::medium_word(media[i].kind);
        if (i < counts.size()) {
            line.sent = counts[i].sent;
            line.dropped = counts[i].dropped;
            line.damaged = counts[i].damaged;
        }
        report.lines.push_back(std::move(line));
    }
    report.node.lines.clear();
    report.devices = fencing_.devices();
    report.fence_history = fencing_.history();
    report.programs = programs_.view();
    report.plugins = watches_.view();
    report.loop = runner_->lateness();
    report.log_lines_lost = journal_.lines_lost();
    return report;
}

std::string Daemon::status_text() const {
    return shell::status_text(status_report(), limits::status_bytes_max);
}

void Daemon::client(const TellStatus& order) {
    if (!clients_) return;
    using wire::client_frame::Form;
    wire::Message answer = core::response(core::status_request);
    answer.set("status", status_text());
    const auto frame = wire::client_frame::encode(
        core::accepted(std::move(answer)), config_.ha_cf.classic ? Form::text : Form::netstring);
    if (frame) clients_->client(Notify{order.connection, *frame, order.signal});
}

void Daemon::tell_service_status() {
    if (!service_.listens() || clock_.now() < service_words_due_) return;
    service_words_due_ = clock_.now() + limits::service_words_pause;
    std::string words = service_words(node_->status(clock_.both()));
    if (stopping_) words.insert(0, "stops: ");
    if (reload_failed_) words += "; the last reload was refused";
    service_.status(words);
}

}  // namespace hb::shell
