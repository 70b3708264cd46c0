// What a run has exercised: pairs of state and input of the two tables, kinds of faults, types of
// messages, lines of the log. A decision that no seed ever takes is not proven by any number of
// seeds.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "base/log.hpp"
#include "resource/claim.hpp"
#include "resource/tenure.hpp"
#include "sim/fault.hpp"

namespace hb::sim {

class Coverage {
public:
    void claim(resource::Claim state, resource::ClaimInput input);
    void tenure(resource::Tenure state, resource::TenureInput input);
    void log(LogId id) { ++logs_[static_cast<std::size_t>(id)]; }
    void fault(FaultKind kind) { ++faults_[static_cast<std::size_t>(kind)]; }
    void script(ScriptFault what) { ++scripts_[static_cast<std::size_t>(what)]; }
    void device(DeviceMood mood) { ++devices_[static_cast<std::size_t>(mood)]; }
    void frame(const Bytes& bytes);

    // Every decision with its count, and what is missing. `strict`: true when all that can be
    // reached was reached, and nothing that is said to be out of reach.
    bool report(bool print_all) const;

private:
    std::array<std::array<std::uint64_t, 12>, 4> claims_{};
    std::array<std::array<std::uint64_t, 12>, 7> tenures_{};
    std::array<std::uint64_t, 512> logs_{};
    std::array<std::uint64_t, fault_kinds> faults_{};
    std::array<std::uint64_t, 9> scripts_{};
    std::array<std::uint64_t, 6> devices_{};
    std::map<std::string, std::uint64_t, std::less<>> messages_;
};

// Of this process. The tables are pure functions of lib/resource; the linker puts a counter in
// front of them in hb_sim alone (--wrap in tests/CMakeLists.txt), so that lib/ knows nothing of it.
Coverage& coverage();

}  // namespace hb::sim
