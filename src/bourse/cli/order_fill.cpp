#include <bourse/cli/order_fill.hpp>

#include <bourse/cli/matching.hpp>
#include <bourse/client/signing.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/poco/params.hpp>
#include <bourse/poco/tags.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <optional>

namespace bourse::cli {

namespace {

struct FillArgs {
    std::string app, dataset, workerpool, request;
    CLI::Option* app_option = nullptr;
    CLI::Option* dataset_option = nullptr;
    CLI::Option* workerpool_option = nullptr;
    CLI::Option* request_option = nullptr;
    std::uint64_t volume = 1;
    std::optional<std::uint64_t> trust;  ///< default: as much as the pool's order offers
    TaskArgs task;
};

/// A request of the own wallet that takes the other orders as they are.
Result<poco::RequestOrder> make_request(Context& context, const MatchSet& set, const FillArgs& args) {
    BOURSE_TRY(auto* const hub, context.hub());
    BOURSE_TRY(const auto facts, hub->facts());
    poco::RequestOrder request;
    BOURSE_TRY(request.params, params_text(args.task));
    BOURSE_TRY(request.requester, context.wallet_address());
    request.app = set.app.app;
    request.appmaxprice = set.app.appprice;
    request.dataset = set.dataset.dataset;
    request.datasetmaxprice = set.dataset.datasetprice;
    request.workerpool = set.workerpool.workerpool;
    request.workerpoolmaxprice = set.workerpool.workerpoolprice;
    request.volume = args.volume;
    request.tag = poco::deal_tag(set.app.tag, set.dataset.tag, {});
    request.category = set.workerpool.category;
    request.trust = args.trust ? Uint256(*args.trust) : set.workerpool.trust;
    request.beneficiary = request.requester;
    request.salt = client::random_salt();
    // Money first: nothing is signed that cannot be paid.
    MatchSet whole = set;
    whole.request = request;
    BOURSE_TRY(const auto match_facts, read_match_facts(*hub, whole));
    BOURSE_TRY(const auto refusal, match_refusal(*hub, whole, match_facts));
    if (refusal) return fail(*refusal);
    BOURSE_TRY(const auto key, context.key());
    client::sign_order(request, key, facts.domain_separator);
    return request;
}

/// The request order: named, or of orders.json, or made here.
Result<poco::RequestOrder> request_order(Context& context, const MatchSet& set, const FillArgs& args) {
    const bool wants_new =
        args.trust || !args.task.args.empty() || !args.task.params.empty() || !args.task.input_files.empty();
    if (args.request_option->count() > 0) {
        if (wants_new)
            return fail(
                "PARAMS_AMBIGUOUS",
                "A given request order has its own terms: leave --trust, --args, --params and --input-file away.");
        return find_order<poco::RequestOrder>(context, args.request);
    }
    return make_request(context, set, args);
}

Result<Answer> fill_orders(Context& context, const FillArgs& args) {
    BOURSE_TRY(auto* const hub, context.hub());
    MatchSet set;
    BOURSE_TRY(set.app, find_order<poco::AppOrder>(context, args.app));
    if (args.dataset_option->count() > 0) {
        BOURSE_TRY(set.dataset, find_order<poco::DatasetOrder>(context, args.dataset));
    }
    BOURSE_TRY(set.workerpool, find_order<poco::WorkerpoolOrder>(context, args.workerpool));
    BOURSE_TRY(set.request, request_order(context, set, args));
    if (!set.request.dataset.is_zero() && !set.view().has_dataset())
        return fail("ORDER_MISSING", fmt::format("The request wants the dataset {}: give its order with --dataset.",
                                                 to_checksum(set.request.dataset)));
    BOURSE_TRY(const auto facts, read_match_facts(*hub, set));
    BOURSE_TRY(const auto refusal, match_refusal(*hub, set, facts));
    if (refusal) return fail(*refusal);
    BOURSE_TRY(const auto sealed, match_orders(context, set));
    const auto tasks = tasks_of(sealed.deal, sealed.first_index, sealed.volume.saturated_u64());
    Answer answer;
    answer.data = {{"deal", to_hex(sealed.deal)},
                   {"volume", to_decimal(sealed.volume)},
                   {"transaction", to_hex(sealed.transaction)},
                   {"total_nrlc", amount_json(facts.cost.payer)},
                   {"tasks", nlohmann::json::array()}};
    answer.text = fields({{"deal", to_hex(sealed.deal)},
                          {"tasks", to_decimal(sealed.volume)},
                          {"locked", amount_text(facts.cost.payer)},
                          {"transaction", to_hex(sealed.transaction)}});
    for (const auto& task : tasks) {
        answer.data["tasks"].push_back(to_hex(task));
        answer.text += fmt::format("task {}\n", to_hex(task));
    }
    answer.text += fmt::format("Follow it with `bourse deal show {} --watch`.", to_hex(sealed.deal));
    return answer;
}

}  // namespace

void add_task_options(CLI::App& app, TaskArgs& args) {
    app.add_option("--args", args.args, "Command line of the application");
    app.add_option("--params", args.params,
                   "Params as JSON, e.g. '{\"iexec_args\":\"…\"}' or '{\"0\":\"first task\",\"1\":\"second task\"}'");
    app.add_option("--input-file", args.input_files, "URL of an input file (may be repeated)")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

Status<> check_params(const std::string& params) {
    BOURSE_TRY(const auto parsed, poco::parse_params_strict(params));
    static_cast<void>(parsed);
    return {};
}

Result<std::string> params_text(const TaskArgs& args) {
    if (!args.params.empty()) {
        if (!args.args.empty() || !args.input_files.empty())
            return fail("PARAMS_AMBIGUOUS",
                        "--params is the whole of it: put the command line into \"iexec_args\" and input files into "
                        "\"iexec_input_files\".");
        if (nlohmann::json::parse(args.params, nullptr, false).is_discarded())
            return fail("PARAMS_INVALID", "--params is no JSON. A plain command line goes into --args.");
        BOURSE_CHECK(check_params(args.params));
        return args.params;
    }
    poco::TaskParams params;
    params.args = args.args;
    params.input_files = args.input_files;
    std::string text = params.to_text();
    BOURSE_CHECK(check_params(text));
    return text;
}

void add_order_fill_command(CLI::App& order_group, int& exit_code) {
    auto options = std::make_shared<CommonOptions>();
    auto args = std::make_shared<FillArgs>();
    auto* fill =
        order_group.add_subcommand("fill", "Match orders into a deal; works without a market when orders are files");
    add_network_options(*fill, *options);
    add_wallet_options(*fill, *options);
    constexpr const char* kHelp = "order: hash at the market, or file (default: orders.json)";
    args->app_option = fill->add_option("--app", args->app, std::string("App ") + kHelp)->expected(0, 1);
    args->dataset_option =
        fill->add_option("--dataset", args->dataset, std::string("Dataset ") + kHelp)->expected(0, 1);
    args->workerpool_option =
        fill->add_option("--workerpool", args->workerpool, std::string("Workerpool ") + kHelp)->expected(0, 1);
    args->request_option = fill->add_option("--request", args->request,
                                            "Request order likewise (when absent, one is made and signed here)")
                               ->expected(0, 1);
    fill->add_option("--volume", args->volume, "Number of tasks of the request made here")->check(CLI::PositiveNumber);
    fill->add_option("--trust", args->trust,
                     "Trust of the request made here (default: as much as the workerpool order offers)")
        ->check(CLI::NonNegativeNumber);
    add_task_options(*fill, args->task);
    set_examples(*fill,
                 "  bourse order fill --app app.json --workerpool pool.json --args 'hello' --wallet requester\n"
                 "  bourse order fill --app 0x…hash --workerpool 0x…hash --volume 3 --json");
    set_verb(*fill, options, exit_code, [args](Context& context) { return fill_orders(context, *args); });
}

}  // namespace bourse::cli
