// The operations that ask the daemon about nodes, links, clients and parameters (hbclient_abi.hpp).
#pragma once

#include "client/hbclient_abi.hpp"

namespace hb::hbclient {

int init_nodewalk(ll_cluster* cluster);
const char* nextnode(ll_cluster* cluster);
int end_nodewalk(ll_cluster* cluster);
const char* node_status(ll_cluster* cluster, const char* node);
int node_weight(ll_cluster* cluster, const char* node);
const char* node_site(ll_cluster* cluster, const char* node);
const char* node_type(ll_cluster* cluster, const char* node);
int num_nodes(ll_cluster* cluster);
int init_ifwalk(ll_cluster* cluster, const char* node);
const char* nextif(ll_cluster* cluster);
int end_ifwalk(ll_cluster* cluster);
const char* if_status(ll_cluster* cluster, const char* node, const char* link);
const char* client_status(ll_cluster* cluster, const char* node, const char* name, int timeout_ms);
int get_uuid_by_name(ll_cluster* cluster, const char* node, cl_uuid_t* out);
int get_name_by_uuid(ll_cluster* cluster, cl_uuid_t* uuid, char* out, std::size_t size);
char* get_parameter(ll_cluster* cluster, const char* name);
long get_deadtime(ll_cluster* cluster);
long get_keepalive(ll_cluster* cluster);
const char* get_mynodeid(ll_cluster* cluster);
int get_logfacility(ll_cluster* cluster);
const char* get_resources(ll_cluster* cluster);

}  // namespace hb::hbclient
