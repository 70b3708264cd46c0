// hb_takeover: asks the other node, through the local daemon, for a class of resource groups.
#include "fifo_message.hpp"

int main(int argc, char** argv) {
    constexpr auto program = "hb_takeover";
    auto wanted = hb::tools::resource_class(program, argc, argv);
    if (!wanted) return 1;
    // What fails back to the node that asks is what prefers it. 3.0.6 sent the word itself, which
    // its peers took for `all` (resources.md 10.2, B3); `local` is right for old and new peers.
    if (*wanted == "failback") wanted = "local";
    const auto message = ">>>\nt=hb_takeover\nrsc_hold=" + *wanted + "\n<<<\n";
    return hb::tools::send_to_daemon(program, message) ? 0 : 1;
}
