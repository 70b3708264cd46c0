// How many signed status packets a second one thread takes through Core::step, beside the bare HMAC
// of OpenSSL over the same bytes. A life of two nodes is recorded first, event by event; then a
// fresh core lives the receiver's part of it again, and only that is timed: verifying, decoding,
// sequence, liveness, acknowledgements, its own heartbeats.
// Usage: hb_core_rate [PACKETS]; prints `core N`, `hmac N` (packets per second) and `bytes N`.

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

#include "core/core.hpp"
#include "wire/netstring.hpp"

namespace {

using namespace hb;
using std::chrono::milliseconds;

constexpr const char* secret = "SharedSecret";
constexpr std::uint32_t began_unix_seconds = 1'800'000'000;

Now at(Instant moment) {
    return {moment,
            began_unix_seconds + static_cast<std::uint32_t>(to_ms(moment.since_start) / 1000)};
}

// A node of a cluster without groups, with one link. The sender beats every 10 ms; the receiver
// once a second, so that what is timed is what it hears.
core::CoreConfig config_of(const std::string& self, const char* keepalive) {
    const std::string text = std::string("keepalive ") + keepalive +
                             "\ndeadtime 10\nwarntime 5\ninitdead 10\nauto_failback on\n"
                             "bcast eth0\nnode alpha beta\n";
    config::Diagnostics found;
    const config::HaCf ha_cf = config::parse_ha_cf(text, "ha.cf", {self, true, 0}, found);
    for (const config::Diagnostic& error : found.errors) {
        std::fprintf(stderr, "hb_core_rate: %s\n", error.shown().c_str());
        std::exit(1);
    }
    config::AuthKeys keys;
    keys.by_index[1] = config::AuthKey{"sha1", secret};
    keys.signing = 1;
    core::Identity identity;
    identity.self = self;
    identity.uuid.fill(static_cast<unsigned char>(self[0]));
    identity.generation = identity.seed = 1;
    return core::make_core_config(ha_cf, keys, {}, identity);
}

struct Happened {
    Now now;
    Event event;
};

struct Side {
    core::Core core;
    std::vector<Happened> happened;
    bool records{false};

    // What it sends in answer.
    std::vector<Bytes> step(Now now, Event event) {
        Effects out;
        core.step(now, event, out);
        if (records) happened.push_back({now, std::move(event)});
        return frames(out);
    }
    static std::vector<Bytes> frames(const Effects& out) {
        std::vector<Bytes> sent;
        for (const Effect& effect : out) {
            if (const auto* frame = std::get_if<SendFrame>(&effect)) sent.push_back(frame->bytes);
        }
        return sent;
    }
};

// Frames of one side reach the other at once, and so do the answers.
void deliver(Side& to, Side& back, Now now, const std::vector<Bytes>& sent) {
    for (const Bytes& frame : sent) {
        deliver(back, to, now, to.step(now, FrameIn{LinkId{0}, frame}));
    }
}

// The receiver's events until `packets` of them are frames.
std::vector<Happened> recorded_life(std::size_t packets) {
    Instant moment{};
    Side sender{core::Core(config_of("alpha", "10ms"), at(moment)), {}};
    Side receiver{core::Core(config_of("beta", "1"), at(moment)), {}, true};
    for (auto [one, other] : {std::pair{&sender, &receiver}, std::pair{&receiver, &sender}}) {
        Effects out;
        one->core.start(at(moment), out);
        deliver(*other, *one, at(moment), Side::frames(out));
        deliver(*other, *one, at(moment), one->step(at(moment), LinkChanged{LinkId{0}, true}));
    }
    std::size_t frames = 0;
    while (frames < packets) {
        const Instant next = std::min(sender.core.next_deadline(), receiver.core.next_deadline());
        moment = std::max(moment, next);
        const std::size_t before = receiver.happened.size();
        if (sender.core.next_deadline() <= moment) {
            deliver(receiver, sender, at(moment), sender.step(at(moment), Wakeup{}));
        }
        if (receiver.core.next_deadline() <= moment) {
            deliver(sender, receiver, at(moment), receiver.step(at(moment), Wakeup{}));
        }
        for (std::size_t i = before; i < receiver.happened.size(); ++i) {
            frames += std::holds_alternative<FrameIn>(receiver.happened[i].event) ? 1U : 0U;
        }
    }
    return std::move(receiver.happened);
}

// Processor time of this thread, the only one: what else the machine does is not ours.
double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// The figure is worth nothing if the packets were not taken as what they are.
void insist_on_health(const core::Core& core, Now now, std::size_t frames) {
    const core::Status status = core.status(now);
    const bool right = status.lines.size() == 1 && status.lines[0].refused == 0 &&
                       status.lines[0].received >= frames && status.nodes.size() == 1 &&
                       status.nodes[0].state == "active" && status.nodes[0].deaths == 0 &&
                       status.nodes[0].lost == 0 && status.nodes[0].links.size() == 1 &&
                       status.nodes[0].links[0].heard > frames * 95 / 100;
    if (right) return;
    std::fprintf(stderr, "hb_core_rate: the receiver did not take the packets for heartbeats\n");
    std::exit(1);
}

double core_rate(const std::vector<Happened>& life, std::size_t frames) {
    core::Core core(config_of("beta", "1"), life.front().now);
    Effects out;
    core.start(life.front().now, out);
    const double began = processor_seconds();
    for (const Happened& one : life) {
        out.clear();
        core.step(one.now, one.event, out);
    }
    const double rate = static_cast<double>(frames) / (processor_seconds() - began);
    insist_on_health(core, life.back().now, frames);
    return rate;
}

double hmac_rate(const std::vector<ByteView>& bodies) {
    EVP_MAC* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    EVP_MAC_CTX* context = EVP_MAC_CTX_new(mac);
    std::string hash = "SHA1";
    const std::array<OSSL_PARAM, 2> parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, hash.data(), 0),
        OSSL_PARAM_construct_end()};
    const std::string key = secret;
    EVP_MAC_init(context, reinterpret_cast<const unsigned char*>(key.data()), key.size(),
                 parameters.data());
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    std::size_t size = 0;
    const double began = processor_seconds();
    for (const ByteView body : bodies) {
        if (EVP_MAC_init(context, nullptr, 0, nullptr) != 1 ||
            EVP_MAC_update(context, reinterpret_cast<const unsigned char*>(body.data()),
                           body.size()) != 1 ||
            EVP_MAC_final(context, digest.data(), &size, digest.size()) != 1) {
            std::fprintf(stderr, "hb_core_rate: OpenSSL refuses\n");
            std::exit(1);
        }
    }
    const double rate = static_cast<double>(bodies.size()) / (processor_seconds() - began);
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(mac);
    return rate;
}

}  // namespace

int main(int count, char** words) {
    const std::size_t packets = count > 1 ? std::stoul(words[1]) : 200'000;
    if (count > 2 || packets < 1000 || packets > 1'000'000) {
        std::fprintf(stderr, "usage: hb_core_rate [PACKETS] (1,000 to 1,000,000)\n");
        return 2;
    }
    const std::vector<Happened> life = recorded_life(packets);
    std::vector<ByteView> bodies;
    std::size_t bytes = 0;
    for (const Happened& one : life) {
        if (const auto* frame = std::get_if<FrameIn>(&one.event)) {
            bodies.push_back(wire::netstring::cut(frame->bytes).value().body);
            bytes += frame->bytes.size();
        }
    }
    std::printf("core %.0f\n", core_rate(life, bodies.size()));
    std::printf("hmac %.0f\n", hmac_rate(bodies));
    std::printf("bytes %zu\n", bytes / bodies.size());
    return 0;
}
