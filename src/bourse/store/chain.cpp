#include <bourse/store/chain.hpp>

#include <bourse/poco/events.hpp>

namespace bourse::store {

namespace {

class HubStoreChain final : public StoreChain {
public:
    HubStoreChain(client::RpcClient& rpc, const Address& hub) : hub_(rpc, hub) {}

    Result<poco::Task> task(const poco::TaskId& id) override { return hub_.task(id); }
    Result<poco::Deal> deal(const poco::DealId& id) override { return hub_.deal(id); }
    Result<std::uint64_t> time_s() override { return hub_.rpc().pending_time_s(); }
    Result<std::uint64_t> head() override {
        BOURSE_TRY(const auto block, hub_.rpc().head());
        return block.number;
    }
    Result<std::vector<Bytes>> dataset_places(std::uint64_t first_block, std::uint64_t last_block) override;
    Result<poco::Account> account(const Address& owner) override { return hub_.account(owner); }
    Result<bool> verify_signature(const Address& signer, const Hash& hash, ByteView signature) override {
        return hub_.verify_signature(signer, hash, signature);
    }

private:
    client::Hub hub_;
};

Result<std::vector<Bytes>> HubStoreChain::dataset_places(std::uint64_t first_block, std::uint64_t last_block) {
    BOURSE_TRY(const auto facts, hub_.facts());
    client::LogFilter minted;
    minted.from_block = first_block;
    minted.to_block = last_block;
    minted.addresses = {facts.dataset_registry};
    minted.topics = {{poco::events::Erc721Transfer::kTopic}, {Bytes32{}}};
    BOURSE_TRY(const auto logs, hub_.rpc().get_logs(minted));
    std::vector<Bytes> places;
    for (const auto& log : logs) {
        if (log.topics.size() != 4) return fail("NODE_BAD_ANSWER", "A transfer of the registry lacks its token.");
        BOURSE_TRY(auto dataset, hub_.dataset(*Address::from(ByteView(log.topics[3]).subspan(12))));
        places.push_back(std::move(dataset.multiaddr));
    }
    return places;
}

}  // namespace

std::unique_ptr<StoreChain> make_store_chain(client::RpcClient& rpc, const Address& hub) {
    return std::make_unique<HubStoreChain>(rpc, hub);
}

}  // namespace bourse::store
