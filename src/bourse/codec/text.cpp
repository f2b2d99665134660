#include <bourse/codec/text.hpp>

#include <bourse/crypto/hash.hpp>

#include <cctype>

namespace bourse {
namespace {

bool is_upper(char c) noexcept { return c >= 'A' && c <= 'F'; }
bool is_lower(char c) noexcept { return c >= 'a' && c <= 'f'; }

std::string_view trimmed(std::string_view text) noexcept {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

std::string lower_case(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

tl::unexpected<Error> bad_amount(std::string_view text, const char* why) {
    return fail("AMOUNT_INVALID",
                "\"" + std::string(text) + "\" is not an amount: " + why + " Write for example 1.5 RLC or 21 nRLC.");
}

constexpr std::size_t kRlcDecimals = 9;

}  // namespace

std::string to_checksum(const Address& address) {
    std::string hex = to_hex_plain(address);
    const Hash hash = crypto::keccak256(hex);
    for (std::size_t i = 0; i < hex.size(); ++i) {
        const int nibble = i % 2 == 0 ? hash.data[i / 2] >> 4 : hash.data[i / 2] & 0x0f;
        if (nibble >= 8 && is_lower(hex[i])) hex[i] = static_cast<char>(hex[i] - 'a' + 'A');
    }
    return "0x" + hex;
}

Result<Address> parse_address(std::string_view text) {
    const auto refuse = [&](const char* why) {
        return fail("ADDRESS_INVALID", "\"" + std::string(text.substr(0, 64)) + "\" is not an address: " + why);
    };
    if (text.size() != 42 || !text.starts_with("0x")) return refuse("it must be 0x and 40 hex digits.");
    const auto address = address_from_hex(text);
    if (!address) return refuse("it must be 0x and 40 hex digits.");
    const auto digits = text.substr(2);
    const bool mixed = std::ranges::any_of(digits, is_upper) && std::ranges::any_of(digits, is_lower);
    if (mixed && to_checksum(*address) != text) return refuse("its checksum is wrong; check for a typing error.");
    return *address;
}

Result<Uint256> parse_rlc(std::string_view text, std::uint64_t bare_unit_nrlc) {
    std::string_view number = trimmed(text);
    std::size_t end = 0;
    while (end < number.size() && ((number[end] >= '0' && number[end] <= '9') || number[end] == '.')) ++end;
    const std::string unit = lower_case(trimmed(number.substr(end)));
    number = number.substr(0, end);
    std::uint64_t scale = bare_unit_nrlc;
    if (unit == "rlc")
        scale = kNrlcPerRlc;
    else if (unit == "nrlc")
        scale = 1;
    else if (!unit.empty())
        return bad_amount(text, "the unit must be RLC or nRLC.");

    const auto dot = number.find('.');
    std::string digits(number.substr(0, dot));
    std::string fraction(dot == std::string_view::npos ? "" : number.substr(dot + 1));
    if (digits.empty() || (dot != std::string_view::npos && fraction.empty()))
        return bad_amount(text, "a number is missing.");
    const std::size_t decimals = scale == kNrlcPerRlc ? kRlcDecimals : 0;
    if (fraction.size() > decimals) return bad_amount(text, "an nRLC cannot be divided.");
    fraction.append(decimals - fraction.size(), '0');
    const auto value = uint256_from_decimal(digits + fraction);
    if (!value) return bad_amount(text, "it must be one decimal number below 2^256.");
    return *value;
}

std::string format_rlc(const Uint256& nrlc) {
    const std::string whole = to_decimal(nrlc / kNrlcPerRlc);
    std::string fraction = to_decimal(nrlc % kNrlcPerRlc);
    if (fraction == "0") return whole;
    fraction.insert(0, kRlcDecimals - fraction.size(), '0');
    while (fraction.back() == '0') fraction.pop_back();
    return whole + "." + fraction;
}

}  // namespace bourse
