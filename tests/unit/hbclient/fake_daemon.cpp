// See fake_daemon.hpp.
#include "unit/hbclient/fake_daemon.hpp"

#include <dlfcn.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstring>
#include <filesystem>

namespace {

std::string& socket_path() {
    static std::string out;
    return out;
}

}  // namespace

// Stands before libplumb's, which is called with another path.
extern "C" IPC_Channel* ipc_channel_constructor(const char* type, GHashTable* attributes) {
    using Constructor = IPC_Channel* (*)(const char*, GHashTable*);
    const auto real = reinterpret_cast<Constructor>(::dlsym(RTLD_NEXT, "ipc_channel_constructor"));
    std::string name = "path";
    g_hash_table_insert(attributes, name.data(), socket_path().data());
    return real(type, attributes);
}

namespace hb::fake {

wire::Message message(Pairs fields) {
    wire::Message out;
    for (const auto& [name, value] : fields) out.set(name, value);
    return out;
}

Daemon::Daemon() {
    std::array<char, 32> folder{"/tmp/hbclient-test-XXXXXX"};
    EXPECT_NE(::mkdtemp(folder.data()), nullptr);
    socket_path() = std::string(folder.data()) + "/register";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, socket_path().c_str());
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listener_, 4), 0);
    on("signon", [](Daemon& self, const wire::Message&) {
        self.say(message({{"t", "hbapi-resp"},
                          {"reqtype", "signon"},
                          {"result", "OK"},
                          {"deadtime", "1770"},
                          {"keepalive", "3e8"},
                          {"node", "c1"},
                          {"hbversion", "3.0.6 (node: c1)"},
                          {"pacemaker", "false"},
                          {"logfacility", "128"}}));
    });
    thread_ = std::thread([this] { serve(); });
}

Daemon::~Daemon() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        ::shutdown(listener_, SHUT_RDWR);
        if (client_ >= 0) ::shutdown(client_, SHUT_RDWR);
    }
    thread_.join();
    ::close(listener_);
    std::filesystem::remove_all(std::filesystem::path(socket_path()).parent_path());
}

void Daemon::on(const std::string& what, Answer answer) {
    const std::lock_guard lock(mutex_);
    answers_[what] = std::move(answer);
}

void Daemon::reply(const std::string& what, Pairs fields) {
    wire::Message answer = message({{"t", "hbapi-resp"}, {"reqtype", what}});
    for (const auto& [name, value] : fields) answer.set(name, value);
    on(what, [answer](Daemon& self, const wire::Message&) { self.say(answer); });
}

void Daemon::say(const wire::Message& said) {
    say_bytes(wire::client_frame::encode(said, wire::client_frame::Form::text).value());
}

void Daemon::say_bytes(const Bytes& bytes) {
    const std::lock_guard lock(mutex_);
    ByteView rest = bytes;
    while (!rest.empty()) {
        const ssize_t sent = ::send(client_, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        rest.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void Daemon::hang_up() {
    const std::lock_guard lock(mutex_);
    if (client_ >= 0) ::shutdown(client_, SHUT_RDWR);
}

std::vector<wire::Message> Daemon::heard() const {
    const std::lock_guard lock(mutex_);
    return heard_;
}

wire::Message Daemon::wait_for(const std::string& what, std::size_t count) const {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (std::chrono::steady_clock::now() < until) {
        std::size_t seen = 0;
        for (const wire::Message& said : heard()) {
            if (said.get("reqtype") != what && said.type() != what) continue;
            if (++seen == count) return said;
        }
        std::this_thread::yield();
    }
    ADD_FAILURE() << "the daemon did not hear " << count << " times " << what;
    return {};
}

void Daemon::deal_with(const wire::Message& said) {
    const std::lock_guard lock(mutex_);
    heard_.push_back(said);
    const std::string what(said.type() == "hbapi-req" ? said.get("reqtype") : said.type());
    if (const auto found = answers_.find(what); found != answers_.end()) {
        const Answer answer = found->second;
        return answer(*this, said);
    }
    if (said.type() != "hbapi-req" || what == "signoff" || what == "set_sendqlen") return;
    say(message({{"t", "hbapi-resp"}, {"reqtype", what}, {"result", "badreq"}}));
}

void Daemon::serve() {
    for (;;) {
        const int accepted = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        {
            const std::lock_guard lock(mutex_);
            if (accepted < 0 || stopping_) {
                if (accepted >= 0) ::close(accepted);
                return;
            }
            client_ = accepted;
        }
        wire::client_frame::Reader reader;
        std::array<char, 4096> buffer;
        ssize_t got = 0;
        while ((got = ::recv(accepted, buffer.data(), buffer.size(), 0)) > 0) {
            for (const Bytes& body :
                 reader.feed({buffer.data(), static_cast<std::size_t>(got)}).bodies) {
                if (const auto said = wire::client_frame::decode(body)) deal_with(*said);
            }
        }
        const std::lock_guard lock(mutex_);
        client_ = -1;
        ::close(accepted);
    }
}

Program::Program() : cluster(ll_cluster_new("heartbeat")) { EXPECT_NE(cluster, nullptr); }

Program::~Program() {
    if (cluster != nullptr) ops().remove(cluster);
}

std::vector<std::string> Program::read_all() const {
    std::vector<std::string> out;
    while (ha_msg* got = ops().readmsg(cluster, 0)) {
        out.emplace_back(cl_get_string(got, "t"));
        ha_msg_del(got);
    }
    return out;
}

std::string Program::read_one(const char* field) const {
    ha_msg* got = ops().readmsg(cluster, 1);
    if (got == nullptr) return "(nothing)";
    const char* text = cl_get_string(got, field);
    std::string out = text == nullptr ? "(no field)" : text;
    ha_msg_del(got);
    return out;
}

}  // namespace hb::fake
