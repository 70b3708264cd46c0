// hb_standby: asks the local daemon to give a class of its resource groups to the other node.
#include <iostream>

#include "fifo_message.hpp"

int main(int argc, char** argv) {
    constexpr auto program = "hb_standby";
    auto wanted = hb::tools::resource_class(program, argc, argv);
    if (!wanted) return 1;
    // Failing back is giving away what prefers the other node (resources.md 7).
    if (*wanted == "failback") wanted = "foreign";
    const auto message = ">>>\nt=ask_resources\nrsc_hold=" + *wanted + "\ninfo=me\n<<<\n";
    if (!hb::tools::send_to_daemon(program, message)) return 1;
    std::cout << "Going standby [" << *wanted << "]." << std::endl;
    return 0;
}
