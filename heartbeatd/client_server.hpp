// The socket of local clients: connections, credentials, whole frames in and out, a bounded queue
// for each. What a client may and what it hears is decided in lib/core.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/event.hpp"
#include "base/result.hpp"
#include "client_connection.hpp"
#include "fd.hpp"

namespace hb::shell {

class Loop;
class Watch;

// All on the loop, never from within a call of ClientServer.
struct ClientHooks {
    std::function<void(const ClientCame&)> came;
    std::function<void(ClientCall)> call;
    std::function<void(const ClientGone&)> gone;
    std::function<void(const LogLine&)> log;
    std::function<bool()> due;  // the clock wants its turn: what clients want can wait
};

class ClientServer {
public:
    // Makes the socket at `path` (0777: the folder keeps strangers out); whatever is there goes.
    // Errors: io, permission.
    static Result<std::unique_ptr<ClientServer>> open(Loop& loop, const std::string& path,
                                                      ClientHooks hooks);
    // Closes all connections and removes the socket.
    ~ClientServer();
    ClientServer(const ClientServer&) = delete;
    ClientServer& operator=(const ClientServer&) = delete;

    // Of a connection that is closed, all of these are nothing.
    void client(const Notify& order);
    void client(const EndClient& order);
    void client(const ClientQueue& order);
    void client(const PauseClients& order);

    // Looks now and then whether the processes behind the connections live.
    void audit(Instant now);

    std::size_t connections() const noexcept { return connections_.size(); }

private:
    ClientServer(Loop& loop, std::string path, int descriptor, ClientHooks hooks);
    void accept_some();
    void refuse_one();
    void readable(ConnectionId id);
    // Hands up bodies that were read, one a client in turn, and comes back for the rest: the links
    // must have their turn.
    void work();
    void work_later();
    void rest(ConnectionId id);
    void writable(ConnectionId id);
    // It takes nothing.
    void cut_off(ConnectionId id);
    void cut_off_the_slowest();
    // Closes it. `reason` is for the cluster.
    void drop(ConnectionId id, const char* reason);

    Loop& loop_;
    std::string path_;
    ClientHooks hooks_;
    std::unique_ptr<Watch> listening_;
    Fd spare_;  // given up for a moment to refuse a connection when no descriptor is left
    std::map<ConnectionId, ClientConnection> connections_;
    std::deque<ConnectionId> ready_;  // have bodies that are not handed up yet
    std::uint32_t last_id_{};
    Instant next_audit_{};
    bool working_{false};  // work() is posted
    bool paused_{false};
    std::shared_ptr<bool> alive_;  // false for what was posted and comes too late
};

}  // namespace hb::shell
