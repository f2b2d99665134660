// A chain on which nothing happens, for tests and benches of the market.
#pragma once

#include <bourse/client/log_follower.hpp>
#include <bourse/client/outbox.hpp>
#include <bourse/orderbook/test_chain.hpp>

namespace bourse::market::testing {

class StillBlocks final : public client::FollowerChain {
public:
    Result<client::BlockHead> head() override { return client::BlockHead{0, Hash{}, 0}; }
    Result<client::BlockHead> block(std::uint64_t number) override { return client::BlockHead{number, Hash{}, number}; }
    Result<std::vector<client::LogEntry>> logs(const client::LogFilter&) override {
        return std::vector<client::LogEntry>{};
    }
};

class StillTransactions : public client::OutboxChain {
public:
    Result<std::uint64_t> chain_id() override { return orderbook::testing::kChainId; }
    Result<std::uint64_t> time_s() override { return std::uint64_t{1}; }
    Result<std::uint64_t> block_number() override { return std::uint64_t{1}; }
    Result<std::uint64_t> nonce(const Address&, bool) override { return std::uint64_t{0}; }
    Result<Uint256> gas_price() override { return Uint256(0); }
    Result<std::uint64_t> estimate_gas(const client::CallRequest&) override { return std::uint64_t{50'000}; }
    Result<Bytes> call(const client::CallRequest&) override { return Bytes{}; }
    Result<std::vector<Result<Hash>>> send(const std::vector<Bytes>& raws) override {
        return std::vector<Result<Hash>>(raws.size(), Hash{});
    }
    Result<std::vector<Result<std::optional<client::Receipt>>>> receipts(const std::vector<Hash>& hashes) override {
        return std::vector<Result<std::optional<client::Receipt>>>(hashes.size(), std::optional<client::Receipt>());
    }
};

}  // namespace bourse::market::testing
