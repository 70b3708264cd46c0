// Signing and verifying packets of both forms. The digests themselves are digest.cpp's.
#include "wire/signer.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/text.hpp"
#include "wire/compress.hpp"
#include "wire/counted.hpp"
#include "wire/digest.hpp"
#include "wire/netstring.hpp"
#include "wire/text_form.hpp"

namespace hb::wire {

static constexpr std::array<std::pair<std::string_view, Method>, 5> methods{
    {{"crc", Method::crc},
     {"md5", Method::md5},
     {"sha1", Method::sha1},
     {"sha256", Method::sha256},
     {"sha512", Method::sha512}}};

std::optional<Method> method_named(std::string_view name) noexcept {
    for (const auto& [known, method] : methods) {
        if (known == name) return method;
    }
    return std::nullopt;
}

std::string_view method_name(Method method) noexcept {
    for (const auto& [name, known] : methods) {
        if (known == method) return name;
    }
    return "unknown";
}

bool method_available(Method method) { return KeyedDigest(Key{method, "k"}).hex("").has_value(); }

struct Signer::State {
    Keys keys;
    std::array<std::optional<KeyedDigest>, limits::key_index_max + 1> digests;
};

Signer::Signer(const Keys& keys) : state_(std::make_unique<State>()) {
    HB_CHECK(keys.signing < keys.by_index.size() && keys.by_index[keys.signing]);
    state_->keys = keys;
    for (std::size_t i = 0; i < keys.by_index.size(); ++i) {
        if (const auto& key = keys.by_index[i]) state_->digests[i].emplace(*key);
    }
    HB_CHECK(state_->digests[keys.signing]->hex(""));
}

Signer::~Signer() = default;
Signer::Signer(Signer&&) noexcept = default;
Signer& Signer::operator=(Signer&&) noexcept = default;

const Keys& Signer::keys() const noexcept { return state_->keys; }

std::string Signer::sign(ByteView bytes) const {
    const auto digest = state_->digests[state_->keys.signing]->hex(bytes);
    HB_CHECK(digest);
    return std::to_string(state_->keys.signing) + ' ' + *digest;
}

Result<void> Signer::verify(ByteView bytes, ByteView signature) const {
    const std::size_t blank = signature.find(' ');
    if (blank == ByteView::npos || signature.size() > limits::signature_bytes_max) {
        return fail(Errc::malformed, "a signature is not of the form `INDEX DIGEST`");
    }
    const auto index = parse_dec(signature.substr(0, blank));
    if (!index) return fail(Errc::malformed, "a signature has no key index");
    if (*index > limits::key_index_max || !state_->digests[*index]) {
        return fail(Errc::unknown_key,
                    "signed with key " + std::to_string(*index) + ", which authkeys does not have");
    }
    const auto digest = state_->digests[*index]->hex(bytes);
    if (!digest || !same_digest(*digest, signature.substr(blank + 1))) {
        return fail(Errc::bad_signature,
                    "the signature does not fit key " + std::to_string(*index));
    }
    return {};
}

// Real nodes leave the inner signature out for messages that hold one of these (wire.md 1.6).
static bool takes_inner_auth(const Message& message) noexcept {
    return std::none_of(message.fields.begin(), message.fields.end(), [](const Field& field) {
        return field.type == FieldType::nested || field.type == FieldType::compressed ||
               field.type == FieldType::nested_to_compress;
    });
}

static Result<std::string> inner_auth(const Message& message, const Signer& signer) {
    const auto lines = text_form::signed_lines(message);
    if (!lines) return tl::unexpected(lines.error());
    return signer.sign(*lines);
}

static Result<Message> with_inner_auth(const Message& message, const Signer& signer) {
    const auto auth = inner_auth(message, signer);
    if (!auth) return tl::unexpected(auth.error());
    Message out = message;
    out.set("auth", *auth);
    return out;
}

Result<Message> Signer::with_auth(const Message& message) const {
    if (!takes_inner_auth(message)) return message;
    return with_inner_auth(message, *this);
}

static Result<Bytes> within_bounds(Bytes packet) {
    if (packet.size() > limits::message_bytes_max) {
        return fail(Errc::too_large, "a packet is too large");
    }
    return packet;
}

Result<Bytes> Signer::seal_netstring(const Message& message, InnerAuth inner) const {
    const bool takes = inner == InnerAuth::present && takes_inner_auth(message);
    if (takes && message.has("auth")) {  // it is to be overwritten in its place
        const auto complete = with_inner_auth(message, *this);
        if (!complete) return tl::unexpected(complete.error());
        return seal_netstring(*complete, InnerAuth::absent);
    }
    Result<std::string> auth;  // empty: none
    if (takes) auth = inner_auth(message, *this);
    if (!auth) return tl::unexpected(auth.error());
    auto packet = netstring::encode(message, *auth);
    if (!packet) return packet;
    append_counted(*packet, sign(*packet));
    return within_bounds(std::move(*packet));
}

Result<Bytes> Signer::seal_text(const Message& message) const {
    const auto complete = with_inner_auth(message, *this);
    if (!complete) return tl::unexpected(complete.error());
    auto frame = text_form::encode(*complete);
    if (!frame) return frame;
    return within_bounds(std::move(*frame));
}

Result<Bytes> Signer::seal_compressed(const Message& message, InnerAuth inner,
                                      Compression method) const {
    Result<Bytes> whole;
    if (inner == InnerAuth::present && takes_inner_auth(message)) {
        const auto complete = with_inner_auth(message, *this);
        if (!complete) return tl::unexpected(complete.error());
        whole = text_form::encode(*complete);
        if (whole) *whole += '\0';  // real nodes count the end of the text in
    } else {
        whole = netstring::encode(message);
    }
    if (!whole) return whole;
    const auto wrapper = wrap_compressed(*whole, method);
    if (!wrapper) return tl::unexpected(wrapper.error());
    return seal_netstring(*wrapper, InnerAuth::absent);
}

static Result<Message> open_netstring(ByteView packet, const Signer& signer) {
    const auto parts = netstring::cut(packet);
    if (!parts) return tl::unexpected(parts.error());
    if (auto right = signer.verify(parts->body, parts->signature); !right) {
        return tl::unexpected(right.error());
    }
    return netstring::decode(parts->body);
}

static Result<Message> open_text(ByteView packet, const Signer& signer) {
    auto message = text_form::decode(packet);
    if (!message) return message;
    // The signature covers no field of that name, so that there must be one and no more.
    const auto auths = std::count_if(message->fields.begin(), message->fields.end(),
                                     [](const Field& field) { return field.name == "auth"; });
    if (auths != 1) return fail(Errc::malformed, "a text message needs one `auth` line");
    const auto lines = text_form::signed_lines(*message);
    if (!lines) return tl::unexpected(lines.error());
    if (auto right = signer.verify(*lines, message->get("auth")); !right) {
        return tl::unexpected(right.error());
    }
    return message;
}

Result<Message> Signer::open(ByteView packet) const {
    if (packet.size() > limits::message_bytes_max) {
        return fail(Errc::too_large, "a packet is too large");
    }
    Result<Message> message = fail(Errc::malformed, "a packet is of neither form");
    if (packet.starts_with("###\n")) message = open_netstring(packet, *this);
    if (packet.starts_with(">>>\n")) message = open_text(packet, *this);
    if (message && is_compressed(*message)) return unwrap_compressed(*message);
    return message;
}

}  // namespace hb::wire
