// bourse order init|sign|publish|unpublish|show|cancel (fill: order_fill.cpp)
#include <bourse/cli/command.hpp>
#include <bourse/cli/matching.hpp>
#include <bourse/cli/order_fill.hpp>
#include <bourse/cli/project.hpp>
#include <bourse/client/signing.hpp>
#include <bourse/codec/abi.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/poco/selectors.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <array>

namespace bourse::cli {

namespace {

using nlohmann::json;
using nlohmann::ordered_json;

/// --app, --dataset, --workerpool, --request, each with an optional value.
struct KindFlags {
    std::array<std::string, poco::kOrderKinds> value;
    std::array<CLI::Option*, poco::kOrderKinds> option{};
    bool all = false;

    bool is_given(OrderKind kind) const { return option[static_cast<std::size_t>(kind)]->count() > 0; }
    const std::string& of(OrderKind kind) const { return value[static_cast<std::size_t>(kind)]; }
};

void add_kind_flags(CLI::App& app, KindFlags& flags, bool with_value, const std::string& value_help) {
    for (const auto kind : client::kAllOrderKinds) {
        const auto i = static_cast<std::size_t>(kind);
        const std::string name(poco::to_text(kind));
        const std::string help = fmt::format("The {} order{}", name, value_help);
        flags.option[i] = with_value ? app.add_option("--" + name, flags.value[i], help)->expected(0, 1)
                                     : app.add_flag("--" + name, help);
    }
}

Result<std::vector<OrderKind>> chosen_kinds(const KindFlags& flags) {
    std::vector<OrderKind> out;
    for (const auto kind : client::kAllOrderKinds)
        if (flags.is_given(kind)) out.push_back(kind);
    if (out.empty())
        return fail("KIND_MISSING", "Which order? Give one or more of --app, --dataset, --workerpool, --request.");
    return out;
}

std::string address_or_zero(const Result<Address>& address) { return to_checksum(address.value_or(Address{})); }

ordered_json order_template(Context& context, OrderKind kind) {
    const std::string zero = to_checksum(Address{});
    const std::string no_tag = to_hex(Bytes32{});
    const auto resource = [&](OrderKind which) { return address_or_zero(resource_address(context, which, "")); };
    switch (kind) {
        case OrderKind::kApp:
            return {{"app", resource(kind)},    {"appprice", "0"},
                    {"volume", "1000000"},      {"tag", no_tag},
                    {"datasetrestrict", zero},  {"workerpoolrestrict", zero},
                    {"requesterrestrict", zero}};
        case OrderKind::kDataset:
            return {
                {"dataset", resource(kind)}, {"datasetprice", "0"},        {"volume", "1000000"},      {"tag", no_tag},
                {"apprestrict", zero},       {"workerpoolrestrict", zero}, {"requesterrestrict", zero}};
        case OrderKind::kWorkerpool:
            return {{"workerpool", resource(kind)},
                    {"workerpoolprice", "0"},
                    {"volume", "1"},
                    {"tag", no_tag},
                    {"category", "0"},
                    {"trust", "0"},
                    {"apprestrict", zero},
                    {"datasetrestrict", zero},
                    {"requesterrestrict", zero}};
        case OrderKind::kRequest:
            break;
    }
    const auto own = address_or_zero(context.wallet_address());
    return {{"app", resource(OrderKind::kApp)},
            {"appmaxprice", "0"},
            {"dataset", zero},
            {"datasetmaxprice", "0"},
            {"workerpool", zero},
            {"workerpoolmaxprice", "0"},
            {"requester", own},
            {"volume", "1"},
            {"tag", no_tag},
            {"category", "0"},
            {"trust", "1"},
            {"beneficiary", own},
            {"callback", zero},
            {"params", ordered_json::object()}};
}

Result<Answer> init_orders(Context& context, const KindFlags& flags) {
    BOURSE_TRY(const auto kinds, chosen_kinds(flags));
    BOURSE_TRY(auto project, open_project_or_empty());
    Answer answer;
    for (const auto kind : kinds) {
        const std::string key(client::order_key(kind));
        if (project.json()["order"].is_null()) project.json()["order"] = ordered_json::object();
        if (project.json()["order"].contains(key))
            return fail("ALREADY_THERE",
                        fmt::format("iexec.json already has \"order.{}\". Edit it, or remove it first.", key));
        project.json()["order"][key] = order_template(context, kind);
        answer.data[key] = json(project.json()["order"][key]);
        answer.text += fmt::format("\"order.{}\": {}\n", key, project.json()["order"][key].dump(2));
    }
    BOURSE_CHECK(project.save());
    answer.data["file"] = project.path().string();
    answer.text += fmt::format("Written into {}. Edit, then `bourse order sign`.", project.path().string());
    return answer;
}

/// Members that a template may leave out.
void fill_defaults(OrderKind kind, json& order, const Address& own) {
    const std::string zero = to_checksum(Address{});
    const auto set = [&](const char* key, const json& value) {
        if (!order.contains(key)) order[key] = value;
    };
    set("tag", to_hex(Bytes32{}));
    order["salt"] = to_hex(client::random_salt());
    order.erase("sign");
    if (kind == OrderKind::kRequest) {
        for (const char* key : {"dataset", "workerpool", "callback"}) set(key, zero);
        for (const char* key : {"datasetmaxprice", "category", "trust"}) set(key, "0");
        set("requester", to_checksum(own));
        set("beneficiary", order["requester"]);
        set("params", "");
        return;
    }
    for (const char* key : {"apprestrict", "datasetrestrict", "workerpoolrestrict", "requesterrestrict"})
        if (std::string(key) != std::string(poco::to_text(kind)) + "restrict") set(key, zero);
    if (kind == OrderKind::kWorkerpool)
        for (const char* key : {"category", "trust"}) set(key, "0");
}

Status<> check_before_signing(client::Hub& hub, OrderKind kind, const poco::AnyOrder& order, const Address& own) {
    const Address subject = std::visit([](const auto& o) { return poco::subject(o); }, order);
    if (kind == OrderKind::kRequest) {
        if (subject != own)
            return fail(
                "NOT_OWNER",
                fmt::format(
                    "The request order's requester is {}, but the wallet is {}. Only the requester can sign it.",
                    to_checksum(subject), to_checksum(own)));
        const auto& params = std::get<poco::RequestOrder>(order).params;
        return check_params(params);
    }
    BOURSE_TRY(const auto owner, hub.resource_owner(subject));
    if (owner != own)
        return fail("NOT_OWNER",
                    fmt::format("The {} {} belongs to {}, but the wallet is {}. Only its owner can sign orders for it.",
                                poco::to_text(kind), to_checksum(subject), to_checksum(owner), to_checksum(own)));
    return {};
}

/// Signs one order; gives its hash and writes it into `orders`.
Result<Hash> sign_one(Context& context, client::Hub& hub, OrderKind kind, const ordered_json& source,
                      client::ProjectFile& orders, std::uint64_t chain_id) {
    BOURSE_TRY(auto normal, client::normalize_order(kind, source));
    BOURSE_TRY(const auto own, context.wallet_address());
    fill_defaults(kind, normal, own);
    if (kind == OrderKind::kRequest && normal["params"] == "{}") normal["params"] = "";
    BOURSE_TRY(auto order, poco::order_from_json(kind, normal));
    BOURSE_CHECK(check_before_signing(hub, kind, order, own));
    BOURSE_TRY(const auto facts, hub.facts());
    BOURSE_TRY(const auto key, context.key());
    return std::visit(
        [&](auto& o) -> Result<Hash> {
            client::sign_order(o, key, facts.domain_separator);
            client::set_signed_order(orders, kind, chain_id, poco::to_json_strings(o));
            return poco::digest(facts.domain_separator, o);
        },
        order);
}

Result<Answer> sign_orders(Context& context, const KindFlags& flags) {
    BOURSE_TRY(const auto kinds, chosen_kinds(flags));
    BOURSE_TRY(const auto project, open_project());
    BOURSE_TRY(auto orders, open_orders());
    BOURSE_TRY(auto* const hub, context.hub());
    BOURSE_TRY(const auto chain_id, context.chain_id());
    Answer answer;
    for (const auto kind : kinds) {
        const std::string key(client::order_key(kind));
        const auto& root = project.json();
        if (!root.contains("order") || !root["order"].contains(key))
            return fail("ORDER_MISSING",
                        fmt::format("iexec.json has no \"order.{}\". Write one with `bourse order init --{}`.", key,
                                    poco::to_text(kind)));
        BOURSE_TRY(const auto hash, sign_one(context, *hub, kind, root["order"][key], orders, chain_id));
        answer.data[key] = {{"hash", to_hex(hash)}, {"order", client::signed_order(orders, kind, chain_id)}};
        answer.text += fmt::format("Signed the {} order {}.\n", poco::to_text(kind), to_hex(hash));
    }
    BOURSE_CHECK(orders.save());
    answer.text += "Kept in orders.json; `bourse order publish` brings it to the market.";
    return answer;
}

Result<Answer> publish_orders(Context& context, const KindFlags& flags) {
    BOURSE_TRY(const auto kinds, chosen_kinds(flags));
    BOURSE_TRY(const auto market, context.market());
    Answer answer;
    for (const auto kind : kinds) {
        BOURSE_TRY(const auto order, find_order(context, kind, flags.of(kind)));
        BOURSE_TRY(const auto key, context.key());
        context.progress().stage(fmt::format("Publishing the {} order", poco::to_text(kind)));
        const json document = std::visit([](const auto& o) { return poco::to_json_strings(o); }, order);
        BOURSE_TRY(const auto hash, market.publish(kind, document, key));
        answer.data[std::string(client::order_key(kind))] = {{"hash", to_hex(hash)}};
        answer.text += fmt::format("Published the {} order {}.\n", poco::to_text(kind), to_hex(hash));
    }
    return answer;
}

Result<std::vector<Hash>> unpublish_one(Context& context, OrderKind kind, const std::string& value, bool all) {
    BOURSE_TRY(const auto market, context.market());
    BOURSE_TRY(const auto key, context.key());
    using U = client::MarketClient::Unpublish;
    if (const auto hash = value.size() == 66 ? hash_from_hex(value) : std::nullopt)
        return market.unpublish(kind, U::kOne, *hash, {}, key);
    Address resource = key.address();
    if (kind != OrderKind::kRequest) {
        BOURSE_TRY(resource, resource_address(context, kind, value));
    }
    return market.unpublish(kind, all ? U::kAll : U::kLast, {}, resource, key);
}

Result<Answer> unpublish_orders(Context& context, const KindFlags& flags) {
    BOURSE_TRY(const auto kinds, chosen_kinds(flags));
    Answer answer;
    for (const auto kind : kinds) {
        BOURSE_TRY(const auto hashes, unpublish_one(context, kind, flags.of(kind), flags.all));
        json list = json::array();
        for (const auto& hash : hashes) {
            list.push_back(to_hex(hash));
            answer.text += fmt::format("Took the {} order {} off the market.\n", poco::to_text(kind), to_hex(hash));
        }
        answer.data[std::string(client::order_key(kind))] = {{"unpublished", list}};
    }
    answer.text += "A signed order stays valid for everybody who kept it; `bourse order cancel` ends it on chain.";
    return answer;
}

/// An order of the command line and what the chain says is used of it.
struct OrderOnChain {
    poco::AnyOrder order;
    poco::OrderHash hash;
    Uint256 volume, consumed;
};

Result<OrderOnChain> order_on_chain(Context& context, OrderKind kind, const std::string& source) {
    BOURSE_TRY(auto order, find_order(context, kind, source));
    BOURSE_TRY(auto* const hub, context.hub());
    BOURSE_TRY(const auto facts, hub->facts());
    OrderOnChain found{std::move(order), {}, {}, {}};
    std::visit(
        [&](const auto& o) {
            found.hash = poco::order_hash(facts.domain_separator, o);
            found.volume = o.volume;
        },
        found.order);
    BOURSE_TRY(found.consumed, hub->consumed(found.hash));
    return found;
}

Result<Answer> show_orders(Context& context, const KindFlags& flags) {
    BOURSE_TRY(const auto kinds, chosen_kinds(flags));
    Answer answer;
    for (const auto kind : kinds) {
        BOURSE_TRY(const auto found, order_on_chain(context, kind, flags.of(kind)));
        const auto& [order, hash, volume, consumed] = found;
        const auto left = consumed >= volume ? Uint256{} : volume - consumed;
        const json document = std::visit([](const auto& o) { return poco::to_json_strings(o); }, order);
        answer.data[std::string(client::order_key(kind))] = {
            {"hash", to_hex(hash)}, {"order", document}, {"remaining", to_decimal(left)}};
        std::vector<std::pair<std::string, std::string>> rows{{"hash", to_hex(hash)}};
        for (const auto& [name, value] : document.items()) rows.push_back({name, value.get<std::string>()});
        rows.push_back({"tasks left", fmt::format("{} of {}", to_decimal(left), to_decimal(volume))});
        answer.text += fmt::format("{} order\n{}", poco::to_text(kind), fields(rows));
    }
    return answer;
}

Bytes cancel_call(const poco::AnyOrder& order) {
    namespace h = poco::selectors::hub;
    constexpr std::array kSelectors{h::kManageAppOrder, h::kManageDatasetOrder, h::kManageWorkerpoolOrder,
                                    h::kManageRequestOrder};
    return std::visit(
        [&](const auto& o) {
            using Order = std::decay_t<decltype(o)>;
            const poco::OrderOperation<Order> operation{o, poco::OrderOperationKind::kClose, {}};
            return abi::encode_call(kSelectors[order.index()], operation);
        },
        order);
}

Result<Answer> cancel_orders(Context& context, const KindFlags& flags) {
    BOURSE_TRY(const auto kinds, chosen_kinds(flags));
    BOURSE_TRY(auto* const hub, context.hub());
    Answer answer;
    for (const auto kind : kinds) {
        BOURSE_TRY(const auto found, order_on_chain(context, kind, flags.of(kind)));
        const auto& [order, hash, volume, consumed] = found;
        if (consumed >= volume)
            return fail("ORDER_CONSUMED",
                        fmt::format("The {} order {} is already cancelled or used up ({} of {} tasks).",
                                    poco::to_text(kind), to_hex(hash), to_decimal(consumed), to_decimal(volume)));
        BOURSE_TRY(auto* const sender, context.sender());
        BOURSE_TRY(const auto receipt, sender->send(hub->address(), cancel_call(order)));
        answer.data[std::string(client::order_key(kind))] = {{"hash", to_hex(hash)},
                                                             {"transaction", to_hex(receipt.tx_hash)}};
        answer.text += fmt::format("Cancelled the {} order {} for good.\ntransaction: {}\n", poco::to_text(kind),
                                   to_hex(hash), to_hex(receipt.tx_hash));
    }
    return answer;
}

}  // namespace

void add_order_command(CLI::App& root, int& exit_code) {
    auto* group = root.add_subcommand("order", "Orders: init, sign, publish, unpublish, show, fill, cancel");
    group->require_subcommand(1);
    const auto add = [&](const char* name, const char* help, const char* examples, const char* value_help,
                         Result<Answer> (*verb)(Context&, const KindFlags&)) {
        auto options = std::make_shared<CommonOptions>();
        auto flags = std::make_shared<KindFlags>();
        auto* sub = group->add_subcommand(name, help);
        add_network_options(*sub, *options);
        add_wallet_options(*sub, *options);
        add_kind_flags(*sub, *flags, value_help != nullptr, value_help ? value_help : "");
        if (std::string(name) == "unpublish") sub->add_flag("--all", flags->all, "All of them, not only the last one");
        set_examples(*sub, examples);
        set_verb(*sub, options, exit_code, [flags, verb](Context& context) { return verb(context, *flags); });
    };
    constexpr const char* kSource = ": hash at the market, or file (default: orders.json)";
    add("init", "Write templates into iexec.json",
        "  bourse order init --app\n  bourse order init --request --workerpool", nullptr, init_orders);
    add("sign", "Sign the orders of iexec.json into orders.json",
        "  bourse order sign --app\n  bourse order sign --request --wallet requester", nullptr, sign_orders);
    add("publish", "Bring signed orders to the market",
        "  bourse order publish --app\n  bourse order publish --workerpool pool-order.json", kSource, publish_orders);
    add("unpublish", "Take orders off the market",
        "  bourse order unpublish --app 0x…hash\n  bourse order unpublish --app --all",
        ": hash, or the resource's address (default: the last deployed)", unpublish_orders);
    add("show", "Show an order and what is left of it",
        "  bourse order show --app\n  bourse order show --workerpool 0x…hash --json", kSource, show_orders);
    add("cancel", "End orders on chain, for good",
        "  bourse order cancel --app\n  bourse order cancel --request 0x…hash", kSource, cancel_orders);
    add_order_fill_command(*group, exit_code);
}

}  // namespace bourse::cli
