// A recording gives back every event as it was, also when the daemon was killed in the middle.
#include "recorder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace hb::shell {
namespace {

using namespace std::chrono_literals;

RecordingHeader sample_header() {
    RecordingHeader out;
    out.version = "4.0.0";
    out.machine = {"alpha", true, 694};
    out.files = {"bcast eth0\nnode alpha beta\n", "auth 1\n1 sha1 secretkey\n",
                 "alpha IPaddr::10.0.0.9\n", 0600};
    out.identity = {"alpha", {1, 2, 3, 0, ':', ','}, 42, 0xfedcba9876543210U};
    out.started = {Instant{5ms}, 1'700'000'000};
    return out;
}

std::vector<Event> sample_events() {
    std::vector<Event> out;
    out.push_back(FrameIn{LinkId{3}, Bytes("###\n\0,:%%%\n", 11)});
    out.push_back(FrameIn{LinkId{0}, {}});
    out.push_back(LinkChanged{LinkId{1}, true});
    out.push_back(ScriptDone{JobId{7}, ScriptEnd::timed_out, -1, "stopped\n", 1500ms});
    out.push_back(FenceDone{JobId{9}, FenceResult::refused, "no route\n", 2s});
    out.push_back(LocalMessage{">>>\nt=x\n<<<\n"});
    out.push_back(ConfigChanged{});
    out.push_back(PluginAsks{"ipfail", {{"t", "num_ping_nodes"}, {"num_ping", "2"}}});
    out.push_back(PluginAsks{"ipfail", {}});
    out.push_back(PluginState{"ipfail", true});
    out.push_back(ClientsAllowed{{{"ipfail", {17}, {}}, {"anon", {0, 4294967294U}, {106}}}});
    out.push_back(ClientsAllowed{});
    out.push_back(ClientCame{ConnectionId{3}, 4711, 17, 106});
    out.push_back(ClientCall{ConnectionId{3}, Bytes("###\n\0%%%\n", 9), true});
    out.push_back(ClientCall{ConnectionId{4}, {}, false});
    out.push_back(ClientGone{ConnectionId{3}, "EOF"});
    out.push_back(Surroundings{"0.5 0.4 0.3 1/180 13"});
    out.push_back(Wakeup{});
    out.push_back(StopRequested{});
    return out;
}

Bytes encoded(Now now, const Event& event) {
    return encode_event(now, event, sample_header().files);
}

// Why: a replay is only the same life when each event comes back to the byte.
TEST(Recording, GivesEveryEventBack) {
    const auto header = sample_header();
    Bytes text = Bytes(recording_magic) + encode_header(header);
    Now now = header.started;
    for (const Event& event : sample_events()) {
        now.mono = now.mono + 1'000'001ns;
        text += encoded(now, event);
    }
    RecordingReader reader(text);
    const auto read = reader.header();
    ASSERT_TRUE(read) << read.error().what;
    EXPECT_EQ(read->identity.seed, header.identity.seed);
    EXPECT_EQ(read->identity.uuid, header.identity.uuid);
    EXPECT_EQ(read->files.authkeys_mode, header.files.authkeys_mode);
    EXPECT_EQ(read->started.mono, header.started.mono);
    now = header.started;
    for (const Event& event : sample_events()) {
        now.mono = now.mono + 1'000'001ns;
        const auto got = reader.next();
        ASSERT_TRUE(got) << got.error().what;
        ASSERT_TRUE(*got);
        EXPECT_EQ((**got).now.mono, now.mono);
        EXPECT_EQ((**got).files.has_value(), std::holds_alternative<ConfigChanged>(event));
        EXPECT_EQ(encoded((**got).now, (**got).event), encoded(now, event));
    }
    EXPECT_FALSE(*reader.next());
    EXPECT_EQ(reader.torn_bytes(), 0U);
}

// Why: a power cut tears the last record; what stands before it must replay, whatever the cut.
TEST(Recording, ReadsUpToATornRecord) {
    const Bytes head = Bytes(recording_magic) + encode_header(sample_header());
    const Bytes record = encoded({}, FrameIn{LinkId{1}, "0123456789"});
    for (std::size_t cut = 1; cut < record.size(); ++cut) {
        const Bytes text = head + record + record.substr(0, cut);
        RecordingReader reader(text);
        ASSERT_TRUE(reader.header());
        ASSERT_TRUE(*reader.next());
        const auto last = reader.next();
        ASSERT_TRUE(last);
        EXPECT_FALSE(*last);
        EXPECT_EQ(reader.torn_bytes(), cut);
    }
}

// Why: hb_replay is given files by hand; the wrong one must be refused in words.
TEST(Recording, RefusesWhatIsNone) {
    EXPECT_FALSE(RecordingReader("").header());
    EXPECT_FALSE(RecordingReader("hello").header());
    EXPECT_FALSE(RecordingReader(recording_magic).header());
    const Bytes text = Bytes(recording_magic) + encode_header(sample_header()) + "7:4:what,,";
    RecordingReader reader(text);
    ASSERT_TRUE(reader.header());
    EXPECT_FALSE(reader.next());
}

// Why: the record of a life must be whole on disk when the daemon has ended, and hold its keys
// away from others.
TEST(Recorder, WritesEveryEventInOrderToAPrivateFile) {
    char name[] = "/tmp/hb-recorder-XXXXXX";
    const std::string folder = ::mkdtemp(name);
    const std::string path = folder + "/life";
    constexpr int events = 20'000;
    {
        auto recorder = Recorder::create(path, sample_header());
        ASSERT_TRUE(recorder) << recorder.error().what;
        for (int i = 0; i < events; ++i) {
            (*recorder)->note({Instant{Duration{i}}, 7}, FrameIn{LinkId{0}, std::to_string(i)});
        }
        EXPECT_EQ((*recorder)->trouble(), "");
    }
    struct stat info {};
    ASSERT_EQ(::stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U);
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    const std::string all = text.str();
    std::filesystem::remove_all(folder);
    RecordingReader reader(all);
    ASSERT_TRUE(reader.header());
    int seen = 0;
    for (auto got = reader.next(); got && *got; got = reader.next()) {
        ASSERT_EQ(std::get<FrameIn>((**got).event).bytes, std::to_string(seen));
        ++seen;
    }
    EXPECT_EQ(seen, events);
}

// Why: `--record` into a folder that is not there is told at start, not found out after the crash.
TEST(Recorder, SaysWhenTheFileCannotBeMade) {
    const auto recorder = Recorder::create("/nonexistent/life", sample_header());
    ASSERT_FALSE(recorder);
    EXPECT_NE(recorder.error().what.find("/nonexistent/life"), std::string::npos);
}

}  // namespace
}  // namespace hb::shell
