// What the tests of lib/wire share: the keys of all vectors and captures, the vectors A1 to A19 of
// wire.md, and messages made at random. No test stands here.
#pragma once

#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/prng.hpp"
#include "wire/signer.hpp"

namespace hb::wire::known {

inline Keys keys(std::size_t signing = 1) {
    Keys keys;
    keys.by_index[1] = Key{Method::sha1, "SecretKey"};
    keys.by_index[2] = Key{Method::md5, "OtherKey"};
    keys.by_index[3] = Key{Method::crc, ""};
    keys.signing = signing;
    return keys;
}

inline Bytes file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw std::runtime_error("cannot read " + path);
    return {std::istreambuf_iterator<char>(in), {}};
}

struct Vector {
    int number;
    const char* name;   // file tests/data/wire/<name>.bin
    std::size_t bytes;  // as wire.md gives it; 0 where it gives none
    std::size_t key;
    InnerAuth inner;
    const char* type;  // field `t`
};

inline const std::vector<Vector>& vectors() {
    constexpr auto with = InnerAuth::present;
    constexpr auto without = InnerAuth::absent;
    static const std::vector<Vector> all{
        {1, "a01_status_init", 299, 1, with, "status"},
        {2, "a02_status_active", 301, 1, with, "status"},
        {3, "a03_ackmsg", 276, 1, with, "NS_ackmsg"},
        {4, "a04_reqnodes", 304, 1, with, "reqnodes"},
        {5, "a05_repnodes", 351, 1, with, "repnodes"},
        {6, "a06_starting", 256, 1, with, "starting"},
        {7, "a07_resource", 310, 1, with, "resource"},
        {8, "a08_rexmit", 294, 1, with, "NS_rexmit"},
        {9, "a09_nak_rexmit", 307, 1, with, "NS_nak_rexmit"},
        {10, "a10_shutdone", 270, 1, with, "shutdone"},
        {11, "a11_ip_request_resp", 366, 1, with, "ip-request-resp"},
        {12, "a12_status_md5", 237, 2, without, "status"},
        {13, "a13_typed_md5", 300, 2, with, "typed"},
        {14, "a14_status_crc", 235, 3, with, "status"},
        {15, "a15_ping", 190, 1, with, "NS_st"},
        {16, "a16_serial_text", 0, 1, with, "status"},
        {17, "a17_client_join", 353, 1, with, "hbapi-clstat"},
        {18, "a18_compressed_bz2", 407, 1, without, "bigtest"},
        {19, "a19_text_udp", 0, 1, with, "foo"},
    };
    return all;
}

inline Bytes bytes_of(const Vector& vector) {
    return file(std::string(HB_TEST_DATA) + "/data/wire/" + vector.name + ".bin");
}
inline Bytes vector_bytes(int number) {
    return bytes_of(vectors().at(static_cast<std::size_t>(number - 1)));
}

// --- messages at random ---

struct Wild {
    bool any_byte;  // every byte that the netstring form can carry; else what text can carry too
};

inline std::string random_text(Prng& prng, std::size_t size_max, bool any_byte) {
    std::string out(prng.below(size_max + 1), ' ');
    for (char& c : out) {
        c = static_cast<char>(any_byte ? 1 + prng.below(255) : ' ' + prng.below('~' - ' ' + 1));
    }
    return out;
}

inline Message random_message(Prng& prng, Wild wild, std::size_t depth = 0) {
    Message out;
    const std::uint64_t count = prng.below(depth == 0 ? 12 : 4);
    for (std::uint64_t i = 0; i < count; ++i) {
        Field field;
        // A number makes names differ: lists of one name would be joined by the decoder.
        field.name = "f" + std::to_string(i) + random_text(prng, 8, wild.any_byte);
        std::erase(field.name, '=');
        field.type = static_cast<FieldType>(prng.below(5));
        switch (field.type) {
            case FieldType::string:
                field.value = random_text(prng, 60, wild.any_byte);
                if (prng.chance(20)) field.value += "\nnext line\n";
                break;
            case FieldType::binary:
            case FieldType::compressed:
                field.value = random_text(prng, 60, true);
                if (prng.chance(50)) field.value += '\0';
                break;
            case FieldType::list:
                for (std::uint64_t n = prng.below(5); n > 0; --n) {
                    field.list.push_back("e" + random_text(prng, 20, wild.any_byte));
                }
                break;
            case FieldType::nested:
            case FieldType::nested_to_compress:
                field.type = FieldType::nested;
                if (depth < limits::message_depth_max) {
                    field.nested =
                        std::make_shared<const Message>(random_message(prng, wild, depth + 1));
                } else {
                    field.type = FieldType::string;
                }
                break;
        }
        out.fields.push_back(std::move(field));
    }
    return out;
}

// `levels` messages around an innermost one that holds `value` in its field `deep`.
inline Message nest(std::size_t levels, std::string_view value) {
    Message out;
    out.set("deep", value);
    for (std::size_t i = 0; i < levels; ++i) {
        Message around;
        around.fields.push_back(Field{
            "in", FieldType::nested, {}, {}, std::make_shared<const Message>(std::move(out))});
        out = std::move(around);
    }
    return out;
}

}  // namespace hb::wire::known
