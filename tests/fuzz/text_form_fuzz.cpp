// Any bytes as the text form, which is read before its signature is known.
#include "fuzz/fuzz.hpp"
#include "wire/text_form.hpp"

using namespace hb;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto message = wire::text_form::decode(fuzz::view(data, size));
    if (!message) return 0;
    const auto text = wire::text_form::encode(*message);
    const auto lines = wire::text_form::signed_lines(*message);
    fuzz::require(text && lines, "what was read cannot be written");
    const auto again = wire::text_form::decode(*text);
    fuzz::require(again && *again == *message, "what was written is read otherwise");
    fuzz::require(wire::text_form::encode(*again) == *text, "the canonical text changes");
    return 0;
}
