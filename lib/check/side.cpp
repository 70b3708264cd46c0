// See side.hpp.
#include "check/side.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace hb::check {
namespace {

bool was_read(const FileCopy& file, config::Diagnostics& found) {
    if (file.why.empty()) return true;
    if (file.may_lack) return false;
    found.errors.push_back(
        {file.name, 0, "cannot be read: " + printable(file.why) + ", expected to be there"});
    return false;
}

}  // namespace

Side read_side(const Copies& files, const config::Machine& machine) {
    Side side;
    side.files = files;
    side.node = machine.node_name;
    const bool main_file = was_read(files.ha_cf, side.found);
    if (main_file) {
        side.ha_cf = config::parse_ha_cf(files.ha_cf.text, files.ha_cf.name, machine, side.found);
    }
    if (was_read(files.authkeys, side.found)) {
        side.keys = config::parse_authkeys(files.authkeys.text, files.authkeys.mode,
                                           files.authkeys.name, side.found);
    }
    if (main_file && side.ha_cf.manage_resources && machine.manage_resources &&
        was_read(files.haresources, side.found)) {
        side.groups = config::parse_haresources(files.haresources.text, files.haresources.name,
                                                config::known_names(side.ha_cf), side.found);
    }
    return side;
}

bool Side::sound(const FileCopy& file) const {
    return std::none_of(found.errors.begin(), found.errors.end(),
                        [&](const auto& error) { return error.file == file.name; });
}

int Side::line_of(std::string_view directive) const {
    int number = 0;
    for (const config::Line& line : config::split_lines(files.ha_cf.text)) {
        const std::string_view rest = trim(line.text);
        const std::size_t end = std::min(rest.find_first_of(" \t"), rest.size());
        if (rest.substr(0, end) == directive) number = line.number;
    }
    return number;
}

std::string medium_text(const config::Medium& medium) {
    std::string text = std::string(config::medium_word(medium.kind)) + " " + medium.name;
    if (!medium.address.empty() && medium.address != medium.name) text += " " + medium.address;
    return printable(text);
}

}  // namespace hb::check
