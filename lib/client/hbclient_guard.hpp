// What every operation of libhbclient.so.1 needs: the object behind the handle, no exception for C,
// text that outlives the call.
#pragma once

#include <exception>
#include <string>
#include <utility>

#include "client/hbclient_ops.hpp"

namespace hb::hbclient {

inline int result(bool good) { return good ? ha_ok : ha_fail; }

template <class Out, class Call>
Out guarded(ll_cluster* cluster, Out otherwise, Call&& call) noexcept {
    Client* client = client_of(cluster);
    if (client == nullptr) return otherwise;
    try {
        return call(*client);
    } catch (const std::exception&) {  // no memory
        return otherwise;
    }
}

// One per operation, as programs know it: valid until the same operation is called again, even when
// its ll_cluster has gone.
class Kept {
public:
    const char* keep(std::string text) {
        text_ = std::move(text);
        return text_.c_str();
    }

private:
    std::string text_;
};

}  // namespace hb::hbclient
