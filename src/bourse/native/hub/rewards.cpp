// Money of a task (poco.md §10) and the callback (§11).
#include <bourse/native/core/gas.hpp>
#include <bourse/native/hub/tasks.hpp>
#include <bourse/poco/addresses.hpp>
#include <bourse/poco/rewards.hpp>

namespace bourse::native {
namespace {

/// The lock of one task succeeded at the match, so these fit.
Uint256 task_price(const DealTerms& deal) noexcept {
    return deal.app.price + deal.dataset.price + deal.workerpool.price;
}
Uint256 pool_stake(const DealTerms& deal) noexcept { return *poco::scheduler_stake(deal.workerpool.price); }

Outcome<void> pay_from_kitty(Context& context, const OpenTask& task) {
    const Uint256 kitty = ledger::kitty(context);
    if (kitty.is_zero()) return {};
    BOURSE_TRY(const Uint256 share, or_overflow(poco::kitty_share(kitty)));
    BOURSE_CHECK(ledger::seize(context, poco::kKitty, share, task.file.id()));
    return ledger::reward(context, task.deal.workerpool.owner, share, task.file.id());
}

Outcome<void> raise_score(Context& context, const Address& worker, const poco::TaskId& task) {
    auto reputation = load_reputation(context.state(), context.self(), worker);
    BOURSE_TRY(reputation.score, or_overflow(checked_add(reputation.score, 1)));
    store_reputation(context.state(), context.self(), worker, reputation);
    context.emit(poco::events::AccurateContribution{worker, task});
    return {};
}

Outcome<void> slash_score(Context& context, const Address& worker, const poco::TaskId& task) {
    auto reputation = load_reputation(context.state(), context.self(), worker);
    BOURSE_TRY(reputation.score, or_overflow(poco::slashed_score(reputation.score)));
    store_reputation(context.state(), context.self(), worker, reputation);
    context.emit(poco::events::FaultyContribution{worker, task});
    return {};
}

}  // namespace

Outcome<void> settle_success(Context& context, const OpenTask& task) {
    const auto& deal = task.deal;
    const auto& id = task.file.id();
    ledger::release(context, task_price(deal) + pool_stake(deal));
    BOURSE_CHECK(ledger::seize(context, deal.sponsor, task_price(deal), id));
    if (!deal.app.price.is_zero()) BOURSE_CHECK(ledger::reward(context, deal.app.owner, deal.app.price, id));
    if (!deal.dataset.price.is_zero() && !deal.dataset.pointer.is_zero())
        BOURSE_CHECK(ledger::reward(context, deal.dataset.owner, deal.dataset.price, id));
    BOURSE_CHECK(ledger::unlock(context, deal.workerpool.owner, pool_stake(deal)));
    return pay_from_kitty(context, task);
}

Outcome<void> distribute_rewards(Context& context, OpenTask& task) {
    const auto& deal = task.deal;
    const auto& id = task.file.id();
    const std::uint64_t count = task.file.contributor_count();
    std::vector<poco::Share> shares;
    shares.reserve(static_cast<std::size_t>(count));
    for (std::uint64_t place = 0; place < count; ++place) {
        const auto& entry = task.file.contributor(place);
        shares.push_back({entry.status == poco::ContributionStatus::kProved, entry.log_weight});
    }
    BOURSE_TRY(const poco::Distribution split, or_overflow(poco::distribute(deal.workerpool.price, deal.worker_stake,
                                                                            deal.scheduler_reward_ratio, shares)));
    ledger::release(context, deal.worker_stake * count);
    for (std::uint64_t place = 0; place < count; ++place) {
        const auto at = static_cast<std::size_t>(place);
        const Address worker = task.file.contributor(place).worker;
        if (shares[at].proved) {
            BOURSE_CHECK(ledger::unlock(context, worker, deal.worker_stake));
            BOURSE_CHECK(ledger::reward(context, worker, split.workers[at], id));
            if (count > 1) BOURSE_CHECK(raise_score(context, worker, id));
        } else {
            BOURSE_CHECK(ledger::seize(context, worker, deal.worker_stake, id));
            BOURSE_CHECK(slash_score(context, worker, id));
        }
    }
    return ledger::reward(context, deal.workerpool.owner, split.scheduler, id);
}

Outcome<void> fast_rewards(Context& context, const OpenTask& task) {
    BOURSE_TRY(const poco::FastReward split,
               or_overflow(poco::fast_reward(task.deal.workerpool.price, task.deal.scheduler_reward_ratio)));
    BOURSE_CHECK(ledger::reward(context, context.sender(), split.worker, task.file.id()));
    return ledger::reward(context, task.deal.workerpool.owner, split.scheduler, task.file.id());
}

Outcome<void> settle_failure(Context& context, const OpenTask& task) {
    const auto& deal = task.deal;
    const Uint256 stake = pool_stake(deal);
    ledger::release(context, task_price(deal) + stake);
    BOURSE_CHECK(ledger::unlock(context, deal.sponsor, task_price(deal)));
    BOURSE_CHECK(ledger::seize(context, deal.workerpool.owner, stake, task.file.id()));
    return ledger::fill_kitty(context, stake, task.file.id());
}

void call_back(Context& context, const Address& callback, const poco::TaskId& task, const Bytes& results) {
    if (callback.is_zero()) return;
    const std::uint64_t limit = load_task_settings(context.state(), context.self()).callback_gas.saturated_u64();
    auto input = abi::encode_call(poco::selectors::external::kReceiveResult, task, results);
    static_cast<void>(context.call_prepaid(callback, std::move(input), limit));
}

std::uint64_t callback_gas_rule(const state::State& state, ByteView args) {
    if (args.size() < 32) return 0;
    const poco::TaskId id(*Hash::from(args.first(32)));
    const TaskFile file(state, poco::kHub, id);
    const auto deal = load_deal(state, poco::kHub, file.deal);
    if (!deal || deal->callback.is_zero()) return 0;
    const Uint256 limit = load_task_settings(state, poco::kHub).callback_gas;
    // A limit that no transaction can carry makes the call run out of gas, as it does on the official contracts.
    const auto prepaid = mul_div(limit, 64, 63);
    const auto all = prepaid ? checked_add(*prepaid, gas::kCallbackBase) : std::nullopt;
    return all ? std::min<std::uint64_t>(all->saturated_u64(), ~std::uint64_t{0} >> 1) : ~std::uint64_t{0} >> 1;
}

}  // namespace bourse::native
