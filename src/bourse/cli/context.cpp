#include <bourse/cli/context.hpp>

#include <bourse/codec/text.hpp>
#include <bourse/poco/addresses.hpp>
#include <bourse/sys/file.hpp>

#include <fmt/format.h>
#include <unistd.h>
#include <CLI/CLI.hpp>
#include <algorithm>

namespace bourse::cli {

void add_output_options(CLI::App& app, CommonOptions& options) {
    app.add_flag("--json", options.json, "Print one JSON object instead of text");
}

void add_network_options(CLI::App& app, CommonOptions& options) {
    add_output_options(app, options);
    const auto add = [&](const std::string& name, std::string& value, const char* variable, const char* help) {
        app.add_option(name, value, help)->envname(variable)->group("Network");
    };
    add("--chain", options.chain, "BOURSE_CHAIN", "Name of a chain in ./chain.json");
    add("--rpc", options.rpc, "BOURSE_RPC", "JSON-RPC address of the node");
    add("--hub", options.hub, "BOURSE_HUB", "Address of the hub contract");
    add("--market", options.market, "BOURSE_MARKET", "Address of the market");
    add("--store", options.store, "BOURSE_STORE", "Address of the result store");
    add("--scheduler", options.scheduler, "BOURSE_SCHEDULER", "Address of the workerpool's scheduler");
}

void add_wallet_options(CLI::App& app, CommonOptions& options) {
    const auto add = [&](const std::string& name, std::string& value, const char* variable, const char* help) {
        app.add_option(name, value, help)->envname(variable)->group("Wallet");
    };
    add("--wallet", options.wallet, "BOURSE_WALLET",
        "Development account by name, or address of a wallet in the keystore");
    add("--wallet-file", options.wallet_file, "BOURSE_WALLET_FILE", "Wallet in Web3 Secret Storage format");
    add("--key-file", options.key_file, "BOURSE_KEY_FILE", "File with the private key as 0x-hex, mode 0600");
    add("--password-file", options.password_file, "BOURSE_PASSWORD_FILE",
        "File whose first line is the wallet's password (or set BOURSE_PASSWORD; asked for otherwise)");
    add("--keystore", options.keystore, "BOURSE_KEYSTORE", "Folder of wallets (default $BOURSE_HOME/keystore)");
}

Progress& Context::progress() {
    if (!progress_) progress_ = std::make_unique<Progress>();
    return *progress_;
}

const client::UpFile* Context::up_file() {
    if (!up_file_read_) {
        up_file_read_ = true;
        auto up = client::read_up_file(sys::bourse_home() / "up.json");
        if (up) up_file_ = std::move(*up);
    }
    return up_file_ ? &*up_file_ : nullptr;
}

namespace {

Status<> override_url(std::string& url, const std::string& flag, std::string_view name) {
    if (flag.empty()) return {};
    if (!flag.starts_with("http://") && !flag.starts_with("https://"))
        return fail("URL_INVALID",
                    fmt::format("--{} is '{}'; an http:// or https:// address is expected.", name, flag));
    url = flag;
    while (url.ends_with('/')) url.pop_back();
    return {};
}

}  // namespace

Result<client::Network> Context::network() {
    if (network_) return *network_;
    client::Network found;
    const std::filesystem::path chain_file = "chain.json";
    std::error_code ignored;
    if (!options_.chain.empty() || std::filesystem::exists(chain_file, ignored)) {
        BOURSE_TRY(found, client::read_chain_file(chain_file, options_.chain));
    } else if (std::filesystem::exists(sys::bourse_home() / "up.json", ignored)) {
        BOURSE_TRY(auto up, client::read_up_file(sys::bourse_home() / "up.json"));
        found = up.network;
    } else {
        found.origin = "flags";
        found.name = "bourse";
        found.hub = poco::kHub;
    }
    BOURSE_CHECK(override_url(found.rpc_url, options_.rpc, "rpc"));
    BOURSE_CHECK(override_url(found.market_url, options_.market, "market"));
    BOURSE_CHECK(override_url(found.store_url, options_.store, "store"));
    BOURSE_CHECK(override_url(found.scheduler_url, options_.scheduler, "scheduler"));
    if (!options_.hub.empty()) {
        BOURSE_TRY(found.hub, parse_address(options_.hub));
    }
    if (found.rpc_url.empty())
        return fail("NO_NETWORK",
                    "No market is known here. Start one with `bourse up`, go into a folder with a chain.json (`bourse "
                    "init` makes one), "
                    "or give --rpc URL (or BOURSE_RPC).");
    network_ = found;
    return found;
}

Result<client::RpcClient*> Context::rpc() {
    if (rpc_) return rpc_.get();
    BOURSE_TRY(const auto where, network());
    auto made = std::make_unique<client::RpcClient>(where.rpc_url);
    BOURSE_TRY(const auto id, made->chain_id());
    if (where.chain_id != 0 && where.chain_id != id)
        return fail("CHAIN_MISMATCH", fmt::format("{} says chain {}, but the node at {} is on chain {}. Correct the "
                                                  "file or choose another with --chain or --rpc.",
                                                  where.origin, where.chain_id, where.rpc_url, id));
    rpc_ = std::move(made);
    return rpc_.get();
}

Result<client::Hub*> Context::hub() {
    if (hub_) return hub_.get();
    BOURSE_TRY(auto* const node, rpc());
    BOURSE_TRY(const auto where, network());
    hub_ = std::make_unique<client::Hub>(*node, where.hub);
    return hub_.get();
}

Result<std::uint64_t> Context::chain_id() {
    BOURSE_TRY(auto* const node, rpc());
    return node->chain_id();
}

Result<client::MarketClient> Context::market() {
    BOURSE_TRY(const auto where, network());
    if (where.market_url.empty())
        return fail(
            "MARKET_UNKNOWN",
            fmt::format("{} names no market. Give --market URL, or \"iexecGateway\" in chain.json.", where.origin));
    BOURSE_TRY(const auto id, chain_id());
    return client::MarketClient(where.market_url, id);
}

Result<client::StoreClient> Context::store() {
    BOURSE_TRY(const auto where, network());
    if (where.store_url.empty())
        return fail(
            "STORE_UNKNOWN",
            fmt::format("{} names no result store. Give --store URL, or \"ipfsGateway\" in chain.json.", where.origin));
    return client::StoreClient(where.store_url);
}

Result<std::string> Context::scheduler_url() {
    BOURSE_TRY(const auto where, network());
    if (where.scheduler_url.empty())
        return fail(
            "SCHEDULER_UNKNOWN",
            fmt::format("{} names no scheduler. Give --scheduler URL, or \"compass\" in chain.json.", where.origin));
    return where.scheduler_url;
}

std::filesystem::path Context::keystore() const {
    return options_.keystore.empty() ? client::default_keystore() : std::filesystem::path(options_.keystore);
}

Result<client::KeySource> Context::key_source() {
    client::KeySource source;
    source.password_file = options_.password_file;
    source.may_prompt = true;
    source.key_file = options_.key_file;
    source.wallet_file = options_.wallet_file;
    if (!source.key_file.empty() || !source.wallet_file.empty()) {
        if (!options_.wallet.empty())
            return fail("KEY_AMBIGUOUS", "--wallet is given together with a key or wallet file. Give one of them.");
        return source;
    }
    const auto wallets = client::list_wallets(keystore());
    if (!options_.wallet.empty()) {
        if (const auto* up = up_file()) {
            if (const auto* account = up->account(options_.wallet)) {
                source.key_file = account->key_file;
                return source;
            }
        }
        const auto address = parse_address(options_.wallet);
        const auto wallet =
            address ? std::ranges::find(wallets, *address, &client::WalletFile::address) : wallets.end();
        if (wallet == wallets.end())
            return fail("WALLET_NOT_FOUND", fmt::format("There is no development account and no wallet in {} that '{}' "
                                                        "names. `bourse wallet show` lists them.",
                                                        keystore().string(), options_.wallet));
        source.wallet_file = wallet->path;
        return source;
    }
    if (wallets.size() == 1) {
        source.wallet_file = wallets.front().path;
        return source;
    }
    if (wallets.size() > 1)
        return fail(
            "WALLET_AMBIGUOUS",
            fmt::format(
                "There are {} wallets in {}. Choose one with --wallet ADDRESS; `bourse wallet show` lists them.",
                wallets.size(), keystore().string()));
    return fail(
        "WALLET_MISSING",
        up_file()
            ? "Which wallet? Give --wallet NAME of a development account (for example --wallet requester), or make "
              "your own with `bourse wallet create`."
            : "There is no wallet yet. Make one with `bourse wallet create`, or give --wallet-file or --key-file.");
}

Result<Address> Context::wallet_address() {
    if (key_) return key_->address();
    BOURSE_TRY(const auto source, key_source());
    if (source.key_file.empty()) {
        BOURSE_TRY(const auto text, sys::read_file(source.wallet_file, 1 << 20));
        return client::wallet_address(text);
    }
    BOURSE_TRY(const auto own, key());
    return own.address();
}

Result<crypto::PrivateKey> Context::key() {
    if (key_) return *key_;
    BOURSE_TRY(const auto source, key_source());
    if (!source.key_file.empty()) {
        BOURSE_TRY(key_, client::load_key(source));
        return *key_;
    }
    BOURSE_TRY(const auto wallet, sys::read_file(source.wallet_file, 1 << 20));
    BOURSE_TRY(const auto address, client::wallet_address(wallet));
    // The progress line must not run over the prompt; the derivation after it takes a second for a standard wallet.
    progress().stage("");
    BOURSE_TRY(const auto password,
               client::load_password(source, fmt::format("Password of {}: ", to_checksum(address))));
    progress().stage("Opening the wallet");
    BOURSE_TRY(key_, client::decrypt_key(wallet, password));
    progress().stage("");
    return *key_;
}

Result<client::TransactionSender*> Context::sender() {
    if (sender_) return sender_.get();
    BOURSE_TRY(auto* const node, rpc());
    BOURSE_TRY(const auto own, key());
    sender_ = std::make_unique<client::TransactionSender>(*node, own);
    sender_->on_sent([this](const Hash& hash) {
        progress().stage(fmt::format("Transaction {} sent, waiting for its block", to_hex(hash).substr(0, 12)));
    });
    return sender_.get();
}

Result<Address> Context::account_address(const std::string& text) {
    if (!text.starts_with("0x")) {
        if (const auto* up = up_file())
            if (const auto* account = up->account(text)) return account->address;
        return fail(
            "ADDRESS_INVALID",
            fmt::format("'{}' is neither an address (0x and 40 hex digits) nor the name of a development account.",
                        text));
    }
    return parse_address(text);
}

void set_verb(CLI::App& app, const std::shared_ptr<CommonOptions>& options, int& exit_code,
              std::function<Result<Answer>(Context&)> verb) {
    app.callback([options, &exit_code, verb = std::move(verb)] {
        exit_code = answer_verb(options->json, [&]() -> Result<Answer> {
            Context context(*options);
            return verb(context);
        });
    });
}

void set_examples(CLI::App& app, const std::string& examples) { app.footer("Examples:\n" + examples); }

}  // namespace bourse::cli
