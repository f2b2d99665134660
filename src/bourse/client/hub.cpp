#include <bourse/client/hub.hpp>

#include <bourse/codec/abi.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/poco/selectors.hpp>

#include <fmt/format.h>
#include <mutex>

namespace bourse::client {

namespace s = poco::selectors;

struct Hub::Cache {
    std::mutex mutex;
    std::optional<HubFacts> facts;
};

namespace {

Error hub_missing(const Address& address) {
    return {"HUB_MISSING",
            fmt::format("There is no hub at {} on this chain. Check --hub and --rpc.", to_checksum(address))};
}

template <class T>
Result<T> decode_one(const Address& target, const Bytes& data) {
    auto values = abi::decode<T>(data);
    if (!values) return fail(hub_missing(target));
    return std::get<0>(std::move(*values));
}

template <class T>
Result<T> view(RpcClient& rpc, const Address& target, Bytes call) {
    BOURSE_TRY(const auto data, rpc.eth_call({target, std::move(call), std::nullopt, {}}));
    return decode_one<T>(target, data);
}

/// One batched request; the first failing answer fails all.
template <class T>
Result<std::vector<T>> views(RpcClient& rpc, const Address& target, std::vector<Bytes> calls) {
    std::vector<T> out;
    if (calls.empty()) return out;
    std::vector<CallRequest> requests;
    requests.reserve(calls.size());
    for (auto& call : calls) requests.push_back({target, std::move(call), std::nullopt, {}});
    BOURSE_TRY(auto answers, rpc.eth_call_batch(requests));
    out.reserve(answers.size());
    for (auto& answer : answers) {
        if (!answer) return fail(std::move(answer).error());
        BOURSE_TRY(auto value, decode_one<T>(target, *answer));
        out.push_back(std::move(value));
    }
    return out;
}

Result<std::uint64_t> as_u64(const Uint256& value, std::string_view what) {
    if (!value.fits_u64())
        return fail("NODE_BAD_ANSWER", fmt::format("The node answered an absurd {}: {}.", what, to_decimal(value)));
    return value.low_u64();
}

template <class Info>
Result<Info> resource_info(RpcClient& rpc, const Address& hub, const Bytes4& selector, const Address& resource,
                           std::string_view kind) {
    auto info = view<Info>(rpc, hub, abi::encode_call(selector, resource));
    if (info || info.error().code == "NODE_UNREACHABLE" || info.error().code == "NODE_TIMEOUT") return info;
    return fail("RESOURCE_NOT_FOUND", fmt::format("There is no {} at {}. List yours with `bourse {} count`.", kind,
                                                  to_checksum(resource), kind));
}

}  // namespace

Result<HubFacts> Hub::facts() const {
    {
        std::lock_guard lock(cache_->mutex);
        if (cache_->facts) return *cache_->facts;
    }
    std::vector<CallRequest> requests;
    for (const auto& selector : {s::hub::kEip712domainSeparator, s::hub::kToken, s::hub::kAppregistry,
                                 s::hub::kDatasetregistry, s::hub::kWorkerpoolregistry})
        requests.push_back({address_, abi::encode_call(selector), std::nullopt, {}});
    BOURSE_TRY(auto answers, rpc_->eth_call_batch(requests));
    HubFacts facts;
    Address* const addresses[] = {&facts.token, &facts.app_registry, &facts.dataset_registry,
                                  &facts.workerpool_registry};
    for (std::size_t i = 0; i < answers.size(); ++i) {
        if (!answers[i]) return fail(hub_missing(address_));
        if (i == 0) {
            BOURSE_TRY(facts.domain_separator, decode_one<Bytes32>(address_, *answers[i]));
        } else {
            BOURSE_TRY(*addresses[i - 1], decode_one<Address>(address_, *answers[i]));
        }
    }
    std::lock_guard lock(cache_->mutex);
    cache_->facts = facts;
    return facts;
}

Hub::Hub(RpcClient& rpc, const Address& hub) : rpc_(&rpc), address_(hub), cache_(std::make_shared<Cache>()) {}

Result<poco::Deal> Hub::deal(const poco::DealId& id) const {
    BOURSE_TRY(auto deal, view<poco::Deal>(*rpc_, address_, abi::encode_call(s::hub::kViewDeal, id)));
    if (!deal.exists()) return fail("DEAL_NOT_FOUND", fmt::format("There is no deal {} on this chain.", to_hex(id)));
    return deal;
}

Result<poco::Task> Hub::task(const poco::TaskId& id) const {
    BOURSE_TRY(auto task, view<poco::Task>(*rpc_, address_, abi::encode_call(s::hub::kViewTask, id)));
    if (task.status == poco::TaskStatus::kUnset)
        return fail("TASK_NOT_FOUND",
                    fmt::format("There is no task {} on this chain, or its scheduler has not initialised it yet. "
                                "`bourse deal show DEAL` lists the tasks of a deal.",
                                to_hex(id)));
    return task;
}

Result<std::vector<poco::Task>> Hub::tasks(std::span<const poco::TaskId> ids) const {
    std::vector<Bytes> calls;
    for (const auto& id : ids) calls.push_back(abi::encode_call(s::hub::kViewTask, id));
    return views<poco::Task>(*rpc_, address_, std::move(calls));
}

Result<poco::Contribution> Hub::contribution(const poco::TaskId& task, const Address& worker) const {
    return view<poco::Contribution>(*rpc_, address_, abi::encode_call(s::hub::kViewContribution, task, worker));
}

Result<std::vector<poco::Contribution>> Hub::contributions(const poco::TaskId& task,
                                                           std::span<const Address> workers) const {
    std::vector<Bytes> calls;
    for (const auto& worker : workers) calls.push_back(abi::encode_call(s::hub::kViewContribution, task, worker));
    return views<poco::Contribution>(*rpc_, address_, std::move(calls));
}

Result<poco::Account> Hub::account(const Address& owner) const {
    return view<poco::Account>(*rpc_, address_, abi::encode_call(s::hub::kViewAccount, owner));
}

Result<std::vector<poco::Account>> Hub::accounts(std::span<const Address> owners) const {
    std::vector<Bytes> calls;
    for (const auto& owner : owners) calls.push_back(abi::encode_call(s::hub::kViewAccount, owner));
    return views<poco::Account>(*rpc_, address_, std::move(calls));
}

Result<std::uint64_t> Hub::score(const Address& worker) const {
    BOURSE_TRY(const auto score, view<Uint256>(*rpc_, address_, abi::encode_call(s::hub::kViewScore, worker)));
    return as_u64(score, "score");
}

Result<Uint256> Hub::consumed(const poco::OrderHash& order) const {
    return view<Uint256>(*rpc_, address_, abi::encode_call(s::hub::kViewConsumed, order));
}

Result<std::vector<Uint256>> Hub::consumed(std::span<const poco::OrderHash> orders) const {
    std::vector<Bytes> calls;
    for (const auto& order : orders) calls.push_back(abi::encode_call(s::hub::kViewConsumed, order));
    return views<Uint256>(*rpc_, address_, std::move(calls));
}

Result<poco::Category> Hub::category(std::uint64_t id) const {
    auto category = view<poco::Category>(*rpc_, address_, abi::encode_call(s::hub::kViewCategory, Uint256(id)));
    if (category || category.error().code != "CALL_REVERTED") return category;
    return fail("CATEGORY_NOT_FOUND", fmt::format("There is no category {}. `bourse chain info` lists them.", id));
}

Result<std::uint64_t> Hub::count_category() const {
    BOURSE_TRY(const auto count, view<Uint256>(*rpc_, address_, abi::encode_call(s::hub::kCountCategory)));
    return as_u64(count, "number of categories");
}

Result<bool> Hub::verify_signature(const Address& signer, const Hash& digest, ByteView signature) const {
    auto answer =
        view<bool>(*rpc_, address_, abi::encode_call(s::hub::kVerifySignature, signer, digest, to_bytes(signature)));
    if (!answer && answer.error().code == "CALL_REVERTED") return false;
    return answer;
}

Result<Uint256> Hub::token_balance(const Address& owner) const {
    BOURSE_TRY(const auto hub_facts, facts());
    return view<Uint256>(*rpc_, hub_facts.token, abi::encode_call(s::rlc::kBalanceOf, owner));
}

Result<std::vector<Uint256>> Hub::token_balances(std::span<const Address> owners) const {
    BOURSE_TRY(const auto hub_facts, facts());
    std::vector<Bytes> calls;
    for (const auto& owner : owners) calls.push_back(abi::encode_call(s::rlc::kBalanceOf, owner));
    return views<Uint256>(*rpc_, hub_facts.token, std::move(calls));
}

Result<bool> Hub::is_registered(const Address& registry, const Address& resource) const {
    return view<bool>(*rpc_, registry, abi::encode_call(s::registry::kIsRegistered, resource));
}

Result<Address> Hub::resource_owner(const Address& resource) const {
    auto owner = view<Address>(*rpc_, resource, abi::encode_call(s::resource::kOwner));
    if (owner || (owner.error().code != "HUB_MISSING" && owner.error().code != "CALL_REVERTED")) return owner;
    return fail("RESOURCE_NOT_FOUND",
                fmt::format("There is no app, dataset or workerpool at {}.", to_checksum(resource)));
}

Result<poco::AppInfo> Hub::app(const Address& app) const {
    return resource_info<poco::AppInfo>(*rpc_, address_, s::hub::kViewApp, app, "app");
}

Result<poco::DatasetInfo> Hub::dataset(const Address& dataset) const {
    return resource_info<poco::DatasetInfo>(*rpc_, address_, s::hub::kViewDataset, dataset, "dataset");
}

Result<poco::WorkerpoolInfo> Hub::workerpool(const Address& pool) const {
    return resource_info<poco::WorkerpoolInfo>(*rpc_, address_, s::hub::kViewWorkerpool, pool, "workerpool");
}

Result<std::uint64_t> Hub::count_resources(const Address& registry, const Address& owner) const {
    BOURSE_TRY(const auto count, view<Uint256>(*rpc_, registry, abi::encode_call(s::registry::kBalanceOf, owner)));
    return as_u64(count, "number of resources");
}

Result<Address> Hub::resource_by_index(const Address& registry, const Address& owner, std::uint64_t index) const {
    auto id =
        view<Uint256>(*rpc_, registry, abi::encode_call(s::registry::kTokenOfOwnerByIndex, owner, Uint256(index)));
    if (!id && id.error().code == "CALL_REVERTED")
        return fail("RESOURCE_NOT_FOUND",
                    fmt::format("{} owns no resource number {}; numbers begin at 0.", to_checksum(owner), index));
    if (!id) return fail(std::move(id).error());
    const Bytes32 word = to_be32(*id);
    return *Address::from(ByteView(word).subspan(12));
}

std::string task_status_name(const poco::Task& task, std::uint64_t chain_time_s) {
    const bool is_open = task.status == poco::TaskStatus::kActive || task.status == poco::TaskStatus::kRevealing;
    if (is_open && Uint256(chain_time_s) >= task.final_deadline) return "TIMEOUT";
    return std::string(poco::to_text(task.status));
}

}  // namespace bourse::client
