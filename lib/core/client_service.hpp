// Ties the desk of the clients to the cluster and the resources: what clients hear of both, what
// they may ask of them, when they must wait. Judges no request (client_desk.hpp).
#pragma once

#include "cluster/engine.hpp"
#include "core/client_desk.hpp"
#include "core/clients.hpp"
#include "resource/manager.hpp"

namespace hb::core {

class ClientService {
public:
    // REQUIRES: all of them outlive the service. `engine_config`: as it is in force at each call.
    ClientService(ApiConfig config, Clients& clients, cluster::Engine& engine,
                  const cluster::EngineConfig& engine_config, resource::Manager& manager);

    void happened(Now now, const ClientCame& event, Effects& out);
    void happened(Now now, const ClientCall& event, resource::Wishes& wishes, Effects& out);
    void happened(Now now, const ClientGone& event, resource::Wishes& wishes, Effects& out);
    void happened(const ClientsAllowed& event) { desk_.allowed(event.rules); }
    void reconfigure(ApiConfig config);

    // To the cluster, and to the clients here whom it concerns.
    // False: it cannot go.
    bool send(Now now, wire::Message message, Effects& out);
    // What the cluster found out. After everybody else has heard of it: answers of this node come
    // to clients before what is answered.
    void tell(Now now, const cluster::Notice& news, Effects& out);
    // After each step: clients wait while peers have not acknowledged what they said.
    void look(Effects& out);

    // The hand-over of a class that this client asked for. Its first message goes out as the
    // client's.
    resource::Manager::Given give_up(Now now, std::string_view scope, ClientId client,
                                     resource::Wishes& wishes);
    ApiView view() const;

private:
    class Host;
    void tell_overheard(Effects& out);
    void tell_ping(Now now, const cluster::PingState& ping, Effects& out);
    void tell_answer(Now now, const NodeName& ping, Effects& out);
    std::string_view word_of(const NodeName& ping) const;

    ApiConfig config_;
    Clients& clients_;
    cluster::Engine& engine_;
    const cluster::EngineConfig& engine_config_;
    resource::Manager& manager_;
    ClientDesk desk_;
    NodeName told_up_;  // the ping node whose answer was news already
    bool paused_{false};
};

}  // namespace hb::core
