// What every verb needs: which market, which wallet. Resolved on first use, so that a verb asks for no more than it
// needs.
#pragma once

#include <bourse/base/result.hpp>
#include <bourse/cli/output.hpp>
#include <bourse/client/chain_file.hpp>
#include <bourse/client/hub.hpp>
#include <bourse/client/keystore.hpp>
#include <bourse/client/market_client.hpp>
#include <bourse/client/rpc_client.hpp>
#include <bourse/client/store_client.hpp>
#include <bourse/client/transaction_sender.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace bourse::cli {

/// Values of the options that verbs share. Each flag also has an environment variable BOURSE_<NAME>.
struct CommonOptions {
    bool json = false;
    std::string chain, rpc, hub, market, store, scheduler;
    std::string wallet, wallet_file, key_file, password_file, keystore;
};

/// Adds --json.
void add_output_options(CLI::App& app, CommonOptions& options);
/// Adds --json, --chain, --rpc, --hub, --market, --store, --scheduler.
void add_network_options(CLI::App& app, CommonOptions& options);
/// Adds --wallet, --wallet-file, --key-file, --password-file, --keystore.
void add_wallet_options(CLI::App& app, CommonOptions& options);

/// Resolution of the network: flags and environment over ./chain.json over $BOURSE_HOME/up.json.
class Context {
public:
    explicit Context(const CommonOptions& options) : options_(options) {}

    const CommonOptions& options() const noexcept { return options_; }
    Progress& progress();

    /// Errors: NO_NETWORK and those of the files.
    Result<client::Network> network();
    /// up.json of this machine, if it is there and readable.
    const client::UpFile* up_file();
    /// A node that answers, on the chain that the network names. Errors: CHAIN_MISMATCH and those of RpcClient.
    Result<client::RpcClient*> rpc();
    Result<client::Hub*> hub();
    Result<std::uint64_t> chain_id();
    /// Errors: MARKET_UNKNOWN, STORE_UNKNOWN, SCHEDULER_UNKNOWN when the network names none.
    Result<client::MarketClient> market();
    Result<client::StoreClient> store();
    Result<std::string> scheduler_url();

    /// The wallet's address without its key. Errors: WALLET_MISSING, WALLET_AMBIGUOUS, WALLET_NOT_FOUND.
    Result<Address> wallet_address();
    /// The wallet's key; asks for the password where that is needed.
    Result<crypto::PrivateKey> key();
    Result<client::TransactionSender*> sender();
    std::filesystem::path keystore() const;

    /// An address as users write it: 0x…, or the name of a development account.
    Result<Address> account_address(const std::string& text);

private:
    Result<client::KeySource> key_source();

    CommonOptions options_;
    std::unique_ptr<Progress> progress_;
    std::optional<client::Network> network_;
    bool up_file_read_ = false;
    std::optional<client::UpFile> up_file_;
    std::unique_ptr<client::RpcClient> rpc_;
    std::unique_ptr<client::Hub> hub_;
    std::optional<crypto::PrivateKey> key_;
    std::unique_ptr<client::TransactionSender> sender_;
};

/// Makes `app` a verb: its callback runs `verb` with a fresh context and stores the exit status.
void set_verb(CLI::App& app, const std::shared_ptr<CommonOptions>& options, int& exit_code,
              std::function<Result<Answer>(Context&)> verb);
/// Text under "Examples:" at the end of the help.
void set_examples(CLI::App& app, const std::string& examples);

}  // namespace bourse::cli
