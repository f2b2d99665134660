#include <bourse/client/outbox.hpp>

#include <nlohmann/json.hpp>

namespace bourse::client {
namespace {

std::optional<std::uint64_t> receipt_number(const nlohmann::json& receipt, const char* name) {
    const auto found = receipt.find(name);
    if (found == receipt.end() || !found->is_string()) return std::nullopt;
    const auto value = uint256_from_quantity(found->get_ref<const std::string&>());
    if (!value || !value->fits_u64()) return std::nullopt;
    return value->low_u64();
}

class RpcOutboxChain final : public OutboxChain {
public:
    explicit RpcOutboxChain(RpcClient& rpc) : rpc_(&rpc) {}

    Result<std::uint64_t> chain_id() override { return rpc_->chain_id(); }
    Result<std::uint64_t> time_s() override { return rpc_->pending_time_s(); }
    Result<std::uint64_t> block_number() override {
        BOURSE_TRY(const auto head, rpc_->head());
        return head.number;
    }
    Result<std::uint64_t> nonce(const Address& account, bool pending) override { return rpc_->nonce(account, pending); }
    Result<Uint256> gas_price() override { return rpc_->gas_price(); }
    Result<std::uint64_t> estimate_gas(const CallRequest& request) override { return rpc_->estimate_gas(request); }
    Result<Bytes> call(const CallRequest& request) override { return rpc_->eth_call(request); }
    Result<std::vector<Result<Hash>>> send(const std::vector<Bytes>& raws) override {
        return rpc_->send_raw_batch(raws);
    }

    Result<std::vector<Result<std::optional<Receipt>>>> receipts(const std::vector<Hash>& hashes) override {
        std::vector<RpcClient::BatchItem> items;
        items.reserve(hashes.size());
        for (const auto& hash : hashes) {
            items.push_back({"eth_getTransactionReceipt", nlohmann::json::array({to_hex(hash)})});
        }
        BOURSE_TRY(const auto answers, rpc_->batch(items));
        std::vector<Result<std::optional<Receipt>>> out;
        out.reserve(answers.size());
        for (std::size_t i = 0; i < answers.size(); ++i) out.push_back(read_receipt(hashes[i], answers[i]));
        return out;
    }

private:
    Result<std::optional<Receipt>> read_receipt(const Hash& hash, const Result<nlohmann::json>& answer) const {
        if (!answer) return fail(answer.error());
        if (answer->is_null()) return std::optional<Receipt>{};
        const auto number = answer->is_object() ? receipt_number(*answer, "blockNumber") : std::nullopt;
        const auto status = answer->is_object() ? receipt_number(*answer, "status") : std::nullopt;
        if (!number || !status)
            return fail("NODE_BAD_ANSWER", rpc_->url() + " sent a receipt without block or status.");
        Receipt receipt;
        receipt.tx_hash = hash;
        receipt.block_number = *number;
        receipt.ok = *status == 1;
        receipt.gas_used = receipt_number(*answer, "gasUsed").value_or(0);
        return std::optional<Receipt>(std::move(receipt));
    }

    RpcClient* rpc_;
};

}  // namespace

std::unique_ptr<OutboxChain> make_outbox_chain(RpcClient& rpc) { return std::make_unique<RpcOutboxChain>(rpc); }

}  // namespace bourse::client
