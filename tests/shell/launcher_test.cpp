// Starting programs: each start is answered once, whatever else the loop has to do.
#include "launcher.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "asio.hpp"
#include "base/limits.hpp"
#include "shell_fixture.hpp"

namespace hb::shell {
namespace {

using namespace std::chrono_literals;
using boost::asio::posix::stream_descriptor;

SpawnRequest start_of(const std::string& program) {
    SpawnRequest request;
    request.command = [program] { return std::vector<std::string>{program}; };
    return request;
}

void reap(const Spawned& answer) {
    EXPECT_EQ(answer.error, 0);
    if (answer.pid > 0) ::waitpid(answer.pid, nullptr, 0);
}

stream_descriptor readable_pipe(boost::asio::io_context& loop, std::vector<Fd>& other_ends) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    other_ends.emplace_back(ends[1]);
    EXPECT_EQ(::write(ends[1], "x", 1), 1);
    return stream_descriptor(loop, ends[0]);
}

// Why: on a busy machine an answer was never heard, and its group was in transition for ever. Two
// descriptors are ready at the same time; the handler of one closes the other and starts a program,
// whose eventfd takes the place of the closed one in Asio's tables, with its event.
TEST(LauncherTest, HearsTheAnswerAfterAWakeThatWasMeantForAnother) {
    boost::asio::io_context loop;
    Launcher launcher(loop);
    std::vector<Fd> writers;
    std::array<stream_descriptor, 2> pipes{readable_pipe(loop, writers),
                                           readable_pipe(loop, writers)};
    std::optional<Spawned> answer;
    bool started = false;
    for (std::size_t i = 0; i < pipes.size(); ++i) {
        pipes[i].async_wait(stream_descriptor::wait_read, [&, i](const auto& error) {
            if (error || std::exchange(started, true)) return;
            pipes[1 - i].close();
            SpawnRequest request = start_of("/bin/true");
            request.command = [] {  // not before the stray wake
                std::this_thread::sleep_for(100ms);
                return std::vector<std::string>{"/bin/true"};
            };
            EXPECT_TRUE(launcher.start(std::move(request),
                                       [&](Spawned told) { answer.emplace(std::move(told)); }));
        });
    }
    ASSERT_TRUE(run_until(loop, [&] { return answer.has_value(); }));
    reap(*answer);
}

// Why: a loop that was held up itself finds its patience over and the answer there, in any order.
// No disk hangs then, and no thread is to be given up.
TEST(LauncherTest, ALoopThatWasHeldUpDoesNotBlameThePrograms) {
    boost::asio::io_context loop;
    Launcher launcher(loop);
    int slow = 0;
    int done = 0;
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(launcher.start(
            start_of("/bin/true"),
            [&](Spawned answer) {
                reap(answer);
                ++done;
                if (done < 3) std::this_thread::sleep_for(limits::spawn_answer + 100ms);
            },
            [&](Duration) { ++slow; }));
    }
    std::this_thread::sleep_for(limits::spawn_answer + 100ms);
    ASSERT_TRUE(run_until(loop, [&] { return done == 3; }));
    EXPECT_EQ(slow, 0);
}

}  // namespace
}  // namespace hb::shell
