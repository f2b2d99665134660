// The native contracts (token, hub, registries and their resources) as the chain sees them.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/uint256.hpp>
#include <bourse/poco/contracts.hpp>
#include <bourse/state/host.hpp>
#include <bourse/state/state.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bourse::native {

/// The single byte that stands as code at every native address and resource (chain.md §3).
inline constexpr std::uint8_t kCodeByte = 0xfe;

/// True for the token, the hub, the registries and every app, dataset and pool contract.
bool has_native_code(const state::State& state, const Address& address);

/// Gas of a call to a native address on top of the intrinsic gas (chain.md §2): a constant of target and selector, of
/// the number of array elements and of the length of stored text. Of the state only what kind of contract stands at
/// the address and, for finalize and contributeAndFinalize, the deal's callback (its gas is prepaid).
/// 0 for other addresses.
std::uint64_t call_gas(const state::State& state, const Address& target, ByteView input);

/// Executes a call to an address with native code. Charges call_gas (status kFailure where message.gas does not cover
/// it), reverts its own changes when it does not succeed, writes nothing in a static call. The value has been moved by
/// the caller; native functions refuse any value above zero by an empty revert.
state::CallResult execute(state::Host& host, const state::Message& message);

/// What a genesis file sets up of the market. Amounts in nRLC.
struct HubGenesis {
    std::uint64_t chain_id = 0;
    Address owner;                                    ///< of hub, registries and token
    std::vector<std::pair<Address, Uint256>> rlc;     ///< token balances; their sum is the supply
    std::vector<std::pair<Address, Uint256>> stakes;  ///< deposits at the hub; RLC of the hub is added to the supply
    std::vector<poco::Category> categories;
    std::vector<poco::AppInfo> apps;
    std::vector<poco::DatasetInfo> datasets;
    std::vector<poco::WorkerpoolInfo> workerpools;  ///< with their policies
    std::string app_base_uri;
    std::string dataset_base_uri;
    std::string workerpool_base_uri;
    // Overlays of conformance runs (poco.md §18.1).
    std::vector<std::pair<Address, Uint256>> scores;
    Uint256 kitty;  ///< frozen[kitty], balance and supply of the hub follow
};
/// Installs code and state. Call it once on an empty state, before any block.
void apply_genesis(state::State& state, const HubGenesis& genesis);

/// Checks what the current transaction touched (poco.md §3.1, §21.2): supplies conserved, balance of the hub equal to
/// the locked sum plus strays, token balance of the hub not below the supply, locked sum equal to what open deals and
/// contributions account for. nullopt if all hold, else a sentence. Constant cost: running totals stand in slots.
std::optional<std::string> broken_invariant(const state::State& state);

/// Group weights and total of a task, which have no view in the ABI (bourse_taskConsensus).
struct TaskConsensusView {
    struct Group {
        Hash value;
        Uint256 weight;
    };
    Uint256 total;
    std::vector<Group> groups;  ///< in order of first contribution
};
TaskConsensusView task_consensus(const state::State& state, const poco::TaskId& task);

}  // namespace bourse::native
