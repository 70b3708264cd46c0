// C++20 over heartbeat/client.h: handles that close themselves, texts and lists as values, errors
// as hb::client::Failure. Header only; its conventions are those of client.h.
#pragma once

#include <heartbeat/client.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hb::client {

// What a call threw: the code, and words for people.
class Failure : public std::runtime_error {
public:
    Failure(hb_client_rc code, const std::string& words)
        : std::runtime_error(words.empty() ? hb_client_rc_text(code) : words), code_(code) {}
    hb_client_rc code() const noexcept { return code_; }

private:
    hb_client_rc code_;
};

class Message {
public:
    // Throws std::invalid_argument: no type.
    explicit Message(const std::string& type) : Message(hb_client_message_new(type.c_str())) {}
    // Takes it over.
    explicit Message(hb_client_message* raw) : raw_(raw) {
        if (raw == nullptr) throw std::invalid_argument("a message needs a type");
    }
    // Throws Failure: the name, or memory.
    Message& set(const std::string& name, const std::string& value) {
        return check(hb_client_message_set(raw_.get(), name.c_str(), value.c_str()));
    }
    Message& set_data(const std::string& name, std::string_view data) {
        return check(
            hb_client_message_set_data(raw_.get(), name.c_str(), data.data(), data.size()));
    }
    std::string type() const { return get("t").value_or(""); }
    std::optional<std::string> get(const std::string& name) const {
        const char* value = hb_client_message_get(raw_.get(), name.c_str());
        return value == nullptr ? std::nullopt : std::optional<std::string>(value);
    }
    std::optional<std::string> data(const std::string& name) const {
        std::size_t size = 0;
        const void* found = hb_client_message_data(raw_.get(), name.c_str(), &size);
        if (found == nullptr) return std::nullopt;
        return std::string(static_cast<const char*>(found), size);
    }
    const hb_client_message* raw() const noexcept { return raw_.get(); }

private:
    struct Free {
        void operator()(hb_client_message* raw) const noexcept { hb_client_message_free(raw); }
    };
    Message& check(hb_client_rc rc) {
        if (rc != HB_CLIENT_OK) throw Failure(rc, "");
        return *this;
    }
    std::unique_ptr<hb_client_message, Free> raw_;
};

struct Node {
    std::string name, type, status;
};
struct Link {
    std::string name, status;
};

// A connection. Every call throws Failure; what waits has a time in milliseconds, below 0 without
// end.
class Client {
public:
    // Signs on, as `name` or casual.
    explicit Client(int timeout_ms, const std::string& name = "", const std::string& socket = "") {
        hb_client_options options{};
        options.size = sizeof options;
        options.name = name.empty() ? nullptr : name.c_str();
        options.socket = socket.empty() ? nullptr : socket.c_str();
        hb_client* raw = nullptr;
        const hb_client_rc rc = hb_client_open(&options, timeout_ms, &raw);
        raw_.reset(raw);
        check(rc);
    }

    std::string node() const { return text_or_empty(hb_client_node(raw_.get())); }
    std::string version() const { return text_or_empty(hb_client_version(raw_.get())); }
    std::int64_t deadtime_ms() const noexcept { return hb_client_deadtime_ms(raw_.get()); }
    std::int64_t keepalive_ms() const noexcept { return hb_client_keepalive_ms(raw_.get()); }

    // Everything, as JSON.
    std::string status(int timeout_ms) { return text(hb_client_status, timeout_ms); }
    std::string resources(int timeout_ms) { return text(hb_client_resources, timeout_ms); }
    std::vector<Node> nodes(int timeout_ms) {
        Walk<Node> walk;
        const auto visit = [](void* data, const hb_client_node_info* node) -> int {
            return static_cast<Walk<Node>*>(data)->add(node->name, node->type, node->status);
        };
        return walk.end(*this, hb_client_nodes(raw_.get(), timeout_ms, visit, &walk));
    }
    std::vector<Link> links(const std::string& node, int timeout_ms) {
        Walk<Link> walk;
        const auto visit = [](void* data, const hb_client_link_info* link) -> int {
            return static_cast<Walk<Link>*>(data)->add(link->name, link->status);
        };
        return walk.end(*this, hb_client_links(raw_.get(), node.c_str(), timeout_ms, visit, &walk));
    }
    std::string node_status(const std::string& node, int timeout_ms) {
        return text(hb_client_node_status, node.c_str(), timeout_ms);
    }
    std::string node_type(const std::string& node, int timeout_ms) {
        return text(hb_client_node_type, node.c_str(), timeout_ms);
    }
    std::string link_status(const std::string& node, const std::string& link, int timeout_ms) {
        return text(hb_client_link_status, node.c_str(), link.c_str(), timeout_ms);
    }
    std::string client_status(const std::string& node, const std::string& name, int timeout_ms) {
        return text(hb_client_client_status, node.c_str(), name.c_str(), timeout_ms);
    }
    // Nothing when ha.cf does not set it.
    std::optional<std::string> parameter(const std::string& name, int timeout_ms) {
        const char* value = nullptr;
        check(hb_client_parameter(raw_.get(), name.c_str(), timeout_ms, &value));
        return value == nullptr ? std::nullopt : std::optional<std::string>(value);
    }

    // --- messages ---
    void send(const Message& message, const std::string& node = "") {
        check(hb_client_send(raw_.get(), message.raw(), node.empty() ? nullptr : node.c_str()));
    }
    void flush(int timeout_ms) { check(hb_client_flush(raw_.get(), timeout_ms)); }
    // Nothing when none came in time.
    std::optional<Message> receive(int timeout_ms) {
        hb_client_message* message = nullptr;
        const hb_client_rc rc = hb_client_receive(raw_.get(), timeout_ms, &message);
        if (rc == HB_CLIENT_TIMED_OUT || rc == HB_CLIENT_AGAIN) return std::nullopt;
        check(rc);
        return Message(message);
    }

    // --- driven by poll() ---
    int fd() const noexcept { return hb_client_fd(raw_.get()); }
    short events() const noexcept { return hb_client_events(raw_.get()); }
    void process() { check(hb_client_process(raw_.get())); }

    hb_client* raw() const noexcept { return raw_.get(); }

private:
    struct Close {
        void operator()(hb_client* raw) const noexcept { hb_client_close(raw); }
    };
    void check(hb_client_rc rc) const {
        if (rc != HB_CLIENT_OK) throw Failure(rc, hb_client_error(raw_.get()));
    }
    static std::string text_or_empty(const char* text) { return text == nullptr ? "" : text; }
    // The last argument of `function` is where the text goes.
    template <class Function, class... Arguments>
    std::string text(Function* function, Arguments... arguments) {
        const char* out = nullptr;
        check(function(raw_.get(), arguments..., &out));
        return text_or_empty(out);
    }
    // A list on its way through the library, which nothing thrown may pass.
    template <class T>
    struct Walk {
        template <class... Texts>
        int add(Texts... texts) noexcept {
            try {
                list.push_back(T{texts...});
                return 0;
            } catch (...) {
                thrown = std::current_exception();
                return 1;
            }
        }
        std::vector<T> end(const Client& client, hb_client_rc rc) {
            if (thrown) std::rethrow_exception(thrown);
            client.check(rc);
            return std::move(list);
        }
        std::vector<T> list;
        std::exception_ptr thrown;
    };

    std::unique_ptr<hb_client, Close> raw_;
};

}  // namespace hb::client
