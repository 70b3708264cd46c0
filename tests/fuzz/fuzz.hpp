// What the fuzz targets share: the input as a view, a check that ends the run, and a mutator that
// knows messages. Without it lengths would hardly ever fit and nothing behind them would be
// reached.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "base/prng.hpp"
#include "wire/message.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max);

namespace hb::fuzz {

inline ByteView view(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

inline void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "finding: %s\n", what);
    std::abort();
}

// Lets libFuzzer change some bytes, its dictionary and its memory of comparisons included.
inline void mutate_bytes(Bytes& bytes) {
    constexpr std::size_t room = 64;
    const std::size_t size = bytes.size();
    bytes.resize(size + room);
    bytes.resize(
        LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(bytes.data()), size, bytes.size()));
}

inline void mutate_message(wire::Message& message, Prng& prng);

inline void mutate_field(wire::Field& field, Prng& prng) {
    using wire::FieldType;
    switch (prng.below(4)) {
        case 0:
            mutate_bytes(field.name);
            break;
        case 1:
            field.type = static_cast<FieldType>(prng.below(6));
            break;
        default:
            break;
    }
    switch (field.type) {
        case FieldType::string:
        case FieldType::binary:
        case FieldType::compressed:
            mutate_bytes(field.value);
            break;
        case FieldType::list:
            if (field.list.empty() || prng.chance(50)) field.list.emplace_back("element");
            mutate_bytes(field.list[prng.below(field.list.size())]);
            break;
        case FieldType::nested:
        case FieldType::nested_to_compress: {
            wire::Message inside = field.nested ? *field.nested : wire::make_message("inside");
            mutate_message(inside, prng);
            field.nested = std::make_shared<const wire::Message>(std::move(inside));
            break;
        }
    }
}

inline void mutate_message(wire::Message& message, Prng& prng) {
    auto& fields = message.fields;
    if (fields.empty() || prng.chance(10)) fields.push_back(wire::Field{"new", {}, {}, {}, {}});
    const auto at = static_cast<std::ptrdiff_t>(prng.below(fields.size()));
    const auto other = static_cast<std::ptrdiff_t>(prng.below(fields.size()));
    switch (prng.below(8)) {
        case 0:
            fields.erase(fields.begin() + at);
            break;
        case 1:
            std::swap(fields[static_cast<std::size_t>(at)],
                      fields[static_cast<std::size_t>(other)]);
            break;
        case 2: {
            const wire::Field again = fields[static_cast<std::size_t>(other)];
            fields.insert(fields.begin() + at, again);
            break;
        }
        case 3: {  // one level deeper
            auto inside = std::make_shared<const wire::Message>(message);
            message = wire::make_message("outside");
            fields.push_back(wire::Field{"in", wire::FieldType::nested, {}, {}, inside});
            break;
        }
        default:
            mutate_field(fields[static_cast<std::size_t>(at)], prng);
            break;
    }
}

// Puts `next` in the place of the input. Gives its size; 0 when it is too large.
inline std::size_t replace(std::uint8_t* data, std::size_t max, ByteView next) {
    if (next.size() > max) return 0;
    std::copy(next.begin(), next.end(), data);
    return next.size();
}

}  // namespace hb::fuzz
