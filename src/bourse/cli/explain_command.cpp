// bourse explain ID: why an order, a deal, a task or a worker waits.
#include <bourse/cli/command.hpp>
#include <bourse/cli/context.hpp>
#include <bourse/codec/text.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

namespace bourse::cli {

namespace {

using nlohmann::json;

struct ExplainArgs {
    std::string id;
    std::string kind;
    std::size_t most = 5;  ///< reasons shown
};

std::string member_text(const json& reason, const char* name) {
    const auto found = reason.find(name);
    if (found == reason.end() || found->is_null()) return {};
    return found->is_string() ? found->get<std::string>() : found->dump();
}

std::string reason_text(const json& reason) {
    auto out = fmt::format("- {} [{}]", member_text(reason, "text"), member_text(reason, "code"));
    const auto now = member_text(reason, "now");
    const auto needed = member_text(reason, "needed");
    if (!now.empty() && !needed.empty()) out += fmt::format("\n    now {}, needed {}", now, needed);
    if (const auto fix = reason.find("fix"); fix != reason.end() && fix->is_object())
        out += "\n    " + member_text(*fix, "text");
    if (const auto gain = member_text(reason, "gain"); !gain.empty()) out += "\n    " + gain;
    return out;
}

/// What the id may be: an address is a worker; a hash an order, a deal or a task, in this order.
Result<std::vector<std::string>> subjects_of(const ExplainArgs& args) {
    if (!args.kind.empty()) return std::vector{args.kind};
    if (address_from_hex(args.id)) return std::vector<std::string>{"worker"};
    if (hash_from_hex(args.id)) return std::vector<std::string>{"order", "deal", "task"};
    return fail("ID_INVALID", "Give the hash of an order, the id of a deal or task, or the address of a worker.");
}

bool is_unknown(const Result<json>& found) {
    if (!found) return found.error().code == "NOT_FOUND" || found.error().code == "ORDER_NOT_FOUND";
    const auto state = found->value("state", std::string());
    return state == "unknown_order" || state == "unknown";
}

Result<Answer> explain(Context& context, const ExplainArgs& args) {
    BOURSE_TRY(const auto market, context.market());
    BOURSE_TRY(const auto subjects, subjects_of(args));
    Result<json> found = fail("NOT_FOUND", "");
    for (const auto& subject : subjects) {
        found = market.explain(subject, args.id);
        if (!is_unknown(found)) break;
    }
    if (!found && found.error().code != "NOT_FOUND") return fail(std::move(found).error());
    if (is_unknown(found))
        return fail("NOT_FOUND", fmt::format("The market at {} knows no order, deal, task or worker {}. Filled and "
                                             "withdrawn orders wait for nothing.",
                                             market.url(), args.id));
    Answer answer;
    answer.data = *found;
    answer.text = fmt::format("{} {}: {}", member_text(*found, "subject"), args.id, member_text(*found, "state"));
    const auto reasons = found->value("reasons", json::array());
    for (std::size_t i = 0; i < std::min(args.most, reasons.size()); ++i) answer.text += "\n" + reason_text(reasons[i]);
    if (reasons.size() > args.most) answer.text += fmt::format("\n{} more: --all", reasons.size() - args.most);
    return answer;
}

}  // namespace

void add_explain_command(CLI::App& root, int& exit_code) {
    auto options = std::make_shared<CommonOptions>();
    auto args = std::make_shared<ExplainArgs>();
    auto* sub = root.add_subcommand("explain", "Why an order, deal, task or worker waits, and what would help");
    sub->add_option("id", args->id, "Hash of an order, id of a deal or task, address of a worker")->required();
    sub->add_option("--kind", args->kind, "order, deal, task or worker, where the id does not tell")
        ->check(CLI::IsMember({"order", "deal", "task", "worker"}));
    sub->add_flag_callback(
        "--all", [args] { args->most = ~std::size_t{0}; }, "Every reason, not the first five");
    add_network_options(*sub, *options);
    set_examples(*sub, "  bourse explain 0x5d1c…\n  bourse explain 0x14dC79964da2C08b23698B3D3cc7Ca32193d9955 --json");
    set_verb(*sub, options, exit_code, [args](Context& context) { return explain(context, *args); });
}

}  // namespace bourse::cli
