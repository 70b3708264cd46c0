// The schema in man/ names what is really printed, and nothing else.
#include <gtest/gtest.h>  // HB_SOURCE_DIR

#include <fstream>
#include <nlohmann/json.hpp>

#include "status_reader.hpp"
#include "unit/tools/night.hpp"

namespace hb::tools {
namespace {

using nlohmann::json;

class Schema {
public:
    Schema()
        : root_(json::parse(std::ifstream(HB_SOURCE_DIR "/man/heartbeat-status.schema.json"))) {}

    // Compares, and notes which parts of the schema were met.
    void check(const json& data) { check(data, root_, "status"); }
    const json& root() const { return root_; }
    std::vector<std::string> unmet() const {
        std::vector<std::string> out;
        for (const auto& [name, part] : root_["$defs"].items()) {
            if (!met_.contains("#/$defs/" + name)) out.push_back(name);
        }
        return out;
    }

private:
    void check(const json& data, const json& given, const std::string& path) {
        if (given.contains("anyOf")) {
            if (!data.is_null()) check(data, given["anyOf"][0], path);
            return;
        }
        if (given.contains("$ref")) {
            const std::string ref = given["$ref"];
            met_.insert(ref);
            return check(data, root_[json::json_pointer(ref.substr(1))], path);
        }
        const json types = given["type"].is_array() ? given["type"] : json::array({given["type"]});
        const std::string type = data.is_number_integer() ? "integer" : data.type_name();
        EXPECT_TRUE(std::find(types.begin(), types.end(), type) != types.end()) << path << type;
        EXPECT_FALSE(given.value("description", "").empty() && !path.ends_with("[]")) << path;
        if (given.contains("enum")) {
            const auto& words = given["enum"];
            EXPECT_TRUE(std::find(words.begin(), words.end(), data) != words.end()) << path << data;
        }
        if (data.is_array()) {
            for (const json& each : data) check(each, given["items"], path + "[]");
        }
        if (!data.is_object()) return;
        const json& properties = given["properties"];
        EXPECT_EQ(names(properties), names(data)) << path;
        json required = given["required"];
        std::sort(required.begin(), required.end());
        EXPECT_EQ(required, json(names(properties))) << path;
        for (const auto& [name, value] : data.items()) {
            if (properties.contains(name)) check(value, properties[name], path + "." + name);
        }
    }
    static std::vector<std::string> names(const json& object) {
        std::vector<std::string> out;
        for (const auto& [name, value] : object.items()) out.push_back(name);
        return out;
    }

    json root_;
    std::set<std::string> met_;
};

json printed(const shell::StatusReport& report) {
    return json::parse(
        *status_for_programs(shell::status_text(report, 100'000), problems_of(report)));
}

// Why: programs are written by the schema, and a name that it lacks may vanish unseen.
TEST(StatusSchema, NamesEverythingThatIsPrinted) {
    Schema schema;
    schema.check(printed(test::night()));
    schema.check(printed(test::day()));
    EXPECT_EQ(schema.unmet(), std::vector<std::string>{});
}

// Why: monitoring may sort by these ids.
TEST(StatusSchema, ListsEveryProblem) {
    const Schema schema;
    EXPECT_EQ(schema.root()["$defs"]["problem"]["properties"]["id"]["enum"], json(problem_ids()));
}

}  // namespace
}  // namespace hb::tools
