#include <bourse/orderbook/order_query.hpp>

#include <bourse/base/uint256.hpp>

namespace bourse::orderbook {

namespace {

using Mode = PartyFilter::Mode;

tl::unexpected<Error> invalid_query(std::string_view name, const std::string& what) {
    return fail("QUERY_INVALID", std::string(name) + " " + what);
}

Result<std::optional<Address>> parse_party_address(const net::Request& request, std::string_view name) {
    const auto text = request.query_value(name);
    if (!text) return std::optional<Address>();
    const auto address = address_from_hex(*text);
    if (!address) return invalid_query(name, "must be an ethereum address");
    return address;
}

Result<bool> parse_flag(const net::Request& request, std::string_view name) {
    const auto text = request.query_value(name).value_or("false");
    if (text == "true") return true;
    if (text == "false") return false;
    return invalid_query(name, "must be true or false");
}

Result<std::optional<Bytes32>> parse_tag_bits(const net::Request& request, std::string_view name) {
    const auto text = request.query_value(name);
    if (!text) return std::optional<Bytes32>();
    const auto tag = hash_from_hex(*text);
    if (!tag) return invalid_query(name, "must be 32 bytes of 0x hex");
    return tag;
}

/// "isAppStrict" of "app".
std::string strict_flag(std::string name) {
    name[0] = static_cast<char>(name[0] - 'a' + 'A');
    return "is" + name + "Strict";
}

/// The resource or plain field of an order: equal, or any.
Result<PartyFilter> parse_resource(const net::Request& request, std::string_view name) {
    const auto text = request.query_value(name);
    if (!text || *text == "any") return PartyFilter{Mode::kAny, {}};
    BOURSE_TRY(const auto address, parse_party_address(request, name));
    return PartyFilter{Mode::kExactly, *address};
}

/// A restriction: omitted means unrestricted orders only.
Result<PartyFilter> parse_restriction(const net::Request& request, const std::string& name) {
    const auto text = request.query_value(name);
    if (text == "any") return PartyFilter{Mode::kAny, {}};
    BOURSE_TRY(const bool strict, parse_flag(request, strict_flag(name)));
    if (!text) return PartyFilter{Mode::kUnrestricted, {}};
    BOURSE_TRY(const auto address, parse_party_address(request, name));
    return PartyFilter{strict ? Mode::kExactly : Mode::kAllows, *address};
}

Status<> parse_parties(poco::OrderKind kind, const net::Request& request, OrderFilter& filter) {
    const bool request_book = kind == poco::OrderKind::kRequest;
    const auto parse = [&](poco::OrderKind own, const std::string& name) {
        return kind == own || (request_book && own != poco::OrderKind::kWorkerpool) ? parse_resource(request, name)
                                                                                    : parse_restriction(request, name);
    };
    BOURSE_TRY(filter.app, parse(poco::OrderKind::kApp, "app"));
    BOURSE_TRY(filter.dataset, parse(poco::OrderKind::kDataset, "dataset"));
    BOURSE_TRY(filter.requester, parse(poco::OrderKind::kRequest, "requester"));
    if (kind == poco::OrderKind::kWorkerpool) {
        BOURSE_TRY(filter.workerpool, parse_resource(request, "workerpool"));
    } else {
        BOURSE_TRY(filter.workerpool, parse_restriction(request, "workerpool"));
    }
    return {};
}

Status<> parse_owner(poco::OrderKind kind, const net::Request& request, OrderFilter& filter) {
    if (kind == poco::OrderKind::kRequest) {
        BOURSE_TRY(filter.beneficiary, parse_party_address(request, "beneficiary"));
        return {};
    }
    const std::string resource(poco::to_text(kind));
    BOURSE_TRY(filter.owner, parse_party_address(request, resource + "Owner"));
    const bool mandatory = kind != poco::OrderKind::kWorkerpool;
    if (mandatory && !filter.owner && !request.query_value(resource))
        return fail("QUERY_INVALID", resource + " or " + resource + "Owner is required");
    return {};
}

}  // namespace

Result<std::optional<std::uint64_t>> parse_number(const net::Request& request, std::string_view name) {
    const auto text = request.query_value(name);
    if (!text) return std::optional<std::uint64_t>();
    const auto number = uint256_from_decimal(*text);
    if (!number || *number > Uint256(kMaxSafeInteger)) return invalid_query(name, "must be a safe integer");
    return std::optional(number->low_u64());
}

Result<Paging> parse_paging(const net::Request& request) {
    BOURSE_TRY(const auto index, parse_number(request, "pageIndex"));
    BOURSE_TRY(const auto size, parse_number(request, "pageSize"));
    BOURSE_TRY(const auto offset, parse_number(request, "page"));
    if (size && (*size < 10 || *size > 1000)) return invalid_query("pageSize", "must be between 10 and 1000");
    if (index && *index > kMaxSafeInteger / 1000) return invalid_query("pageIndex", "is too large");
    Paging paging;
    paging.limit = size.value_or(20);
    if (index)
        paging.offset = *index * paging.limit;
    else
        paging.offset = offset.value_or(0);
    return paging;
}

Result<OrderFilter> parse_order_filter(poco::OrderKind kind, const net::Request& request) {
    OrderFilter filter;
    BOURSE_TRY(const auto paging, parse_paging(request));
    filter.offset = paging.offset;
    filter.limit = paging.limit;
    BOURSE_CHECK(parse_owner(kind, request, filter));
    BOURSE_CHECK(parse_parties(kind, request, filter));
    BOURSE_TRY(filter.min_tag, parse_tag_bits(request, "minTag"));
    BOURSE_TRY(filter.max_tag, parse_tag_bits(request, "maxTag"));
    BOURSE_TRY(filter.min_volume, parse_number(request, "minVolume"));
    if (kind == poco::OrderKind::kDataset) {
        BOURSE_TRY(filter.bulk_only, parse_flag(request, "bulkOnly"));
    }
    if (kind == poco::OrderKind::kWorkerpool || kind == poco::OrderKind::kRequest) {
        BOURSE_TRY(filter.category, parse_number(request, "category"));
    }
    if (kind == poco::OrderKind::kWorkerpool) {
        BOURSE_TRY(filter.min_trust, parse_number(request, "minTrust"));
    }
    if (kind == poco::OrderKind::kRequest) {
        BOURSE_TRY(filter.max_trust, parse_number(request, "maxTrust"));
    }
    return filter;
}

}  // namespace bourse::orderbook
