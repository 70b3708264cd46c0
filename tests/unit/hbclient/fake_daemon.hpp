// A daemon that answers as the test says, behind the real libplumb: the library's connection is led
// to a socket of this test. And C++ around the C table of operations.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <initializer_list>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "client/hbclient_abi.hpp"
#include "wire/client_frame.hpp"

namespace hb::fake {

using Pairs = std::initializer_list<std::pair<const char*, std::string>>;
wire::Message message(Pairs fields);

class Daemon {
public:
    using Answer = std::function<void(Daemon&, const wire::Message&)>;

    Daemon();
    ~Daemon();
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    // What is done for a request; for a cluster message under its type. A sign-on is granted and
    // what no daemon knows is refused unless said otherwise.
    void on(const std::string& what, Answer answer);
    // Answers with these fields behind `t` and `reqtype`.
    void reply(const std::string& what, Pairs fields);

    // To the one client.
    void say(const wire::Message& message);
    void say_bytes(const Bytes& bytes);
    void hang_up();

    std::vector<wire::Message> heard() const;
    // Waits until `count` messages of that request or type have come; the last one.
    wire::Message wait_for(const std::string& what, std::size_t count = 1) const;

private:
    void serve();
    void deal_with(const wire::Message& said);

    int listener_{-1};
    int client_{-1};
    bool stopping_{false};
    mutable std::recursive_mutex mutex_;
    std::map<std::string, Answer> answers_;
    std::vector<wire::Message> heard_;
    std::thread thread_;
};

// One ll_cluster, and the operations as the programs call them.
class Program : public testing::Test {
protected:
    Program();
    ~Program() override;
    const llc_ops& ops() const { return *cluster->llc_ops_table; }
    bool sign_on(const char* name) { return ops().signon(cluster, name) == 1; }
    // Reads what is there, without waiting: the types.
    std::vector<std::string> read_all() const;
    // Waits for one.
    std::string read_one(const char* field = "t") const;

    Daemon daemon;
    ll_cluster* cluster;
};

}  // namespace hb::fake
