// bourse deal show|claim
#include <bourse/cli/claims.hpp>
#include <bourse/cli/command.hpp>
#include <bourse/cli/matching.hpp>
#include <bourse/cli/watch.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/poco/tags.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <algorithm>

namespace bourse::cli {

namespace {

using nlohmann::json;

/// Tasks listed in text; JSON has all.
constexpr std::size_t kMostShownTasks = 50;

struct DealArgs {
    std::string id;
    bool watch = false;
    std::string output;
};

Result<poco::DealId> parse_deal_id(const std::string& text) {
    const auto hash = hash_from_hex(text);
    if (!hash)
        return fail("DEAL_ID_INVALID", fmt::format("'{}' is no deal id: 0x and 64 hex digits are expected.", text));
    return poco::DealId(*hash);
}

json resource_json(const poco::Resource& resource) {
    if (resource.pointer.is_zero()) return nullptr;
    return {{"pointer", to_checksum(resource.pointer)},
            {"owner", to_checksum(resource.owner)},
            {"price_nrlc", amount_json(resource.price)}};
}

json deal_json(const poco::DealId& id, const poco::Deal& deal, std::uint64_t deadline_s) {
    return {{"deal", to_hex(id)},
            {"app", resource_json(deal.app)},
            {"dataset", resource_json(deal.dataset)},
            {"workerpool", resource_json(deal.workerpool)},
            {"trust", to_decimal(deal.trust)},
            {"category", to_decimal(deal.category)},
            {"tag", to_hex(deal.tag)},
            {"requester", to_checksum(deal.requester)},
            {"beneficiary", to_checksum(deal.beneficiary)},
            {"callback", to_checksum(deal.callback)},
            {"params", deal.params},
            {"start_time", to_decimal(deal.start_time)},
            {"final_deadline", std::to_string(deadline_s)},
            {"first_index", to_decimal(deal.bot_first)},
            {"volume", to_decimal(deal.bot_size)},
            {"worker_stake_nrlc", amount_json(deal.worker_stake)}};
}

std::string resource_text(const poco::Resource& resource) {
    return resource.pointer.is_zero()
               ? "none"
               : fmt::format("{} at {} nRLC a task", to_checksum(resource.pointer), to_decimal(resource.price));
}

std::string deal_text(const poco::DealId& id, const poco::Deal& deal, std::uint64_t deadline_s) {
    return fields({{"deal", to_hex(id)},
                   {"requester", to_checksum(deal.requester)},
                   {"app", resource_text(deal.app)},
                   {"dataset", resource_text(deal.dataset)},
                   {"workerpool", resource_text(deal.workerpool)},
                   {"category, trust", fmt::format("{}, {}", to_decimal(deal.category), to_decimal(deal.trust))},
                   {"params", deal.params.empty() ? "none" : deal.params},
                   {"started", time_text(deal.start_time.saturated_u64())},
                   {"final deadline", time_text(deadline_s)},
                   {"tasks", fmt::format("{}, from index {}", to_decimal(deal.bot_size), to_decimal(deal.bot_first))}});
}

Status<> add_tasks(client::Hub& hub, const std::vector<poco::TaskId>& ids, const poco::Deal& deal,
                   std::uint64_t deadline_s, Answer& answer) {
    BOURSE_TRY(const auto tasks, hub.tasks(ids));
    BOURSE_TRY(const auto now, hub.rpc().pending_time_s());
    answer.data["tasks"] = json::array();
    std::vector<std::vector<std::string>> rows{{"index", "status", "task"}};
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        std::string status = client::task_status_name(tasks[i], now);
        if (tasks[i].status == poco::TaskStatus::kUnset && now >= deadline_s) status = "TIMEOUT";
        const std::string index = to_decimal(deal.bot_first + Uint256(i));
        answer.data["tasks"].push_back({{"task", to_hex(ids[i])}, {"index", index}, {"status", status}});
        if (i < kMostShownTasks) rows.push_back({index, status, to_hex(ids[i])});
    }
    answer.text += table(rows);
    if (tasks.size() > kMostShownTasks)
        answer.text += fmt::format("… and {} more (--json shows all)\n", tasks.size() - kMostShownTasks);
    const bool can_claim =
        std::ranges::any_of(answer.data["tasks"], [](const json& task) { return task["status"] == "TIMEOUT"; });
    if (can_claim) answer.text += "Tasks are past their deadline: `bourse deal claim` gets the money back.";
    return {};
}

Result<Answer> show_deal(Context& context, const DealArgs& args) {
    BOURSE_TRY(const auto id, parse_deal_id(args.id));
    BOURSE_TRY(auto* const hub, context.hub());
    BOURSE_TRY(const auto deal, hub->deal(id));
    BOURSE_TRY(const auto deadline, final_deadline_s(*hub, deal));
    Answer answer;
    answer.data = deal_json(id, deal, deadline);
    answer.text = deal_text(id, deal, deadline);
    const auto ids = tasks_of(id, deal.bot_first, deal.bot_size.saturated_u64());
    if (!args.watch) {
        BOURSE_CHECK(add_tasks(*hub, ids, deal, deadline, answer));
        return answer;
    }
    WatchOptions options;
    options.folder = args.output.empty() ? "results" : args.output;
    options.is_quiet = context.options().json;
    BOURSE_TRY(const auto outcomes, watch_tasks(context, deal, ids, options));
    answer.data["tasks"] = json::array();
    for (const auto& outcome : outcomes) answer.data["tasks"].push_back(outcome_json(outcome));
    answer.text += outcomes_text(outcomes);
    answer.error = outcome_error(outcomes);
    return answer;
}

Result<Answer> claim_deal(Context& context, const DealArgs& args) {
    BOURSE_TRY(const auto id, parse_deal_id(args.id));
    BOURSE_TRY(auto* const hub, context.hub());
    BOURSE_TRY(const auto deal, hub->deal(id));
    BOURSE_TRY(auto claims, find_claims(*hub, id, deal));
    if (claims.count() == 0)
        return fail("NOTHING_TO_CLAIM", fmt::format("Nothing to claim: {} of {} tasks of the deal are over.",
                                                    claims.over, to_decimal(deal.bot_size)));
    BOURSE_CHECK(send_claims(context, id, claims));
    Answer answer;
    answer.data = {{"deal", to_hex(id)}, {"claimed", json::array()}, {"transactions", json::array()}};
    for (const auto& task : claims.initialised) answer.data["claimed"].push_back(to_hex(task));
    for (const auto& task : claims.uninitialised_ids) answer.data["claimed"].push_back(to_hex(task));
    for (const auto& hash : claims.transactions) answer.data["transactions"].push_back(to_hex(hash));
    const auto refund = (deal.app.price + deal.dataset.price + deal.workerpool.price) * Uint256(claims.count());
    answer.data["refund_nrlc"] = amount_json(refund);
    answer.text = fmt::format("Claimed {} task(s), {} of them never initialised: {} went back to {}.", claims.count(),
                              claims.uninitialised.size(), amount_text(refund),
                              to_checksum(deal.sponsor.is_zero() ? deal.requester : deal.sponsor));
    return answer;
}

}  // namespace

void add_deal_command(CLI::App& root, int& exit_code) {
    auto* group = root.add_subcommand("deal", "Deals: show, claim");
    group->require_subcommand(1);
    auto options = std::make_shared<CommonOptions>();
    auto args = std::make_shared<DealArgs>();
    auto* show = group->add_subcommand("show", "Show a deal and its tasks");
    add_network_options(*show, *options);
    show->add_option("deal", args->id, "Deal id")->required();
    show->add_flag("--watch", args->watch, "Wait for all tasks, download and verify their results");
    show->add_option("--output", args->output, "Folder for results with --watch (default ./results)");
    set_examples(*show, "  bourse deal show 0x…\n  bourse deal show 0x… --watch --output out --json");
    set_verb(*show, options, exit_code, [args](Context& context) { return show_deal(context, *args); });

    auto claim_options = std::make_shared<CommonOptions>();
    auto* claim = group->add_subcommand("claim", "Get the money back for every task past its final deadline");
    add_network_options(*claim, *claim_options);
    add_wallet_options(*claim, *claim_options);
    claim->add_option("deal", args->id, "Deal id")->required();
    set_examples(*claim, "  bourse deal claim 0x… --wallet requester");
    set_verb(*claim, claim_options, exit_code, [args](Context& context) { return claim_deal(context, *args); });
}

}  // namespace bourse::cli
