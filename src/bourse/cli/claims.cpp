#include <bourse/cli/claims.hpp>

#include <bourse/cli/matching.hpp>
#include <bourse/codec/abi.hpp>
#include <bourse/poco/selectors.hpp>

#include <fmt/format.h>
#include <span>

namespace bourse::cli {

namespace {

/// Tasks a transaction: the gas of each is bounded (chain.md §2), and a block takes some hundreds.
constexpr std::size_t kClaimsPerTransaction = 100;

template <class T, class F>
Status<> in_slices(const std::vector<T>& all, const F& send) {
    for (std::size_t begin = 0; begin < all.size(); begin += kClaimsPerTransaction) {
        const auto count = std::min(kClaimsPerTransaction, all.size() - begin);
        BOURSE_CHECK(send(std::vector<T>(all.begin() + static_cast<std::ptrdiff_t>(begin),
                                         all.begin() + static_cast<std::ptrdiff_t>(begin + count))));
    }
    return {};
}

}  // namespace

Result<std::uint64_t> final_deadline_s(client::Hub& hub, const poco::Deal& deal) {
    if (!deal.category.fits_u64()) return fail("NODE_BAD_ANSWER", "The deal's category is absurd.");
    BOURSE_TRY(const auto category, hub.category(deal.category.low_u64()));
    const auto deadline = poco::deadline(deal.start_time, category.work_clock_time_ref, poco::kFinalDeadlineRatio);
    return deadline ? deadline->saturated_u64() : ~std::uint64_t{0};
}

Result<Claims> find_claims(client::Hub& hub, const poco::DealId& id, const poco::Deal& deal) {
    BOURSE_TRY(const auto deadline, final_deadline_s(hub, deal));
    BOURSE_TRY(const auto now, hub.rpc().pending_time_s());
    const auto ids = tasks_of(id, deal.bot_first, deal.bot_size.saturated_u64());
    BOURSE_TRY(const auto tasks, hub.tasks(ids));
    Claims out;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        switch (tasks[i].status) {
            case poco::TaskStatus::kUnset:
                out.uninitialised.push_back(deal.bot_first + Uint256(i));
                out.uninitialised_ids.push_back(ids[i]);
                break;
            case poco::TaskStatus::kActive:
            case poco::TaskStatus::kRevealing:
                out.initialised.push_back(ids[i]);
                break;
            case poco::TaskStatus::kCompleted:
            case poco::TaskStatus::kFailed:
                ++out.over;
                break;
        }
    }
    if (out.count() > 0 && now < deadline)
        return fail(
            "DEADLINE_NOT_REACHED",
            fmt::format("{} task(s) are still open, but can be claimed only from {} on (in {} s by the chain's clock).",
                        out.count(), time_text(deadline), deadline - now));
    return out;
}

Status<> send_claims(Context& context, const poco::DealId& id, Claims& claims) {
    namespace h = poco::selectors::hub;
    BOURSE_TRY(auto* const hub, context.hub());
    BOURSE_TRY(auto* const sender, context.sender());
    const auto send = [&](Bytes call) -> Status<> {
        BOURSE_TRY(const auto receipt, sender->send(hub->address(), std::move(call)));
        claims.transactions.push_back(receipt.tx_hash);
        return {};
    };
    BOURSE_CHECK(in_slices(claims.initialised, [&](const std::vector<poco::TaskId>& ids) {
        return send(abi::encode_call(h::kClaimArray, ids));
    }));
    return in_slices(claims.uninitialised, [&](const std::vector<Uint256>& indices) {
        return send(
            abi::encode_call(h::kInitializeAndClaimArray, std::vector<poco::DealId>(indices.size(), id), indices));
    });
}

}  // namespace bourse::cli
