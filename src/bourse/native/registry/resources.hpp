// Apps, datasets and workerpools: one record at the resource's own address, an ERC-721 token in the registry of its
// kind (poco.md §4). Facts and their look-ups; the functions stand in resources.cpp and registry.cpp.
#pragma once

#include <bourse/native/core/call.hpp>
#include <bourse/native/core/layout.hpp>
#include <bourse/poco/addresses.hpp>
#include <bourse/poco/contracts.hpp>

#include <optional>
#include <string>

namespace bourse::native {

enum class ResourceKind : std::uint8_t { kApp = 1, kDataset = 2, kWorkerpool = 3 };

constexpr const Address& registry_of(ResourceKind kind) noexcept {
    return kind == ResourceKind::kApp       ? poco::kAppRegistry
           : kind == ResourceKind::kDataset ? poco::kDatasetRegistry
                                            : poco::kWorkerpoolRegistry;
}
std::optional<ResourceKind> registry_kind(const Address& address) noexcept;
/// Kind of the native resource at the address; nullopt for anything else.
std::optional<ResourceKind> resource_kind(const state::State& state, const Address& address);

/// A record; which fields are used depends on the kind. The owner is the token's, read live.
struct ResourceRecord {
    std::string name;  ///< a pool's description
    std::string type;
    Bytes multiaddr;
    Bytes32 checksum;
    Bytes mrenclave;
    Uint256 worker_stake_ratio;
    Uint256 scheduler_reward_ratio;

    bool operator==(const ResourceRecord&) const = default;
};
ResourceRecord load_resource(const state::State& state, const Address& resource);
/// Writes the record, the code byte where there is none.
void store_resource(state::State& state, const Address& resource, ResourceKind kind, const ResourceRecord& record);

struct PoolPolicy {
    Uint256 worker_stake_ratio;
    Uint256 scheduler_reward_ratio;
};
/// Of a native pool.
PoolPolicy load_policy(const state::State& state, const Address& pool);

/// Owner of the token in the registry; nullopt where there is no such token.
std::optional<Address> token_owner(const state::State& state, const Address& registry, const Address& resource);
/// Mints the token: owner, places, count. No event.
void add_token(state::State& state, const Address& registry, const Address& resource, const Address& owner);

inline constexpr std::uint64_t kDefaultWorkerStakeRatio = 30;
inline constexpr std::uint64_t kDefaultSchedulerRewardRatio = 1;

std::span<const Entry> resource_table(ResourceKind kind) noexcept;

}  // namespace bourse::native
