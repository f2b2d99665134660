#include <bourse/base/assert.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/poco/order_json.hpp>

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

namespace bourse::poco {
namespace {

using nlohmann::json;

constexpr std::uint64_t kMaxSafeInteger = (1ULL << 53) - 1;

constexpr std::array kAppMembers{
    "app", "appprice", "volume", "tag", "datasetrestrict", "workerpoolrestrict", "requesterrestrict", "salt", "sign"};
constexpr std::array kDatasetMembers{
    "dataset",           "datasetprice", "volume", "tag", "apprestrict", "workerpoolrestrict",
    "requesterrestrict", "salt",         "sign"};
constexpr std::array kWorkerpoolMembers{
    "workerpool",      "workerpoolprice",   "volume", "tag", "category", "trust", "apprestrict",
    "datasetrestrict", "requesterrestrict", "salt",   "sign"};
constexpr std::array kRequestMembers{
    "app",    "appmaxprice", "dataset",  "datasetmaxprice", "workerpool",  "workerpoolmaxprice", "requester",
    "volume", "tag",         "category", "trust",           "beneficiary", "callback",           "params",
    "salt",   "sign"};

constexpr const auto& members_of(const AppOrder*) { return kAppMembers; }
constexpr const auto& members_of(const DatasetOrder*) { return kDatasetMembers; }
constexpr const auto& members_of(const WorkerpoolOrder*) { return kWorkerpoolMembers; }
constexpr const auto& members_of(const RequestOrder*) { return kRequestMembers; }

enum class Amounts { kNumbers, kStrings };

json member_json(const Address& value, Amounts) { return to_checksum(value); }
json member_json(const Bytes32& value, Amounts) { return to_hex(value); }
json member_json(const Bytes& value, Amounts) { return to_hex(value); }
json member_json(const std::string& value, Amounts) { return value; }
json member_json(const Uint256& value, Amounts form) {
    if (form == Amounts::kNumbers && value <= Uint256(kMaxSafeInteger)) return value.low_u64();
    return to_decimal(value);
}

template <class Order>
json order_json(const Order& order, Amounts form) {
    json out = json::object();
    const auto& names = members_of(&order);
    std::size_t next = 0;
    std::apply([&](const auto&... fields) { ((out[names[next++]] = member_json(fields, form)), ...); },
               abi_fields(order));
    return out;
}

std::optional<std::string> read_member(const json& value, Address& into) {
    if (!value.is_string()) return "a text with an address";
    auto address = parse_address(value.get_ref<const std::string&>());
    if (!address) return "an address (0x and 40 hex digits, mixed case with a right checksum)";
    into = *address;
    return std::nullopt;
}
std::optional<std::string> read_member(const json& value, Bytes32& into) {
    const auto bytes = value.is_string() ? hash_from_hex(value.get_ref<const std::string&>()) : std::nullopt;
    if (!bytes) return "0x and 64 hex digits";
    into = *bytes;
    return std::nullopt;
}
std::optional<std::string> read_member(const json& value, Bytes& into) {
    auto bytes = value.is_string() ? from_hex(value.get_ref<const std::string&>()) : std::nullopt;
    if (!bytes) return "0x and an even number of hex digits";
    into = std::move(*bytes);
    return std::nullopt;
}
std::optional<std::string> read_member(const json& value, std::string& into) {
    if (!value.is_string()) return "a text";
    into = value.get<std::string>();
    return std::nullopt;
}
std::optional<std::string> read_member(const json& value, Uint256& into) {
    if (value.is_number_unsigned()) {
        into = value.get<std::uint64_t>();
        return std::nullopt;
    }
    const auto number = value.is_string() ? uint256_from_decimal(value.get_ref<const std::string&>()) : std::nullopt;
    if (!number) return "a whole number of 0 and more, or a text with its decimal digits";
    into = *number;
    return std::nullopt;
}

template <class Order>
Status<> refuse_unknown_members(const json& object) {
    const auto& names = members_of(static_cast<const Order*>(nullptr));
    for (const auto& [key, value] : object.items())
        if (std::find(names.begin(), names.end(), key) == names.end())
            return fail("ORDER_INVALID", "The order has an unknown member \"" + key + "\".");
    return {};
}

template <class Order>
Result<Order> read_order(const json& object) {
    if (!object.is_object()) return fail("ORDER_INVALID", "An order must be a JSON object.");
    BOURSE_CHECK(refuse_unknown_members<Order>(object));
    Order order;
    const auto& names = members_of(&order);
    std::size_t next = 0;
    std::optional<std::string> problem;
    const auto read = [&](auto& field) {
        const std::string name = names[next++];
        if (problem) return;
        const auto found = object.find(name);
        if (found == object.end()) {
            if (name != "sign") problem = "The order lacks \"" + name + "\".";
        } else if (const auto needed = read_member(*found, field)) {
            problem = "\"" + name + "\" of the order must be " + *needed + ".";
        }
    };
    std::apply([&](auto&... fields) { (read(fields), ...); }, abi_fields(order));
    if (problem) return fail("ORDER_INVALID", *problem);
    return order;
}

/// "AppOrder(address app,uint256 appprice,…)" → [{name, type}…]
json type_members(std::string_view type) {
    json out = json::array();
    type.remove_prefix(type.find('(') + 1);
    type.remove_suffix(1);
    while (!type.empty()) {
        const auto comma = type.find(',');
        const auto member = type.substr(0, comma);
        const auto blank = member.find(' ');
        out.push_back({{"name", member.substr(blank + 1)}, {"type", member.substr(0, blank)}});
        type.remove_prefix(comma == std::string_view::npos ? type.size() : comma + 1);
    }
    return out;
}

template <class Order>
json typed_data_of(const eip712::Domain& domain, const Order& order) {
    const auto type = type_string(OrderTraits<Order>::kKind);
    const std::string primary(type.substr(0, type.find('(')));
    json message = order_json(order, Amounts::kStrings);
    message.erase("sign");
    return {{"types",
             {{"EIP712Domain",
               type_members("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")},
              {primary, type_members(type)}}},
            {"primaryType", primary},
            {"domain",
             {{"name", domain.name},
              {"version", domain.version},
              {"chainId", to_decimal(domain.chain_id)},
              {"verifyingContract", to_checksum(domain.verifying_contract)}}},
            {"message", std::move(message)}};
}

}  // namespace

json to_json(const AppOrder& order) { return order_json(order, Amounts::kNumbers); }
json to_json(const DatasetOrder& order) { return order_json(order, Amounts::kNumbers); }
json to_json(const WorkerpoolOrder& order) { return order_json(order, Amounts::kNumbers); }
json to_json(const RequestOrder& order) { return order_json(order, Amounts::kNumbers); }
json to_json_strings(const AppOrder& order) { return order_json(order, Amounts::kStrings); }
json to_json_strings(const DatasetOrder& order) { return order_json(order, Amounts::kStrings); }
json to_json_strings(const WorkerpoolOrder& order) { return order_json(order, Amounts::kStrings); }
json to_json_strings(const RequestOrder& order) { return order_json(order, Amounts::kStrings); }

template <>
Result<AppOrder> order_from_json<AppOrder>(const json& object) {
    return read_order<AppOrder>(object);
}
template <>
Result<DatasetOrder> order_from_json<DatasetOrder>(const json& object) {
    return read_order<DatasetOrder>(object);
}
template <>
Result<WorkerpoolOrder> order_from_json<WorkerpoolOrder>(const json& object) {
    return read_order<WorkerpoolOrder>(object);
}
template <>
Result<RequestOrder> order_from_json<RequestOrder>(const json& object) {
    return read_order<RequestOrder>(object);
}

Result<AnyOrder> order_from_json(OrderKind kind, const json& object) {
    const auto wrap = [](auto order) -> Result<AnyOrder> {
        if (!order) return fail(std::move(order).error());
        return AnyOrder(std::move(*order));
    };
    switch (kind) {
        case OrderKind::kApp:
            return wrap(read_order<AppOrder>(object));
        case OrderKind::kDataset:
            return wrap(read_order<DatasetOrder>(object));
        case OrderKind::kWorkerpool:
            return wrap(read_order<WorkerpoolOrder>(object));
        case OrderKind::kRequest:
            return wrap(read_order<RequestOrder>(object));
    }
    BOURSE_UNREACHABLE();
}

json typed_data(const eip712::Domain& domain, const AppOrder& order) { return typed_data_of(domain, order); }
json typed_data(const eip712::Domain& domain, const DatasetOrder& order) { return typed_data_of(domain, order); }
json typed_data(const eip712::Domain& domain, const WorkerpoolOrder& order) { return typed_data_of(domain, order); }
json typed_data(const eip712::Domain& domain, const RequestOrder& order) { return typed_data_of(domain, order); }

}  // namespace bourse::poco
