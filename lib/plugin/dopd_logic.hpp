// What dopd decides (ipfail.md 3): whether the other node may be asked to mark its copy of a DRBD
// resource as outdated, who waits for the answer, what is run when another node asks. Sockets,
// children and the cluster are not known here.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hb::dopd {

using Connection = std::uint32_t;
using Job = std::uint32_t;

// What drbd-peer-outdater is told, and ends with: DRBD knows these (drbd.conf(5), fence-peer).
inline constexpr int inconsistent = 3;  // the peer's copy was not up to date anyway
inline constexpr int outdated = 4;
inline constexpr int unreachable = 5;
inline constexpr int refused = 6;  // the peer is primary
inline constexpr int failed = 20;
inline constexpr int asked_already = 21;

// Of one node: DRBD has few resources, and drbdadm takes a moment each.
inline constexpr std::size_t jobs_at_once = 8;
inline constexpr std::size_t jobs_max = 256;
inline constexpr std::size_t waiting_max = 256;
inline constexpr std::size_t resource_bytes_max = 128;

struct Reply {
    Connection to{};
    int value{};
};
struct Run {  // drbdadm outdate RESOURCE
    Job job{};
    std::string resource;
};
struct SayStart {
    std::string node, resource;
};
struct SayResult {
    std::string node, resource;
    int value{};
};
using Act = std::variant<Reply, Run, SayStart, SayResult>;
using Acts = std::vector<Act>;

// Letters, digits and a few signs; no option of drbdadm, nothing for a shell.
bool is_resource(std::string_view name) noexcept;

class Logic {
public:
    // The cluster, as far as dopds may be there: `others` are nodes, alive or not.
    void nodes(const std::string& self, std::map<std::string, bool> others, Acts& out);

    // drbd-peer-outdater on this node.
    void asked(Connection from, std::string_view peer, const std::string& resource, Acts& out);
    void closed(Connection connection);
    bool waits(Connection connection) const;

    // The dopd of another node.
    void start_outdate(const std::string& from, const std::string& resource, Acts& out);
    void outdate_rc(std::string_view from, const std::string& resource, int value, Acts& out);

    // `exit_status`: nothing when drbdadm could not be run, was killed or took too long.
    void ended(Job job, std::optional<int> exit_status, Acts& out);

private:
    struct Waiting {
        Connection connection{};
        std::string peer;  // as the cluster knows it
    };
    struct Running {
        std::string resource;
        std::vector<std::string> askers;
        bool begun{false};
    };
    void begin(Acts& out);

    std::string self_;
    std::map<std::string, bool> others_;
    std::map<std::string, Waiting> waiting_;  // by resource
    std::map<Job, Running> jobs_;
    std::size_t begun_{};
    Job next_job_{1};
};

}  // namespace hb::dopd
