// Parameters of JSON-RPC: any JSON is typed or refused with a text, by the parser of each type and by the whole list of
// each method. What was taken as a number, an address, a hash or data is written back as it came.
#include <bourse/base/assert.hpp>
#include <bourse/rpc/json.hpp>
#include <bourse/rpc/method.hpp>

#include <simdjson.h>

#include <algorithm>
#include <cctype>

namespace {

using namespace bourse;
using rpc::ParamType;

constexpr auto kTypes = static_cast<unsigned>(ParamType::kNothing) + 1;

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

/// Only strings have one form.
void check_round_trip(ParamType type, const simdjson::dom::element& json, const rpc::Params& params) {
    std::string_view text;
    if (json.get(text) != simdjson::SUCCESS) return;
    const std::string quoted = '"' + lower(text) + '"';
    if (type == ParamType::kAddress) BOURSE_ASSERT(rpc::json_hex(params.get<Address>(0)) == quoted);
    if (type == ParamType::kHash) BOURSE_ASSERT(rpc::json_hex(params.get<Hash>(0)) == quoted);
    if (type == ParamType::kData) BOURSE_ASSERT(rpc::json_hex(params.get<Bytes>(0)) == quoted);
    if (type == ParamType::kQuantity) BOURSE_ASSERT(rpc::json_quantity(params.get<Uint256>(0)) == quoted);
    if (type == ParamType::kNumber) BOURSE_ASSERT(rpc::json_quantity(params.get<std::uint64_t>(0)) == quoted);
}

void parse_one(ParamType type, const simdjson::dom::element& list) {
    const rpc::ParamSpec spec{"value", type};
    const auto params = rpc::parse_params(&list, {&spec, 1});
    if (!params) {
        BOURSE_ASSERT(params.error().code == rpc::kInvalidParams && !params.error().message.empty());
        return;
    }
    check_round_trip(type, list.at(0).value(), *params);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static simdjson::dom::parser parser;
    if (size < 2) return 0;
    const std::string text = '[' + std::string(reinterpret_cast<const char*>(data) + 1, size - 1) + ']';
    simdjson::dom::element list;
    if (parser.parse(text).get(list) != simdjson::SUCCESS) return 0;
    parse_one(static_cast<ParamType>(data[0] % kTypes), list);
    const auto& table = rpc::method_table();
    const auto params = rpc::parse_params(&list, table[data[0] % table.size()].params);
    BOURSE_ASSERT(params || params.error().code == rpc::kInvalidParams);
    return 0;
}
