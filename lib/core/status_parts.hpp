// How Core::status() is put together; private to lib/core and its tests.
#pragma once

#include <vector>

#include "cluster/view.hpp"
#include "core/status.hpp"
#include "resource/view.hpp"

namespace hb::core {

struct CoreConfig;

// `holder`: what the manager knows of it, or null.
NodeStatus node_status(const cluster::PeerView& peer, const resource::HolderView* holder,
                       const std::vector<cluster::LineView>& lines);
GroupStatus group_status(const resource::GroupState& state);
FencingStatus fencing_status(const resource::ManagerView& view);
void add_config(const CoreConfig& config, Status& out);
void add_engine(const cluster::EngineView& engine, Status& out);
void add_manager(const cluster::EngineView& engine, const resource::ManagerView& manager,
                 Status& out);

}  // namespace hb::core
