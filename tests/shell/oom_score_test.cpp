// What children are born with, on a file that stands for /proc/self/oom_score_adj.
#include "oom_score.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <string>

namespace hb::shell {

namespace {

class OomScoreTest : public ::testing::Test {
protected:
    OomScoreTest() {
        std::string pattern = "/tmp/hb-oom-XXXXXX";
        const int fd = ::mkstemp(pattern.data());
        if (fd >= 0) ::close(fd);
        file_ = pattern;
    }
    ~OomScoreTest() override { ::unlink(file_.c_str()); }

    void write(const std::string& text) const { std::ofstream(file_, std::ios::trunc) << text; }
    std::string score() const {
        std::string out;
        std::ifstream(file_) >> out;
        // The kernel's file has no length; in this one the rest of a longer text stays.
        return out.substr(0, out.find_first_not_of("-0123456789"));
    }
    std::string file_;
};

// Why: a database that a script starts must not outlive every other process of the machine.
TEST_F(OomScoreTest, ProtectionIsLaidDownWhileAChildIsBorn) {
    write("-9");
    {
        const UnprotectedBirth birth(file_);
        EXPECT_EQ(score(), "09");  // "0" over "-9"
    }
    EXPECT_EQ(score(), "-9");
}

// Why: lanes spawn side by side; the one that ends first must not protect the other's child.
TEST_F(OomScoreTest, TheLastBirthRestoresIt) {
    write("-9");
    auto first = std::make_unique<UnprotectedBirth>(file_);
    auto second = std::make_unique<UnprotectedBirth>(file_);
    first.reset();
    EXPECT_EQ(score(), "09");
    second.reset();
    EXPECT_EQ(score(), "-9");
}

// Why: a daemon that is not protected, or more exposed by its administrator, hands that down.
TEST_F(OomScoreTest, NothingChangesWithoutProtection) {
    for (const std::string text : {"0", "300"}) {
        write(text);
        {
            const UnprotectedBirth birth(file_);
            EXPECT_EQ(score(), text);
        }
        EXPECT_EQ(score(), text);
    }
    const UnprotectedBirth nowhere("/no/such/file");
}

}  // namespace

}  // namespace hb::shell
