// What the files of the ha.cf parser share while they read one file. Not for other rooms.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/directive.hpp"
#include "config/ha_cf.hpp"
#include "config/lines.hpp"

namespace hb::config {

// A value that passed its check, and where it stands.
struct Given {
    std::string text;
    int line{};
};

struct Parsing {
    const Machine& machine;
    Reporter& report;
    HaCf& cf;
    // By directive; the last value of the file. `crm` stands as `pacemaker`.
    std::map<std::string, Given, std::less<>> given{};
    // Directives with a refused value: nothing that follows from it is said.
    std::set<std::string, std::less<>> broken{};
    int first_node_line{};

    void error(const Directive& directive, int line, const std::string& text);
    bool is_broken(std::string_view name) const { return broken.count(name) > 0; }
    bool was_given(std::string_view name) const { return given.count(name) > 0; }
    // The value of the file, or the fallback of directives.def.
    std::string text_of(std::string_view name) const;
    // 0 when the file does not have it.
    int line_of(std::string_view name) const;
    // REQUIRES: text_of(name) passed the check of its kind, as fallbacks do.
    Duration time_of(std::string_view name) const;
    bool boolean_of(std::string_view name) const;
    // Clipped to the range of unsigned.
    unsigned number_of(std::string_view name) const;
};

// One line of a medium (ha_cf_media.cpp). `rest`: without the directive.
void parse_media_line(Parsing& parsing, const Directive& directive, std::string_view rest,
                      int line);
// stonith, stonith_host (ha_cf_fencing.cpp): the line, and whether the devices fit the rest.
void parse_fence_line(Parsing& parsing, const Directive& directive, std::string_view rest,
                      int line);
void check_fencing(const Parsing& parsing);
// apiauth, respawn, failfast, crm_daemon_dir (ha_cf_lines.cpp).
void parse_whole_line(Parsing& parsing, const Directive& directive, std::string_view rest,
                      int line);
// arbiter (ha_cf_arbiter.cpp): the line, and whether it fits the rest of the file.
void parse_arbiter(Parsing& parsing, const Directive& directive, std::string_view rest, int line);
void check_arbiter(const Parsing& parsing);
// After the last line: fills the struct and `recorded`, then checks it as a whole
// (ha_cf_finish.cpp, ha_cf_check.cpp).
void fill_in(Parsing& parsing);
void check_together(const Parsing& parsing);

}  // namespace hb::config
