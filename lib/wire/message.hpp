// A message: an ordered list of typed fields (spec: wire.md 1). What the fields mean is not known
// here; how they look as bytes is known in netstring and text_form.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"

namespace hb::wire {

// The codes of the wire.
enum class FieldType : std::uint8_t {
    string = 0,
    binary = 1,
    nested = 2,              // a message in the message
    list = 3,                // of strings
    compressed = 4,          // a compressed nested message, passed on untouched
    nested_to_compress = 5,  // never on the wire; read like `nested`
};

struct Message;

struct Field {
    std::string name;
    FieldType type{FieldType::string};
    Bytes value;                            // string, binary, compressed
    std::vector<std::string> list;          // list
    std::shared_ptr<const Message> nested;  // nested, nested_to_compress; never null there

    bool operator==(const Field& other) const;
};

// Look-ups give the first field of a name. Names may repeat.
struct Message {
    std::vector<Field> fields;

    // Value of a string field; empty when there is none (ask `has` to tell the two apart).
    std::string_view get(std::string_view name) const noexcept;
    bool has(std::string_view name) const noexcept;
    const Field* find(std::string_view name) const noexcept;
    // Value of a binary field; empty when there is none.
    ByteView binary(std::string_view name) const noexcept;

    // Overwrites the first field of that name in place, or appends one (wire.md 3).
    void set(std::string_view name, std::string_view value);
    void set_binary(std::string_view name, ByteView value);
    void set_list(std::string_view name, std::vector<std::string> value);
    void erase(std::string_view name);

    std::string_view type() const noexcept { return get("t"); }
    std::string_view source() const noexcept { return get("src"); }
    std::string_view dest() const noexcept { return get("dest"); }
    // Numbers as the wire has them. Nothing when absent or not a number; hex needs 1 to 16 digits.
    std::optional<std::uint64_t> hex(std::string_view name) const noexcept;
    std::optional<std::uint64_t> dec(std::string_view name) const noexcept;

    bool operator==(const Message&) const = default;
};

// A message of type `t` with nothing else.
Message make_message(std::string_view type);

}  // namespace hb::wire
