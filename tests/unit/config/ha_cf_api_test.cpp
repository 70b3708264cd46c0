// What ha.cf says of local clients: who may sign on, and in which order they see the nodes.
#include "parsed.hpp"

namespace hb::config {
namespace {

using Strings = std::vector<std::string>;

// Why: who may sign on as which client, by names, numbers or both; 3.0.6 has rules of its own.
TEST(HaCf, RulesForClientsAreReadAndCompleted) {
    const HaCf cf = parse_text(
                        "bcast eth0\nnode c1\napiauth dopd gid=haclient uid=root,7\n"
                        "apiauth anon uid=5\n",
                        {"c1", true, 0})
                        .cf;
    ASSERT_EQ(cf.api_auth.size(), 2U);
    EXPECT_EQ(cf.api_auth[0].client, "dopd");
    EXPECT_EQ(cf.api_auth[0].users, (Strings{"root", "7"}));
    EXPECT_EQ(cf.api_auth[0].groups, (Strings{"haclient"}));
    const auto shown = [](const std::vector<ApiAuth>& rules) {
        std::string out;
        for (const ApiAuth& rule : rules) {
            out += rule.client + " u";
            for (const std::string& name : rule.users) out += "," + name;
            out += " g";
            for (const std::string& name : rule.groups) out += "," + name;
            out += "; ";
        }
        return out;
    };
    EXPECT_EQ(shown(with_built_in_rules(cf.api_auth, false)),
              "dopd u,root,7 g,haclient; anon u,5 g; ipfail u,hacluster g; ccm u,hacluster g; "
              "ping u g,haclient; lha-snmpagent u,root g; ");
    EXPECT_EQ(shown(with_built_in_rules({}, true)),
              "ipfail u,hacluster g; ccm u,hacluster g; ping u g,haclient; lha-snmpagent u,root g; "
              "anon u,root g,haclient; cib u,hacluster g; crmd u,hacluster g; attrd u,hacluster g; "
              "stonithd u,root g; stonith-ng u,root g; pingd u,root g; ");
}

// Why: nodelist answers in this order, and cl_status shows it backwards.
TEST(HaCf, NodesAndPingNodesKeepTheirOrder) {
    EXPECT_EQ(
        parse_text("ping GW\nnode c1\nbcast eth0\nping_group g a b\nnode C2\n", {"c1", true, 0})
            .cf.listed,
        (Strings{"gw", "c1", "g", "c2"}));
}

}  // namespace
}  // namespace hb::config
