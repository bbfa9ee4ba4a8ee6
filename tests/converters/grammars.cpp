// Converts JSON schemas to grammars as llama.cpp does, and parses these: `{"name": …, "schema": …}`, one a line on stdin.
// Writes which of them fail, and why.
#include "json-schema-to-grammar.h"
#include "llama-grammar.h"
#include "llama-vocab.h"

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

std::string string_join(const std::vector<std::string> & parts, const std::string & separator) {
    std::string joined;
    for (size_t i = 0; i < parts.size(); i++) {
        joined += (i ? separator : "") + parts[i];
    }
    return joined;
}

std::vector<std::string> string_split(const std::string & text, const std::string & separator) {
    std::vector<std::string> parts;
    size_t start = 0;
    for (size_t end; (end = text.find(separator, start)) != std::string::npos; start = end + separator.size()) {
        parts.push_back(text.substr(start, end - start));
    }
    parts.push_back(text.substr(start));
    return parts;
}

std::string string_repeat(const std::string & text, size_t times) {
    std::string repeated;
    for (size_t i = 0; i < times; i++) {
        repeated += text;
    }
    return repeated;
}

// What the two files need of the others, of which only words are used here.
void llama_log_internal(ggml_log_level, const char *, ...) {}
void ggml_abort(const char *, int, const char *, ...) { std::abort(); }
bool llama_vocab::is_eog(llama_token) const { std::abort(); }
const std::string & llama_vocab::token_to_piece(llama_token) const { std::abort(); }
int32_t llama_vocab::tokenize(const char *, int32_t, llama_token *, int32_t, bool, bool) const { std::abort(); }

int main() {
    int failed = 0;
    for (std::string line; std::getline(std::cin, line);) {
        const auto named = nlohmann::ordered_json::parse(line);
        try {
            const std::string grammar = json_schema_to_grammar(named["schema"]);
            llama_grammar_parser parser;
            if (!parser.parse(grammar.c_str()) || parser.rules.empty()) {
                throw std::runtime_error("its grammar does not parse");
            }
        } catch (const std::exception & error) {
            std::cout << named["name"].get<std::string>() << ": " << error.what() << std::endl;
            failed++;
        }
    }
    return failed ? 1 : 0;
}
