// Any bytes as what a raw ICMP socket has received: the first byte says of which family. What is
// read lies within the packet, and what is written can be read again.
#include "fuzz/fuzz.hpp"
#include "wire/icmp_echo.hpp"

using namespace hb;
using namespace hb::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const bool v4 = data[0] % 2 == 0;
    const auto family = v4 ? icmp_echo::Family::ipv4 : icmp_echo::Family::ipv6;
    const ByteView received = fuzz::view(data, size).substr(1);
    const auto reply = icmp_echo::read_reply(family, received);
    if (!reply) return 0;
    fuzz::require(reply->data.data() >= received.data() &&
                      reply->data.data() + reply->data.size() <= received.data() + received.size(),
                  "data from outside of the packet");
    fuzz::require(reply->data.size() + 8 <= received.size(), "data from the header");
    Bytes again = icmp_echo::write_request(family, *reply);
    fuzz::require(!v4 || icmp_echo::checksum(again) == 0, "a wrong sum was written");
    again[0] = static_cast<char>(v4 ? 0 : 129);
    if (v4) again.insert(0, Bytes("\x45\0\0\0\0\0\0\0\x40\x01\0\0\0\0\0\0\0\0\0\0", 20));
    const auto second = icmp_echo::read_reply(family, again);
    fuzz::require(second && second->identifier == reply->identifier &&
                      second->sequence == reply->sequence && second->data == reply->data,
                  "what was written is read otherwise");
    return 0;
}
