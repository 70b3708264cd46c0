// What is told to administrators: the defaults in ha.cf(5) and the sample files of ha.d.
#include <fstream>
#include <sstream>

#include "config/authkeys.hpp"
#include "config/directive.hpp"
#include "config/haresources.hpp"
#include "parsed.hpp"

namespace hb::config {
namespace {

std::string read_source(const std::string& path) {
    std::ifstream file(HB_SOURCE_DIR "/" + path);
    std::stringstream text;
    text << file.rdbuf();
    EXPECT_FALSE(text.str().empty()) << path;
    return text.str();
}

std::string without_escapes(std::string text) {
    for (std::size_t at = 0; (at = text.find("\\-", at)) != std::string::npos;) text.erase(at, 1);
    return text;
}

// Why: a manual that names another default than the program sends people astray at 3 a.m.
TEST(Manual, EveryDefaultIsTheOneOfTheTable) {
    const std::string page = without_escapes(read_source("man/ha.cf.5"));
    for (const Directive& directive : directives()) {
        const std::size_t begin = page.find("\n\\fB" + directive.name + "\\fR");
        ASSERT_NE(begin, std::string::npos) << directive.name;
        const std::string entry = page.substr(begin, page.find("\n.TP", begin) - begin);
        if (directive.fallback.empty() || directive.record == Record::computed) continue;
        EXPECT_NE(entry.find("Default: " + directive.fallback + "."), std::string::npos) << entry;
    }
}

// Why: what is not carried out must not look as if it were, and the other way round.
TEST(Manual, SaysWhatIsNotSupportedYet) {
    const std::string page = read_source("man/ha.cf.5");
    for (const Directive& directive : directives()) {
        if (directive.name == "crm" || directive.name == "pacemaker" ||
            directive.name == "crm_daemon_dir") {
            continue;  // told in their own words
        }
        const std::size_t begin = page.find("\n\\fB" + directive.name + "\\fR");
        ASSERT_NE(begin, std::string::npos) << directive.name;
        const std::string entry = page.substr(begin, page.find("\n.TP", begin + 1) - begin);
        EXPECT_EQ(entry.find("Not supported yet.") != std::string::npos,
                  directive.support == Support::later)
            << entry;
        EXPECT_EQ(entry.find("without effect in this version") != std::string::npos,
                  directive.support == Support::idle)
            << entry;
    }
}

// Why: the sample is what most people start from; it must be spotless.
TEST(Samples, HaCfIsRight) {
    const Parsed parsed = parse_text(read_source("ha.d/ha.cf"), {"alpha", true, 0});
    EXPECT_EQ(parsed.errors() + parsed.warnings() + parsed.unsupported(), "");
}

// Takes the `#` off the lines that are examples.
std::string with_examples(const std::string& text) {
    std::istringstream lines(text);
    std::string out;
    for (std::string line; std::getline(lines, line);) {
        const bool example = line.size() > 1 && line[0] == '#' && line[1] != ' ';
        const bool continued = line.starts_with("#     ");
        out += (example || continued ? line.substr(1) : line) + "\n";
    }
    return out;
}

// Why: as it is it starts nothing by accident; with the examples taken in it must be right.
TEST(Samples, HaresourcesIsRightWithItsExamples) {
    const std::string text = read_source("ha.d/haresources");
    const std::vector<std::string> nodes{"alpha", "beta"};
    Diagnostics found;
    EXPECT_TRUE(parse_haresources(text, "haresources", nodes, found).empty());
    const auto groups = parse_haresources(with_examples(text), "haresources", nodes, found);
    EXPECT_EQ(Parsed::shown(found.errors) + Parsed::shown(found.warnings), "");
    ASSERT_EQ(groups.size(), 2U);
    EXPECT_EQ(groups[1].members.size(), 3U);
}

// Why: a sample with a key in it would be the key of half the world.
TEST(Samples, AuthkeysNeedsAKeyOfOnesOwn) {
    const std::string text = read_source("ha.d/authkeys");
    Diagnostics found;
    parse_authkeys(text, 0100600, "authkeys", found);
    EXPECT_EQ(found.errors.size(), 1U);
    Diagnostics with_key;
    parse_authkeys(with_examples(text), 0100600, "authkeys", with_key);
    EXPECT_EQ(Parsed::shown(with_key.errors) + Parsed::shown(with_key.warnings), "");
}

}  // namespace
}  // namespace hb::config
