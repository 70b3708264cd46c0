// What waits for a slow line: the newest heartbeat first of all, nothing twice, never more than the
// bound.
#include "serial_queue.hpp"

#include <gtest/gtest.h>

namespace hb::shell {
namespace {

Bytes message(const std::string& type, const std::string& more, std::size_t padding = 0) {
    return ">>>\nt=" + type + "\n" + more + "\nx=" + Bytes(padding, 'x') + "\n<<<\n";
}
Bytes status(unsigned number) {
    return message("status", "seq=" + std::to_string(number), 60);  // 87 bytes and more
}

// Everything that would be written, in one piece.
Bytes all_of(SerialQueue& queue) {
    Bytes out;
    while (!queue.empty()) {
        const Bytes piece(queue.next());
        out += piece;
        queue.sent(piece.size());
    }
    return out;
}

// Why: the usual case: what is said is sent, in its order.
TEST(SerialQueue, GivesBackWhatItWasGiven) {
    SerialQueue queue(1000, 500);
    const Bytes one = message("a", "seq=1");
    const Bytes two = message("b", "seq=2");
    EXPECT_EQ(queue.put(one), 0U);
    EXPECT_EQ(queue.put(two), 0U);
    EXPECT_EQ(queue.bytes(), one.size() + two.size());
    queue.sent(5);
    EXPECT_EQ(queue.bytes(), one.size() + two.size() - 5);
    EXPECT_EQ(all_of(queue), one.substr(5) + two);
    EXPECT_EQ(queue.bytes(), 0U);
}

// Why: a peer that waits asks every 250 ms; each answer in the queue once is enough.
TEST(SerialQueue, HoldsNothingTwice) {
    SerialQueue queue(10000, 5000);
    for (int i = 0; i < 50; ++i) queue.put(message("resource", "seq=7"));
    EXPECT_EQ(queue.bytes(), message("resource", "seq=7").size());
    queue.put(message("NS_ackmsg", "dest=beta\nackseq=a"));
    queue.put(message("NS_ackmsg", "dest=beta\nackseq=14"));
    queue.put(message("NS_rexmit", "dest=beta\nfirstseq=3\nts=1"));
    queue.put(message("NS_rexmit", "dest=beta\nfirstseq=3\nts=2"));
    EXPECT_EQ(all_of(queue), message("resource", "seq=7") +
                                 message("NS_ackmsg", "dest=beta\nackseq=14") +
                                 message("NS_rexmit", "dest=beta\nfirstseq=3\nts=2"));
}

// Why: what is half written goes on as it began.
TEST(SerialQueue, AFrameUnderWayIsNeitherReplacedNorDropped) {
    SerialQueue queue(200, 0);
    queue.put(status(1));
    queue.sent(10);
    queue.put(status(1));
    queue.put(status(2));
    queue.put(status(3));
    EXPECT_EQ(all_of(queue), status(1).substr(10) + status(3));
}

// Why: a node dies by its heartbeats; they must not wait behind seconds of other things, least of
// all behind older heartbeats.
TEST(SerialQueue, InAHurryANewHeartbeatOvertakes) {
    SerialQueue queue(10000, 100);
    queue.put(message("a", "seq=1", 50));
    queue.put(status(2));
    queue.put(message("b", "seq=3", 50));
    queue.sent(1);
    EXPECT_EQ(queue.put(status(4)), 1U) << "the older one is counted";
    EXPECT_EQ(all_of(queue),
              message("a", "seq=1", 50).substr(1) + status(4) + message("b", "seq=3", 50));
}

// Why: with room on the line nothing is dropped that would be asked for again.
TEST(SerialQueue, WithoutHurryHeartbeatsKeepTheirOrder) {
    SerialQueue queue(10000, 500);
    queue.put(status(1));
    EXPECT_EQ(queue.put(status(2)), 0U);
    EXPECT_EQ(all_of(queue), status(1) + status(2));
}

// Why: an old heartbeat that is asked for again is no news.
TEST(SerialQueue, ARepeatedHeartbeatDoesNotDisplaceTheNewest) {
    SerialQueue queue(10000, 0);
    queue.put(message("a", "seq=3", 10));
    queue.put(status(9));
    queue.put(status(4));
    EXPECT_EQ(all_of(queue), status(9) + message("a", "seq=3", 10) + status(4));
}

// Why: a stuck line must not eat the memory; of what goes, the newest heartbeat is last.
TEST(SerialQueue, IsBoundedAndKeepsTheNewestHeartbeat) {
    SerialQueue queue(1000, 1000);
    queue.put(status(1));
    queue.put(status(2));
    std::size_t dropped = 0;
    for (int i = 0; i < 100; ++i) {
        dropped += queue.put(message("x", "seq=f" + std::to_string(i), 100));
        EXPECT_LE(queue.bytes(), 1000U);
    }
    EXPECT_GT(dropped, 90U);
    const Bytes rest = all_of(queue);
    EXPECT_TRUE(rest.starts_with(status(2))) << rest;
    EXPECT_NE(rest.find("seq=f99"), Bytes::npos);
    EXPECT_EQ(queue.put(Bytes(1001, 'x')), 1U) << "it would block the line for too long";
    EXPECT_TRUE(queue.empty());
}

// Why: behind half a frame the next one's first line would not be seen as one.
TEST(SerialQueue, ACutIsEndedByAnEndOfLine) {
    SerialQueue queue(1000, 500);
    EXPECT_FALSE(queue.cut());
    EXPECT_TRUE(queue.empty()) << "nothing is written for its own sake";
    queue.put(message("a", "seq=1"));
    EXPECT_EQ(queue.next(), "\n");
    queue.sent(1);
    queue.sent(3);
    queue.put(message("b", "seq=2"));
    EXPECT_TRUE(queue.cut());
    queue.put(status(3));
    EXPECT_EQ(all_of(queue), "\n" + message("b", "seq=2") + status(3));
}

}  // namespace
}  // namespace hb::shell
