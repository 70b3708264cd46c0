// Names and uuids of the configured nodes (wire.md 3, 5.4 step 4, 6.6).
#include "cluster/membership.hpp"

#include <gtest/gtest.h>

namespace hb::cluster {
namespace {

Uuid uuid(unsigned char fill) {
    Uuid id{};
    id.fill(fill);
    return id;
}
const Bytes b_bytes(16, 'B'), c_bytes(16, 'C'), zeros(16, '\0');

Membership three() { return Membership("alpha", uuid('A'), {"beta", "alpha", "gamma"}); }

// Why: real receivers apply the list: a wrong byte removes a node of the cluster.
TEST(Membership, TheListHasEveryNodeAndATrailingBlank) {
    EXPECT_EQ(three().node_list(), "beta alpha gamma ");
    EXPECT_TRUE(three().same_nodes("alpha beta gamma "));
    EXPECT_FALSE(three().same_nodes("alpha beta "));
    EXPECT_FALSE(three().same_nodes("alpha beta gamma delta "));
}

// Why: peers are numbered in file order without ourselves.
TEST(Membership, FindsPeersButNotItselfOrStrangers) {
    EXPECT_EQ(three().find("gamma"), 1U);
    EXPECT_EQ(three().find("alpha"), std::nullopt);
    EXPECT_EQ(three().find("Beta"), std::nullopt);
}

// Why: two nodes with one uuid would rename each other in 3.0.6; here the second is not believed.
TEST(Membership, AUuidBelongsToOneNode) {
    Membership members = three();
    EXPECT_EQ(members.learn_uuid(0, b_bytes), Membership::Learnt::first);
    EXPECT_EQ(members.learn_uuid(0, b_bytes), Membership::Learnt::nothing_new);
    EXPECT_EQ(members.learn_uuid(1, b_bytes), Membership::Learnt::taken);
    EXPECT_EQ(members.learn_uuid(1, Bytes(16, 'A')), Membership::Learnt::taken);
    EXPECT_EQ(members.learn_uuid(0, c_bytes), Membership::Learnt::changed);
    EXPECT_EQ(members.learn_uuid(0, zeros), Membership::Learnt::nothing_new);
    EXPECT_EQ(members.learn_uuid(0, "short"), Membership::Learnt::nothing_new);
    EXPECT_EQ(members.uuid_of("beta"), c_bytes);
    EXPECT_EQ(members.uuid_of("gamma"), zeros) << "16 zero bytes until it is learnt";
    EXPECT_EQ(members.uuid_of("delta"), std::nullopt);
    EXPECT_EQ(members.uuid_of("alpha"), Bytes(16, 'A')) << "its own";
    EXPECT_EQ(members.owner_of(c_bytes), "beta");
    EXPECT_EQ(members.owner_of("short"), std::nullopt);
}

// Why: destuuid decides alone when it says anything.
TEST(Membership, KnowsWhatIsAddressedToUs) {
    const Membership members = three();
    EXPECT_TRUE(members.for_us({}, {}));
    EXPECT_TRUE(members.for_us({}, "alpha"));
    EXPECT_FALSE(members.for_us({}, "beta"));
    EXPECT_TRUE(members.for_us(Bytes(16, 'A'), "beta"));
    EXPECT_FALSE(members.for_us(b_bytes, "alpha"));
    EXPECT_TRUE(members.for_us(zeros, "alpha"));
}

// Why: logs must show a uuid as the tools do.
TEST(Membership, ShowsAUuidAsText) {
    EXPECT_EQ(uuid_text("ABCDEFGHIJKLMNOP"), "41424344-4546-4748-494a-4b4c4d4e4f50");
}

}  // namespace
}  // namespace hb::cluster
