#include <bourse/explorer/chain.hpp>

#include <bourse/codec/abi.hpp>
#include <bourse/poco/selectors.hpp>

#include <algorithm>

namespace bourse::explorer {

namespace {

namespace s = poco::selectors;

class RpcExplorerChain final : public ExplorerChain {
public:
    RpcExplorerChain(client::RpcClient& rpc, const Address& hub) : hub_(rpc, hub) {}

    const Address& hub() const override { return hub_.address(); }
    Result<client::HubFacts> facts() override { return hub_.facts(); }
    Result<Hash> genesis() override {
        BOURSE_TRY(const auto block, hub_.rpc().block(0));
        return block.hash;
    }
    Result<std::vector<poco::Deal>> deals(std::span<const poco::DealId> ids) override {
        std::vector<Bytes> calls;
        for (const auto& id : ids) calls.push_back(abi::encode_call(s::hub::kViewDeal, id));
        return views<poco::Deal>(std::move(calls));
    }
    Result<std::vector<poco::Task>> tasks(std::span<const poco::TaskId> ids) override { return hub_.tasks(ids); }
    Result<std::vector<poco::Contribution>> contributions(
        std::span<const std::pair<poco::TaskId, Address>> ids) override {
        std::vector<Bytes> calls;
        for (const auto& [task, worker] : ids)
            calls.push_back(abi::encode_call(s::hub::kViewContribution, task, worker));
        return views<poco::Contribution>(std::move(calls));
    }
    Result<poco::AppInfo> app(const Address& address) override { return hub_.app(address); }
    Result<poco::DatasetInfo> dataset(const Address& address) override { return hub_.dataset(address); }
    Result<poco::WorkerpoolInfo> workerpool(const Address& address) override { return hub_.workerpool(address); }
    Result<std::vector<poco::Category>> categories() override {
        BOURSE_TRY(const auto count, hub_.count_category());
        std::vector<poco::Category> out;
        for (std::uint64_t id = 0; id < count; ++id) {
            BOURSE_TRY(auto category, hub_.category(id));
            out.push_back(std::move(category));
        }
        return out;
    }
    Result<std::vector<std::uint64_t>> block_times(std::span<const std::uint64_t> numbers) override;
    Result<std::map<std::uint64_t, std::uint64_t>> transaction_counts(std::uint64_t first, std::uint64_t last) override;

private:
    /// One batched request; the first failing answer fails all.
    template <class T>
    Result<std::vector<T>> views(std::vector<Bytes> calls) {
        std::vector<T> out;
        if (calls.empty()) return out;
        std::vector<client::CallRequest> requests;
        for (auto& call : calls) requests.push_back({hub_.address(), std::move(call), std::nullopt, {}});
        BOURSE_TRY(auto answers, hub_.rpc().eth_call_batch(requests));
        for (auto& answer : answers) {
            if (!answer) return fail(std::move(answer).error());
            auto value = abi::decode<T>(*answer);
            if (!value) return fail("NODE_BAD_ANSWER", "The hub's answer to a view does not decode.");
            out.push_back(std::get<0>(std::move(*value)));
        }
        return out;
    }

    client::Hub hub_;
};

Result<std::vector<std::uint64_t>> RpcExplorerChain::block_times(std::span<const std::uint64_t> numbers) {
    std::vector<std::uint64_t> out;
    if (numbers.empty()) return out;
    std::vector<client::RpcClient::BatchItem> items;
    for (const auto number : numbers)
        items.push_back({"eth_getBlockByNumber", nlohmann::json::array({to_quantity(Uint256(number)), false})});
    BOURSE_TRY(auto answers, hub_.rpc().batch(items));
    for (auto& answer : answers) {
        if (!answer) return fail(std::move(answer).error());
        const auto text = answer->is_object() ? answer->value("timestamp", std::string()) : std::string();
        const auto time = uint256_from_quantity(text);
        if (!time || !time->fits_u64())
            return fail("NODE_BAD_ANSWER", "The node does not know a block of its own log.");
        out.push_back(time->low_u64());
    }
    return out;
}

Result<std::map<std::uint64_t, std::uint64_t>> RpcExplorerChain::transaction_counts(std::uint64_t first,
                                                                                    std::uint64_t last) {
    constexpr std::uint64_t kBlocksAStep = 500;
    std::map<std::uint64_t, std::uint64_t> out;
    for (auto from = first; from <= last; from += kBlocksAStep) {
        const auto end = std::min(last, from + kBlocksAStep - 1);
        std::vector<client::RpcClient::BatchItem> items;
        for (auto number = from; number <= end; ++number)
            items.push_back(
                {"eth_getBlockTransactionCountByNumber", nlohmann::json::array({to_quantity(Uint256(number))})});
        BOURSE_TRY(const auto answers, hub_.rpc().batch(items));
        for (std::uint64_t i = 0; i < answers.size(); ++i) {
            if (!answers[i]) return fail(answers[i].error());
            const auto count =
                answers[i]->is_string() ? uint256_from_quantity(answers[i]->get<std::string>()) : std::nullopt;
            if (!count || !count->fits_u64())
                return fail("NODE_BAD_ANSWER", "The node does not count the transactions of one of its blocks.");
            if (!count->is_zero()) out[from + i] = count->low_u64();
        }
    }
    return out;
}

}  // namespace

std::unique_ptr<ExplorerChain> make_explorer_chain(client::RpcClient& rpc, const Address& hub) {
    return std::make_unique<RpcExplorerChain>(rpc, hub);
}

}  // namespace bourse::explorer
