// Two managers with a device that can reset the other one, and what the tests of fencing ask them.
#pragma once

#include "unit/resource/manager_pair.hpp"

namespace hb::resource {

using Set = std::set<std::string>;

inline const Set alphas{"IPaddr::10.0.0.1", "web"};
inline const Set betas{"IPaddr::10.0.0.2", "db"};
inline const Set everything{"IPaddr::10.0.0.1", "web", "IPaddr::10.0.0.2", "db"};

// One group each, one device. Of two nodes that hold equally much alpha shoots at once and beta
// after `delay`.
class FencingPair : public ManagerPair {
public:
    static constexpr Duration delay = 5s;

    explicit FencingPair(config::Failback failback = config::Failback::off,
                         std::vector<config::ResourceGroup> more = {})
        : ManagerPair(with(std::move(more)), failback) {
        fencing = {{{"ipmi 1", 20s}}, delay};
    }

    std::size_t shots(const std::string& on) { return at(on).shots.size(); }
    auto said(const std::string& on, const std::string& text) {
        return std::count(at(on).said.begin(), at(on).said.end(), text);
    }
    // How often that member was started here.
    auto started(const std::string& on, const std::string& member) {
        return std::count(at(on).ran.begin(), at(on).ran.end(), member + " start");
    }
    Tenure tenure(const std::string& on, const std::string& key) {
        for (const GroupView& group : manager(on).groups()) {
            if (group.key == key) return group.tenure;
        }
        ADD_FAILURE() << "no group " << key;
        return Tenure::stuck;
    }
    bool claims_all(const std::string& on) {
        const auto groups = manager(on).groups();
        return std::all_of(groups.begin(), groups.end(),
                           [](const GroupView& group) { return claimed(group.tenure); });
    }
    // Alpha loses its power, and beta notices. It shoots within the 60 s that pass, which nobody
    // has confirmed yet.
    void alpha_dies(Duration passes = 60s) {
        kill("alpha");
        declare_dead("beta", "alpha", true, passes);
    }
    // Alpha lives, but beta hears nothing of it; alpha sees beta as before.
    void beta_misses_alpha(Duration passes) {
        cut();
        declare_dead("beta", "alpha", true, passes);
    }
    // The same life of alpha is heard again by beta. Its report is yet to come.
    void beta_hears_alpha_again() {
        Wishes out;
        manager("beta").peer_returned(now(), "alpha", out);
        manager("beta").peer_up(now(), "alpha", false, true, out);
        carry("beta", out);
    }
    void join_again() { at("alpha").alive = at("beta").alive = true; }

private:
    static std::vector<config::ResourceGroup> with(std::vector<config::ResourceGroup> more) {
        std::vector<config::ResourceGroup> groups{make_group("alpha", "10.0.0.1 web"),
                                                  make_group("beta", "10.0.0.2 db")};
        groups.insert(groups.end(), more.begin(), more.end());
        return groups;
    }
};

}  // namespace hb::resource
