// A fencing plugin as it is built, copied into a folder of its own, with scripts and agents beside
// it: loaded and called as heartbeat-plugin-helper does.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "plugin/plugin_file.hpp"

namespace hb::fence {

using Config = std::vector<std::pair<std::string, std::string>>;

class DeviceTest : public testing::Test {
protected:
    DeviceTest() {
        std::array<char, 32> name{"/tmp/hb_device_XXXXXX"};
        folder = ::mkdtemp(name.data());
        ::chmod(folder.c_str(), 0755);
    }
    ~DeviceTest() override { std::filesystem::remove_all(folder); }

    std::string write(const std::string& name, const std::string& text, mode_t mode = 0755) {
        const std::filesystem::path path = folder + "/" + name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path) << text;
        ::chmod(path.c_str(), mode);
        return path.string();
    }
    std::string read(const std::string& name) const {
        std::ifstream file(folder + "/" + name);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    void load(const std::string& name) {
        const std::string copy = folder + "/" + name + ".so";
        std::filesystem::copy_file(std::string(HB_PLUGIN_DIR "/stonith/") + name + ".so", copy);
        ::chmod(copy.c_str(), 0755);
        const auto path = plugin_file::path_of(folder, name);
        ASSERT_TRUE(path) << path.error().what;
        const auto plugin = plugin_file::load(*path, HB_PLUGIN_FENCE);
        ASSERT_TRUE(plugin) << plugin.error().what;
        EXPECT_EQ((*plugin)->name, name);
        ops = static_cast<const hb_fence_ops*>((*plugin)->ops);
    }
    // One whole call, as the helper makes it. Errors of open() are the answer.
    template <class Call>
    hb_rc with(const Config& config, Call&& call) {
        words.clear();
        std::vector<hb_param> pairs;
        for (const auto& [name, value] : config) pairs.push_back({name.c_str(), value.c_str()});
        void* self = nullptr;
        const hb_rc opened = ops->open(&host, pairs.data(), pairs.size(), &self);
        if (opened != HB_OK) return opened;
        const hb_rc rc = call(self);
        ops->close(self);
        return rc;
    }
    hb_rc open(const Config& config) {
        return with(config, [](void*) { return HB_OK; });
    }
    hb_rc probe(const Config& config, std::uint32_t timeout_ms = 30'000) {
        return with(config, [&](void* self) { return ops->probe(self, timeout_ms); });
    }
    hb_rc fence(const Config& config, const std::string& node, hb_fence_op op = HB_FENCE_RESET,
                std::uint32_t timeout_ms = 30'000) {
        return with(config,
                    [&](void* self) { return ops->fence(self, op, node.c_str(), timeout_ms); });
    }
    hb_rc hosts(const Config& config) {
        told.clear();
        return with(config, [&](void* self) { return more().hosts(self, 30'000, tell, &told); });
    }
    hb_rc describe(const char* type) {
        told.clear();
        return more().describe(&host, type, tell, &told);
    }
    const hb_fence_more& more() const {
        EXPECT_EQ(ops->size, sizeof(hb_fence_more));
        return *reinterpret_cast<const hb_fence_more*>(ops);
    }
    bool said(const std::string& text) const { return words.find(text) != std::string::npos; }

    std::string folder;
    const hb_fence_ops* ops{};
    std::string words;  // of the last call, a line each
    std::string told;   // name=value, a line each

private:
    static void log(void* context, int, const char* text) {
        *static_cast<std::string*>(context) += std::string(text) + "\n";
    }
    static void tell(void* context, const char* name, const char* value) {
        *static_cast<std::string*>(context) += std::string(name) + "=" + value + "\n";
    }
    const hb_host host{sizeof host, &words, log, nullptr};
};

}  // namespace hb::fence
