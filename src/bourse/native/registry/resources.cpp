#include <bourse/crypto/hash.hpp>
#include <bourse/native/core/gas.hpp>
#include <bourse/native/core/record.hpp>
#include <bourse/native/modules.hpp>
#include <bourse/native/registry/resources.hpp>
#include <bourse/poco/error_text.hpp>

namespace bourse::native {
namespace {

namespace res_sel = poco::selectors::resource;
namespace texts = poco::texts;

const Hash& code_byte_hash() noexcept {
    static const Hash hash = crypto::keccak256(ByteView(&kCodeByte, 1));
    return hash;
}

ByteView resource_record(const state::State& state, const Address& resource) {
    return state.record(resource, key_of(Space::kResource));
}

}  // namespace

std::optional<ResourceKind> registry_kind(const Address& address) noexcept {
    for (const auto kind : {ResourceKind::kApp, ResourceKind::kDataset, ResourceKind::kWorkerpool})
        if (registry_of(kind) == address) return kind;
    return std::nullopt;
}

std::optional<ResourceKind> resource_kind(const state::State& state, const Address& address) {
    if (state.code_hash(address) != code_byte_hash()) return std::nullopt;
    const ByteView record = resource_record(state, address);
    if (record.empty()) return std::nullopt;
    const auto kind = static_cast<ResourceKind>(record[0]);
    // The registry vouches for it: code and storage alone could later be a contract's own.
    return token_owner(state, registry_of(kind), address) ? std::optional(kind) : std::nullopt;
}

ResourceRecord load_resource(const state::State& state, const Address& resource) {
    RecordReader in(resource_record(state, resource));
    ResourceRecord out;
    const auto kind = static_cast<ResourceKind>(in.u8());
    if (kind == ResourceKind::kWorkerpool) {
        out.worker_stake_ratio = in.integer();
        out.scheduler_reward_ratio = in.integer();
        out.name = std::string(as_text(in.text()));
        return out;
    }
    out.checksum = in.fixed<Bytes32>();
    out.name = std::string(as_text(in.text()));
    out.multiaddr = to_bytes(in.text());
    if (kind == ResourceKind::kApp) {
        out.type = std::string(as_text(in.text()));
        out.mrenclave = to_bytes(in.text());
    }
    return out;
}

void store_resource(state::State& state, const Address& resource, ResourceKind kind, const ResourceRecord& record) {
    RecordWriter out;
    out.u8(static_cast<std::uint8_t>(kind));
    if (kind == ResourceKind::kWorkerpool) {
        out.integer(record.worker_stake_ratio).integer(record.scheduler_reward_ratio).text(as_bytes(record.name));
    } else {
        out.raw(record.checksum).text(as_bytes(record.name)).text(record.multiaddr);
        if (kind == ResourceKind::kApp) out.text(as_bytes(record.type)).text(record.mrenclave);
    }
    if (!state.has_code(resource)) state.set_code(resource, Bytes{kCodeByte});
    state.set_record(resource, key_of(Space::kResource), out.take());
}

PoolPolicy load_policy(const state::State& state, const Address& pool) {
    RecordReader in(resource_record(state, pool));
    in.u8();
    PoolPolicy policy;
    policy.worker_stake_ratio = in.integer();
    policy.scheduler_reward_ratio = in.integer();
    return policy;
}

namespace {

ResourceKind own_kind(Context& context) { return *resource_kind(context.state(), context.self()); }
Address own_owner(Context& context) {
    return *token_owner(context.state(), registry_of(own_kind(context)), context.self());
}
ResourceRecord own_record(Context& context) { return load_resource(context.state(), context.self()); }

Outcome<Address> resource_registry(Context& context) { return registry_of(own_kind(context)); }
Outcome<Address> resource_owner(Context& context) { return own_owner(context); }
Outcome<std::string> resource_name(Context& context) { return own_record(context).name; }
Outcome<std::string> app_type(Context& context) { return own_record(context).type; }
Outcome<Bytes> resource_multiaddr(Context& context) { return own_record(context).multiaddr; }
Outcome<Bytes32> resource_checksum(Context& context) { return own_record(context).checksum; }
Outcome<Bytes> app_mrenclave(Context& context) { return own_record(context).mrenclave; }
Outcome<Uint256> pool_stake_ratio(Context& context) { return own_record(context).worker_stake_ratio; }
Outcome<Uint256> pool_reward_ratio(Context& context) { return own_record(context).scheduler_reward_ratio; }

Outcome<void> initialize_app(Context&, std::string, std::string, Bytes, Bytes32, Bytes) {
    return revert_text(texts::kResourceInitialized);
}
Outcome<void> initialize_dataset(Context&, std::string, Bytes, Bytes32) {
    return revert_text(texts::kResourceInitialized);
}
Outcome<void> initialize_pool(Context&, std::string) { return revert_text(texts::kResourceInitialized); }
Outcome<void> initialize_proxy(Context&, Address, Bytes) { return revert_empty(); }

Outcome<void> resource_set_name(Context& context, Address, std::string) {
    if (context.sender() != own_owner(context)) return revert_text(texts::kResourceNotOwner);
    return revert_text(texts::kSetNameUnsupported);
}

Outcome<void> change_policy(Context& context, Uint256 worker_stake_ratio, Uint256 scheduler_reward_ratio) {
    if (context.sender() != own_owner(context)) return revert_text(texts::kResourceNotOwner);
    if (scheduler_reward_ratio > 100) return revert_empty();
    auto record = own_record(context);
    const poco::events::PolicyUpdate event{record.worker_stake_ratio, worker_stake_ratio, record.scheduler_reward_ratio,
                                           scheduler_reward_ratio};
    record.worker_stake_ratio = worker_stake_ratio;
    record.scheduler_reward_ratio = scheduler_reward_ratio;
    store_resource(context.state(), context.self(), ResourceKind::kWorkerpool, record);
    context.emit(event);
    return {};
}

constexpr auto kAppTable = make_table(std::to_array<Entry>(
    {view<&resource_registry>(res_sel::kRegistry), view<&resource_owner>(res_sel::kOwner),
     view<&resource_name>(res_sel::kMAppName), view<&app_type>(res_sel::kMAppType),
     view<&resource_multiaddr>(res_sel::kMAppMultiaddr), view<&resource_checksum>(res_sel::kMAppChecksum),
     view<&app_mrenclave>(res_sel::kMAppMREnclave), write<&initialize_app>(res_sel::kInitializeApp),
     write<&initialize_proxy>(res_sel::kInitializeProxy), write<&resource_set_name>(res_sel::kSetName)}));

constexpr auto kDatasetTable = make_table(std::to_array<Entry>(
    {view<&resource_registry>(res_sel::kRegistry), view<&resource_owner>(res_sel::kOwner),
     view<&resource_name>(res_sel::kMDatasetName), view<&resource_multiaddr>(res_sel::kMDatasetMultiaddr),
     view<&resource_checksum>(res_sel::kMDatasetChecksum), write<&initialize_dataset>(res_sel::kInitializeDataset),
     write<&initialize_proxy>(res_sel::kInitializeProxy), write<&resource_set_name>(res_sel::kSetName)}));

constexpr auto kPoolTable = make_table(std::to_array<Entry>(
    {view<&resource_registry>(res_sel::kRegistry), view<&resource_owner>(res_sel::kOwner),
     view<&resource_name>(res_sel::kMWorkerpoolDescription), view<&pool_stake_ratio>(res_sel::kMWorkerStakeRatioPolicy),
     view<&pool_reward_ratio>(res_sel::kMSchedulerRewardRatioPolicy),
     write<&change_policy>(res_sel::kChangePolicy, gas::kChangePolicy),
     write<&initialize_pool>(res_sel::kInitializeWorkerpool), write<&initialize_proxy>(res_sel::kInitializeProxy),
     write<&resource_set_name>(res_sel::kSetName)}));

}  // namespace

std::span<const Entry> resource_table(ResourceKind kind) noexcept {
    switch (kind) {
        case ResourceKind::kApp:
            return kAppTable;
        case ResourceKind::kDataset:
            return kDatasetTable;
        case ResourceKind::kWorkerpool:
            return kPoolTable;
    }
    BOURSE_UNREACHABLE();
}

}  // namespace bourse::native
