#include <bourse/client/parameter_schema.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

namespace bourse::client {

namespace {

/// Keeps the order of the text.
using Node = nlohmann::ordered_json;
using FieldType = Parameter::Type;

constexpr std::string_view kDialect = "https://json-schema.org/draft/2020-12/schema";
constexpr std::size_t kMaxName = 64;
constexpr std::size_t kMaxTitle = 100;
constexpr std::size_t kMaxDescription = 1'000;
constexpr std::size_t kMaxValue = 1'000;  ///< bytes of a word, a default, an entry of enum
constexpr std::size_t kMaxChoices = 64;
constexpr std::size_t kMaxGroups = 128;
constexpr std::size_t kMaxGroupWords = 16;
constexpr std::size_t kMaxLength = 8'192;  ///< work params hold no more
constexpr int kMaxDepth = 5;
constexpr double kSafeInteger = 9'007'199'254'740'991;  ///< 2^53 - 1: what every reader of JSON keeps exact

constexpr std::pair<FieldType, std::string_view> kTypes[] = {{FieldType::kString, "string"},
                                                             {FieldType::kInteger, "integer"},
                                                             {FieldType::kNumber, "number"},
                                                             {FieldType::kBoolean, "boolean"}};

tl::unexpected<Error> refused_at(const std::string& place, const std::string& text) {
    return fail("PAGE_INVALID", place + " " + text);
}

bool is_number_type(FieldType type) { return type == FieldType::kInteger || type == FieldType::kNumber; }

bool is_integer(const Node& value) {
    if (!value.is_number()) return false;
    const auto number = value.get<double>();
    return std::floor(number) == number && std::abs(number) <= kSafeInteger;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_name_char(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-'; }
bool is_parameter_name(std::string_view text) {
    return !text.empty() && text.size() <= kMaxName && is_letter(text[0]) && std::ranges::all_of(text, is_name_char);
}

std::size_t count_points(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// A member given twice is read differently by different readers: refused, like what nests too deeply.
struct Reading {
    std::vector<std::set<std::string>> members;
    std::optional<std::string> twice;
    bool deep = false;

    bool operator()(int depth, Node::parse_event_t event, Node& value) {
        deep = deep || depth > kMaxDepth;
        if (event == Node::parse_event_t::object_start) members.emplace_back();
        if (event == Node::parse_event_t::object_end) members.pop_back();
        if (event == Node::parse_event_t::key && !members.back().insert(value.get<std::string>()).second)
            twice = value.get<std::string>();
        return true;
    }
};

Result<Node> read_document(std::string_view text) {
    if (text.size() > kMaxParameterSchemaBytes) return refused_at("parameters", "must be at most 16 KiB.");
    Reading reading;
    auto node = Node::parse(text, std::ref(reading), false);
    if (!node.is_object()) return refused_at("parameters", "must be a JSON object.");
    if (reading.deep) return refused_at("parameters", "nests too deeply.");
    if (reading.twice)
        return refused_at("parameters", "has the member \"" + *reading.twice + "\" twice in one object.");
    return node;
}

Status<> check_keywords(const Node& node, const std::string& place, std::initializer_list<std::string_view> known) {
    for (const auto& [key, value] : node.items()) {
        if (std::ranges::find(known, std::string_view(key)) != known.end()) continue;
        std::string names;
        for (const auto name : known) names += (names.empty() ? "" : ", ") + std::string(name);
        return refused_at(place, "has a keyword that is not known here; known are " + names + ".");
    }
    return {};
}

/// Absent: empty.
Result<std::string> member_text(const Node& node, const char* name, const std::string& place, std::size_t most) {
    const auto found = node.find(name);
    if (found == node.end()) return std::string();
    const auto here = place + "." + name;
    if (!found->is_string()) return refused_at(here, "must be a text.");
    const auto& text = found->get_ref<const std::string&>();
    if (text.size() > most) return refused_at(here, "must be at most " + std::to_string(most) + " bytes.");
    if (!is_plain_text(text, false)) return refused_at(here, "must be without control characters.");
    return text;
}

/// What a value of a field has to keep to.
struct Rules {
    FieldType type = FieldType::kString;
    std::optional<double> minimum, maximum;
    std::optional<std::size_t> min_length, max_length;
    std::vector<Node> choices;
};

Result<std::optional<double>> bound_of(const Node& node, const char* name, const std::string& place, FieldType type) {
    const auto found = node.find(name);
    if (found == node.end()) return std::optional<double>();
    const auto here = place + "." + name;
    if (!is_number_type(type)) return refused_at(here, "is for numbers only.");
    if (type == FieldType::kInteger && !is_integer(*found))
        return refused_at(here, "must be a whole number of at most 2^53 - 1.");
    if (!found->is_number()) return refused_at(here, "must be a number.");
    return std::optional(found->get<double>());
}

Result<std::optional<std::size_t>> length_of(const Node& node, const char* name, const std::string& place,
                                             FieldType type) {
    const auto found = node.find(name);
    if (found == node.end()) return std::optional<std::size_t>();
    const auto here = place + "." + name;
    if (type != FieldType::kString) return refused_at(here, "is for texts only.");
    if (!is_integer(*found) || *found < 0 || *found > kMaxLength)
        return refused_at(here, "must be a whole number from 0 to 8192.");
    return std::optional(static_cast<std::size_t>(found->get<double>()));
}

Status<> check_text_value(const Node& value, const Rules& rules, const std::string& place) {
    if (!value.is_string()) return refused_at(place, "must be a text.");
    const auto& text = value.get_ref<const std::string&>();
    if (text.size() > kMaxValue || !is_plain_text(text, false))
        return refused_at(place, "must be at most 1000 bytes, without control characters.");
    const auto length = count_points(text);
    if (length < rules.min_length.value_or(0) || length > rules.max_length.value_or(kMaxLength))
        return refused_at(place, "must be as long as minLength and maxLength say.");
    return {};
}

Status<> check_value(const Node& value, const Rules& rules, const std::string& place) {
    if (rules.type == FieldType::kString) {
        BOURSE_CHECK(check_text_value(value, rules, place));
    } else if (rules.type == FieldType::kBoolean) {
        if (!value.is_boolean()) return refused_at(place, "must be true or false.");
    } else {
        if (rules.type == FieldType::kInteger && !is_integer(value))
            return refused_at(place, "must be a whole number of at most 2^53 - 1.");
        if (!value.is_number()) return refused_at(place, "must be a number.");
        const auto number = value.get<double>();
        if ((rules.minimum && number < *rules.minimum) || (rules.maximum && number > *rules.maximum))
            return refused_at(place, "must be between minimum and maximum.");
    }
    if (!rules.choices.empty() && std::ranges::find(rules.choices, value) == rules.choices.end())
        return refused_at(place, "must be one of enum.");
    return {};
}

Status<> read_choices(const Node& node, const std::string& place, Rules& rules) {
    const auto found = node.find("enum");
    if (found == node.end()) return {};
    const auto here = place + ".enum";
    if (rules.type == FieldType::kBoolean) return refused_at(here, "is not for booleans.");
    if (!found->is_array() || found->empty() || found->size() > kMaxChoices)
        return refused_at(here, "must be a list of 1 to 64 values.");
    std::vector<Node> choices;
    for (std::size_t i = 0; i < found->size(); ++i) {
        const auto entry = here + "." + std::to_string(i);
        BOURSE_CHECK(check_value((*found)[i], rules, entry));
        if ((*found)[i] == "")
            return refused_at(entry, "must not be empty: an optional field may stay without a value.");
        if (std::ranges::find(choices, (*found)[i]) != choices.end()) return refused_at(entry, "stands there twice.");
        choices.push_back((*found)[i]);
    }
    rules.choices = std::move(choices);
    return {};
}

Result<Parameter> read_field(const std::string& name, const Node& node) {
    if (!is_parameter_name(name))
        return refused_at("parameters.properties",
                          "has a name that is none: a letter, then letters, digits, _ and -, at "
                          "most 64 in all.");
    const auto place = "parameters.properties." + name;
    if (!node.is_object()) return refused_at(place, "must be an object.");
    BOURSE_CHECK(check_keywords(
        node, place,
        {"type", "title", "description", "default", "enum", "minimum", "maximum", "minLength", "maxLength"}));
    Parameter out;
    out.name = name;
    BOURSE_TRY(const auto type, member_text(node, "type", place, kMaxName));
    const auto* known =
        std::ranges::find(kTypes, std::string_view(type), &std::pair<FieldType, std::string_view>::second);
    if (known == std::end(kTypes)) return refused_at(place + ".type", "must be string, integer, number or boolean.");
    out.type = known->first;
    BOURSE_TRY(out.title, member_text(node, "title", place, kMaxTitle));
    if (out.title.empty()) out.title = name;
    BOURSE_TRY(const auto description, member_text(node, "description", place, kMaxDescription));
    Rules rules;
    rules.type = out.type;
    BOURSE_TRY(rules.minimum, bound_of(node, "minimum", place, out.type));
    BOURSE_TRY(rules.maximum, bound_of(node, "maximum", place, out.type));
    if (rules.minimum && rules.maximum && *rules.minimum > *rules.maximum)
        return refused_at(place + ".minimum", "must be at most maximum.");
    BOURSE_TRY(rules.min_length, length_of(node, "minLength", place, out.type));
    BOURSE_TRY(rules.max_length, length_of(node, "maxLength", place, out.type));
    if (rules.min_length.value_or(0) > rules.max_length.value_or(kMaxLength))
        return refused_at(place + ".minLength", "must be at most maxLength.");
    BOURSE_CHECK(read_choices(node, place, rules));
    if (const auto standard = node.find("default"); standard != node.end()) {
        BOURSE_CHECK(check_value(*standard, rules, place + ".default"));
        out.standard = standard->dump();
    }
    return out;
}

/// Which fields the templates name, each of them once.
class Uses {
public:
    explicit Uses(const std::vector<Parameter>& fields) : fields_(&fields) {}

    const Parameter* find(std::string_view name) const {
        const auto found = std::ranges::find(*fields_, name, &Parameter::name);
        return found == fields_->end() ? nullptr : &*found;
    }
    Result<const Parameter*> use(const std::string& name, const std::string& place) {
        const auto* field = find(name);
        if (field == nullptr) return refused_at(place, "names {" + name + "}, which is not in properties.");
        if (!used_.insert(name).second)
            return refused_at(place, "names {" + name + "} again: each field has one place.");
        return field;
    }
    Status<> check_all() const {
        for (const auto& field : *fields_)
            if (!used_.contains(field.name))
                return refused_at("parameters.properties." + field.name,
                                  "has no place: name {" + field.name + "} in arguments, or the field in inputFiles.");
        return {};
    }

private:
    const std::vector<Parameter>* fields_;
    std::set<std::string> used_;
};

struct WordFacts {
    std::size_t fields = 0;
    bool is_switch = false;  ///< nothing but a boolean
};

/// Braces around something that is no name are text.
Result<WordFacts> read_word(const Node& node, const std::string& place, Uses& uses) {
    if (!node.is_string()) return refused_at(place, "must be a text.");
    const auto& word = node.get_ref<const std::string&>();
    if (word.size() > kMaxValue || !is_plain_text(word, false))
        return refused_at(place, "must be at most 1000 bytes, without control characters.");
    WordFacts facts;
    std::size_t after_field = std::string::npos;
    for (auto open = word.find('{'); open != std::string::npos; open = word.find('{', open + 1)) {
        const auto close = word.find('}', open);
        if (close == std::string::npos) break;
        const auto name = word.substr(open + 1, close - open - 1);
        if (!is_parameter_name(name)) continue;
        BOURSE_TRY(const auto* field, uses.use(name, place));
        if (open == after_field) return refused_at(place, "has two fields side by side: put a text between them.");
        after_field = close + 1;
        ++facts.fields;
        facts.is_switch = field->type == FieldType::kBoolean && open == 0 && close + 1 == word.size();
    }
    return facts;
}

Result<ArgumentGroup> read_group(const Node& node, const std::string& place, Uses& uses) {
    ArgumentGroup out;
    if (node.is_string()) {
        BOURSE_CHECK(read_word(node, place, uses));
        out.words = {node.get<std::string>()};
        return out;
    }
    if (!node.is_array() || node.empty() || node.size() > kMaxGroupWords)
        return refused_at(place, "must be a word, or a list of 1 to 16 words that stand or fall together.");
    out.is_group = true;
    std::size_t fields = 0, shown = 0;
    for (std::size_t i = 0; i < node.size(); ++i) {
        BOURSE_TRY(const auto facts, read_word(node[i], place + "." + std::to_string(i), uses));
        fields += facts.fields;
        if (!facts.is_switch) ++shown;
        out.words.push_back(node[i].get<std::string>());
    }
    if (fields == 0) return refused_at(place, "names no field: words that are always there stand outside of a list.");
    if (shown == 0) return refused_at(place, "is a switch without the word that it switches.");
    return out;
}

Status<> read_places(const Node& node, ParameterSchema& out) {
    Uses uses(out.fields);
    const std::string arguments = "parameters.arguments", files = "parameters.inputFiles";
    if (const auto found = node.find("arguments"); found != node.end()) {
        if (!found->is_array() || found->size() > kMaxGroups)
            return refused_at(arguments, "must be a list of at most 128.");
        for (std::size_t i = 0; i < found->size(); ++i) {
            BOURSE_TRY(auto group, read_group((*found)[i], arguments + "." + std::to_string(i), uses));
            out.arguments.push_back(std::move(group));
        }
    }
    if (const auto found = node.find("inputFiles"); found != node.end()) {
        if (!found->is_array()) return refused_at(files, "must be a list of names of fields.");
        for (std::size_t i = 0; i < found->size(); ++i) {
            const auto here = files + "." + std::to_string(i);
            if (!(*found)[i].is_string()) return refused_at(here, "must be the name of a field.");
            BOURSE_TRY(const auto* field, uses.use((*found)[i].get<std::string>(), here));
            if (field->type != FieldType::kString)
                return refused_at(here, "must be a field of type string: it holds a URL.");
            out.input_files.push_back(field->name);
        }
    }
    return uses.check_all();
}

Status<> read_required(const Node& node, ParameterSchema& out) {
    const auto found = node.find("required");
    if (found == node.end()) return {};
    const std::string place = "parameters.required";
    if (!found->is_array()) return refused_at(place, "must be a list of names of fields.");
    for (std::size_t i = 0; i < found->size(); ++i) {
        const auto field = std::ranges::find_if(out.fields, [&](const Parameter& p) { return (*found)[i] == p.name; });
        const auto here = place + "." + std::to_string(i);
        if (field == out.fields.end()) return refused_at(here, "must be the name of a field.");
        if (field->required) return refused_at(here, "stands there twice.");
        field->required = true;
    }
    return {};
}

/// Bytes of the UTF-8 sequence at the begin of a text; 0: there is none.
std::size_t sequence_length(std::string_view text) {
    const auto first = static_cast<unsigned char>(text[0]);
    const std::size_t length = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (length == 0 || first > 0xF4 || text.size() < length) return 0;
    std::uint32_t point = length == 1 ? first : first & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if ((byte & 0xC0U) != 0x80U) return 0;
        point = point << 6U | (byte & 0x3FU);
    }
    constexpr std::array<std::uint32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = point >= 0xD800 && point < 0xE000;
    return point < kLeast[length] || surrogate || point > 0x10FFFF ? 0 : length;
}

}  // namespace

std::string_view to_text(FieldType type) noexcept {
    return std::ranges::find(kTypes, type, &std::pair<FieldType, std::string_view>::first)->second;
}

bool is_plain_text(std::string_view text, bool lines) {
    while (!text.empty()) {
        const auto length = sequence_length(text);
        const auto c = text[0];
        const bool control = length == 1 && (static_cast<unsigned char>(c) < 0x20 || c == 0x7F);
        if (length == 0 || (control && !(lines && (c == '\n' || c == '\r' || c == '\t')))) return false;
        text.remove_prefix(length);
    }
    return true;
}

Result<ParameterSchema> parse_parameter_schema(std::string_view text) {
    BOURSE_TRY(const auto node, read_document(text));
    const std::string place = "parameters";
    BOURSE_CHECK(check_keywords(
        node, place, {"$schema", "type", "title", "description", "properties", "required", "arguments", "inputFiles"}));
    BOURSE_TRY(const auto dialect, member_text(node, "$schema", place, kMaxTitle));
    if (!dialect.empty() && dialect != kDialect)
        return refused_at("parameters.$schema", "must be " + std::string(kDialect) + ".");
    if (node.find("type") == node.end() || node["type"] != "object")
        return refused_at("parameters.type", "must be \"object\".");
    ParameterSchema out;
    BOURSE_TRY(out.title, member_text(node, "title", place, kMaxTitle));
    BOURSE_TRY(out.description, member_text(node, "description", place, kMaxDescription));
    const auto properties = node.find("properties");
    if (properties == node.end() || !properties->is_object() || properties->empty() ||
        properties->size() > kMaxParameters)
        return refused_at("parameters.properties", "must be an object of 1 to 64 fields.");
    for (const auto& [name, field] : properties->items()) {
        BOURSE_TRY(auto read, read_field(name, field));
        out.fields.push_back(std::move(read));
    }
    BOURSE_CHECK(read_required(node, out));
    BOURSE_CHECK(read_places(node, out));
    return out;
}

}  // namespace bourse::client
