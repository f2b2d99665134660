// bourse app describe
#include <bourse/cli/app_page.hpp>
#include <bourse/cli/project.hpp>
#include <bourse/client/app_page.hpp>
#include <bourse/client/parameter_schema.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/file.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <algorithm>

namespace bourse::cli {

namespace {

struct DescribeArgs {
    std::string app, readme_file, parameters_file;
    bool withdraw = false;
};

std::size_t count_fields(const std::string& parameters) {
    const auto schema = client::parse_parameter_schema(parameters);
    return schema ? schema->fields.size() : 0;
}

std::string parts_of(const client::AppPage& page) {
    const auto fields = count_fields(page.parameters);
    const auto form = fmt::format("a form of {} field{}", fields, fields == 1 ? "" : "s");
    if (page.readme.empty()) return form;
    return page.parameters.empty() ? "a readme" : "a readme and " + form;
}

nlohmann::json page_json(const client::AppPage& page) {
    return {{"readme", page.readme}, {"parameters", page.parameters}, {"updated", page.updated_ms}};
}

/// What is not given stays as it is.
Result<client::AppPage> next_page(const DescribeArgs& args, client::AppPage page) {
    page.updated_ms = std::max(sys::unix_time_ms(), page.updated_ms + 1);
    if (args.withdraw) {
        page.readme = page.parameters = "";
        return page;
    }
    if (!args.readme_file.empty()) {
        BOURSE_TRY(page.readme, sys::read_file(args.readme_file));
    }
    if (!args.parameters_file.empty()) {
        BOURSE_TRY(page.parameters, sys::read_file(args.parameters_file));
    }
    if (page.is_empty())
        return fail("PAGE_EMPTY", "The files are empty. Write something into them, or take the page back: --withdraw.");
    BOURSE_CHECK(client::check_app_page(page));
    return page;
}

Result<Answer> describe_verb(Context& context, const DescribeArgs& args) {
    if (args.readme_file.empty() && args.parameters_file.empty() && !args.withdraw)
        return fail("NOTHING_TO_PUBLISH", "Give --readme FILE, --parameters FILE or both; or --withdraw.");
    BOURSE_TRY(const auto app, resource_address(context, OrderKind::kApp, args.app));
    BOURSE_TRY(const auto market, context.market());
    BOURSE_TRY(const auto known, market.app_page(app));
    BOURSE_TRY(const auto page, next_page(args, known));
    BOURSE_TRY(auto* const hub, context.hub());
    BOURSE_TRY(const auto facts, hub->app(app));
    BOURSE_TRY(const auto wallet, context.wallet_address());
    if (facts.owner != wallet)
        return fail("NOT_OWNER", fmt::format("The app belongs to {}, this wallet is {}. Take the owner's: --wallet.",
                                             to_checksum(facts.owner), to_checksum(wallet)));
    BOURSE_TRY(const auto key, context.key());
    BOURSE_CHECK(market.publish_app_page(page, key));
    const auto url = market.url() + "/app/" + to_checksum(app);
    Answer answer;
    answer.data = {{"app", to_checksum(app)}, {"url", url}, {"page", nullptr}};
    if (!page.is_empty()) answer.data["page"] = page_json(page);
    answer.text = page.is_empty() ? fmt::format("The app's page is withdrawn from {}.", market.url())
                                  : fmt::format("Published {}: {}", parts_of(page), url);
    return answer;
}

}  // namespace

std::optional<PageShown> page_of_app(Context& context, const Address& app) {
    const auto market = context.market();
    if (!market) return std::nullopt;
    const auto page = market->app_page(app);
    if (!page) return std::nullopt;
    if (page->is_empty()) return PageShown{nullptr, "none; its owner writes one: bourse app describe"};
    return PageShown{page_json(*page), fmt::format("{} of {}", parts_of(*page), time_text(page->updated_ms / 1000))};
}

void add_app_describe(CLI::App& group, int& exit_code) {
    auto options = std::make_shared<CommonOptions>();
    auto args = std::make_shared<DescribeArgs>();
    auto* app =
        group.add_subcommand("describe", "Publish its page at the market: a readme, and the parameters it asks for");
    app->add_option("app", args->app, "Address or name (default: the last deployed)");
    app->add_option("--readme", args->readme_file, "Markdown file of at most 32 KiB; without it the readme stays")
        ->check(CLI::ExistingFile);
    app->add_option("--parameters", args->parameters_file,
                    "Parameter schema, a JSON file of at most 16 KiB (docs/reference/app-page.md); without it the form "
                    "stays")
        ->check(CLI::ExistingFile);
    auto* withdraw = app->add_flag("--withdraw", args->withdraw, "Take the page back");
    withdraw->excludes("--readme")->excludes("--parameters");
    add_network_options(*app, *options);
    add_wallet_options(*app, *options);
    set_examples(*app,
                 "  bourse app describe --readme README.md --parameters parameters.json --wallet app_provider\n"
                 "  bourse app describe hello --withdraw --wallet app_provider");
    set_verb(*app, options, exit_code, [args](Context& context) { return describe_verb(context, *args); });
}

}  // namespace bourse::cli
