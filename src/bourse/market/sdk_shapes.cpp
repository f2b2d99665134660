#include <bourse/market/sdk_shapes.hpp>

#include <bourse/codec/text.hpp>
#include <bourse/orderbook/order_query.hpp>
#include <bourse/sys/clock.hpp>

#include <utility>

namespace bourse::market {

namespace {

using Json = nlohmann::json;
using explorer::DealFilter;

Json sdk_number(std::int64_t value) {
    if (value >= 0 && static_cast<std::uint64_t>(value) > orderbook::kMaxSafeInteger) return std::to_string(value);
    return value;
}

Json sdk_resource(const explorer::ResourceUse& use) {
    return {{"pointer", to_checksum(use.address)}, {"owner", to_checksum(use.owner)}, {"price", sdk_number(use.price)}};
}

std::string sdk_time(std::int64_t seconds) { return sys::iso8601_ms(static_cast<std::uint64_t>(seconds) * 1'000); }

using AddressMember = std::optional<Address> DealFilter::*;
constexpr std::pair<const char*, AddressMember> kAddresses[] = {{"requester", &DealFilter::requester},
                                                                {"beneficiary", &DealFilter::beneficiary},
                                                                {"app", &DealFilter::app},
                                                                {"dataset", &DealFilter::dataset},
                                                                {"workerpool", &DealFilter::pool},
                                                                {"appOwner", &DealFilter::app_owner},
                                                                {"datasetOwner", &DealFilter::dataset_owner},
                                                                {"workerpoolOwner", &DealFilter::pool_owner}};
using HashMember = std::optional<Hash> DealFilter::*;
constexpr std::pair<const char*, HashMember> kOrders[] = {{"apporderHash", &DealFilter::app_order},
                                                          {"datasetorderHash", &DealFilter::dataset_order},
                                                          {"workerpoolorderHash", &DealFilter::pool_order},
                                                          {"requestorderHash", &DealFilter::request_order}};

std::optional<std::string> asked(const net::Request& request, const char* name) {
    auto value = request.query_value(name);
    if (value && *value == "any") value.reset();
    return value;
}

}  // namespace

Json sdk_deal(const explorer::DealRow& deal, std::uint64_t chain_id) {
    return {{"dealid", to_hex(deal.id)},
            {"chainId", chain_id},
            {"app", sdk_resource(deal.app)},
            {"dataset", sdk_resource(deal.dataset)},
            {"workerpool", sdk_resource(deal.pool)},
            {"appHash", to_hex(deal.orders[0])},
            {"datasetHash", to_hex(deal.orders[1])},
            {"workerpoolHash", to_hex(deal.orders[2])},
            {"requestHash", to_hex(deal.orders[3])},
            {"requester", to_checksum(deal.requester)},
            {"beneficiary", to_checksum(deal.beneficiary)},
            {"callback", to_checksum(deal.callback)},
            {"params", deal.params},
            {"volume", sdk_number(deal.volume)},
            {"category", sdk_number(deal.category)},
            {"tag", to_hex(deal.tag)},
            {"trust", sdk_number(deal.trust)},
            {"startTime", deal.sealed_s},
            {"botFirst", sdk_number(deal.first_index)},
            {"botSize", sdk_number(deal.volume)},
            {"schedulerRewardRatio", sdk_number(deal.scheduler_share)},
            {"workerStake", sdk_number(deal.worker_stake)},
            {"blockNumber", deal.block},
            {"blockTimestamp", sdk_time(deal.sealed_s)},
            {"transactionHash", to_hex(deal.tx)}};
}

Json sdk_category(const explorer::CategoryRow& category) {
    return {{"catid", category.id},
            {"name", category.name},
            {"description", category.description},
            {"workClockTimeRef", sdk_number(category.time_s)},
            {"transactionHash", to_hex(category.tx.value_or(Hash{}))},
            {"blockNumber", category.block},
            {"blockTimestamp", sdk_time(category.created_s)}};
}

Json sdk_trade(const explorer::DealRow& deal) {
    return Json::array({deal.sealed_s * 1'000, sdk_number(deal.pool.price), sdk_number(deal.volume)});
}

Result<DealFilter> sdk_deal_filter(const net::Request& request) {
    DealFilter out;
    if (asked(request, "category")) {
        BOURSE_TRY(const auto category, orderbook::parse_number(request, "category"));
        if (category) out.category = static_cast<std::int64_t>(*category);
    }
    for (const auto& [name, member] : kAddresses)
        if (const auto text = asked(request, name)) {
            out.*member = address_from_hex(*text);
            if (!(out.*member)) return fail("QUERY_INVALID", std::string(name) + " must be an ethereum address");
        }
    for (const auto& [name, member] : kOrders)
        if (const auto text = asked(request, name)) {
            out.*member = hash_from_hex(*text);
            if (!(out.*member)) return fail("QUERY_INVALID", std::string(name) + " must be 32 bytes of 0x hex");
        }
    return out;
}

}  // namespace bourse::market
