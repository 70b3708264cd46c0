// hb_takeover: asks the other node, through the local daemon, for a class of resource groups; or
// tells the daemon that a node is known to be without power.
#include <algorithm>
#include <iostream>
#include <string>
#include <string_view>

#include "fifo_message.hpp"

namespace {

constexpr auto program = "hb_takeover";

// `--confirm-fenced NODE`: nobody asks back, so the name must be there and must be one.
int confirm(int argc, char** argv) {
    constexpr std::size_t longest = 99;
    const std::string node = argc == 3 ? argv[2] : "";
    const bool fit =
        !node.empty() && node.size() <= longest &&
        std::all_of(node.begin(), node.end(), [](char c) { return c > ' ' && c < 127; });
    if (!fit) {
        std::cerr << program << ": --confirm-fenced needs the name of one node\n";
        return 1;
    }
    const std::string message = ">>>\nt=hb_confirm_fenced\nnode=" + node + "\n<<<\n";
    return hb::tools::send_to_daemon(program, message) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1 && std::string_view(argv[1]) == "--confirm-fenced") return confirm(argc, argv);
    auto wanted = hb::tools::resource_class(program, argc, argv);
    if (!wanted) return 1;
    // What fails back to the node that asks is what prefers it. 3.0.6 sent the word itself, which
    // its peers took for `all` (resources.md 10.2, B3); `local` is right for old and new peers.
    if (*wanted == "failback") wanted = "local";
    const auto message = ">>>\nt=hb_takeover\nrsc_hold=" + *wanted + "\n<<<\n";
    return hb::tools::send_to_daemon(program, message) ? 0 : 1;
}
