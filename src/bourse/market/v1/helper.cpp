#include <bourse/market/v1/helper.hpp>

#include <bourse/codec/abi.hpp>
#include <bourse/poco/events.hpp>
#include <bourse/poco/selectors.hpp>

namespace bourse::market {

namespace {

constexpr std::size_t kMaxRemembered = 10'000;

}  // namespace

Result<Helper::Matched> Helper::match(const poco::OrderSet& orders, const Hash& request_hash) {
    const std::lock_guard lock(mutex_);
    if (const auto found = done_.find(request_hash); found != done_.end()) {
        // A request that has volume left may be matched again; one that is used up is answered as before.
        const poco::OrderHash ids[] = {poco::OrderHash(request_hash)};
        BOURSE_TRY(const auto consumed, chain_->consumed(ids));
        if (consumed.at(0) >= orders.request.volume) {
            auto before = found->second;
            before.repeated = true;
            return before;
        }
    }
    BOURSE_TRY(const auto receipt,
               sender_.send(chain_->hub(), abi::encode_call(poco::selectors::hub::kMatchOrders, orders.app,
                                                            orders.dataset, orders.workerpool, orders.request)));
    for (const auto& log : receipt.logs) {
        const auto event = poco::decode_event<poco::events::OrdersMatched>(log.topics, log.data);
        if (!event) continue;
        const Matched matched{receipt.tx_hash, event->dealid, event->volume, receipt.block_number, false};
        if (done_.size() >= kMaxRemembered) done_.erase(done_.begin());
        return done_[request_hash] = matched;
    }
    return fail("NODE_BAD_ANSWER", "The match was mined without its event.");
}

}  // namespace bourse::market
