#include <bourse/store/chain.hpp>

namespace bourse::store {

namespace {

class HubStoreChain final : public StoreChain {
public:
    HubStoreChain(client::RpcClient& rpc, const Address& hub) : hub_(rpc, hub) {}

    Result<poco::Task> task(const poco::TaskId& id) override { return hub_.task(id); }
    Result<poco::Deal> deal(const poco::DealId& id) override { return hub_.deal(id); }
    Result<std::uint64_t> time_s() override { return hub_.rpc().pending_time_s(); }
    Result<bool> verify_signature(const Address& signer, const Hash& hash, ByteView signature) override {
        return hub_.verify_signature(signer, hash, signature);
    }

private:
    client::Hub hub_;
};

}  // namespace

std::unique_ptr<StoreChain> make_store_chain(client::RpcClient& rpc, const Address& hub) {
    return std::make_unique<HubStoreChain>(rpc, hub);
}

}  // namespace bourse::store
