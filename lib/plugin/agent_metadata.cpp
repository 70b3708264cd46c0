// See agent_metadata.hpp. The only file that includes libexpat.
#include "plugin/agent_metadata.hpp"

#include <expat.h>

#include <algorithm>
#include <memory>

#include "base/text.hpp"
#include "plugin/device_limits.hpp"

namespace hb::fence {

namespace {

std::string attribute(const char** attributes, std::string_view name) {
    for (; attributes[0] != nullptr; attributes += 2) {
        if (name == attributes[0]) return attributes[1];
    }
    return "";
}

// expat's calls, one after the other.
struct Reading {
    Metadata out;
    std::vector<std::string> inside;  // names of the open elements
    std::string text;                 // of the innermost
    bool complete{false};
    XML_Parser parser{};

    void start(const std::string& element, const char** attributes);
    void end();
};

void Reading::start(const std::string& element, const char** attributes) {
    inside.push_back(element);
    text.clear();
    const auto get = [attributes](std::string_view name) { return attribute(attributes, name); };
    if (element == "resource-agent") {
        out.name = get("name");
        out.summary = get("shortdesc");
    } else if (element == "action") {
        if (out.actions.size() < limits::device_parameters_max) out.actions.push_back(get("name"));
    } else if (element == "parameter") {
        if (out.parameters.size() >= limits::device_parameters_max) {
            XML_StopParser(parser, XML_FALSE);
            return;
        }
        Parameter parameter;
        parameter.name = get("name");
        parameter.required = get("required") == "1";
        parameter.instead = get("obsoletes");
        out.says_required = out.says_required || !get("required").empty();
        out.parameters.push_back(std::move(parameter));
    } else if (!out.parameters.empty()) {
        Parameter& parameter = out.parameters.back();
        if (element == "content") parameter.type = get("type");
        if (element == "option" && parameter.options.size() < limits::device_parameters_max) {
            parameter.options.push_back(get("value"));
        }
    }
}

void Reading::end() {
    const std::string element = inside.back();
    inside.pop_back();
    const std::string parent = inside.empty() ? "" : inside.back();
    if (parent == "resource-agent" && element == "longdesc") out.description = trim(text);
    if (parent == "resource-agent" && element == "vendor-url") out.url = trim(text);
    if (parent == "parameter" && element == "shortdesc") {
        out.parameters.back().summary = trim(text);
    }
    text.clear();
    if (!inside.empty()) return;
    complete = true;
    XML_StopParser(parser, XML_FALSE);  // some print more behind the document
}

}  // namespace

const Parameter* Metadata::parameter(std::string_view wanted) const {
    const auto it = std::find_if(parameters.begin(), parameters.end(),
                                 [wanted](const auto& one) { return one.name == wanted; });
    return it == parameters.end() ? nullptr : &*it;
}

bool Metadata::can(std::string_view action) const {
    return std::find(actions.begin(), actions.end(), action) != actions.end();
}

Result<Metadata> parse_metadata(std::string_view xml) {
    xml.remove_prefix(std::min(xml.find('<'), xml.size()));
    const std::unique_ptr<std::remove_pointer_t<XML_Parser>, decltype(&XML_ParserFree)> parser(
        XML_ParserCreate("UTF-8"), XML_ParserFree);
    if (!parser) return fail(Errc::io, "no memory for XML");
    Reading reading;
    reading.parser = parser.get();
    XML_SetUserData(parser.get(), &reading);
    XML_SetElementHandler(
        parser.get(),
        [](void* data, const char* element, const char** attributes) {
            static_cast<Reading*>(data)->start(element, attributes);
        },
        [](void* data, const char*) { static_cast<Reading*>(data)->end(); });
    XML_SetCharacterDataHandler(parser.get(), [](void* data, const char* text, int length) {
        static_cast<Reading*>(data)->text.append(text, static_cast<std::size_t>(length));
    });
    const auto status = XML_Parse(parser.get(), xml.data(), static_cast<int>(xml.size()), XML_TRUE);
    if (!reading.complete) {
        const auto code =
            status == XML_STATUS_OK ? XML_ERROR_NO_ELEMENTS : XML_GetErrorCode(parser.get());
        return fail(Errc::malformed, "line " +
                                         std::to_string(XML_GetCurrentLineNumber(parser.get())) +
                                         " of its XML: " + XML_ErrorString(code));
    }
    return std::move(reading.out);
}

std::string parameters_element(std::string_view xml) {
    constexpr std::string_view close = "</parameters>";
    const std::size_t begin = xml.find("<parameters");
    const std::size_t end = xml.rfind(close);
    if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return "";
    return std::string(xml.substr(begin, end + close.size() - begin));
}

}  // namespace hb::fence
