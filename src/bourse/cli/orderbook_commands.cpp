// bourse orderbook app|dataset|workerpool|request
#include <bourse/cli/command.hpp>
#include <bourse/cli/project.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/poco/tags.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

namespace bourse::cli {

namespace {

using nlohmann::json;

struct BookArgs {
    OrderKind kind = OrderKind::kApp;
    std::string which;
    std::string app, dataset, workerpool, requester;
    std::string category;
    std::string min_trust, max_trust, min_volume, tag;
    bool strict = false;
    std::size_t limit = 20;
};

Status<> add_party(Context& context, client::OrderQuery& query, OrderKind own, OrderKind party, const std::string& text,
                   bool strict) {
    if (text.empty()) return {};
    if (text == "any") {
        query[std::string(poco::to_text(party))] = "any";
        return {};
    }
    BOURSE_TRY(const auto address, resource_address(context, party, text));
    query[std::string(poco::to_text(party))] = to_checksum(address);
    std::string name(poco::to_text(party));
    name[0] = static_cast<char>(name[0] - 'a' + 'A');
    if (strict && own != OrderKind::kRequest) query["is" + name + "Strict"] = "true";
    return {};
}

Result<client::OrderQuery> book_query(Context& context, const BookArgs& args) {
    client::OrderQuery query;
    if (args.kind != OrderKind::kRequest && (!args.which.empty() || args.kind != OrderKind::kWorkerpool)) {
        BOURSE_TRY(const auto address, resource_address(context, args.kind, args.which));
        query[std::string(poco::to_text(args.kind))] = to_checksum(address);
    }
    if (args.kind == OrderKind::kRequest && !args.which.empty()) {
        BOURSE_TRY(const auto address, context.account_address(args.which));
        query["requester"] = to_checksum(address);
    }
    if (args.kind != OrderKind::kApp)
        BOURSE_CHECK(add_party(context, query, args.kind, OrderKind::kApp, args.app, args.strict));
    if (args.kind != OrderKind::kDataset)
        BOURSE_CHECK(add_party(context, query, args.kind, OrderKind::kDataset, args.dataset, args.strict));
    if (args.kind != OrderKind::kWorkerpool)
        BOURSE_CHECK(add_party(context, query, args.kind, OrderKind::kWorkerpool, args.workerpool, args.strict));
    if (args.kind != OrderKind::kRequest && !args.requester.empty()) {
        BOURSE_TRY(const auto address,
                   args.requester == "any" ? Result<Address>(Address{}) : context.account_address(args.requester));
        query["requester"] = args.requester == "any" ? "any" : to_checksum(address);
        if (args.strict) query["isRequesterStrict"] = "true";
    }
    if (!args.category.empty()) query["category"] = args.category;
    if (!args.min_trust.empty()) query["minTrust"] = args.min_trust;
    if (!args.max_trust.empty()) query["maxTrust"] = args.max_trust;
    if (!args.min_volume.empty()) query["minVolume"] = args.min_volume;
    if (!args.tag.empty()) {
        BOURSE_TRY(const auto tag, poco::parse_tag(args.tag));
        query["minTag"] = to_hex(tag);
    }
    return query;
}

std::string field_text(const json& order, const char* name) {
    const auto it = order.find(name);
    if (it == order.end()) return "";
    return it->is_string() ? it->get<std::string>() : it->dump();
}

const char* price_field(OrderKind kind) {
    switch (kind) {
        case OrderKind::kApp:
            return "appprice";
        case OrderKind::kDataset:
            return "datasetprice";
        case OrderKind::kWorkerpool:
            return "workerpoolprice";
        case OrderKind::kRequest:
            return "workerpoolmaxprice";
    }
    return "";
}

std::vector<std::string> book_row(OrderKind kind, const json& wrapper) {
    const json order = wrapper.value("order", json::object());
    std::vector<std::string> row{field_text(order, price_field(kind)), field_text(wrapper, "remaining")};
    if (kind == OrderKind::kWorkerpool || kind == OrderKind::kRequest) {
        row.push_back(field_text(order, "category"));
        row.push_back(field_text(order, "trust"));
    }
    const auto tag = hash_from_hex(field_text(order, "tag"));
    row.push_back(tag && !tag->is_zero() ? fmt::format("{}", fmt::join(poco::tag_names(*tag), ",")) : "-");
    row.push_back(
        field_text(order, kind == OrderKind::kRequest ? "requester" : std::string(poco::to_text(kind)).c_str()));
    row.push_back(field_text(wrapper, "orderHash"));
    return row;
}

Result<Answer> show_book(Context& context, const BookArgs& args) {
    BOURSE_TRY(const auto market, context.market());
    BOURSE_TRY(auto query, book_query(context, args));
    context.progress().stage("Asking the market");
    BOURSE_TRY(const auto wrappers, market.orders(args.kind, query, args.limit));
    Answer answer;
    answer.data = {{"count", wrappers.size()}, {"orders", wrappers}};
    if (wrappers.empty()) {
        answer.text = "No open order fits.";
        return answer;
    }
    std::vector<std::string> head{args.kind == OrderKind::kRequest ? "pool price ≤ nRLC" : "price nRLC", "tasks left"};
    if (args.kind == OrderKind::kWorkerpool || args.kind == OrderKind::kRequest)
        head.insert(head.end(), {"category", "trust"});
    head.insert(
        head.end(),
        {"tag", args.kind == OrderKind::kRequest ? "requester" : std::string(poco::to_text(args.kind)), "order"});
    std::vector<std::vector<std::string>> rows{head};
    for (const auto& wrapper : wrappers) rows.push_back(book_row(args.kind, wrapper));
    answer.text = table(rows);
    return answer;
}

void add_book(CLI::App& group, OrderKind kind, const char* which_help, const char* examples, int& exit_code) {
    auto options = std::make_shared<CommonOptions>();
    auto args = std::make_shared<BookArgs>();
    args->kind = kind;
    auto* sub = group.add_subcommand(std::string(poco::to_text(kind)),
                                     fmt::format("Open {} orders, best first", poco::to_text(kind)));
    add_network_options(*sub, *options);
    sub->add_option("which", args->which, which_help);
    const auto party = [&](OrderKind other, std::string& value) {
        if (kind == other) return;
        const std::string name(poco::to_text(other));
        sub->add_option("--" + name, value, fmt::format("Also orders restricted to this {}; 'any' for all", name));
    };
    party(OrderKind::kApp, args->app);
    party(OrderKind::kDataset, args->dataset);
    party(OrderKind::kWorkerpool, args->workerpool);
    if (kind != OrderKind::kRequest) {
        sub->add_option("--requester", args->requester, "Also orders restricted to this requester; 'any' for all");
        sub->add_flag("--strict", args->strict, "Only orders restricted to the given parties");
    }
    if (kind == OrderKind::kWorkerpool || kind == OrderKind::kRequest)
        sub->add_option("--category", args->category, "Only this category")->check(CLI::NonNegativeNumber);
    if (kind == OrderKind::kWorkerpool)
        sub->add_option("--min-trust", args->min_trust, "Only orders that offer at least this trust")
            ->check(CLI::NonNegativeNumber);
    if (kind == OrderKind::kRequest)
        sub->add_option("--max-trust", args->max_trust, "Only requests for at most this trust")
            ->check(CLI::NonNegativeNumber);
    sub->add_option("--min-volume", args->min_volume, "Only orders with that many tasks left")
        ->check(CLI::PositiveNumber);
    sub->add_option("--tag", args->tag, "Only orders with these tags, e.g. tee,tdx");
    sub->add_option("--limit", args->limit, "Rows at most")->check(CLI::Range(1, 1000));
    set_examples(*sub, examples);
    set_verb(*sub, options, exit_code, [args](Context& context) { return show_book(context, *args); });
}

}  // namespace

void add_orderbook_command(CLI::App& root, int& exit_code) {
    auto* group = root.add_subcommand("orderbook", "What the market offers: app, dataset, workerpool, request");
    group->require_subcommand(1);
    add_book(*group, OrderKind::kApp, "App: address or name (default: the last deployed)",
             "  bourse orderbook app hello\n  bourse orderbook app 0x… --requester requester", exit_code);
    add_book(*group, OrderKind::kDataset, "Dataset: address or name (default: the last deployed)",
             "  bourse orderbook dataset 0x… --app any", exit_code);
    add_book(*group, OrderKind::kWorkerpool, "Workerpool address (default: all)",
             "  bourse orderbook workerpool --category 0 --min-trust 3", exit_code);
    add_book(*group, OrderKind::kRequest, "Requester (default: all)", "  bourse orderbook request --category 0 --json",
             exit_code);
}

}  // namespace bourse::cli
