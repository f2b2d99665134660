// What an app asks its users for: a small part of JSON Schema (2020-12), and how the answers become work params.
// docs/reference/app-page.md describes it.
#pragma once

#include <bourse/base/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bourse::client {

inline constexpr std::size_t kMaxParameterSchemaBytes = 16 << 10;
inline constexpr std::size_t kMaxParameters = 64;

struct Parameter {
    enum class Type : std::uint8_t { kString, kInteger, kNumber, kBoolean } type = Type::kString;
    std::string name;
    std::string title;     ///< the name where none is given
    std::string standard;  ///< JSON text of the default; empty: none
    bool required = false;
};

/// Words of the command line that stand or fall together: left out as a whole where a field of theirs has no value.
struct ArgumentGroup {
    std::vector<std::string> words;  ///< "{name}" stands for the value of a field
    bool is_group = false;           ///< written as an array: a boolean alone in a word is a switch
};

struct ParameterSchema {
    std::string title, description;
    std::vector<Parameter> fields;  ///< as they are shown: in the order of the text
    std::vector<ArgumentGroup> arguments;
    std::vector<std::string> input_files;  ///< text fields whose values are URLs of input files
};

std::string_view to_text(Parameter::Type type) noexcept;

/// Errors: PAGE_INVALID; the message begins with the place, as "parameters.properties.width.minimum must be …".
Result<ParameterSchema> parse_parameter_schema(std::string_view text);

/// Valid UTF-8 without control characters; `lines`: tabs and ends of lines may be in it.
bool is_plain_text(std::string_view text, bool lines);

}  // namespace bourse::client
