// bourse account …
#include <bourse/cli/command.hpp>
#include <bourse/cli/context.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/poco/selectors.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

namespace bourse::cli {

namespace {

struct AccountArgs {
    std::vector<std::string> amount;
    std::string address;
};

Result<Uint256> positive_amount(const std::vector<std::string>& words) {
    BOURSE_TRY(const auto amount, parse_rlc(fmt::format("{}", fmt::join(words, " "))));
    if (amount.is_zero()) return fail("AMOUNT_INVALID", "The amount is zero: nothing to do.");
    return amount;
}

Result<Answer> account_answer(client::Hub& hub, const Address& address, const std::string& headline,
                              const std::optional<Hash>& transaction) {
    BOURSE_TRY(const auto account, hub.account(address));
    Answer answer;
    answer.data = {{"address", to_checksum(address)},
                   {"stake_nrlc", amount_json(account.stake)},
                   {"locked_nrlc", amount_json(account.locked)}};
    std::vector<std::pair<std::string, std::string>> rows{{"account", to_checksum(address)},
                                                          {"stake, free", amount_text(account.stake)},
                                                          {"stake, locked", amount_text(account.locked)}};
    if (transaction) {
        answer.data["transaction"] = to_hex(*transaction);
        rows.push_back({"transaction", to_hex(*transaction)});
    }
    answer.text = headline + fields(rows);
    return answer;
}

Result<Answer> deposit(Context& context, const AccountArgs& args) {
    BOURSE_TRY(const auto amount, positive_amount(args.amount));
    BOURSE_TRY(auto* const hub, context.hub());
    BOURSE_TRY(const auto own, context.wallet_address());
    BOURSE_TRY(const auto balance, hub->token_balance(own));
    if (balance < amount)
        return fail("BALANCE_TOO_LOW", fmt::format("The wallet {} holds {}, less than the {} to be deposited. On a "
                                                   "development chain `bourse wallet getRLC` gives some.",
                                                   to_checksum(own), amount_text(balance), amount_text(amount)));
    BOURSE_TRY(const auto facts, hub->facts());
    BOURSE_TRY(auto* const sender, context.sender());
    BOURSE_TRY(const auto receipt, sender->send(facts.token, abi::encode_call(poco::selectors::rlc::kApproveAndCall,
                                                                              hub->address(), amount, Bytes{})));
    BOURSE_TRY(auto answer,
               account_answer(*hub, own, fmt::format("Deposited {}.\n", amount_text(amount)), receipt.tx_hash));
    answer.data["amount_nrlc"] = amount_json(amount);
    return answer;
}

Result<Answer> withdraw(Context& context, const AccountArgs& args) {
    BOURSE_TRY(const auto amount, positive_amount(args.amount));
    BOURSE_TRY(auto* const hub, context.hub());
    BOURSE_TRY(const auto own, context.wallet_address());
    BOURSE_TRY(const auto account, hub->account(own));
    if (account.stake < amount)
        return fail(
            "STAKE_TOO_LOW",
            fmt::format(
                "The account {} has {} free ({} more are locked in deals and tasks), less than the {} to be withdrawn.",
                to_checksum(own), amount_text(account.stake), amount_text(account.locked), amount_text(amount)));
    BOURSE_TRY(auto* const sender, context.sender());
    BOURSE_TRY(const auto receipt,
               sender->send(hub->address(), abi::encode_call(poco::selectors::hub::kWithdraw, amount)));
    BOURSE_TRY(auto answer,
               account_answer(*hub, own, fmt::format("Withdrew {}.\n", amount_text(amount)), receipt.tx_hash));
    answer.data["amount_nrlc"] = amount_json(amount);
    return answer;
}

Result<Answer> show_account(Context& context, const AccountArgs& args) {
    Address address;
    if (args.address.empty()) {
        BOURSE_TRY(address, context.wallet_address());
    } else {
        BOURSE_TRY(address, context.account_address(args.address));
    }
    BOURSE_TRY(auto* const hub, context.hub());
    return account_answer(*hub, address, "", std::nullopt);
}

}  // namespace

void add_account_command(CLI::App& root, int& exit_code) {
    auto* group = root.add_subcommand("account", "The deposit at the hub, which deals and stakes are paid from");
    group->require_subcommand(1);
    const auto add = [&](const char* name, const char* help, const char* examples, bool with_amount,
                         Result<Answer> (*verb)(Context&, const AccountArgs&)) {
        auto options = std::make_shared<CommonOptions>();
        auto args = std::make_shared<AccountArgs>();
        auto* sub = group->add_subcommand(name, help);
        add_network_options(*sub, *options);
        add_wallet_options(*sub, *options);
        if (with_amount)
            sub->add_option("amount", args->amount,
                            "Amount with a unit, e.g. 1.5 RLC or 200 nRLC; a bare number is nRLC")
                ->required()
                ->expected(1, 2);
        else
            sub->add_option("address", args->address, "Another account: address or name (default: the own wallet)");
        set_examples(*sub, examples);
        set_verb(*sub, options, exit_code, [args, verb](Context& context) { return verb(context, *args); });
    };
    add("deposit", "Move RLC from the wallet to the deposit (one transaction)",
        "  bourse account deposit 10 RLC --wallet requester\n  bourse account deposit 5000", true, deposit);
    add("withdraw", "Move free deposit back to the wallet",
        "  bourse account withdraw 1.5 RLC\n  bourse account withdraw 200 nRLC --json", true, withdraw);
    add("show", "Show free and locked deposit",
        "  bourse account show --wallet requester\n  bourse account show worker1 --json", false, show_account);
}

}  // namespace bourse::cli
