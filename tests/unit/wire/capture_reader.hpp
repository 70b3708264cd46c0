// Reads pcap files of Ethernet: payloads of UDP and ICMP echo over IPv4 and IPv6, of IPv4 fragments
// put together, and of packets that an ICMP error quotes. Only as much of each protocol as the
// captures of real clusters need.
#pragma once

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "unit/wire/known.hpp"

namespace hb::wire::capture {

inline std::uint32_t big16(ByteView bytes, std::size_t at) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes.at(at))) << 8U |
           static_cast<unsigned char>(bytes.at(at + 1));
}
inline std::uint32_t little32(ByteView bytes, std::size_t at) {
    std::uint32_t out = 0;
    for (std::size_t i = 4; i > 0; --i) {
        out = out << 8U | static_cast<unsigned char>(bytes.at(at + i - 1));
    }
    return out;
}

struct Payload {
    Bytes bytes;
    bool fragmented;  // was put together
};

class Reader {
public:
    // Payloads of the file, in the order in which they were complete.
    static std::vector<Payload> payloads(const std::string& path) {
        Reader reader;
        const Bytes whole = known::file(path);
        constexpr std::uint32_t magic = 0xa1b2c3d4;
        constexpr std::uint32_t ethernet = 1;
        if (little32(whole, 0) != magic || little32(whole, 20) != ethernet) {
            throw std::runtime_error(path + " is no little-endian pcap file of Ethernet");
        }
        std::size_t at = 24;
        while (at < whole.size()) {
            const std::size_t size = little32(whole, at + 8);
            if (size != little32(whole, at + 12)) throw std::runtime_error("a frame was cut");
            reader.frame(ByteView(whole).substr(at + 16, size));
            at += 16 + size;
        }
        if (!reader.pieces_.empty()) throw std::runtime_error("a fragment is missing");
        return std::move(reader.out_);
    }

private:
    static constexpr unsigned icmp4 = 1;
    static constexpr unsigned udp = 17;
    static constexpr unsigned icmp6 = 58;

    void frame(ByteView bytes) {
        const std::uint32_t kind = big16(bytes, 12);
        if (kind == 0x0800) ip4(bytes.substr(14));
        if (kind == 0x86dd) ip6(bytes.substr(14));
    }

    void ip4(ByteView bytes) {
        const std::size_t header = 4U * (static_cast<unsigned char>(bytes.at(0)) & 15U);
        const unsigned protocol = static_cast<unsigned char>(bytes.at(9));
        const ByteView body = bytes.substr(header, big16(bytes, 2) - header);
        const std::uint32_t place = big16(bytes, 6);
        const bool more = (place & 0x2000U) != 0;
        const std::size_t offset = 8U * (place & 0x1fffU);
        if (!more && offset == 0) return transport(protocol, body, false);
        // The key is RFC 791's: addresses, protocol, identification.
        const auto key = std::make_tuple(Bytes(bytes.substr(12, 8)), protocol, big16(bytes, 4));
        Pieces& pieces = pieces_[key];
        pieces.by_offset[offset] = Bytes(body);
        if (!more) pieces.size = offset + body.size();
        Bytes joined;
        for (const auto& [start, piece] : pieces.by_offset) {
            if (start == joined.size()) joined += piece;
        }
        if (pieces.size == 0 || joined.size() != pieces.size) return;
        pieces_.erase(key);
        transport(protocol, joined, true);
    }

    void ip6(ByteView bytes) {
        const unsigned protocol = static_cast<unsigned char>(bytes.at(6));
        transport(protocol, bytes.substr(40, big16(bytes, 4)), false);
    }

    void transport(unsigned protocol, ByteView bytes, bool fragmented) {
        constexpr std::size_t header = 8;  // of UDP and of ICMP alike
        if (protocol == udp) {
            out_.push_back({Bytes(bytes.substr(header, big16(bytes, 4) - header)), fragmented});
        }
        const unsigned type = bytes.empty() ? 0U : static_cast<unsigned char>(bytes[0]);
        if ((protocol == icmp4 && (type == 0 || type == 8)) ||
            (protocol == icmp6 && (type == 128 || type == 129))) {
            out_.push_back({Bytes(bytes.substr(header)), fragmented});
        }
        if (protocol == icmp4 && type == 3) ip4(bytes.substr(header));
        if (protocol == icmp6 && type == 1) ip6(bytes.substr(header));
    }

    struct Pieces {
        std::map<std::size_t, Bytes> by_offset;
        std::size_t size{0};  // known once the last fragment is there
    };
    std::map<std::tuple<Bytes, unsigned, std::uint32_t>, Pieces> pieces_;
    std::vector<Payload> out_;
};

}  // namespace hb::wire::capture
