// See reed_solomon.hpp. The textbook's way: syndromes, Berlekamp-Massey, Chien search, Forney.
// GF(256) by x^8 + x^4 + x^3 + x^2 + 1, roots of the generator at powers 0 to check_bytes - 1 of 2.
#include "wire/reed_solomon.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/check.hpp"

namespace hb::wire::reed_solomon {

namespace {

using Symbol = unsigned char;
// Coefficients, the constant one first.
using Polynomial = std::array<Symbol, check_bytes + 1>;
constexpr std::size_t order = 255;  // of the field's multiplicative group

struct Field {
    std::array<Symbol, 2 * order> power{};  // twice round, so that sums of logs need no modulo
    std::array<std::size_t, 256> log{};
};
constexpr Field make_field() {
    Field field;
    unsigned value = 1;
    for (std::size_t i = 0; i < order; ++i) {
        field.power[i] = field.power[i + order] = static_cast<Symbol>(value);
        field.log[value] = i;
        value <<= 1U;
        if (value > 255) value ^= 0x11dU;
    }
    return field;
}
constexpr Field field = make_field();

constexpr Symbol times(Symbol a, Symbol b) {
    return a == 0 || b == 0 ? Symbol{0} : field.power[field.log[a] + field.log[b]];
}
constexpr Symbol inverse(Symbol a) { return field.power[order - field.log[a]]; }
constexpr Symbol plus(Symbol a, Symbol b) { return static_cast<Symbol>(a ^ b); }

constexpr Polynomial make_generator() {
    Polynomial product{1};
    for (std::size_t root = 0; root < check_bytes; ++root) {
        for (std::size_t i = root + 1; i > 0; --i) {
            product[i] = plus(product[i - 1], times(product[i], field.power[root]));
        }
        product[0] = times(product[0], field.power[root]);
    }
    return product;
}
constexpr Polynomial generator = make_generator();

Symbol value_at(const Polynomial& polynomial, Symbol x) {
    Symbol value = 0;
    for (std::size_t i = polynomial.size(); i-- > 0;) value = plus(times(value, x), polynomial[i]);
    return value;
}

std::array<Symbol, check_bytes> syndromes_of(ByteView block, ByteView check) {
    std::array<Symbol, check_bytes> syndromes{};
    for (std::size_t i = 0; i < check_bytes; ++i) {
        for (const ByteView part : {block, check}) {
            for (const char byte : part) {
                syndromes[i] = plus(times(syndromes[i], field.power[i]), static_cast<Symbol>(byte));
            }
        }
    }
    return syndromes;
}

struct Locator {
    Polynomial polynomial{1};
    std::size_t errors{};
};

// Berlekamp-Massey: the shortest recurrence that gives the syndromes.
Locator locate(const std::array<Symbol, check_bytes>& syndromes) {
    Locator now;
    Polynomial before{1};
    Symbol before_gap = 1;
    std::size_t shift = 1;
    for (std::size_t n = 0; n < check_bytes; ++n) {
        Symbol gap = syndromes[n];
        for (std::size_t i = 1; i <= now.errors; ++i) {
            gap = plus(gap, times(now.polynomial[i], syndromes[n - i]));
        }
        if (gap == 0) {
            ++shift;
            continue;
        }
        const Polynomial kept = now.polynomial;
        const Symbol factor = times(gap, inverse(before_gap));
        for (std::size_t i = 0; i + shift < now.polynomial.size(); ++i) {
            now.polynomial[i + shift] = plus(now.polynomial[i + shift], times(factor, before[i]));
        }
        if (2 * now.errors <= n) {
            now.errors = n + 1 - now.errors;
            before = kept;
            before_gap = gap;
            shift = 1;
        } else {
            ++shift;
        }
    }
    return now;
}

// Syndromes times locator, as far as Forney needs it.
Polynomial evaluator_of(const std::array<Symbol, check_bytes>& syndromes,
                        const Polynomial& locator) {
    Polynomial product{};
    for (std::size_t i = 0; i < check_bytes; ++i) {
        for (std::size_t j = 0; i + j < check_bytes; ++j) {
            product[i + j] = plus(product[i + j], times(syndromes[i], locator[j]));
        }
    }
    return product;
}

// The formal derivative: in this field only odd powers survive.
Polynomial derivative_of(const Polynomial& polynomial) {
    Polynomial out{};
    for (std::size_t i = 1; i < polynomial.size(); i += 2) out[i - 1] = polynomial[i];
    return out;
}

}  // namespace

Bytes check(ByteView block) {
    HB_CHECK(block.size() <= block_bytes_max);
    std::array<Symbol, check_bytes> rest{};  // of the division by the generator, highest first
    for (const char byte : block) {
        const Symbol factor = plus(static_cast<Symbol>(byte), rest[0]);
        for (std::size_t i = 0; i < check_bytes; ++i) {
            const Symbol next = i + 1 < check_bytes ? rest[i + 1] : Symbol{0};
            rest[i] = plus(next, times(factor, generator[check_bytes - 1 - i]));
        }
    }
    return {rest.begin(), rest.end()};
}

std::optional<std::size_t> mend(Bytes& block, ByteView check) {
    HB_CHECK(block.size() <= block_bytes_max && check.size() == check_bytes);
    const auto syndromes = syndromes_of(block, check);
    if (std::all_of(syndromes.begin(), syndromes.end(), [](Symbol s) { return s == 0; })) return 0;
    const Locator locator = locate(syndromes);
    if (locator.errors > check_bytes / 2) return std::nullopt;
    const Polynomial evaluator = evaluator_of(syndromes, locator.polynomial);
    const Polynomial derivative = derivative_of(locator.polynomial);
    const std::size_t size = block.size() + check.size();
    struct Repair {
        std::size_t at;
        Symbol difference;
    };
    std::vector<Repair> repairs;
    for (std::size_t at = 0; at < size; ++at) {
        const std::size_t power = size - 1 - at;  // of this byte's place in the polynomial
        const Symbol x = field.power[order - power];
        if (value_at(locator.polynomial, x) != 0) continue;
        const Symbol slope = value_at(derivative, x);
        if (slope == 0) return std::nullopt;
        const Symbol difference =
            times(field.power[power], times(value_at(evaluator, x), inverse(slope)));
        repairs.push_back({at, difference});
    }
    if (repairs.size() != locator.errors) return std::nullopt;
    for (const Repair& repair : repairs) {
        if (repair.at >= block.size()) continue;
        block[repair.at] =
            static_cast<char>(static_cast<Symbol>(block[repair.at]) ^ repair.difference);
    }
    return repairs.size();
}

}  // namespace hb::wire::reed_solomon
