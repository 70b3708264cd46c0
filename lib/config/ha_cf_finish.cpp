// From the accepted values of ha.cf to the struct, defaults filled in, and to what children get to
// see of it (config.md 1.3 and 2).
#include <algorithm>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "config/ha_cf_parse.hpp"

namespace hb::config {
namespace {

using namespace std::chrono_literals;

// config.md 2: 3.0.6 gives slow machines at least this long to boot.
Duration default_initdead(Duration deadtime) {
    if (deadtime > 10s) return deadtime;
    return deadtime < 6s ? 12s : 2 * deadtime;
}

void fill_timers(const Parsing& parsing) {
    HaCf& cf = parsing.cf;
    cf.keepalive = parsing.time_of("keepalive");
    cf.deadtime = parsing.time_of("deadtime");
    cf.warntime = parsing.was_given("warntime") ? parsing.time_of("warntime") : cf.deadtime / 2;
    cf.initdead =
        parsing.was_given("initdead") ? parsing.time_of("initdead") : default_initdead(cf.deadtime);
    cf.deadping = parsing.was_given("deadping") ? parsing.time_of("deadping") : cf.deadtime;
    cf.max_rexmit_delay = std::chrono::milliseconds{parsing.number_of("max_rexmit_delay")};
    cf.start_timeout = parsing.time_of("start_timeout");
    cf.status_timeout = parsing.time_of("status_timeout");
    cf.stop_timeout = parsing.time_of("stop_timeout");
    cf.hook_timeout = parsing.time_of("hook_timeout");
    cf.announce_refresh = parsing.time_of("announce_refresh");
    if (cf.announce_refresh > Duration::zero() &&
        cf.announce_refresh < limits::announce_refresh_min) {
        parsing.report.error(parsing.line_of("announce_refresh"),
                             "announce_refresh " + ms_text(cf.announce_refresh) +
                                 " is out of range, expected 0 or at least " +
                                 ms_text(limits::announce_refresh_min));
    }
    cf.fence_delay = parsing.was_given("fence_delay") ? parsing.time_of("fence_delay")
                                                      : cf.keepalive + limits::fence_act;
    if (parsing.was_given("fence_timeout")) cf.fence_timeout = parsing.time_of("fence_timeout");
}

void fill_cluster(const Parsing& parsing) {
    HaCf& cf = parsing.cf;
    cf.hopfudge = parsing.number_of("hopfudge");
    const unsigned service = parsing.machine.service_port;
    cf.udpport = parsing.was_given("udpport") ? parsing.number_of("udpport")
                 : service != 0               ? service
                                              : default_port;
    cf.classic = parsing.text_of("msgfmt") == "classic";
    cf.log_badpack = parsing.boolean_of("log_badpack");
    cf.generation_from_time = parsing.text_of("hbgenmethod") == "time";
    cf.uuid_from_name = parsing.text_of("uuidfrom") == "nodename";
    cf.traditional_compression = parsing.boolean_of("traditional_compression");
    cf.compression = parsing.text_of("compression");
    cf.compression_threshold_kib = parsing.number_of("compression_threshold");
    cf.realtime = parsing.boolean_of("realtime");
    cf.watchdog = parsing.text_of("watchdog");
    cf.rtprio = static_cast<int>(parsing.number_of("rtprio"));
    // `minimal` and the like are kinds of `on`.
    cf.manage_resources = parse_boolean(parsing.text_of("pacemaker")) == false;
}

// `env STOPRETRYMAX=n` is how 3.0.6 is told; its n may be below 1, which means without end.
int stop_retries_of(const Parsing& parsing) {
    if (!parsing.was_given("stop_retries")) {
        for (auto pair = parsing.cf.env.rbegin(); pair != parsing.cf.env.rend(); ++pair) {
            if (pair->first != "STOPRETRYMAX") continue;
            const auto retries = leading_number(pair->second);
            if (!retries) break;
            constexpr long long most = 2147483647;
            return static_cast<int>(std::clamp<long long>(*retries, -1, most));
        }
    }
    return static_cast<int>(parsing.number_of("stop_retries"));
}

void fill_resources(const Parsing& parsing) {
    HaCf& cf = parsing.cf;
    const std::string failback = parsing.text_of("auto_failback");
    cf.auto_failback = failback == "legacy"       ? Failback::legacy
                       : *parse_boolean(failback) ? Failback::on
                                                  : Failback::off;
    cf.group_order =
        parsing.text_of("group_order") == "file" ? GroupOrder::file : GroupOrder::parallel;
    cf.rc_d_all = parsing.boolean_of("rc_d_all");
    cf.stop_retries = stop_retries_of(parsing);
}

std::string log_file(const std::string& name) { return name == "/dev/null" ? "" : name; }

// `use_logd yes` asks for a log that holds nobody up, and that is what there is.
void tell_use_logd(Parsing& parsing) {
    if (!parsing.was_given("use_logd") || !parsing.boolean_of("use_logd")) return;
    std::string where;
    const auto add = [&where](const std::string& target) {
        if (!target.empty()) where += (where.empty() ? "" : ", ") + target;
    };
    const HaCf& cf = parsing.cf;
    add(cf.logfile);
    add(cf.debugfile);
    add(cf.logfacility.empty() ? "" : "syslog (" + cf.logfacility + ")");
    parsing.report.unsupported(
        parsing.line_of("use_logd"),
        "use_logd yes: needs no ha_logd, and reads no /etc/logd.cf: lines go "
        "straight to " +
            where);
}

void fill_logging(Parsing& parsing) {
    HaCf& cf = parsing.cf;
    cf.logfile = log_file(parsing.text_of("logfile"));
    cf.debugfile = log_file(parsing.text_of("debugfile"));
    const std::string facility = parsing.text_of("logfacility");
    cf.logfacility = facility == "none" ? "" : facility;
    cf.syslogmsgfmt = parsing.boolean_of("syslogmsgfmt");
    cf.debug = static_cast<int>(parsing.number_of("debug"));
    if (!cf.logfile.empty() || !cf.debugfile.empty() || !cf.logfacility.empty()) {
        return tell_use_logd(parsing);
    }
    // 3.0.6 would hand its lines to ha_logd, which writes to syslog unless told otherwise.
    if (parsing.is_broken("logfile") || parsing.is_broken("logfacility")) return;
    if (parsing.was_given("use_logd") && !parsing.boolean_of("use_logd")) {
        parsing.report.error(
            parsing.line_of("use_logd"),
            "use_logd off: nothing else is logged to, expected a logfile, debugfile "
            "or logfacility line");
        return;
    }
    cf.logfacility = "daemon";
    if (parsing.was_given("use_logd")) return tell_use_logd(parsing);
    parsing.report.warning(0, "no logfile, debugfile or logfacility: logging to syslog (daemon)");
    parsing.given["use_logd"] = {"yes", 0};
}

// HA_<name> of every child (config.md 1.3).
void record(const Parsing& parsing) {
    auto& recorded = parsing.cf.recorded;
    for (const Directive& directive : directives()) {
        if (directive.record == Record::never) continue;
        if (parsing.was_given(directive.name) || directive.record == Record::always) {
            recorded[directive.name] = parsing.text_of(directive.name);
        }
    }
    const HaCf& cf = parsing.cf;
    recorded.try_emplace("warntime", ms_text(cf.warntime));
    recorded.try_emplace("initdead", ms_text(cf.initdead));
    recorded.try_emplace("deadping", ms_text(cf.deadping));
    recorded.try_emplace("fence_delay", ms_text(cf.fence_delay));
    if (cf.fence_timeout > Duration::zero()) {
        recorded.try_emplace("fence_timeout", ms_text(cf.fence_timeout));
    }
    recorded.try_emplace("udpport", std::to_string(cf.udpport));
    // Scripts must not fall back to a file of their own where syslog was asked for.
    const bool files = parsing.was_given("logfile") || parsing.was_given("debugfile");
    if (!cf.logfacility.empty() && parsing.was_given("logfacility") && !files) {
        recorded["logfile"] = "/dev/null";
        recorded["debugfile"] = "/dev/null";
    }
}

}  // namespace

void fill_in(Parsing& parsing) {
    fill_timers(parsing);
    fill_cluster(parsing);
    fill_resources(parsing);
    fill_logging(parsing);
    record(parsing);
}

}  // namespace hb::config
