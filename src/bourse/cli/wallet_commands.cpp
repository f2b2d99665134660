// bourse wallet …
#include <bourse/cli/command.hpp>
#include <bourse/cli/context.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/poco/selectors.hpp>
#include <bourse/sys/file.hpp>

#include <fmt/format.h>
#include <unistd.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

namespace bourse::cli {

namespace {

namespace rlc = poco::selectors::rlc;

struct WalletArgs {
    std::string address;
    std::string to;
    std::vector<std::string> amount;
    std::string from;
    bool light = false;
    bool show_private_key = false;
};

constexpr std::string_view kConfirmation = "show my key";

/// A new password, typed twice where it is typed.
Result<std::string> new_password(const CommonOptions& options) {
    client::KeySource source;
    source.password_file = options.password_file;
    if (!options.password_file.empty() || std::getenv("BOURSE_PASSWORD") != nullptr)
        return client::load_password(source, "");
    BOURSE_TRY(auto first, client::prompt_password("Password for the new wallet: "));
    if (first.empty())
        return fail("PASSWORD_EMPTY", "An empty password protects nothing. Choose one, or give --password-file.");
    BOURSE_TRY(const auto second, client::prompt_password("The same password again: "));
    if (first != second) return fail("PASSWORD_DIFFERS", "The two passwords differ. Nothing was written.");
    return first;
}

Result<Answer> store_new_wallet(Context& context, const crypto::PrivateKey& key, bool light, std::string_view verb) {
    const auto folder = context.keystore();
    const auto wallets = client::list_wallets(folder);
    if (std::ranges::find(wallets, key.address(), &client::WalletFile::address) != wallets.end())
        return fail("WALLET_EXISTS", fmt::format("The keystore {} already holds a wallet of {}.", folder.string(),
                                                 to_checksum(key.address())));
    BOURSE_TRY(const auto password, new_password(context.options()));
    context.progress().stage("Deriving the wallet's encryption key");
    BOURSE_TRY(const auto wallet,
               client::store_wallet(folder, key, password, light ? client::kLightScryptN : client::kStandardScryptN));
    context.progress().stage("");
    Answer answer;
    answer.data = {{"address", to_checksum(wallet.address)}, {"file", wallet.path.string()}};
    answer.text = fmt::format("Wallet {}.\n", verb) +
                  fields({{"address", to_checksum(wallet.address)}, {"file", wallet.path.string()}}) +
                  "Keep the file and its password: nobody can restore them.";
    return answer;
}

Result<crypto::PrivateKey> key_to_import(const std::string& from) {
    if (from.empty()) {
        BOURSE_TRY(const auto typed, client::prompt_password("Private key (0x-hex): "));
        const auto bytes = from_hex(typed);
        const auto key = bytes ? crypto::PrivateKey::from(*bytes) : std::nullopt;
        if (!key) return fail("KEY_INVALID", "That is no private key: 0x and 64 hex digits are expected.");
        return *key;
    }
    if (from == "-") {
        std::string line;
        std::getline(std::cin, line);
        const auto bytes = from_hex(line);
        const auto key = bytes ? crypto::PrivateKey::from(*bytes) : std::nullopt;
        if (!key)
            return fail("KEY_INVALID",
                        "The first line of the input is no private key: 0x and 64 hex digits are expected.");
        return *key;
    }
    if (from.size() >= 64 && from_hex(from))
        return fail(
            "KEY_ON_COMMAND_LINE",
            "A key on the command line is visible to every process of this machine. Put it into a file (--from FILE), "
            "pipe it in (--from -), or leave --from away and type it.");
    return client::read_key_file(from);
}

Result<Answer> show_private_key(Context& context, Answer answer) {
    std::cerr << "Whoever sees this key owns everything in the wallet. Type '" << kConfirmation
              << "' to go on: " << std::flush;
    std::string line;
    std::getline(std::cin, line);
    if (line != kConfirmation)
        return fail("NOT_CONFIRMED", fmt::format("The key is not shown: '{}' was not typed.", kConfirmation));
    BOURSE_TRY(const auto key, context.key());
    answer.data["private_key"] = to_hex(key.bytes());
    answer.text += fields({{"private key", to_hex(key.bytes())}});
    return answer;
}

/// Wallets that --wallet could name, for `wallet show` without a choice.
Answer list_of_wallets(Context& context) {
    Answer answer;
    std::vector<std::vector<std::string>> rows{{"wallet", "address", "file"}};
    answer.data["wallets"] = nlohmann::json::array();
    const auto add = [&](const std::string& name, const Address& address, const std::string& file) {
        rows.push_back({name, to_checksum(address), file});
        answer.data["wallets"].push_back({{"name", name}, {"address", to_checksum(address)}, {"file", file}});
    };
    for (const auto& wallet : client::list_wallets(context.keystore())) add("", wallet.address, wallet.path.string());
    if (const auto* up = context.up_file())
        for (const auto& account : up->accounts) add(account.name, account.address, account.key_file.string());
    answer.text = rows.size() == 1 ? "There is no wallet yet. Make one with `bourse wallet create`."
                                   : table(rows) + "Choose one with --wallet NAME or ADDRESS.";
    return answer;
}

Result<Answer> show_wallet(Context& context, const WalletArgs& args) {
    Address address;
    if (!args.address.empty()) {
        BOURSE_TRY(address, context.account_address(args.address));
    } else {
        auto own = context.wallet_address();
        if (!own && (own.error().code == "WALLET_MISSING" || own.error().code == "WALLET_AMBIGUOUS") &&
            !args.show_private_key)
            return list_of_wallets(context);
        BOURSE_TRY(address, std::move(own));
    }
    Answer answer;
    answer.data["address"] = to_checksum(address);
    std::vector<std::pair<std::string, std::string>> rows{{"address", to_checksum(address)}};
    context.progress().stage("Reading balances");
    auto hub = context.hub();
    if (hub) {
        BOURSE_TRY(const auto tokens, (*hub)->token_balance(address));
        BOURSE_TRY(const auto account, (*hub)->account(address));
        BOURSE_TRY(const auto coins, (*hub)->rpc().coin_balance(address));
        answer.data["balance_nrlc"] = amount_json(tokens);
        answer.data["stake_nrlc"] = amount_json(account.stake);
        answer.data["locked_nrlc"] = amount_json(account.locked);
        answer.data["coin_wei"] = to_decimal(coins);
        rows.push_back({"RLC", amount_text(tokens)});
        rows.push_back({"deposit, free", amount_text(account.stake)});
        rows.push_back({"deposit, locked", amount_text(account.locked)});
        rows.push_back({"coin", to_decimal(coins) + " wei"});
    } else if (!args.show_private_key) {
        return fail(hub.error());
    }
    context.progress().stage("");
    answer.text = fields(rows);
    if (args.show_private_key) return show_private_key(context, std::move(answer));
    return answer;
}

Result<Answer> send_rlc(Context& context, const WalletArgs& args) {
    BOURSE_TRY(const auto amount, parse_rlc(fmt::format("{}", fmt::join(args.amount, " ")), kNrlcPerRlc));
    BOURSE_TRY(const auto to, context.account_address(args.to));
    BOURSE_TRY(auto* const hub, context.hub());
    BOURSE_TRY(const auto own, context.wallet_address());
    BOURSE_TRY(const auto balance, hub->token_balance(own));
    if (balance < amount)
        return fail("BALANCE_TOO_LOW", fmt::format("The wallet {} holds {}, less than the {} to be sent. Free deposit "
                                                   "comes back with `bourse account withdraw`.",
                                                   to_checksum(own), amount_text(balance), amount_text(amount)));
    BOURSE_TRY(const auto facts, hub->facts());
    BOURSE_TRY(auto* const sender, context.sender());
    BOURSE_TRY(const auto receipt, sender->send(facts.token, abi::encode_call(rlc::kTransfer, to, amount)));
    Answer answer;
    answer.data = {{"from", to_checksum(own)},
                   {"to", to_checksum(to)},
                   {"amount_nrlc", amount_json(amount)},
                   {"transaction", to_hex(receipt.tx_hash)}};
    answer.text = fmt::format("Sent {} from {} to {}.\ntransaction: {}", amount_text(amount), to_checksum(own),
                              to_checksum(to), to_hex(receipt.tx_hash));
    return answer;
}

Result<Answer> ask_faucet(Context& context, const WalletArgs& args) {
    Address address;
    if (args.address.empty()) {
        BOURSE_TRY(address, context.wallet_address());
    } else {
        BOURSE_TRY(address, context.account_address(args.address));
    }
    BOURSE_TRY(const auto market, context.market());
    context.progress().stage("Asking the faucet");
    BOURSE_TRY(const auto faucet, market.faucet(address));
    Answer answer;
    answer.data = {{"address", to_checksum(address)},
                   {"message", faucet.message},
                   {"amount_nrlc", amount_json(faucet.amount_nrlc)},
                   {"queue", {{"position", faucet.position}, {"length", faucet.length}}}};
    answer.text = faucet.message;
    return answer;
}

void add_wallet_create(CLI::App& group, int& exit_code) {
    auto options = std::make_shared<CommonOptions>();
    auto args = std::make_shared<WalletArgs>();
    auto* create = group.add_subcommand("create", "Make a new wallet in the keystore");
    add_output_options(*create, *options);
    add_wallet_options(*create, *options);
    create->add_flag("--light", args->light, "Weaker but fast encryption (scrypt N = 4096 instead of 131072)");
    set_examples(*create, "  bourse wallet create\n  bourse wallet create --password-file ~/.secret --light --json");
    set_verb(*create, options, exit_code, [args](Context& context) {
        return store_new_wallet(context, client::generate_key(), args->light, "created");
    });

    auto import_options = std::make_shared<CommonOptions>();
    auto* import = group.add_subcommand("import", "Put an existing private key into the keystore");
    add_output_options(*import, *import_options);
    add_wallet_options(*import, *import_options);
    import->add_flag("--light", args->light, "Weaker but fast encryption (scrypt N = 4096 instead of 131072)");
    import->add_option("--from", args->from,
                       "File with the key as 0x-hex (mode 0600), or - for standard input; typed in when absent");
    set_examples(*import, "  bourse wallet import\n  bourse wallet import --from old.key");
    set_verb(*import, import_options, exit_code, [args](Context& context) -> Result<Answer> {
        BOURSE_TRY(const auto key, key_to_import(args->from));
        return store_new_wallet(context, key, args->light, "imported");
    });
}

void add_wallet_show(CLI::App& group, int& exit_code) {
    auto options = std::make_shared<CommonOptions>();
    auto args = std::make_shared<WalletArgs>();
    auto* show = group.add_subcommand("show", "Show a wallet's balances, or list the wallets");
    add_network_options(*show, *options);
    add_wallet_options(*show, *options);
    show->add_option("address", args->address, "Another account: address or name (default: the own wallet)");
    show->add_flag("--show-private-key", args->show_private_key,
                   "Show the key too, for import elsewhere (asks for a typed confirmation)");
    set_examples(*show,
                 "  bourse wallet show --wallet requester\n  bourse wallet show "
                 "0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --json");
    set_verb(*show, options, exit_code, [args](Context& context) { return show_wallet(context, *args); });
}

}  // namespace

void add_wallet_command(CLI::App& root, int& exit_code) {
    auto* group = root.add_subcommand("wallet", "Wallets: create, import, show, send RLC, ask the faucet");
    group->require_subcommand(1);
    add_wallet_create(*group, exit_code);
    add_wallet_show(*group, exit_code);

    auto send_options = std::make_shared<CommonOptions>();
    auto args = std::make_shared<WalletArgs>();
    auto* send = group->add_subcommand("send", "Send RLC to another account");
    add_network_options(*send, *send_options);
    add_wallet_options(*send, *send_options);
    send->add_option("amount", args->amount, "Amount with a unit, e.g. 1.5 RLC or 200 nRLC; a bare number is RLC")
        ->required()
        ->expected(1, 2);
    send->add_option("--to", args->to, "Receiver: address or development account")->required();
    set_examples(*send,
                 "  bourse wallet send 1.5 --to 0x70997970C51812dc3A010C7d01b50e0d17dc79C8\n  bourse wallet send 200 "
                 "nRLC --to requester2 --wallet requester");
    set_verb(*send, send_options, exit_code, [args](Context& context) { return send_rlc(context, *args); });

    auto faucet_options = std::make_shared<CommonOptions>();
    auto* faucet = group->add_subcommand("getRLC", "Ask the development chain's faucet for a few nRLC");
    add_network_options(*faucet, *faucet_options);
    add_wallet_options(*faucet, *faucet_options);
    faucet->add_option("address", args->address, "Receiver (default: the own wallet)");
    set_examples(*faucet, "  bourse wallet getRLC\n  bourse wallet getRLC requester2");
    set_verb(*faucet, faucet_options, exit_code, [args](Context& context) { return ask_faucet(context, *args); });
}

}  // namespace bourse::cli
