#include <bourse/rpc/params.hpp>

#include <simdjson.h>

namespace bourse::rpc {

namespace {

namespace dom = simdjson::dom;

/// Why a value was refused; null if it was taken. Parsers below write their value and return this.
using Refusal = const char*;

Refusal parse_hex_bytes(const dom::element& json, Bytes& out) {
    std::string_view text;
    if (json.get(text) != simdjson::SUCCESS) return "hex data must be a string";
    if (!text.starts_with("0x") && !text.starts_with("0X"))
        return text.empty() ? "empty hex string" : "hex string without 0x prefix";
    if (text.size() % 2 != 0) return "hex string of odd length";
    auto bytes = from_hex(text);
    if (!bytes) return "invalid hex string";
    out = *std::move(bytes);
    return nullptr;
}

template <class Fixed>
Refusal parse_fixed(const dom::element& json, Fixed& out) {
    std::string_view text;
    if (json.get(text) != simdjson::SUCCESS) return "hex data must be a string";
    if (!text.starts_with("0x") && !text.starts_with("0X")) return "hex string without 0x prefix";
    if (text.size() != 2 + 2 * Fixed::kSize)
        return Fixed::kSize == 20 ? "an address has 40 hex digits" : "a hash has 64 hex digits";
    const auto value = fixed_from_hex<Fixed>(text);
    if (!value) return "invalid hex string";
    out = *value;
    return nullptr;
}

Refusal parse_quantity(const dom::element& json, Uint256& out) {
    std::string_view text;
    if (json.get(text) != simdjson::SUCCESS) return "a quantity must be a hex string";
    if (!text.starts_with("0x") && !text.starts_with("0X"))
        return text.empty() ? "empty hex string" : "hex string without 0x prefix";
    if (text.size() == 2) return "hex string \"0x\"";
    if (text.size() > 3 && text[2] == '0') return "hex number with leading zero digits";
    if (text.size() > 66) return "hex number > 256 bits";
    const auto value = uint256_from_quantity(text);
    if (!value) return "invalid hex string";
    out = *value;
    return nullptr;
}

Refusal parse_u64(const dom::element& json, std::uint64_t& out) {
    Uint256 wide;
    if (const auto refused = parse_quantity(json, wide)) return refused;
    if (!wide.fits_u64()) return "hex number > 64 bits";
    out = wide.low_u64();
    return nullptr;
}

Refusal parse_number(const dom::element& json, std::uint64_t& out) {
    if (json.get(out) == simdjson::SUCCESS) return nullptr;
    if (!json.is_string()) return "a whole number or a hex quantity is needed";
    return parse_u64(json, out);
}

Refusal parse_slot(const dom::element& json, Uint256& out) {
    std::string_view text;
    if (json.get(text) != simdjson::SUCCESS) return "a storage slot must be a hex string";
    if (!text.starts_with("0x")) return "hex string without 0x prefix";
    const auto value = uint256_from_quantity(text);
    if (!value) return "a storage slot has at most 64 hex digits";
    out = *value;
    return nullptr;
}

Refusal parse_flag(const dom::element& json, bool& out) {
    return json.get(out) == simdjson::SUCCESS ? nullptr : "true or false is needed";
}

Refusal parse_block_tag(const dom::element& json, BlockId& out) {
    std::string_view text;
    if (json.get(text) != simdjson::SUCCESS) return "a block is a tag, a hex number or an object";
    // A committed block is final: the three tags mean the same (chain.md §1).
    if (text == "latest" || text == "safe" || text == "finalized") {
        out.kind = BlockId::Kind::kLatest;
        return nullptr;
    }
    if (text == "pending" || text == "earliest") {
        out.kind = text == "pending" ? BlockId::Kind::kPending : BlockId::Kind::kEarliest;
        return nullptr;
    }
    out.kind = BlockId::Kind::kNumber;
    return parse_u64(json, out.number);
}

/// EIP-1898. Every block we know is canonical, so requireCanonical changes nothing; it must be a boolean all the same.
Refusal parse_block_object(const dom::object& object, BlockId& out) {
    const auto given = [&](std::string_view key, dom::element& member) {
        return object[key].get(member) == simdjson::SUCCESS && !member.is_null();
    };
    dom::element number;
    dom::element hash;
    dom::element canonical;
    const bool has_number = given("blockNumber", number);
    const bool has_hash = given("blockHash", hash);
    if (has_number && has_hash) return "cannot specify both BlockHash and BlockNumber, choose one or the other";
    if (!has_number && !has_hash) return "a block object needs blockNumber or blockHash";
    bool ignored = false;
    if (given("requireCanonical", canonical))
        if (const auto refused = parse_flag(canonical, ignored)) return refused;
    if (has_number) return parse_block_tag(number, out);
    out.kind = BlockId::Kind::kHash;
    return parse_fixed(hash, out.hash);
}

Refusal parse_block_id(const dom::element& json, BlockId& out) {
    dom::object object;
    return json.get(object) == simdjson::SUCCESS ? parse_block_object(object, out) : parse_block_tag(json, out);
}

/// Takes a member that may be absent or null.
template <class T, class Parser>
Refusal parse_member(const dom::object& object, std::string_view key, T& out, Parser parser) {
    dom::element member;
    if (object[key].get(member) != simdjson::SUCCESS || member.is_null()) return nullptr;
    return parser(member, out);
}

Refusal parse_access_list(const dom::element& json, std::uint64_t& gas) {
    dom::array entries;
    if (json.get(entries) != simdjson::SUCCESS) return "an access list is an array";
    for (const dom::element entry : entries) {
        dom::object object;
        dom::array keys;
        dom::element member;
        Address address;
        if (entry.get(object) != simdjson::SUCCESS || object["address"].get(member) != simdjson::SUCCESS ||
            object["storageKeys"].get(keys) != simdjson::SUCCESS)
            return "an entry of an access list needs address and storageKeys";
        if (const auto refused = parse_fixed(member, address)) return refused;
        gas += 2400;
        for (const dom::element key : keys) {
            Bytes32 ignored;
            if (const auto refused = parse_fixed(key, ignored)) return refused;
            gas += 1900;
        }
    }
    return nullptr;
}

Refusal parse_call_data(const dom::object& object, Bytes& out) {
    Bytes input;
    dom::element member;
    const bool has_data = object["data"].get(member) == simdjson::SUCCESS && !member.is_null();
    if (has_data)
        if (const auto refused = parse_hex_bytes(member, out)) return refused;
    if (object["input"].get(member) != simdjson::SUCCESS || member.is_null()) return nullptr;
    if (const auto refused = parse_hex_bytes(member, input)) return refused;
    if (has_data && input != out) return "both \"data\" and \"input\" are set and not equal";
    out = std::move(input);
    return nullptr;
}

Refusal parse_call(const dom::element& json, CallArguments& out) {
    dom::object object;
    if (json.get(object) != simdjson::SUCCESS) return "a call is an object";
    auto& call = out.call;
    std::optional<Uint256> gas_price;
    std::optional<Uint256> max_fee;
    Uint256 ignored;
    const auto into_optional = [](const dom::element& member, auto& to, auto parser) {
        to.emplace();
        return parser(member, *to);
    };
    const auto address = [&](const dom::element& m, std::optional<Address>& to) {
        return into_optional(m, to, parse_fixed<Address>);
    };
    const auto quantity = [&](const dom::element& m, std::optional<Uint256>& to) {
        return into_optional(m, to, parse_quantity);
    };
    if (const auto r = parse_member(object, "from", call.from, parse_fixed<Address>)) return r;
    if (const auto r = parse_member(object, "to", call.to, address)) return r;
    if (const auto r = parse_member(object, "gas", call.gas, parse_u64)) return r;
    if (const auto r = parse_member(object, "value", call.value, parse_quantity)) return r;
    if (const auto r = parse_member(object, "gasPrice", gas_price, quantity)) return r;
    if (const auto r = parse_member(object, "maxFeePerGas", max_fee, quantity)) return r;
    if (const auto r = parse_member(object, "maxPriorityFeePerGas", ignored, parse_quantity)) return r;
    if (const auto r = parse_member(object, "nonce", ignored, parse_quantity)) return r;
    if (const auto r = parse_member(object, "chainId", ignored, parse_quantity)) return r;
    if (const auto r = parse_member(object, "accessList", out.access_list_gas, parse_access_list)) return r;
    if (gas_price && max_fee) return "both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified";
    // At base fee 0 a call pays the tip at most; funds are checked against the highest price, as geth does.
    call.gas_price = gas_price ? *gas_price : max_fee ? *max_fee : Uint256();
    return parse_call_data(object, call.data);
}

/// One value or an array of them.
template <class Fixed>
Refusal parse_alternatives(const dom::element& json, std::vector<Fixed>& out) {
    dom::array list;
    if (json.get(list) != simdjson::SUCCESS) {
        out.emplace_back();
        return parse_fixed(json, out.back());
    }
    for (const dom::element item : list) {
        if (out.size() == kMaxFilterItems) return "more than 1000 alternatives in a filter";
        out.emplace_back();
        if (const auto refused = parse_fixed(item, out.back())) return refused;
    }
    return nullptr;
}

Refusal parse_topics(const dom::element& json, std::vector<std::vector<Hash>>& out) {
    dom::array list;
    if (json.get(list) != simdjson::SUCCESS) return "topics must be an array";
    for (const dom::element item : list) {
        if (out.size() == 4) return "exceed max topics: a log has at most 4";
        out.emplace_back();
        if (item.is_null()) continue;
        dom::array alternatives;
        if (item.get(alternatives) == simdjson::SUCCESS) {
            // null among alternatives accepts every topic.
            bool any = false;
            for (const dom::element alternative : alternatives) any = any || alternative.is_null();
            if (any) continue;
        }
        if (const auto refused = parse_alternatives(item, out.back())) return refused;
    }
    return nullptr;
}

Refusal parse_log_filter(const dom::element& json, LogArguments& out) {
    dom::object object;
    if (json.get(object) != simdjson::SUCCESS) return "a filter is an object";
    const auto block = [](const dom::element& m, std::optional<BlockId>& to) {
        to.emplace();
        return parse_block_id(m, *to);
    };
    const auto hash = [](const dom::element& m, std::optional<Hash>& to) {
        to.emplace();
        return parse_fixed(m, *to);
    };
    if (const auto r = parse_member(object, "fromBlock", out.from, block)) return r;
    if (const auto r = parse_member(object, "toBlock", out.to, block)) return r;
    if (const auto r = parse_member(object, "blockHash", out.block_hash, hash)) return r;
    if (out.block_hash && (out.from || out.to))
        return "cannot specify both blockHash and fromBlock/toBlock, choose one or the other";
    for (const auto& end : {out.from, out.to})
        if (end && end->kind == BlockId::Kind::kHash) return "fromBlock and toBlock are numbers or tags";
    if (const auto r = parse_member(object, "address", out.addresses, parse_alternatives<Address>)) return r;
    return parse_member(object, "topics", out.topics, parse_topics);
}

/// A storage key keeps the form in which it came: 64 digits, or a quantity.
Refusal parse_slots(const dom::element& json, std::vector<SlotKey>& out) {
    dom::array list;
    if (json.get(list) != simdjson::SUCCESS) return "storage keys must be an array";
    for (const dom::element item : list) {
        Uint256 slot;
        std::string_view text;
        if (const auto refused = parse_slot(item, slot)) return refused;
        if (item.get(text) != simdjson::SUCCESS) return "a storage slot must be a hex string";
        out.push_back({to_be32(slot), text.size() == 66});
    }
    return nullptr;
}

Refusal parse_subscription(const dom::element& json, SubscriptionArguments& out) {
    return json.is_bool() ? parse_flag(json, out.full) : parse_log_filter(json, out.filter);
}

Refusal parse_percentiles(const dom::element& json, std::vector<double>& out) {
    dom::array list;
    if (json.get(list) != simdjson::SUCCESS) return "percentiles must be an array";
    for (const dom::element item : list) {
        double value = 0;
        if (item.get(value) != simdjson::SUCCESS) return "percentiles are numbers";
        if (value < 0 || value > 100 || (!out.empty() && value < out.back())) return "percentiles rise from 0 to 100";
        if (out.size() == 100) return "more than 100 percentiles";
        out.push_back(value);
    }
    return nullptr;
}

Refusal parse_nothing(const dom::element& json) {
    dom::object object;
    if (json.is_null() || (json.get(object) == simdjson::SUCCESS && object.size() == 0)) return nullptr;
    return "state and block overrides are not offered by this node";
}

template <class T, class Parser>
Refusal parse_into(const dom::element& json, ParamValue& out, Parser parser) {
    return parser(json, out.emplace<T>());
}

Refusal parse_value(ParamType type, const dom::element& json, ParamValue& out) {
    switch (type) {
        case ParamType::kAddress:
            return parse_into<Address>(json, out, parse_fixed<Address>);
        case ParamType::kHash:
            return parse_into<Hash>(json, out, parse_fixed<Hash>);
        case ParamType::kBlock:
            return parse_into<BlockId>(json, out, parse_block_id);
        case ParamType::kQuantity:
            return parse_into<Uint256>(json, out, parse_quantity);
        case ParamType::kSlot:
            return parse_into<Uint256>(json, out, parse_slot);
        case ParamType::kNumber:
            return parse_into<std::uint64_t>(json, out, parse_number);
        case ParamType::kData:
            return parse_into<Bytes>(json, out, parse_hex_bytes);
        case ParamType::kCall:
            return parse_into<CallArguments>(json, out, parse_call);
        case ParamType::kLogFilter:
            return parse_into<LogArguments>(json, out, parse_log_filter);
        case ParamType::kPercentiles:
            return parse_into<std::vector<double>>(json, out, parse_percentiles);
        case ParamType::kNothing:
            return parse_nothing(json);
        case ParamType::kFlag:
            return parse_into<bool>(json, out, parse_flag);
        case ParamType::kSlots:
            return parse_into<std::vector<SlotKey>>(json, out, parse_slots);
        case ParamType::kSubscription:
            return parse_into<SubscriptionArguments>(json, out, parse_subscription);
        case ParamType::kText: {
            std::string_view text;
            if (json.get(text) != simdjson::SUCCESS) return "a string is needed";
            out.emplace<std::string>(text);
            return nullptr;
        }
    }
    return "unknown type";
}

}  // namespace

std::string_view to_text(ParamType type) noexcept {
    switch (type) {
        case ParamType::kAddress:
            return "address";
        case ParamType::kHash:
            return "hash";
        case ParamType::kBlock:
            return "block";
        case ParamType::kQuantity:
            return "quantity";
        case ParamType::kSlot:
            return "slot";
        case ParamType::kNumber:
            return "number";
        case ParamType::kData:
            return "data";
        case ParamType::kFlag:
            return "bool";
        case ParamType::kCall:
            return "call";
        case ParamType::kLogFilter:
            return "filter";
        case ParamType::kSubscription:
            return "filter or bool";
        case ParamType::kSlots:
            return "slot[]";
        case ParamType::kText:
            return "text";
        case ParamType::kPercentiles:
            return "number[]";
        case ParamType::kNothing:
            return "{}";
    }
    return "";
}

RpcResult<Params> parse_params(const dom::element* params, std::span<const ParamSpec> specs) {
    Params out;
    out.values_.resize(specs.size());
    std::size_t given = 0;
    if (params != nullptr && !params->is_null()) {
        dom::array list;
        if (params->get(list) != simdjson::SUCCESS) return rpc_fail(kInvalidParams, "non-array args");
        for (const dom::element item : list) {
            if (given == specs.size())
                return rpc_fail(kInvalidParams, "too many arguments, want at most " + std::to_string(specs.size()));
            const auto& spec = specs[given];
            if (!item.is_null() || spec.required) {
                if (const auto refused = parse_value(spec.type, item, out.values_[given]))
                    return rpc_fail(kInvalidParams, "invalid argument " + std::to_string(given) + " (" +
                                                        std::string(spec.name) + "): " + refused);
            }
            ++given;
        }
    }
    if (given < specs.size() && specs[given].required)
        return rpc_fail(kInvalidParams, "missing value for required argument " + std::to_string(given) + " (" +
                                            std::string(specs[given].name) + ")");
    return out;
}

}  // namespace bourse::rpc
