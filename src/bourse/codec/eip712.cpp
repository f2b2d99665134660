#include <bourse/codec/eip712.hpp>

#include <bourse/codec/abi.hpp>
#include <bourse/crypto/hash.hpp>

#include <nlohmann/json.hpp>

#include <map>
#include <set>

namespace bourse::eip712 {
namespace {

using Json = nlohmann::json;

struct Member {
    std::string name;
    std::string type;
};
using TypeTable = std::map<std::string, std::vector<Member>, std::less<>>;

constexpr int kMaxDepth = 64;
constexpr std::string_view kDomainType = "EIP712Domain";

tl::unexpected<Error> invalid(std::string why) {
    return fail("TYPED_DATA_INVALID", "The typed data cannot be hashed: " + std::move(why));
}

std::string base_type(std::string_view type) { return std::string(type.substr(0, type.find('['))); }

/// Number after `prefix`, e.g. 256 of "uint256"; nullopt for other texts and leading zeros.
std::optional<unsigned> type_width(std::string_view type, std::string_view prefix) {
    if (!type.starts_with(prefix)) return std::nullopt;
    const auto digits = type.substr(prefix.size());
    if (digits.empty() || digits.size() > 3 || digits[0] == '0') return std::nullopt;
    const auto value = uint256_from_decimal(digits);
    if (!value) return std::nullopt;
    return static_cast<unsigned>(value->low_u64());
}

Result<TypeTable> read_types(const Json& document) {
    const auto types = document.find("types");
    if (types == document.end() || !types->is_object()) return invalid("\"types\" must be an object.");
    TypeTable table;
    for (const auto& [name, members] : types->items()) {
        if (!members.is_array()) return invalid("type " + name + " must be a list of members.");
        auto& list = table[name];
        for (const auto& member : members) {
            if (!member.is_object() || !member.contains("name") || !member.contains("type") ||
                !member["name"].is_string() || !member["type"].is_string())
                return invalid("each member of " + name + " needs a name and a type.");
            list.push_back({member["name"].get<std::string>(), member["type"].get<std::string>()});
        }
    }
    return table;
}

void collect_references(const TypeTable& types, const std::string& type, std::set<std::string>& found) {
    const auto it = types.find(type);
    if (it == types.end() || !found.insert(type).second) return;
    for (const auto& member : it->second) collect_references(types, base_type(member.type), found);
}

std::string member_list(const std::string& name, const std::vector<Member>& members) {
    std::string out = name + "(";
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (i > 0) out += ",";
        out += members[i].type + " " + members[i].name;
    }
    return out + ")";
}

/// encodeType: the type itself, then the types it refers to in alphabetical order.
std::string encode_type(const TypeTable& types, const std::string& type) {
    std::set<std::string> references;
    collect_references(types, type, references);
    references.erase(type);
    std::string out = member_list(type, types.at(type));
    for (const auto& name : references) out += member_list(name, types.at(name));
    return out;
}

/// An integer given as JSON number, decimal or 0x text, with its sign.
std::optional<std::pair<bool, Uint256>> read_integer(const Json& value) {
    if (value.is_number_unsigned()) return std::pair{false, Uint256{value.get<std::uint64_t>()}};
    if (value.is_number_integer()) {
        const auto number = value.get<std::int64_t>();
        return std::pair{true, Uint256{~static_cast<std::uint64_t>(number)} + 1};
    }
    if (!value.is_string()) return std::nullopt;
    std::string_view text = value.get_ref<const std::string&>();
    const bool negative = text.starts_with("-");
    if (negative) text.remove_prefix(1);
    const auto magnitude = text.starts_with("0x") ? uint256_from_quantity(text) : uint256_from_decimal(text);
    if (!magnitude) return std::nullopt;
    return std::pair{negative && !magnitude->is_zero(), *magnitude};
}

Result<Bytes32> encode_integer(const std::string& type, unsigned bits, bool is_signed, const Json& value) {
    const auto number = read_integer(value);
    if (!number || bits > 256 || bits % 8 != 0) return invalid("a value of type " + type + " is not an integer.");
    const auto& [negative, magnitude] = *number;
    const unsigned room = is_signed ? bits - 1 : bits;
    const bool lowest = negative && is_signed && magnitude == Uint256{1} << room;
    if ((negative && !is_signed) || (magnitude.bit_length() > room && !lowest))
        return invalid("a value does not fit in " + type + ".");
    return to_be32(negative ? Uint256{} - magnitude : magnitude);
}

std::optional<Bytes> read_hex(const Json& value) {
    if (!value.is_string()) return std::nullopt;
    const auto& text = value.get_ref<const std::string&>();
    if (!text.starts_with("0x")) return std::nullopt;
    return from_hex(text);
}

Result<Bytes32> encode_address(const Json& value) {
    const auto bytes = read_hex(value);
    if (!bytes || bytes->size() != 20) return invalid("an address must be 0x and 40 hex digits.");
    Bytes32 out;
    std::copy(bytes->begin(), bytes->end(), out.begin() + 12);
    return out;
}

Result<Bytes32> encode_fixed_bytes(const std::string& type, unsigned size, const Json& value) {
    const auto bytes = read_hex(value);
    if (!bytes || size > 32 || bytes->size() != size) return invalid("a value of type " + type + " has another size.");
    Bytes32 out;
    std::copy(bytes->begin(), bytes->end(), out.begin());
    return out;
}

Result<Bytes32> encode_atomic(const std::string& type, const Json& value) {
    if (type == "string") {
        if (!value.is_string()) return invalid("a value of type string is not a text.");
        return crypto::keccak256(value.get_ref<const std::string&>());
    }
    if (type == "bytes") {
        const auto bytes = read_hex(value);
        if (!bytes) return invalid("a value of type bytes is not 0x-hex.");
        return crypto::keccak256(ByteView(*bytes));
    }
    if (type == "bool") {
        if (!value.is_boolean()) return invalid("a value of type bool is neither true nor false.");
        return to_be32(value.get<bool>() ? 1 : 0);
    }
    if (type == "address") return encode_address(value);
    if (type == "uint" || type == "int") return encode_integer(type, 256, type == "int", value);
    if (const auto bits = type_width(type, "uint")) return encode_integer(type, *bits, false, value);
    if (const auto bits = type_width(type, "int")) return encode_integer(type, *bits, true, value);
    if (const auto size = type_width(type, "bytes")) return encode_fixed_bytes(type, *size, value);
    return invalid("type " + type + " is not known.");
}

Result<Hash> hash_struct(const TypeTable& types, const std::string& type, const Json& value, int depth);

Result<Bytes32> encode_value(const TypeTable& types, const std::string& type, const Json* value, int depth) {
    if (depth > kMaxDepth) return invalid("it is nested too deeply.");
    const bool missing = value == nullptr || value->is_null();
    if (type.ends_with("]")) {
        if (missing || !value->is_array()) return invalid("a value of type " + type + " is not a list.");
        const auto open = type.rfind('[');
        const std::string size = type.substr(open + 1, type.size() - open - 2);
        if (!size.empty() && uint256_from_decimal(size) != Uint256{value->size()})
            return invalid("a list of type " + type + " has another length.");
        Bytes joined;
        for (const auto& element : *value) {
            BOURSE_TRY(const Bytes32 word, encode_value(types, type.substr(0, open), &element, depth + 1));
            append(joined, word);
        }
        return crypto::keccak256(ByteView(joined));
    }
    if (types.contains(type)) {
        if (missing) return Bytes32{};
        return hash_struct(types, type, *value, depth + 1);
    }
    if (missing) return invalid("a value of type " + type + " is missing.");
    return encode_atomic(type, *value);
}

Result<Hash> hash_struct(const TypeTable& types, const std::string& type, const Json& value, int depth) {
    if (!value.is_object()) return invalid("a value of type " + type + " is not an object.");
    Bytes encoded = to_bytes(crypto::keccak256(encode_type(types, type)));
    for (const auto& member : types.at(type)) {
        const auto it = value.find(member.name);
        const Json* field = it == value.end() ? nullptr : &*it;
        BOURSE_TRY(const Bytes32 word, encode_value(types, member.type, field, depth));
        append(encoded, word);
    }
    return crypto::keccak256(ByteView(encoded));
}

/// Wallets may leave the domain's type out; then its members are those that the domain has, in the order of the EIP.
std::vector<Member> domain_members(const Json& domain) {
    const std::vector<Member> all{{"name", "string"},
                                  {"version", "string"},
                                  {"chainId", "uint256"},
                                  {"verifyingContract", "address"},
                                  {"salt", "bytes32"}};
    std::vector<Member> out;
    for (const auto& member : all)
        if (domain.contains(member.name)) out.push_back(member);
    return out;
}

/// The only type that no other refers to.
Result<std::string> implied_primary_type(const TypeTable& types) {
    std::set<std::string> referenced;
    for (const auto& [name, members] : types)
        for (const auto& member : members) referenced.insert(base_type(member.type));
    std::string found;
    for (const auto& [name, members] : types) {
        if (name == kDomainType || referenced.contains(name)) continue;
        if (!found.empty()) return invalid("\"primaryType\" is needed: several types could be meant.");
        found = name;
    }
    if (found.empty()) return invalid("\"primaryType\" is missing.");
    return found;
}

}  // namespace

Hash domain_separator(const Domain& domain) {
    static const Hash type_hash =
        crypto::keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    return crypto::keccak256(
        ByteView(abi::encode(type_hash, crypto::keccak256(domain.name), crypto::keccak256(domain.version),
                             domain.chain_id, domain.verifying_contract)));
}

Hash digest(const Hash& separator, const Hash& struct_hash) noexcept {
    return crypto::keccak256({as_bytes("\x19\x01"), separator, struct_hash});
}

Hash personal_message_hash(ByteView message) noexcept {
    const std::string length = std::to_string(message.size());
    return crypto::keccak256({as_bytes("\x19"
                                       "Ethereum Signed Message:\n"),
                              as_bytes(length), message});
}

Result<Hash> typed_data_digest(const Json& document) {
    if (!document.is_object()) return invalid("it must be an object.");
    BOURSE_TRY(TypeTable types, read_types(document));
    const auto domain = document.find("domain");
    const auto message = document.find("message");
    if (domain == document.end() || !domain->is_object()) return invalid("\"domain\" must be an object.");
    if (message == document.end()) return invalid("\"message\" is missing.");
    const std::string domain_type(kDomainType);
    if (!types.contains(domain_type)) types[domain_type] = domain_members(*domain);

    std::string primary;
    if (const auto it = document.find("primaryType"); it != document.end() && it->is_string()) {
        primary = it->get<std::string>();
        if (!types.contains(primary)) return invalid("type " + primary + " of \"primaryType\" is not defined.");
    } else {
        BOURSE_TRY(primary, implied_primary_type(types));
    }
    BOURSE_TRY(const Hash separator, hash_struct(types, domain_type, *domain, 0));
    if (primary == domain_type) return crypto::keccak256({as_bytes("\x19\x01"), separator});
    BOURSE_TRY(const Hash hash, hash_struct(types, primary, *message, 0));
    return digest(separator, hash);
}

}  // namespace bourse::eip712
