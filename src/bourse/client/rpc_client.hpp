// The chain as an outsider sees it: JSON-RPC with typed helpers. Blocking; safe from any thread.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/base/uint256.hpp>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace bourse::client {

struct BlockHead {
    std::uint64_t number = 0;
    Hash hash;
    std::uint64_t time_s = 0;
};

struct LogEntry {
    Address address;
    std::vector<Bytes32> topics;
    Bytes data;
    std::uint64_t block_number = 0;
    Hash block_hash;
    Hash tx_hash;
    std::uint64_t log_index = 0;
    std::uint64_t tx_index = 0;
};

struct Receipt {
    Hash tx_hash;
    std::uint64_t block_number = 0;
    bool ok = false;
    std::uint64_t gas_used = 0;
    std::vector<LogEntry> logs;
};

struct LogFilter {
    std::uint64_t from_block = 0;
    std::uint64_t to_block = 0;
    std::vector<Address> addresses;
    std::vector<std::vector<Bytes32>> topics;  ///< per position: empty = any, several = any of them
};

struct CallRequest {
    Address to;
    Bytes data;
    std::optional<Address> from;
    Uint256 value;
};

/// Errors of every call: NODE_UNREACHABLE, NODE_TIMEOUT, NODE_BAD_ANSWER, RPC_ERROR (message as the node wrote it),
/// CALL_REVERTED (message: the decoded reason, "reverted without a reason" when empty).
class RpcClient {
public:
    explicit RpcClient(std::string url, std::uint64_t timeout_ms = 30'000);

    const std::string& url() const noexcept { return url_; }
    Result<nlohmann::json> call(const std::string& method, nlohmann::json params = nlohmann::json::array());
    struct BatchItem {
        std::string method;
        nlohmann::json params;
    };
    /// One HTTP request for up to 500 calls; more are split. Results in order of the items.
    Result<std::vector<Result<nlohmann::json>>> batch(const std::vector<BatchItem>& items);

    Result<std::uint64_t> chain_id();        ///< cached after the first success
    Result<BlockHead> head();                ///< latest
    Result<std::uint64_t> pending_time_s();  ///< time of the pending block: the chain's clock (chain.md §6, §9)
    Result<BlockHead> block(std::uint64_t number);
    Result<std::uint64_t> nonce(const Address& account, bool pending);
    Result<Uint256> coin_balance(const Address& account);
    Result<bool> has_code(const Address& account);
    Result<Bytes> eth_call(const CallRequest& request, const std::string& tag = "latest");
    Result<std::vector<Result<Bytes>>> eth_call_batch(const std::vector<CallRequest>& requests,
                                                      const std::string& tag = "latest");
    Result<std::uint64_t> estimate_gas(const CallRequest& request);
    Result<Uint256> gas_price();
    /// By bourse_sendRawTransaction where rpc_modules offers it, else the standard method.
    Result<Hash> send_raw(ByteView raw);
    Result<std::vector<Result<Hash>>> send_raw_batch(const std::vector<Bytes>& raws);
    Result<std::optional<Receipt>> receipt(const Hash& tx);
    /// Polls (first every 5 ms, later 50 ms) until the receipt is there. Error RECEIPT_TIMEOUT.
    Result<Receipt> wait_receipt(const Hash& tx, std::uint64_t timeout_ms = 30'000);
    Result<std::vector<LogEntry>> get_logs(const LogFilter& filter);

private:
    Result<bool> offers_bourse_send();

    std::string url_;
    std::uint64_t timeout_ms_;
    struct Cache;
    std::shared_ptr<Cache> cache_;
};

}  // namespace bourse::client
