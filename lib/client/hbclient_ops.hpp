// The operations of libhbclient.so.1 as a table of C functions: nothing is thrown out of them, and
// whatever is no living ll_cluster gets the answer for an error.
#pragma once

#include "client/hbclient_client.hpp"

namespace hb::hbclient {

const llc_ops& operations();

ll_cluster* make_cluster();
// Null when it is none that lives.
Client* client_of(const ll_cluster* cluster);
Client* client_at(const void* private_part);

}  // namespace hb::hbclient
