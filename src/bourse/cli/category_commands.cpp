// bourse category …
#include <bourse/cli/command.hpp>
#include <bourse/cli/context.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/poco/selectors.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

namespace bourse::cli {

namespace {

struct CategoryArgs {
    std::string name;
    std::string description;
    std::uint64_t time_s = 0;
    std::uint64_t id = 0;
};

Result<Answer> category_answer(client::Hub& hub, std::uint64_t id) {
    BOURSE_TRY(const auto category, hub.category(id));
    Answer answer;
    answer.data = {{"category", id},
                   {"name", category.name},
                   {"description", category.description},
                   {"time_s", category.work_clock_time_ref.saturated_u64()}};
    answer.text = fields(
        {{"category", std::to_string(id)},
         {"name", category.name},
         {"a task may run", fmt::format("{} s", to_decimal(category.work_clock_time_ref))},
         {"contribute within", fmt::format("{} s of the deal", to_decimal(category.work_clock_time_ref *
                                                                          Uint256(poco::kContributionDeadlineRatio)))},
         {"finalize within", fmt::format("{} s of the deal", to_decimal(category.work_clock_time_ref *
                                                                        Uint256(poco::kFinalDeadlineRatio)))}});
    return answer;
}

Result<Answer> create_category(Context& context, const CategoryArgs& args) {
    BOURSE_TRY(auto* const hub, context.hub());
    BOURSE_TRY(auto* const sender, context.sender());
    BOURSE_CHECK(sender->send(hub->address(), abi::encode_call(poco::selectors::hub::kCreateCategory, args.name,
                                                               args.description, Uint256(args.time_s))));
    BOURSE_TRY(const auto count, hub->count_category());
    return category_answer(*hub, count - 1);
}

Result<Answer> count_categories(Context& context) {
    BOURSE_TRY(auto* const hub, context.hub());
    BOURSE_TRY(const auto count, hub->count_category());
    Answer answer;
    answer.data["count"] = count;
    answer.text = fmt::format("{} categories", count);
    return answer;
}

}  // namespace

void add_category_command(CLI::App& root, int& exit_code) {
    auto options = std::make_shared<CommonOptions>();
    auto args = std::make_shared<CategoryArgs>();
    auto* category = root.add_subcommand("category", "Categories: how long tasks may run");
    category->require_subcommand(1);
    auto* create = category->add_subcommand("create", "Append a category (the hub's owner only)");
    create->add_option("name", args->name, "Name, e.g. XXL")->required();
    create->add_option("--time", args->time_s, "Seconds that a task may run")->required()->check(CLI::PositiveNumber);
    create->add_option("--description", args->description, "Text beside the name");
    set_examples(*create, "  bourse category create XXL --time 86400 --wallet admin\n");
    auto* show = category->add_subcommand("show", "One category and its deadlines");
    show->add_option("id", args->id, "Number, from 0")->required();
    auto* count = category->add_subcommand("count", "How many there are");
    for (auto* sub : {create, show, count}) add_network_options(*sub, *options);
    add_wallet_options(*create, *options);
    set_verb(*create, options, exit_code, [args](Context& context) { return create_category(context, *args); });
    set_verb(*show, options, exit_code, [args](Context& context) -> Result<Answer> {
        BOURSE_TRY(auto* const hub, context.hub());
        return category_answer(*hub, args->id);
    });
    set_verb(*count, options, exit_code, [](Context& context) { return count_categories(context); });
}

}  // namespace bourse::cli
