// Reputation beside the life cycle: its view, and the import from an older hub (poco.md §12.4).
#include <bourse/native/hub/hub.hpp>
#include <bourse/native/hub/tasks.hpp>
#include <bourse/poco/error_text.hpp>

namespace bourse::native {
namespace {

namespace hub_sel = poco::selectors::hub;

Outcome<Uint256> view_score(Context& context, Address worker) {
    return load_reputation(context.state(), context.self(), worker).score;
}

Outcome<void> import_score(Context& context, Address worker) {
    auto reputation = load_reputation(context.state(), context.self(), worker);
    if (reputation.imported) return revert_text(poco::texts::kScoreImported);
    const Address v3 = load_task_settings(context.state(), context.self()).v3_hub;
    if (v3.is_zero() || !context.state().has_code(v3)) return revert_empty();
    auto answer = context.call(v3, abi::encode_call(poco::selectors::external::kViewScore, worker));
    if (!answer.ok()) return revert_data(std::move(answer.output));
    const auto score = abi::decode<Uint256>(answer.output);
    if (!score) return revert_empty();
    reputation = {std::max(reputation.score, std::get<0>(*score)), true};
    store_reputation(context.state(), context.self(), worker, reputation);
    return {};
}

constexpr auto kScoreTable = make_table(
    std::to_array<Entry>({view<&view_score>(hub_sel::kViewScore), write<&import_score>(hub_sel::kImportScore)}));

}  // namespace

std::span<const Entry> hub_score_entries() noexcept { return kScoreTable; }

}  // namespace bourse::native
