// What will happen in each failure, told from the files: by the same rules that the resource
// manager goes by.
#pragma once

#include <string>
#include <vector>

#include "check/check.hpp"

namespace hb::check {

struct Failure {
    std::string id;  // public: node_dies, node_hangs, line_cut, lines_cut, start_fails, stop_fails,
                     // ping_lost, node_stops
    std::string event;              // "alpha dies"
    std::vector<std::string> then;  // sentences, in order

    static void fields(auto& it, auto&& each) {
        each("id", it.id);
        each("event", it.event);
        each("then", it.then);
    }
};

// REQUIRES: both sides' ha.cf and the own haresources are sound. Without exactly one other node:
// nothing, since with more of them it depends on who is left. Nothing, too, when nothing runs.
std::vector<Failure> failures(const Subject& subject);

}  // namespace hb::check
