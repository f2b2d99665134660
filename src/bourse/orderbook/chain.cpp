#include <bourse/orderbook/chain.hpp>

namespace bourse::orderbook {

namespace {

class HubMarketChain final : public MarketChain {
public:
    HubMarketChain(client::RpcClient& rpc, const Address& hub) : hub_(rpc, hub) {}

    const Address& hub() const override { return hub_.address(); }
    Result<std::uint64_t> chain_id() override { return hub_.rpc().chain_id(); }
    Result<client::HubFacts> facts() override { return hub_.facts(); }
    Result<bool> is_registered(const Address& registry, const Address& resource) override {
        return hub_.is_registered(registry, resource);
    }
    Result<Address> resource_owner(const Address& resource) override { return hub_.resource_owner(resource); }
    Result<bool> verify_signature(const Address& signer, const Hash& digest, ByteView signature) override {
        return hub_.verify_signature(signer, digest, signature);
    }
    Result<std::vector<Uint256>> consumed(std::span<const poco::OrderHash> orders) override {
        return hub_.consumed(orders);
    }
    Result<std::vector<poco::Account>> accounts(std::span<const Address> owners) override {
        return hub_.accounts(owners);
    }
    Result<poco::Deal> deal(const poco::DealId& id) override { return hub_.deal(id); }
    Result<std::uint64_t> count_category() override { return hub_.count_category(); }
    Result<poco::Category> category(std::uint64_t id) override { return hub_.category(id); }
    Result<client::BlockHead> head() override { return hub_.rpc().head(); }
    Result<client::BlockHead> block(std::uint64_t number) override { return hub_.rpc().block(number); }

private:
    client::Hub hub_;
};

}  // namespace

std::unique_ptr<MarketChain> make_market_chain(client::RpcClient& rpc, const Address& hub) {
    return std::make_unique<HubMarketChain>(rpc, hub);
}

}  // namespace bourse::orderbook
