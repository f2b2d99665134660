#include <bourse/orderbook/chain.hpp>

#include <bourse/codec/abi.hpp>
#include <bourse/poco/selectors.hpp>

#include <algorithm>

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
    Result<std::uint64_t> count_category() override { return hub_.count_category(); }
    Result<bool> is_group(const Address& address) override {
        BOURSE_TRY(const bool code, hub_.rpc().has_code(address));
        if (!code) return false;
        BOURSE_TRY(const auto answer, key_has_purpose(address, Address()));
        return answer.has_value();
    }
    Result<bool> is_member(const Address& group, const Address& account) override {
        BOURSE_TRY(const auto answer, key_has_purpose(group, account));
        return answer.value_or(false);
    }
    Result<Address> presigner(const poco::OrderHash& order) override {
        BOURSE_TRY(
            const auto data,
            hub_.rpc().eth_call(
                {hub_.address(), abi::encode_call(poco::selectors::hub::kViewPresigned, order), std::nullopt, {}}));
        auto values = abi::decode<Address>(data);
        if (!values) return fail("NODE_BAD_ANSWER", "The hub does not answer viewPresigned.");
        return std::get<0>(*values);
    }
    Result<poco::Task> task(const poco::TaskId& id) override { return hub_.task(id); }
    Result<poco::Contribution> contribution(const poco::TaskId& task, const Address& worker) override {
        return hub_.contribution(task, worker);
    }
    Result<std::uint64_t> time_s() override { return hub_.rpc().pending_time_s(); }
    Result<client::BlockHead> head() override { return hub_.rpc().head(); }
    Result<client::BlockHead> block(std::uint64_t number) override { return hub_.rpc().block(number); }

private:
    /// Purpose 4 is "group member"; nullopt: the contract does not answer as a group does.
    Result<std::optional<bool>> key_has_purpose(const Address& group, const Address& account) {
        Bytes32 key;
        std::ranges::copy(account.data, key.data.begin() + 12);
        const auto data = hub_.rpc().eth_call(
            {group, abi::encode_call(poco::selectors::external::kKeyHasPurpose, key, Uint256(4)), std::nullopt, {}});
        if (!data && data.error().code.starts_with("NODE_")) return fail(data.error());
        if (!data) return std::optional<bool>();
        const auto values = abi::decode<bool>(*data);
        return values ? std::optional(std::get<0>(*values)) : std::nullopt;
    }

    client::Hub hub_;
};

}  // namespace

std::unique_ptr<MarketChain> make_market_chain(client::RpcClient& rpc, const Address& hub) {
    return std::make_unique<HubMarketChain>(rpc, hub);
}

}  // namespace bourse::orderbook
