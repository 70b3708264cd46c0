// See cl_status_commands.hpp.
#include "cl_status_commands.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>

#include "base/text.hpp"
#include "cl_status_words.hpp"
#include "status_page.hpp"
#include "status_reader.hpp"

namespace hb::tools {

namespace {

using std::chrono::milliseconds;
using Messages = std::vector<wire::Message>;

constexpr std::size_t value_bytes = 4096;  // more than any value of ha.cf has

Outcome complaint(int status, const std::string& words) {
    return {status, "", "cl_status: " + words + "\n"};
}

// A field of the daemon's, fit for a terminal.
std::string text_of(const wire::Message& message, std::string_view field) {
    return printable(message.get(field), value_bytes);
}

// No answer, or none that helps. `refused`: how the sub-command ends when the daemon says no.
Outcome no_answer(const Error& error, int refused, const char* words) {
    if (error.code != Errc::not_found) return complaint(exit_no_answer, printable(error.what));
    const std::string reason = error.what.empty() ? "" : " (" + printable(error.what) + ")";
    return complaint(refused, words + reason);
}

Result<wire::Message> one(Daemon& daemon, std::string_view request, const Daemon::Fields& fields,
                          Duration patience = {}) {
    auto answers = daemon.ask(request, fields, patience);
    if (!answers) return tl::unexpected<Error>(answers.error());
    if (answers->empty()) return fail(Errc::io, "the daemon's answer is empty");
    return std::move(answers->back());
}

Outcome parameter_missing(const char* words) { return complaint(exit_bad_arguments, words); }

// --- nodes ---

// nodestatus, nodeweight, nodesite and nodetype: one field of one node.
struct NodeQuestion {
    const char* request;
    const char* field;
    const char *before, *between;  // of the sentence: the name, then the value, behind them
    const char* unknown;
};

Outcome ask_node(Daemon& daemon, const Words& words, const NodeQuestion& question,
                 std::string& value) {
    if (words.rest.empty()) return parameter_missing("Not enough parameters.");
    const auto answer = one(daemon, question.request, {{"node", words.rest[0]}});
    if (!answer) return no_answer(answer.error(), exit_bad_arguments, question.unknown);
    value = text_of(*answer, question.field);
    if (!words.sentences) return {0, value + "\n", ""};
    const std::string name = printable(words.rest[0], value_bytes);
    return {0, question.before + name + question.between + value + "\n", ""};
}

constexpr const char* unknown_node = "Error. Maybe due to incorrect node name.";
constexpr const char* unknown_name = "Error. May be due to incorrect node name";

Outcome node_status(Daemon& daemon, const Words& words) {
    std::string value;
    Outcome outcome = ask_node(
        daemon, words, {"nodestatus", "st", "The cluster node ", " is ", unknown_name}, value);
    if (outcome.status == 0 && value != "active" && value != "up" && value != "ping") {
        outcome.status = exit_no;
    }
    return outcome;
}

Outcome node_weight(Daemon& daemon, const Words& words) {
    std::string value;
    return ask_node(
        daemon, words,
        {"nodeweight", "weight", "The weight of the cluster node ", " is ", unknown_node}, value);
}

Outcome node_site(Daemon& daemon, const Words& words) {
    std::string value;
    return ask_node(daemon, words,
                    {"nodesite", "site", "The site of the cluster node ", " is ", unknown_node},
                    value);
}

Outcome node_type(Daemon& daemon, const Words& words) {
    std::string value;
    return ask_node(daemon, words, {"nodetype", "nodetype", "The node ", "'s type: ", unknown_name},
                    value);
}

constexpr const char* links_heading = "\tthis node has the following heartbeat links:\n";

// The lines to a node, as 3.0.6 shows them: the last one first, those of one name once.
Result<std::string> links_text(Daemon& daemon, const std::string& node, bool with_state) {
    auto links = daemon.ask("iflist", {{"node", node}}, {});
    if (!links) return tl::unexpected<Error>(links.error());
    std::set<std::string, std::less<>> seen;
    std::string out;
    for (const wire::Message& link : *links) {
        if (!seen.emplace(link.get("ifname")).second) continue;
        const std::string state = with_state ? "\t" + text_of(link, "st") : "";
        out = "\t" + text_of(link, "ifname") + state + "\n" + out;
    }
    return out;
}

Outcome list_nodes(Daemon& daemon, const Words& words) {
    auto nodes = daemon.ask("nodelist", {}, {});
    if (!nodes) return no_answer(nodes.error(), exit_no_answer, "the daemon names no nodes");
    std::reverse(nodes->begin(), nodes->end());
    Outcome outcome;
    if (words.sentences) outcome.out = "The nodes are as follow:\n";
    for (const wire::Message& node : *nodes) {
        const bool ping = node.get("nodetype") == "ping";
        if (words.normal_only != words.ping_only && ping != words.ping_only) continue;
        if (!words.verbose) {
            outcome.out += text_of(node, "node") + "\n";
            continue;
        }
        outcome.out += "\n" + text_of(node, "node") + "\t" + text_of(node, "st") +
                       "\t(nodetype: " + text_of(node, "nodetype") + ")\n";
        const auto links = links_text(daemon, std::string(node.get("node")), true);
        if (!links) return no_answer(links.error(), exit_no_answer, "a node has no links");
        outcome.out += (words.sentences ? links_heading : "") + *links;
    }
    return outcome;
}

// --- links and clients ---

Outcome list_links(Daemon& daemon, const Words& words) {
    if (words.rest.empty()) return parameter_missing("No enough parameter.");
    const auto links = links_text(daemon, words.rest[0], words.verbose);
    if (!links) return no_answer(links.error(), exit_no_answer, unknown_node);
    return {0, (words.sentences ? links_heading : "") + *links, ""};
}

Outcome link_status(Daemon& daemon, const Words& words) {
    if (words.rest.size() < 2) return parameter_missing("No enough parameter.");
    const auto answer =
        one(daemon, "ifstatus", {{"node", words.rest[0]}, {"ifname", words.rest[1]}});
    if (!answer) return no_answer(answer.error(), exit_no_answer, "no such node or link");
    const std::string state = text_of(*answer, "st");
    Outcome outcome{state == "up" ? 0 : exit_no, state + "\n", ""};
    if (words.sentences) {
        outcome.out = "The node " + printable(words.rest[0], value_bytes) + "'s heartbeat link " +
                      printable(words.rest[1], value_bytes) + " is " + outcome.out;
    }
    return outcome;
}

Outcome client_status(Daemon& daemon, const Words& words) {
    if (words.rest.size() < 2) return parameter_missing("No enough parameter.");
    constexpr std::uint64_t usual_ms = 500, most_ms = 60'000;
    std::optional<std::uint64_t> ms = usual_ms;
    if (words.rest.size() > 2) ms = parse_dec(words.rest[2]);
    if (!ms || *ms > most_ms) {
        return parameter_missing("expected a time in milliseconds, 0 to 60000");
    }
    const auto answer =
        one(daemon, "clientstatus", {{"node", words.rest[0]}, {"cn", words.rest[1]}},
            milliseconds(static_cast<std::int64_t>(std::max<std::uint64_t>(*ms, 1))));
    if (!answer) return no_answer(answer.error(), exit_no_answer, unknown_node);
    const std::string state = text_of(*answer, "cs");
    static constexpr std::string_view states[] = {"online", "offline", "join", "leave"};
    const auto* const found = std::find(std::begin(states), std::end(states), state);
    return {found == std::end(states) ? exit_no_answer : static_cast<int>(found - states),
            state + "\n", ""};
}

// --- the daemon ---

// "" when it is not set.
Result<std::string> parameter_of(Daemon& daemon, const std::string& name) {
    const bool told = name == "hbversion" || name == "pacemaker";
    if (told && daemon.welcome().has(name)) return text_of(daemon.welcome(), name);
    const auto answer = one(daemon, "getparm", {{"pname", name}});
    if (!answer) return tl::unexpected<Error>(answer.error());
    return text_of(*answer, "pvalue");
}

// 3.0.6 says it with the words of ha.cf.
bool has_pacemaker(const Daemon& daemon) {
    const std::string_view word = daemon.welcome().get("pacemaker");
    static constexpr std::string_view no[] = {"", "false", "off", "no", "n", "0"};
    return std::none_of(std::begin(no), std::end(no),
                        [word](std::string_view each) { return equal_ignoring_case(each, word); });
}

Outcome heartbeat_status(Daemon& daemon, const Words& words) {
    if (!words.verbose) return {0, "Heartbeat is running on this machine.\n", ""};
    const auto version = parameter_of(daemon, "hbversion");
    if (!version) return no_answer(version.error(), exit_no_answer, "the daemon has no version");
    Outcome nodes = list_nodes(daemon, words);
    std::string manager = "\"haresources\"";
    if (has_pacemaker(daemon)) {
        manager = "pacemaker\t(" + text_of(daemon.welcome(), "pacemaker") + ")";
    }
    const std::string heading =
        words.sentences ? "Heartbeat version " + *version + "\nResources controlled by " + manager
                        : "version:\t" + *version + "\nmanaged by:\t" + manager;
    nodes.out.insert(0, heading + "\n");
    return nodes;
}

Outcome resource_status(Daemon& daemon, const Words& words) {
    if (has_pacemaker(daemon)) return complaint(exit_no, "pacemaker manages the resources");
    const auto answer = one(daemon, "getrsc", {});
    if (!answer) return no_answer(answer.error(), exit_no_answer, "the daemon says nothing of it");
    const std::string held = text_of(*answer, "rsc_hold");
    if (words.sentences) return {0, "This node is holding " + held + " resources.\n", ""};
    return {0, held + "\n", ""};
}

// The word is misspelt in 3.0.6, too.
Outcome test(Daemon& daemon, const Words&) {
    const auto ms = [&daemon](std::string_view field) {
        return std::to_string(daemon.welcome().hex(field).value_or(0));
    };
    const auto answer = one(daemon, "getrsc", {});
    if (!answer) return no_answer(answer.error(), exit_no_answer, "the daemon says nothing of it");
    return {0,
            "Dead time: " + ms("deadtime") + "\n keeplive time: " + ms("keepalive") +
                "\n mynodeid: " + text_of(daemon.welcome(), "node") +
                "\n rsc: " + text_of(*answer, "rsc_hold") + "\n",
            ""};
}

Outcome parameter(Daemon& daemon, const Words& words) {
    if (words.parameter.empty()) return parameter_missing("expected -p NAME");
    const auto value = parameter_of(daemon, words.parameter);
    if (!value) return no_answer(value.error(), exit_no_answer, "no such parameter");
    if (value->empty()) return {exit_no, "", ""};
    if (!words.sentences) return {0, *value + "\n", ""};
    return {0,
            "Heartbeat parameter " + printable(words.parameter, value_bytes) +
                "'s value: " + *value + "\n",
            ""};
}

// The daemon answers this at most each 100 ms, whoever asks.
Result<wire::Message> patient_status(Daemon& daemon) {
    constexpr int tries = 30;
    for (int i = 1;; ++i) {
        auto answer = one(daemon, "hbstatus", {});
        const bool busy =
            !answer && answer.error().code == Errc::not_found && answer.error().what == "EAGAIN";
        if (!busy || i == tries) return answer;
        daemon.pause(milliseconds(100 + 7 * i));
    }
}

Outcome whole_status(Daemon& daemon, const Words& words) {
    const auto answer = patient_status(daemon);
    if (!answer) {
        return no_answer(answer.error(), exit_no_answer,
                         "this daemon has no whole status: it is a Heartbeat 3.0.6 or older, or "
                         "too many programs ask");
    }
    const std::string_view text = answer->get("status");
    const auto report = read_status(text);
    if (!report) return complaint(exit_no_answer, printable(report.error().what));
    const Problems problems = problems_of(*report);
    Outcome outcome;
    if (!problems.empty()) {  // the worst one is the first
        outcome.status =
            problems.front().level == ProblemLevel::error ? exit_errors : exit_warnings;
    }
    if (!words.json) {
        outcome.out = status_page(*report, problems);
        return outcome;
    }
    auto json = status_for_programs(text, problems);
    if (!json) return complaint(exit_no_answer, printable(json.error().what));
    outcome.out = *std::move(json);
    return outcome;
}

struct Command {
    std::string_view name, options;
    Outcome (*run)(Daemon&, const Words&);
};
constexpr Command commands[] = {
    {"hbstatus", "mv", heartbeat_status},
    {"listnodes", "mnpv", list_nodes},
    {"nodestatus", "m", node_status},
    {"nodeweight", "m", node_weight},
    {"nodesite", "m", node_site},
    {"nodetype", "m", node_type},
    {"listhblinks", "mv", list_links},
    {"hblinkstatus", "m", link_status},
    {"clientstatus", "m", client_status},
    {"rscstatus", "m", resource_status},
    {"hbparameter", "mp:", parameter},
    {"status", "j", whole_status},
    {"test", "m", test},
};

const Command* find(std::string_view name) {
    const auto* const found = std::find_if(std::begin(commands), std::end(commands),
                                           [name](const Command& c) { return c.name == name; });
    return found == std::end(commands) ? nullptr : found;
}

}  // namespace

bool is_command(std::string_view name) { return find(name) != nullptr; }

Outcome run_command(std::string_view name, const std::vector<std::string>& words, Daemon& daemon) {
    const Command& command = *find(name);
    const auto read = read_words(words, command.options);
    if (!read) return complaint(exit_bad_arguments, read.error().what);
    return command.run(daemon, *read);
}

Outcome without_daemon(std::string_view name, const Error& why) {
    // Whether it runs is not known then, and `stopped` would be a lie.
    if (why.code == Errc::permission) {
        return complaint(exit_no_answer, printable(why.what) +
                                             "\ncl_status: only root and programs of the group "
                                             "haclient may ask; try: sg haclient -c 'cl_status " +
                                             std::string(name) + " ...'");
    }
    if (name == "hbstatus") return {exit_no, "Heartbeat is stopped on this machine.\n", ""};
    return complaint(exit_no,
                     "Cannot signon with heartbeat\ncl_status: REASON: " + printable(why.what) +
                         ": the daemon is stopped, or waits for the cluster");
}

}  // namespace hb::tools
