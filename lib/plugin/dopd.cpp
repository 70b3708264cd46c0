// dopd.so: the decisions of dopd_logic as a watching plugin (heartbeat/plugin.h), with the socket
// of drbd-peer-outdater and drbdadm as children.
#include <time.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "heartbeat/plugin.hpp"
#include "plugin/dopd_children.hpp"
#include "plugin/dopd_fields.hpp"
#include "plugin/dopd_socket.hpp"

namespace {

using hb::Instant;
using hb::dopd::Acts;

Instant now() {
    timespec t{};
    ::clock_gettime(CLOCK_BOOTTIME, &t);
    return Instant{std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec)};
}

class Dopd final : public hb::plugin::Watcher {
public:
    Dopd(const hb::plugin::Host& host, const hb::plugin::Fields& config)
        : host_(host),
          path_(hb::plugin::value_of(config, "socket", "/run/heartbeat/dopd/outdater")) {}

    void event(const hb::plugin::Fields& event) override {
        const std::string what = hb::plugin::value_of(event, "t");
        if (what == "start") {
            node_ = hb::plugin::value_of(event, "node");
            if (!socket_) socket_ = std::make_unique<hb::dopd::Socket>(path_);
            host_.log(HB_LEVEL_INFO, "waits for drbd-peer-outdater at " + path_);
        }
        Acts acts;
        hb::dopd::tell(logic_, event, acts);
        hear(acts);
        for (const auto& end : children_.reap(now())) {
            if (end.timed_out) host_.log(HB_LEVEL_ERROR, said(end.resource) + "took too long");
            logic_.ended(end.job, end.exit_status, acts);
        }
        // What is done may lead to more.
        for (std::size_t i = 0; i < acts.size(); ++i) {
            const hb::dopd::Act act = acts[i];
            perform(act, acts);
        }
    }

    std::int64_t deadline_ms() override {
        const Instant next = children_.next_deadline();
        if (next == hb::never) return -1;
        return std::max<std::int64_t>(hb::to_ms(next - now()), 0) + 1;
    }

    std::vector<int> descriptors() override {
        std::vector<int> out;
        children_.descriptors(out);
        if (socket_) socket_->descriptors(out);
        return out;
    }

private:
    static std::string said(const std::string& resource) {
        return "drbdadm outdate " + resource + ": ";
    }

    void hear(Acts& acts) {
        if (!socket_) return;
        const auto heard = socket_->hear();
        for (const auto& [from, question] : heard.questions) {
            host_.log(HB_LEVEL_NOTICE, "DRBD asks: " + question.peer.substr(0, 64) +
                                           " is to outdate " + question.resource.substr(0, 128));
            logic_.asked(from, question.peer, question.resource, acts);
        }
        for (const auto connection : heard.closed) logic_.closed(connection);
    }

    void perform(const hb::dopd::Act& act, Acts& acts) {
        if (const auto request = hb::dopd::request_of(act)) {
            host_.request(*request);
        } else if (const auto* reply = std::get_if<hb::dopd::Reply>(&act)) {
            host_.log(HB_LEVEL_NOTICE, "the answer to DRBD is " + std::to_string(reply->value));
            if (socket_) socket_->answer(reply->to, hb::dopd::message_of(node_, reply->value));
        } else if (const auto* run = std::get_if<hb::dopd::Run>(&act)) {
            const std::string trouble = children_.start(now(), *run);
            host_.log(trouble.empty() ? HB_LEVEL_NOTICE : HB_LEVEL_ERROR,
                      said(run->resource) + (trouble.empty() ? "begins" : trouble));
            if (!trouble.empty()) logic_.ended(run->job, std::nullopt, acts);
        }
    }

    hb::plugin::Host host_;
    std::string path_, node_;
    hb::dopd::Logic logic_;
    std::unique_ptr<hb::dopd::Socket> socket_;
    hb::dopd::Children children_;
};

}  // namespace

HB_EXPORT_WATCHER(Dopd, "dopd", HB_VERSION, "GPL-2.0-or-later", nullptr)
