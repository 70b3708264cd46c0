// Writes JSON (RFC 8259) from structs that name their members (`fields`, as core/status.hpp has
// them). Compact, in one line without control bytes, so that it fits into any message. Does not
// read.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.hpp"

namespace hb {

class JsonWriter {
public:
    // Whole milliseconds.
    void add(Duration value) { number(to_ms(value)); }
    void add(bool value) { text_ += value ? "true" : "false"; }
    void add(std::integral auto value) { number(value); }
    // What is no UTF-8 becomes U+FFFD.
    void add(std::string_view value);
    void add(const std::string& value) { add(std::string_view(value)); }
    template <class T>
    void add(const std::optional<T>& value) {
        value ? add(*value) : void(text_ += "null");
    }
    template <class T>
    void add(const std::vector<T>& values) {
        text_ += '[';
        for (const T& value : values) {
            if (text_.back() != '[') text_ += ',';
            add(value);
        }
        text_ += ']';
    }
    template <class T>
    requires std::is_class_v<T>
    void add(const T& value) {
        text_ += '{';
        T::fields(value, [this](std::string_view name, const auto& member) {
            if (text_.back() != '{') text_ += ',';
            add(name);
            text_ += ':';
            add(member);
        });
        text_ += '}';
    }

    std::string take() && { return std::move(text_); }

private:
    void number(std::integral auto value) { text_ += std::to_string(value); }

    std::string text_;
};

template <class T>
std::string to_json(const T& value) {
    JsonWriter writer;
    writer.add(value);
    return std::move(writer).take();
}

// Leaves at most `most` elements in each list of `value`, however deep. How many went.
template <class T>
std::size_t cut_lists(T& value, std::size_t most);

namespace detail {

struct ListCutter {
    std::size_t most{}, gone{};

    template <class T>
    void look(std::vector<T>& values) {
        if (values.size() > most) {
            gone += values.size() - most;
            values.resize(most);
        }
        for (T& value : values) look(value);
    }
    template <class T>
    void look(std::optional<T>&) {}
    void look(std::string&) {}
    void look(Duration&) {}
    template <class T>
    void look(T& value) {
        if constexpr (std::is_class_v<T>) {
            T::fields(value, [this](std::string_view, auto& member) { this->look(member); });
        }
    }
};

}  // namespace detail

template <class T>
std::size_t cut_lists(T& value, std::size_t most) {
    detail::ListCutter cutter{most, 0};
    cutter.look(value);
    return cutter.gone;
}

}  // namespace hb
