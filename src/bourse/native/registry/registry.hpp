// The three ERC-721 registries, as the live ones behave: string errors, Approval(owner, 0x0, id) before each transfer's
// Transfer (poco.md §4.5).
#pragma once

#include <bourse/native/registry/resources.hpp>

namespace bourse::native {

struct RegistryConfig {
    Address owner;
    Address previous;
    bool initialized = false;
    std::uint64_t count = 0;  ///< tokens
    std::string base_uri;

    bool operator==(const RegistryConfig&) const = default;
};
RegistryConfig load_registry(const state::State& state, const Address& registry);
void store_registry(state::State& state, const Address& registry, const RegistryConfig& config);

/// Creates a resource as create{App,Dataset,Workerpool} do, without events. The address must be free.
Address create_resource(state::State& state, ResourceKind kind, const Address& owner, ByteView initializer,
                        const ResourceRecord& record);

std::span<const Entry> registry_table(ResourceKind kind) noexcept;

}  // namespace bourse::native
