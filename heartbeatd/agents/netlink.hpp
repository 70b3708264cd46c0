// Asks the kernel for links, addresses and routes, and changes them in batches. Blocks while the
// kernel holds its lock of interfaces: never for the loop's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agents/cancel.hpp"
#include "agents/netlink_messages.hpp"
#include "base/result.hpp"

struct mnl_socket;

namespace hb::agents {

// How the kernel answered one change.
struct Outcome {
    int error{};        // errno, 0 when it is done, ECANCELED when it was not asked any more
    std::string words;  // the kernel's own explanation, often empty

    std::string reason() const;
};

class Netlink {
public:
    // Errors: io, permission.
    [[nodiscard]] static Result<Netlink> open();

    // Errors: io.
    [[nodiscard]] Result<std::vector<Link>> links();
    [[nodiscard]] Result<std::vector<Address>> addresses(int family);  // AF_UNSPEC: both
    [[nodiscard]] Result<std::vector<Route>> routes(int family);

    // All changes in order, limits::netlink_batch at once, whatever becomes of the ones before;
    // the answers in the same order. `cancel` is looked at between two batches.
    std::vector<Outcome> apply(const std::vector<Change>& changes, const Cancel& cancel);

private:
    explicit Netlink(mnl_socket* socket);
    template <class T>
    Result<std::vector<T>> all(Kind kind, int family,
                               std::optional<T> (*read_one)(const nlmsghdr*));
    [[nodiscard]] Result<void> read(std::uint32_t first, std::uint32_t last,
                                    const std::function<bool(const nlmsghdr*)>& each);
    void apply_some(const std::vector<Change>& changes, std::size_t begin, std::size_t end,
                    std::vector<Outcome>& out);

    struct Close {
        void operator()(mnl_socket* socket) const;
    };
    std::unique_ptr<mnl_socket, Close> socket_;
    std::uint32_t sequence_{};
};

}  // namespace hb::agents
