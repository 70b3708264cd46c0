// See cl_status_words.hpp.
#include "cl_status_words.hpp"

#include "base/text.hpp"

namespace hb::tools {

namespace {

void note(Words& words, char letter, const std::string* value) {
    switch (letter) {
        case 'm':
            words.sentences = true;
            break;
        case 'v':
            words.verbose = true;
            break;
        case 'n':
            words.normal_only = true;
            break;
        case 'j':
            words.json = true;
            break;
        case 'p':
            if (value == nullptr) {
                words.ping_only = true;
            } else {
                words.parameter = *value;
            }
            break;
        default:
            break;
    }
}

}  // namespace

Result<Words> read_words(const std::vector<std::string>& given, std::string_view known) {
    Words words;
    for (std::size_t i = 0; i < given.size(); ++i) {
        const std::string& word = given[i];
        if (word == "--") {
            words.rest.insert(words.rest.end(), given.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                              given.end());
            break;
        }
        if (word.size() < 2 || word[0] != '-') {
            words.rest.push_back(word);
            continue;
        }
        if (word == "--json" && known.find('j') != std::string_view::npos) {
            words.json = true;
            continue;
        }
        for (std::size_t at = 1; at < word.size(); ++at) {
            const auto found = word[at] == ':' ? std::string_view::npos : known.find(word[at]);
            if (found == std::string_view::npos) {
                return fail(Errc::bad_config, "unknown option " + printable(word));
            }
            if (known.substr(found + 1, 1) != ":") {
                note(words, word[at], nullptr);
                continue;
            }
            const bool behind = at + 1 < word.size();
            if (!behind && i + 1 == given.size()) {
                return fail(Errc::bad_config, "expected a value behind -" + word.substr(at, 1));
            }
            const std::string value = behind ? word.substr(at + 1) : given[++i];
            note(words, word[at], &value);
            break;
        }
    }
    return words;
}

}  // namespace hb::tools
