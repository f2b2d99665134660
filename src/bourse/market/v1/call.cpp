#include <bourse/market/v1/call.hpp>

#include <bourse/base/uint256.hpp>
#include <bourse/codec/text.hpp>

#include <algorithm>

namespace bourse::market {

namespace {

constexpr std::int64_t kMaxPage = 1'000;
constexpr std::uint64_t kMaxCount = (1ULL << 53) - 1;

}  // namespace

tl::unexpected<Error> bad_parameter(std::string_view name, std::string_view what) {
    return fail("QUERY_INVALID", std::string(name) + " " + std::string(what));
}

Result<Json> body_object(const net::Request& request) {
    auto body = Json::parse(request.body, nullptr, false);
    if (!body.is_object()) return fail("BODY_INVALID", "The body must be a JSON object.");
    return body;
}

void Call::add(ListPage& page, const RowFields& row) const {
    if (lines == nullptr) {
        page.items.push_back(as_json(row));
        return;
    }
    lines->row(page.lines, row);
    ++page.count;
}

Status<> Call::read_paging() {
    BOURSE_TRY(const auto limit, count("limit"));
    if (limit && (*limit < 1 || *limit > kMaxPage)) return bad_parameter("limit", "must be between 1 and 1000");
    paging.limit = limit.value_or(20);
    BOURSE_TRY(paging.after, count("cursor"));
    BOURSE_TRY(paging.as_of, count("asOf"));
    return {};
}

Result<std::optional<std::int64_t>> Call::count(std::string_view name) const {
    const auto given = text(name);
    if (!given || given->empty()) return std::optional<std::int64_t>();
    const auto number = uint256_from_decimal(*given);
    if (!number || *number > Uint256(kMaxCount))
        return bad_parameter(name, "must be a whole number from 0 to 2^53 - 1");
    return std::optional(static_cast<std::int64_t>(number->low_u64()));
}

Result<std::optional<std::int64_t>> Call::seconds(std::string_view name) const {
    BOURSE_TRY(const auto ms, count(name));
    if (!ms) return std::optional<std::int64_t>();
    return std::optional(*ms / 1000);
}

Result<std::optional<Address>> Call::address(std::string_view name) const {
    const auto given = text(name);
    if (!given || given->empty() || *given == "any") return std::optional<Address>();
    const auto address = parse_address(*given);
    if (!address) return bad_parameter(name, "must be an address: " + address.error().message);
    return std::optional(*address);
}

Result<std::optional<Hash>> Call::hash(std::string_view name) const {
    const auto given = text(name);
    if (!given || given->empty()) return std::optional<Hash>();
    const auto hash = hash_from_hex(*given);
    if (!hash) return bad_parameter(name, "must be 32 bytes of 0x hex");
    return hash;
}

Result<explorer::TagClass> Call::tag(explorer::TagClass absent) const {
    const auto given = text("tag");
    if (!given || given->empty()) return absent;
    const auto tag = explorer::tag_class_from(*given);
    if (!tag) return bad_parameter("tag", "must be none, tee, gpu or any");
    return *tag;
}

Result<Hash> Call::segment_hash(const std::string& name) const {
    const auto hash = hash_from_hex(segment(name));
    if (!hash || !segment(name).starts_with("0x"))
        return bad_parameter(name, "must be 32 bytes of hex with 0x (66 characters)");
    return *hash;
}

Result<Address> Call::segment_address(const std::string& name) const {
    const auto address = parse_address(segment(name));
    if (!address) return bad_parameter(name, "must be an address: " + address.error().message);
    return *address;
}

}  // namespace bourse::market
