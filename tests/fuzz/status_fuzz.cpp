// Any bytes as the status that a daemon has sent: what is read is written again the same, has a
// page without a control byte, and stays JSON for programs.
#include "base/json.hpp"
#include "fuzz/fuzz.hpp"
#include "status_page.hpp"
#include "status_reader.hpp"

using namespace hb;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView bytes = fuzz::view(data, size);
    const auto report = tools::read_status(bytes);
    if (!report) return 0;
    const auto again = tools::read_status(to_json(*report));
    fuzz::require(again.has_value() && *again == *report, "what was read is written otherwise");
    const tools::Problems problems = tools::problems_of(*report);
    for (const char c : tools::status_page(*report, problems)) {
        const bool raw = c != '\n' && (c < ' ' || c > '~');
        fuzz::require(!raw, "a raw byte for the terminal");
    }
    const auto text = tools::status_for_programs(bytes, problems);
    fuzz::require(text && tools::read_status(*text).has_value(), "no JSON for programs");
    const std::string cut = shell::status_text(*report, 2000);
    fuzz::require(tools::read_status(cut).has_value(), "a cut status cannot be read");
    return 0;
}
