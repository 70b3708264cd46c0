// Help for plugins in C++ (C++17): classes instead of tables of functions, and nothing thrown ever
// leaves the plugin. Header only, over plugin.h.
//
//   class Bell final : public hb::plugin::Watcher {
//   public:
//       Bell(const hb::plugin::Host& host, const hb::plugin::Fields& config);
//       void event(const hb::plugin::Fields& event) override;
//   };
//   HB_EXPORT_WATCHER(Bell, "bell", "1.0", "GPL-2.0-or-later", nullptr)
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "heartbeat/plugin.h"

namespace hb::plugin {

using Fields = std::vector<std::pair<std::string, std::string>>;

// The first value of that name; `otherwise` when there is none.
inline std::string value_of(const Fields& fields, std::string_view name,
                            std::string_view otherwise = {}) {
    for (const auto& [known, value] : fields) {
        if (known == name) return value;
    }
    return std::string(otherwise);
}

// Thrown by a plugin: the call ends with `rc`, the words are logged.
class Refusal : public std::runtime_error {
public:
    Refusal(hb_rc rc, const std::string& words) : std::runtime_error(words), rc_(rc) {}
    hb_rc rc() const noexcept { return rc_; }

private:
    hb_rc rc_;
};

// What the plugin may call. Cheap to copy; valid as long as the plugin is open.
class Host {
public:
    explicit Host(const hb_host* host) noexcept : host_(host) {}
    void log(hb_level level, const std::string& text) const {
        if (host_->log != nullptr) host_->log(host_->context, level, text.c_str());
    }
    // HB_OK: handed on. HB_NOT_SUPPORTED: this host takes no requests (a fencing plugin).
    hb_rc request(const Fields& fields) const {
        constexpr std::size_t reaches = offsetof(hb_host, request) + sizeof(host_->request);
        if (host_->size < reaches || host_->request == nullptr) return HB_NOT_SUPPORTED;
        std::vector<hb_field> plain;
        plain.reserve(fields.size());
        for (const auto& [name, value] : fields) plain.push_back({name.c_str(), value.c_str()});
        return host_->request(host_->context, plain.data(), plain.size());
    }

private:
    const hb_host* host_;
};

// Each is made by a constructor (const Host&, const Fields& config) that may throw.
class Watcher {
public:
    Watcher() = default;
    virtual ~Watcher() = default;
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;
    virtual void event(const Fields& event) = 0;
    // See hb_watch_ops.
    virtual std::int64_t deadline_ms() { return -1; }
    // See hb_watch_more.
    virtual std::vector<int> descriptors() { return {}; }
};

// Takes a name and a value: see hb_fence_more for which.
using Tell = std::function<void(const std::string& name, const std::string& value)>;

// A Fencer may also have a function
//   static hb_rc describe(const Host& host, const char* type, const Tell& tell);
// of which hb_fence_more says what it is asked.
class Fencer {
public:
    Fencer() = default;
    virtual ~Fencer() = default;
    Fencer(const Fencer&) = delete;
    Fencer& operator=(const Fencer&) = delete;
    virtual hb_rc probe(std::uint32_t timeout_ms) = 0;
    // See hb_fence_ops for what HB_OK promises.
    virtual hb_rc fence(hb_fence_op op, const std::string& node, std::uint32_t timeout_ms) = 0;
    virtual hb_rc hosts(std::uint32_t /*timeout_ms*/, const Tell& /*tell*/) {
        return HB_NOT_SUPPORTED;
    }
};

namespace detail {

// The C++ object and what it needs to complain.
template <class Base>
struct Held {
    Host host;
    std::unique_ptr<Base> object;
};

inline hb_rc complain(const Host& host, hb_rc rc, const char* words) noexcept {
    try {
        host.log(HB_LEVEL_ERROR, words);
    } catch (...) {  // the text could not be copied: the answer alone must do
    }
    return rc;
}

// `call` gives a hb_rc; whatever it throws becomes one.
template <class Call>
hb_rc guarded(const Host& host, Call&& call) noexcept {
    try {
        return call();
    } catch (const Refusal& refusal) {
        return complain(host, refusal.rc(), refusal.what());
    } catch (const std::exception& error) {
        return complain(host, HB_INTERNAL, error.what());
    } catch (...) {
        return complain(host, HB_INTERNAL, "something unknown was thrown");
    }
}

template <class Base, class T>
hb_rc open(const hb_host* host, const hb_param* config, std::size_t count, void** self) {
    const Host ours(host);
    return guarded(ours, [&] {
        Fields fields;
        fields.reserve(count);
        for (std::size_t i = 0; i < count; ++i) {
            fields.emplace_back(config[i].name, config[i].value);
        }
        auto held = std::make_unique<Held<Base>>(Held<Base>{ours, nullptr});
        held->object = std::make_unique<T>(ours, fields);
        *self = held.release();
        return HB_OK;
    });
}

template <class Base>
void close(void* self) {
    const std::unique_ptr<Held<Base>> held(static_cast<Held<Base>*>(self));
}

inline hb_rc probe(void* self, std::uint32_t timeout_ms) {
    auto& held = *static_cast<Held<Fencer>*>(self);
    return guarded(held.host, [&] { return held.object->probe(timeout_ms); });
}

inline hb_rc fence(void* self, hb_fence_op op, const char* node, std::uint32_t timeout_ms) {
    auto& held = *static_cast<Held<Fencer>*>(self);
    return guarded(held.host, [&] { return held.object->fence(op, node, timeout_ms); });
}

inline Tell teller(hb_tell tell, void* context) {
    return [tell, context](const std::string& name, const std::string& value) {
        tell(context, name.c_str(), value.c_str());
    };
}

inline hb_rc hosts(void* self, std::uint32_t timeout_ms, hb_tell tell, void* context) {
    auto& held = *static_cast<Held<Fencer>*>(self);
    return guarded(held.host,
                   [&] { return held.object->hosts(timeout_ms, teller(tell, context)); });
}

template <class T, class = void>
struct Describes : std::false_type {};
template <class T>
struct Describes<T, std::void_t<decltype(&T::describe)>> : std::true_type {};

template <class T>
hb_rc describe(const hb_host* host, const char* type, hb_tell tell, void* context) {
    const Host ours(host);
    return guarded(ours, [&] {
        if constexpr (Describes<T>::value) return T::describe(ours, type, teller(tell, context));
        return HB_NOT_SUPPORTED;
    });
}

inline hb_rc event(void* self, const hb_event* what) {
    auto& held = *static_cast<Held<Watcher>*>(self);
    return guarded(held.host, [&] {
        Fields fields;
        fields.reserve(what->count);
        for (std::size_t i = 0; i < what->count; ++i) {
            fields.emplace_back(what->fields[i].name, what->fields[i].value);
        }
        held.object->event(fields);
        return HB_OK;
    });
}

inline std::int64_t deadline_ms(void* self) {
    auto& held = *static_cast<Held<Watcher>*>(self);
    std::int64_t out = -1;
    guarded(held.host, [&] {
        out = held.object->deadline_ms();
        return HB_OK;
    });
    return out;
}

inline std::size_t descriptors(void* self, int* out, std::size_t room) {
    auto& held = *static_cast<Held<Watcher>*>(self);
    std::size_t count = 0;
    guarded(held.host, [&] {
        for (const int descriptor : held.object->descriptors()) {
            if (count < room) out[count++] = descriptor;
        }
        return HB_OK;
    });
    return count;
}

template <class T>
hb_fence_more fence_ops(const hb_param* params) noexcept {
    return {{sizeof(hb_fence_more), params, open<Fencer, T>, close<Fencer>, probe, fence},
            Describes<T>::value ? describe<T> : nullptr,
            hosts};
}

template <class T>
hb_watch_more watch_ops(const hb_param* params) noexcept {
    return {{sizeof(hb_watch_more), params, open<Watcher, T>, close<Watcher>, event, deadline_ms},
            descriptors};
}

}  // namespace detail

}  // namespace hb::plugin

// Makes CLASS (a Watcher or a Fencer) the plugin of this shared object. PARAMS: as hb_watch_ops and
// hb_fence_ops want it, or nullptr.
#define HB_EXPORT_PLUGIN(KIND, OPS, CLASS, NAME, VERSION, LICENSE, PARAMS)             \
    extern "C" const hb_plugin* hb_plugin_entry(void) {                                \
        static const auto ops = hb::plugin::detail::OPS<CLASS>(PARAMS);                \
        static const hb_plugin plugin = {HB_PLUGIN_ABI, sizeof(hb_plugin), KIND, NAME, \
                                         VERSION,       LICENSE,           &ops};      \
        return &plugin;                                                                \
    }
#define HB_EXPORT_WATCHER(CLASS, NAME, VERSION, LICENSE, PARAMS) \
    HB_EXPORT_PLUGIN(HB_PLUGIN_WATCH, watch_ops, CLASS, NAME, VERSION, LICENSE, PARAMS)
#define HB_EXPORT_FENCER(CLASS, NAME, VERSION, LICENSE, PARAMS) \
    HB_EXPORT_PLUGIN(HB_PLUGIN_FENCE, fence_ops, CLASS, NAME, VERSION, LICENSE, PARAMS)
