// What `bourse up` sets up on a development chain by ordinary transactions and signed orders (design.md §6): deposits,
// one pool, the sample apps and datasets, their orders. Every step looks first and does only what is missing.
#pragma once

#include <bourse/base/result.hpp>
#include <bourse/cli/up/samples.hpp>
#include <bourse/client/chain_file.hpp>
#include <bourse/client/hub.hpp>
#include <bourse/client/market_client.hpp>
#include <bourse/client/rpc_client.hpp>
#include <bourse/crypto/secp256k1.hpp>
#include <bourse/poco/contracts.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace bourse::cli {

class DevSetup {
public:
    /// The rpc client must outlive the object. Orders go to the market and, as JSON files, into `orders_folder`.
    DevSetup(client::RpcClient& rpc, client::MarketClient market, std::filesystem::path orders_folder);

    /// Stakes of all development actors. Accounts that have any stake or lock are left alone.
    Status<> deposit_all();
    Result<Address> deploy_pool(std::string_view owner_name, const std::string& description);
    Result<client::DevApp> deploy_app(const SampleImage& image);
    Result<client::DevApp> deploy_dataset(const SampleData& data);
    /// 1 nRLC a task for apps, 5 for datasets, volume 1,000,000; not while an open order of the owner is at the market.
    Status<> offer_app(const std::string& name, const Address& app);
    /// Publishes the app's page, once: what its owner changes or withdraws later stays as it is.
    Status<> describe_app(const SampleImage& image, const Address& app);
    Status<> offer_dataset(const std::string& name, const Address& dataset);
    /// The pool's open orders at the market, written as files beside the others.
    Status<> save_pool_orders(const Address& pool);

private:
    Status<> deposit(std::string_view account, const Uint256& nrlc);
    /// Creates the resource unless it is there; `call` is the registry's create function.
    Result<Address> create(std::string_view owner_name, const Address& registry, ByteView initializer, Bytes call);
    /// Signs and publishes the order unless its resource has an open one; its file is written either way.
    template <class Order>
    Status<> offer(const std::string& file, std::string_view owner,
                   const std::vector<client::PublishedOrder<Order>>& open, Order order);
    Status<> save_order(const std::string& file, const std::string& json);

    client::RpcClient* rpc_;
    client::MarketClient market_;
    client::Hub hub_;
    std::filesystem::path orders_folder_;
};

/// The key of a development account; the name must exist.
crypto::PrivateKey dev_key(std::string_view name);

}  // namespace bourse::cli
