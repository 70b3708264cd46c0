// Work that blocks, beside the loop.
#include "errand.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <memory>

#include "fd.hpp"
#include "loop.hpp"

namespace hb::shell {
namespace {

struct Pipe {
    Pipe() {
        std::array<int, 2> ends{};
        if (::pipe(ends.data()) != 0) ADD_FAILURE() << "no pipe";
        out = std::make_shared<Fd>(ends[0]);
        in.reset(ends[1]);
    }
    std::shared_ptr<Fd> out;
    Fd in;
};

char take(int fd) {
    char letter = '-';
    return ::read(fd, &letter, 1) == 1 ? letter : '-';
}

// Why: the kernel's lock of interfaces or a serial driver may be held for seconds; heartbeats go
// on.
TEST(Errand, TheLoopRunsOnWhileItWaits) {
    Loop loop;
    Errand errand(loop);
    Pipe pipe;
    const auto answer = std::make_shared<char>();
    char seen = ' ';
    ASSERT_EQ(errand.start([out = pipe.out, answer] { *answer = take(out->get()); },
                           [&] {
                               seen = *answer;
                               EXPECT_FALSE(errand.busy());
                               loop.stop();
                           }),
              0);
    bool ran = false;
    loop.post([&] { ran = true; });
    loop.run_ready();
    EXPECT_TRUE(ran);
    EXPECT_TRUE(errand.busy());
    ASSERT_EQ(::write(pipe.in.get(), "x", 1), 1);
    loop.run();
    EXPECT_EQ(seen, 'x');
}

// Why: a reload throws a link away while its driver hangs.
TEST(Errand, WorkThatHangsOutlivesItsOwner) {
    Loop loop;
    Pipe pipe;
    Pipe told;
    auto errand = std::make_unique<Errand>(loop);
    ASSERT_EQ(errand->start(
                  [out = pipe.out, in = std::make_shared<Fd>(told.in.release())] {
                      const char letter = take(out->get());
                      [[maybe_unused]] const auto n = ::write(in->get(), &letter, 1);
                  },
                  [] { ADD_FAILURE() << "nobody is there to be told"; }),
              0);
    errand.reset();
    ASSERT_EQ(::write(pipe.in.get(), "y", 1), 1);
    EXPECT_EQ(take(told.out->get()), 'y');
    loop.run_ready();
}

}  // namespace
}  // namespace hb::shell
