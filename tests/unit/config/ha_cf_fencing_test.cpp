// The lines stonith and stonith_host, the file of a device, and what is wrong with them.
#include "base/limits.hpp"
#include "parsed.hpp"

namespace hb::config {
namespace {

using namespace std::chrono_literals;

std::string names(const HaCf& cf) {
    std::string out;
    for (const FenceDevice& device : cf.devices) out += device.name() + "\n";
    return out;
}

// Why: 3.0.6 keeps the last line only; here every one is a level, and its name tells which it is.
TEST(HaCfFencing, EveryLineIsADeviceInTheOrderOfTheFile) {
    const Parsed parsed = parse_with(
        "stonith external/ipmi /etc/ha.d/ipmi file\nstonith_host * null c2\n"
        "stonith_host C1 fence_ipmilan ip=10.0.0.9 password=a=b\nstonith_host c2 null c1");
    EXPECT_EQ(parsed.errors(), "");
    EXPECT_EQ(parsed.unsupported(), "");
    EXPECT_EQ(names(parsed.cf), "external/ipmi (line 7)\nnull (line 8)\nfence_ipmilan (line 9)\n");
    const auto& devices = parsed.cf.devices;
    ASSERT_EQ(devices.size(), 3U);
    EXPECT_EQ(devices[0].type, (FenceType{"external", "ipmi"}));
    EXPECT_EQ(devices[0].file, "/etc/ha.d/ipmi file");
    EXPECT_EQ(devices[1].parameters, (FenceParameters{{"1", "c2"}}));
    EXPECT_EQ(devices[2].type, (FenceType{"rhcs", "fence_ipmilan"}));
    EXPECT_EQ(devices[2].parameters, (FenceParameters{{"ip", "10.0.0.9"}, {"password", "a=b"}}));
}

// Why: a password may hold a `=`; what stands by position in an old file must stay there.
TEST(HaCfFencing, TheFirstWordDecidesWhetherParametersHaveNames) {
    const Parsed parsed = parse_with("stonith_host * external/x  host a=b  c");
    ASSERT_EQ(parsed.cf.devices.size(), 1U) << parsed.errors();
    EXPECT_EQ(parsed.cf.devices[0].parameters,
              (FenceParameters{{"1", "host"}, {"2", "a=b"}, {"3", "c"}}));
}

// Why: a fencing device that is half understood is found out about in the night it is needed.
TEST(HaCfFencing, ARefusedLineSaysWhereAndWhatWasExpected) {
    const auto errors = [](const char* line) { return parse_with(line).errors(); };
    EXPECT_EQ(errors("stonith"), "ha.cf:7: stonith: expected TYPE FILE\n");
    EXPECT_EQ(errors("stonith null"),
              "ha.cf:7: stonith null: no file behind the type, expected TYPE FILE\n");
    EXPECT_EQ(errors("stonith_host"), "ha.cf:7: stonith_host: expected HOST TYPE PARAMETERS...\n");
    EXPECT_EQ(errors("stonith_host *"),
              "ha.cf:7: stonith_host: expected TYPE and its parameters\n");
    EXPECT_EQ(errors("stonith_host c1 rhcs a"),
              "ha.cf:7: stonith_host rhcs: 'rhcs' alone is no type of a fencing device, expected "
              "rhcs/NAME\n");
    EXPECT_EQ(errors("stonith_host c1 external/x ip=1 secret"),
              "ha.cf:7: stonith_host external/x: parameter 2 is no NAME=VALUE like those before "
              "it, expected one (a value with blanks in it can stand in the file of a `stonith` "
              "line)\n");
    EXPECT_EQ(errors("stonith_host c1 external/x ip=1 ip=2"),
              "ha.cf:7: stonith_host external/x: parameter ip stands twice, expected one\n");
    EXPECT_EQ(errors("stonith_host c1 external/ibmrsa type=y"), "");  // its own parameter
}

// Why: every queue and list has an end, and a line that is beyond it must not be lost in silence.
TEST(HaCfFencing, TooManyDevicesAreAnError) {
    std::string lines;
    for (std::size_t i = 0; i <= limits::fence_devices_max; ++i) lines += "stonith_host * null a\n";
    const Parsed parsed = parse_with(lines);
    EXPECT_EQ(parsed.cf.devices.size(), limits::fence_devices_max);
    EXPECT_EQ(parsed.found.errors.size(), 1U);
}

// Why: with no delay, or one shorter than the nodes differ in noticing a cut, both may be shot.
TEST(HaCfFencing, ADelayThatIsTooShortIsWarnedOf) {
    const std::string device = "stonith_host * null a\n";
    EXPECT_EQ(parse_with(device).cf.fence_delay, 1s + limits::fence_act);
    EXPECT_EQ(parse_with(device + "fence_delay 9").cf.fence_delay, 9s);
    EXPECT_EQ(parse_with(device).warnings(), "");
    EXPECT_NE(parse_with(device + "fence_delay 1").warnings().find("ha.cf:8: fence_delay 1s:"),
              std::string::npos);
    EXPECT_EQ(parse_with("fence_delay 9\nfence_timeout 3").found.warnings.size(), 2U);
}

// Why: a person needs longer than a power switch; the administrator's word stands above both.
TEST(HaCfFencing, APersonHasMoreTimeThanASwitch) {
    const HaCf cf = parse_with("stonith_host * null a\nstonith_host * meatware a").cf;
    EXPECT_EQ(fence_timeout(cf, cf.devices[0]), limits::fence_timeout);
    EXPECT_EQ(fence_timeout(cf, cf.devices[1]), limits::fence_timeout_of_people);
    const HaCf given = parse_with("stonith_host * meatware a\nfence_timeout 3").cf;
    EXPECT_EQ(fence_timeout(given, given.devices[0]), 3s);
}

// Why: two protections of which one is never asked look like more than they are.
TEST(HaCfFencing, AnArbiterBesideADeviceIsNotAsked) {
    EXPECT_EQ(parse_with("ping gw\narbiter ping gw\nstonith_host * null a").warnings(),
              "ha.cf:8: arbiter: not asked, since line 9 is a fencing device, which is the better "
              "proof\n");
}

struct ReadFile {
    Diagnostics found;
    FenceParameters out;
    explicit ReadFile(const std::string& text) : out(parse_fence_file(text, "dev", found)) {}
    std::string errors() const { return Parsed::shown(found.errors); }
};

// Why: a file that works with 3.0.6 works here, further lines and comments included.
TEST(FenceFile, TheFirstLineHoldsThePositions) {
    const ReadFile file("\n# comment\n  c2,c3 root #x \nnot read = 1\n");
    EXPECT_EQ(file.errors(), "");
    EXPECT_EQ(file.out, (FenceParameters{{"1", "c2,c3"}, {"2", "root"}, {"3", "#x"}}));
}

// Why: some agents need twenty parameters; one to a line, and a password with blanks in it.
TEST(FenceFile, WithNamesEveryLineIsOne) {
    const ReadFile named("ip=10.0.0.9\r\n\n#x\npasswd=a b  c\nlogin=\n");
    EXPECT_EQ(named.errors(), "");
    EXPECT_EQ(named.out,
              (FenceParameters{{"ip", "10.0.0.9"}, {"passwd", "a b  c"}, {"login", ""}}));
}

// Why: what is wrong in the file is told with its line, and never with what may be a password.
TEST(FenceFile, MistakesNameFileAndLineButNoValue) {
    EXPECT_EQ(ReadFile("# none\n\n").errors(), "dev: no parameters, expected a line with them\n");
    const ReadFile broken("ip=1\nhunter2\n");
    EXPECT_EQ(broken.errors(), "dev:2: expected NAME=VALUE as in line 1\n");
    EXPECT_EQ(ReadFile("ip=1\nip=2\n").errors(),
              "dev:1: parameter ip stands twice, expected one\n");
    EXPECT_EQ(ReadFile(std::string("a \0b\n", 5)).errors(),
              "dev:1: parameter 2 holds a zero byte, expected text\n");
    std::string many;
    for (std::size_t i = 0; i <= limits::fence_parameters_max; ++i) many += "x ";
    EXPECT_EQ(ReadFile(many).found.errors.size(), 1U);
}

}  // namespace
}  // namespace hb::config
