#include <bourse/market/openapi.hpp>

#include <bourse/base/assert.hpp>
#include <bourse/market/api_routes.hpp>
#include <bourse/market/api_schemas.hpp>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace bourse::market {

namespace {

using Json = nlohmann::json;

struct TypeName {
    std::string base;
    bool is_array = false;
    bool is_nullable = false;
};

TypeName split_type(std::string_view type) {
    TypeName out;
    if (type.ends_with('?')) {
        out.is_nullable = true;
        type.remove_suffix(1);
    }
    if (type.ends_with("[]")) {
        out.is_array = true;
        type.remove_suffix(2);
    }
    out.base = std::string(type);
    return out;
}

std::vector<std::string> split_at(std::string_view text, char separator) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const auto end = std::min(text.find(separator), text.size());
        out.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

struct Scalar {
    const char* name;
    const char* schema;   ///< JSON
    const char* example;  ///< JSON
};
constexpr Scalar kScalars[] = {
    {"address", R"({"type":"string","pattern":"^0x[0-9a-fA-F]{40}$"})",
     R"("0x4E61C418cFcF080DbCA9544AAd64572e68BD9802")"},
    {"hash", R"({"type":"string","pattern":"^0x[0-9a-f]{64}$"})",
     R"("0x86f54eaf5262000000000000000000000000000000000000000000000000abcd")"},
    {"hex", R"({"type":"string","pattern":"^0x([0-9a-fA-F]{2})*$"})", R"("0x1234")"},
    {"amount", R"({"type":"string","pattern":"^[0-9]+$"})", R"("20")"},
    {"count", R"({"type":"integer","minimum":0})", "1"},
    {"number", R"({"type":"number"})", "0.5"},
    {"ms", R"({"type":"integer","minimum":0,"description":"unix time in milliseconds"})", "1790000000000"},
    {"text", R"({"type":"string"})", R"("text")"},
    {"bool", R"({"type":"boolean"})", "true"},
    {"object", R"({"type":"object"})", "{}"},
};

const Scalar* scalar_of(std::string_view name) {
    const auto* found = std::ranges::find(kScalars, name, &Scalar::name);
    return found == std::end(kScalars) ? nullptr : found;
}

Json base_schema(const std::string& base) {
    if (base.starts_with('@')) return {{"$ref", "#/components/schemas/" + base.substr(1)}};
    if (const auto* scalar = scalar_of(base)) return Json::parse(scalar->schema);
    BOURSE_ASSERT(base.find('|') != std::string::npos);
    return {{"type", "string"}, {"enum", split_at(base, '|')}};
}

Json schema_of(std::string_view type, std::string_view text) {
    const auto name = split_type(type);
    auto schema = base_schema(name.base);
    if (name.is_array) schema = {{"type", "array"}, {"items", std::move(schema)}};
    if (schema.contains("$ref") && (name.is_nullable || !text.empty()))
        schema = {{"allOf", Json::array({std::move(schema)})}};
    if (name.is_nullable) schema["nullable"] = true;
    if (!text.empty()) schema["description"] = text;
    return schema;
}

const ApiShape& shape_of(std::string_view name) {
    const auto shapes = api_shapes();
    const auto found = std::ranges::find(shapes, name, &ApiShape::name);
    BOURSE_ASSERT(found != shapes.end());
    return *found;
}

Json example_of(const ApiField& field) {
    if (!field.example.empty()) return Json::parse(field.example);
    const auto name = split_type(field.type);
    if (name.is_nullable) return nullptr;
    Json one;
    if (name.base.starts_with('@'))
        one = example_of_shape(std::string_view(name.base).substr(1));
    else if (const auto* scalar = scalar_of(name.base))
        one = Json::parse(scalar->example);
    else
        one = split_at(name.base, '|').front();
    return name.is_array ? Json::array({std::move(one)}) : one;
}

Json shape_schema(const ApiShape& shape) {
    Json properties = Json::object();
    auto required = Json::array();
    for (const auto& field : shape.fields) {
        properties[std::string(field.name)] = schema_of(field.type, field.text);
        required.push_back(field.name);
    }
    Json schema = {{"type", "object"}, {"properties", std::move(properties)}, {"required", std::move(required)}};
    if (!shape.text.empty()) schema["description"] = shape.text;
    return schema;
}

Json envelope_schema() {
    return Json::parse(R"({"type":"object","description":"Members of every answer","properties":{
        "chain":{"type":"integer","description":"chain id"},
        "height":{"type":"integer","description":"last block this market has taken in"},
        "time":{"type":"integer","description":"the server's clock, unix time in milliseconds"}},
        "required":["chain","height","time"]})");
}

Json page_schema(const std::string& shape) {
    Json page = Json::parse(R"({"type":"object","properties":{
        "next":{"type":"string","nullable":true,"description":"cursor of the next page; null: this is the last"},
        "total":{"type":"integer","description":"rows of the filter at asOf"},
        "asOf":{"type":"integer","description":"height that the pages are anchored to"}},
        "required":["items","next","total","asOf"]})");
    page["properties"]["items"] = {{"type", "array"}, {"items", {{"$ref", "#/components/schemas/" + shape}}}};
    return page;
}

Json envelope_example() { return {{"chain", 65535}, {"height", 12345}, {"time", 1790000000000ULL}}; }

/// Content of the 200 answer.
Json answer_content(std::string_view answer) {
    if (answer.starts_with("raw ")) return {{std::string(answer.substr(4)), {{"schema", Json::object()}}}};
    const bool bare = answer.starts_with('=');
    if (bare) answer.remove_prefix(1);
    const bool is_page = answer.ends_with("[]");
    const std::string shape(is_page ? answer.substr(0, answer.size() - 2) : answer);
    const Json reference = {{"$ref", "#/components/schemas/" + shape}};
    auto example = example_of_shape(shape);
    if (bare) return {{"application/json", {{"schema", reference}, {"example", std::move(example)}}}};
    const Json envelope = {{"$ref", "#/components/schemas/Envelope"}};
    Json content;
    if (!is_page) {
        example.update(envelope_example());
        content["application/json"] = {{"schema", {{"allOf", Json::array({envelope, reference})}}},
                                       {"example", std::move(example)}};
        return content;
    }
    auto page = envelope_example();
    page.update({{"items", Json::array({std::move(example)})}, {"next", nullptr}, {"total", 1}, {"asOf", 12345}});
    content["application/json"] = {{"schema", {{"allOf", Json::array({envelope, page_schema(shape)})}}},
                                   {"example", std::move(page)}};
    content["text/csv"] = {{"schema", {{"type", "string"}}}};
    content["application/x-ndjson"] = {{"schema", {{"type", "string"}}}};
    return content;
}

Json parameter_object(const std::string& name) {
    const auto all = api_parameters();
    const auto found = std::ranges::find(all, name, &ApiParameter::name);
    BOURSE_ASSERT(found != all.end());
    Json out = {{"name", name}, {"in", "query"}, {"required", false}, {"schema", schema_of(found->type, {})}};
    if (!found->text.empty()) out["description"] = found->text;
    if (!found->example.empty()) out["example"] = Json::parse(found->example);
    return out;
}

/// "/deals/:id" → "/deals/{id}", with the names.
std::string path_of(std::string_view path, std::vector<std::string>& names) {
    std::string out;
    for (const auto& part : split_at(path.substr(1), '/')) {
        if (!part.starts_with(':')) {
            out += "/" + part;
            continue;
        }
        names.push_back(part.substr(1));
        out += "/{" + names.back() + "}";
    }
    return out;
}

Json route_parameters(const ApiRoute& route, const std::vector<std::string>& path_names) {
    auto out = Json::array();
    for (const auto& name : path_names)
        out.push_back({{"name", name}, {"in", "path"}, {"required", true}, {"schema", {{"type", "string"}}}});
    auto names = split_at(route.parameters, ',');
    if (route.answer.ends_with("[]"))
        for (const auto* name : {"limit", "cursor", "asOf", "format"}) names.emplace_back(name);
    for (const auto& name : names) out.push_back(parameter_object(name));
    return out;
}

Json request_body(std::string_view body) {
    if (body.starts_with("raw ")) {
        const Json schema = {{"type", "string"}, {"format", "binary"}};
        return {{"required", true}, {"content", {{std::string(body.substr(4)), {{"schema", schema}}}}}};
    }
    Json properties = Json::object();
    auto required = Json::array();
    for (const auto& member : split_at(body, ',')) {
        const auto colon = member.find(':');
        auto type = member.substr(colon + 1);
        const bool optional = type.ends_with('?');
        if (optional) type.pop_back();
        properties[member.substr(0, colon)] = schema_of(type, {});
        if (!optional) required.push_back(member.substr(0, colon));
    }
    const Json schema = {{"type", "object"}, {"properties", properties}, {"required", required}};
    return {{"required", true}, {"content", {{"application/json", {{"schema", schema}}}}}};
}

Json operation_of(const ApiRoute& route, const std::vector<std::string>& path_names) {
    static const Json refusal = {
        {"description", "Refused"},
        {"content", {{"application/json", {{"schema", {{"$ref", "#/components/schemas/Error"}}}}}}}};
    Json operation = {{"operationId", route.name},
                      {"tags", Json::array({route.group})},
                      {"summary", route.summary},
                      {"parameters", route_parameters(route, path_names)},
                      {"responses", {{"200", {{"description", "ok"}, {"content", answer_content(route.answer)}}}}},
                      {"x-cost", route.cost}};
    operation["responses"]["default"] = refusal;
    if (!route.body.empty()) operation["requestBody"] = request_body(route.body);
    return operation;
}

}  // namespace

Json example_of_shape(std::string_view shape) {
    Json out = Json::object();
    for (const auto& field : shape_of(shape).fields) out[std::string(field.name)] = example_of(field);
    return out;
}

Json openapi_document(std::string_view version) {
    Json paths = Json::object();
    for (const auto& route : api_routes()) {
        std::vector<std::string> names;
        const auto path = path_of(route.path, names);
        std::string method(route.method);
        std::ranges::transform(method, method.begin(), [](char c) { return static_cast<char>(c | 0x20); });
        paths[path][method] = operation_of(route, names);
    }
    Json schemas = {{"Envelope", envelope_schema()}};
    for (const auto& shape : api_shapes()) {
        auto schema = shape_schema(shape);
        schema["example"] = example_of_shape(shape.name);
        schemas[std::string(shape.name)] = std::move(schema);
    }
    return {{"openapi", "3.0.3"},
            {"info",
             {{"title", "Bourse market"},
              {"version", version},
              {"description",
               "Amounts are decimal texts in nRLC, times unix milliseconds, hashes lower case, addresses "
               "in checksum case. Live feed: WebSocket /v1/ws, sub-protocol mkt.v1. The paths of the "
               "existing market gateway are at the root and described by /docs."}}},
            {"paths", std::move(paths)},
            {"components", {{"schemas", std::move(schemas)}}}};
}

}  // namespace bourse::market
