// bourse run APP
#include <bourse/cli/buy.hpp>
#include <bourse/cli/command.hpp>
#include <bourse/cli/watch.hpp>
#include <bourse/codec/text.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

namespace bourse::cli {

namespace {

constexpr std::uint64_t kLeastSafeTrust = 3;

struct RunArgs {
    BuyArgs buy;
    bool watch = false;
    std::string output;
    bool dry_run = false;
};

nlohmann::json bill_json(const Bill& bill) {
    return {{"price_per_task_nrlc", amount_json(bill.price_per_task)},
            {"app_price_nrlc", amount_json(bill.app_price)},
            {"dataset_price_nrlc", amount_json(bill.dataset_price)},
            {"workerpool_price_nrlc", amount_json(bill.workerpool_price)},
            {"total_nrlc", amount_json(bill.total)},
            {"volume", bill.volume},
            {"workerpool", to_checksum(bill.workerpool)},
            {"category", bill.category},
            {"trust", bill.trust}};
}

std::string bill_text(const Bill& bill) {
    const std::string dataset =
        bill.dataset_price.is_zero() ? "" : fmt::format(", dataset {}", to_decimal(bill.dataset_price));
    return fields(
        {{"price", fmt::format("{} nRLC a task (app {}{}, workerpool {})", to_decimal(bill.price_per_task),
                               to_decimal(bill.app_price), dataset, to_decimal(bill.workerpool_price))},
         {"total", fmt::format("{} for {} task{}", amount_text(bill.total), bill.volume, bill.volume == 1 ? "" : "s")},
         {"workerpool",
          fmt::format("{} (category {}, trust {})", to_checksum(bill.workerpool), bill.category, bill.trust)}});
}

void add_outcomes(Answer& answer, const std::vector<TaskOutcome>& outcomes) {
    answer.data["tasks"] = nlohmann::json::array();
    for (const auto& outcome : outcomes) answer.data["tasks"].push_back(outcome_json(outcome));
    answer.text += outcomes_text(outcomes);
    if (outcomes.size() == 1 && !outcomes[0].first_output.empty())
        answer.text += "The application's output begins:\n" + outcomes[0].first_output;
    answer.error = outcome_error(outcomes);
}

Result<Answer> run_purchase(Context& context, const RunArgs& args) {
    BOURSE_TRY(const auto prepared, prepare_purchase(context, args.buy));
    if (args.buy.trust < kLeastSafeTrust)
        context.progress().note(
            fmt::format("warning: at trust {} the first worker's answer counts and nobody checks it. --trust 3 makes "
                        "several workers agree.",
                        args.buy.trust));
    Answer answer;
    answer.data = bill_json(prepared.bill);
    if (!context.options().json) context.progress().note(bill_text(prepared.bill));
    if (args.dry_run) {
        answer.data["dry_run"] = true;
        answer.text = "Nothing was signed or sent.";
        return answer;
    }
    BOURSE_TRY(const auto sealed, seal_purchase(context, prepared));
    answer.data["deal"] = to_hex(sealed.deal);
    answer.data["transaction"] = to_hex(sealed.transaction);
    answer.text = fields({{"deal", to_hex(sealed.deal)}, {"transaction", to_hex(sealed.transaction)}});
    const auto tasks = tasks_of(sealed.deal, sealed.first_index, sealed.volume.saturated_u64());
    if (sealed.volume != Uint256(prepared.bill.volume))
        context.progress().note(
            fmt::format("warning: somebody else used the same orders: the deal has {} of the {} tasks.",
                        to_decimal(sealed.volume), prepared.bill.volume));
    if (!args.watch) {
        answer.data["tasks"] = nlohmann::json::array();
        for (std::size_t i = 0; i < tasks.size(); ++i) {
            answer.data["tasks"].push_back(
                {{"task", to_hex(tasks[i])}, {"index", to_decimal(sealed.first_index + Uint256(i))}});
            answer.text += fmt::format("task {}\n", to_hex(tasks[i]));
        }
        answer.text += fmt::format("Follow it with `bourse deal show {} --watch`.", to_hex(sealed.deal));
        return answer;
    }
    BOURSE_TRY(auto* const hub, context.hub());
    BOURSE_TRY(const auto deal, hub->deal(sealed.deal));
    WatchOptions options;
    options.folder = args.output.empty() ? "results" : args.output;
    options.is_quiet = context.options().json;
    BOURSE_TRY(const auto outcomes, watch_tasks(context, deal, tasks, options));
    add_outcomes(answer, outcomes);
    return answer;
}

}  // namespace

void add_run_command(CLI::App& root, int& exit_code) {
    auto options = std::make_shared<CommonOptions>();
    auto args = std::make_shared<RunArgs>();
    auto* sub = root.add_subcommand("run", "Buy a computation: the cheapest orders that fit, sealed into a deal");
    add_network_options(*sub, *options);
    add_wallet_options(*sub, *options);
    add_buy_options(*sub, args->buy);
    sub->add_flag("--watch", args->watch, "Show the stages, wait for the end, download and verify the results");
    sub->add_option("--output", args->output, "Folder for results (default ./results)");
    sub->add_flag("--dry-run", args->dry_run, "Choose and check everything, but sign and send nothing");
    set_examples(*sub,
                 "  bourse run hello --args Alice --wallet requester --watch\n"
                 "  bourse run hello --trust 3 --budget '100 nRLC' --watch --json\n"
                 "  bourse run vanitygen --args 0xbee --volume 8 --trust 3 --wallet requester --watch\n"
                 "  bourse run hello --volume 2 --params '{\"0\":\"first\",\"1\":\"second\"}'\n"
                 "Exit status with --watch: 0 only when every verdict is OK.");
    set_verb(*sub, options, exit_code, [args](Context& context) { return run_purchase(context, *args); });
}

}  // namespace bourse::cli
