// What a chain starts with (spec/chain.md §4).
#pragma once

#include <bourse/base/result.hpp>
#include <bourse/chain/header.hpp>
#include <bourse/native/modules.hpp>
#include <bourse/state/store.hpp>

#include <string>
#include <utility>
#include <vector>

namespace bourse::chain {

enum class ChainKind : std::uint8_t { kPublic, kDevelopment, kConformance };

struct GenesisConfig {
    ChainKind kind = ChainKind::kPublic;
    std::uint64_t chain_id = 0;
    std::uint64_t time_s = 0;
    Address beneficiary;
    std::vector<std::pair<Address, Uint256>> coins;  ///< wei
    native::HubGenesis hub;
    /// Raw transactions that every node seals as block 1, with genesis time, before anything else.
    std::vector<Bytes> transactions;
    bool archive = false;  ///< states of all blocks are kept
};

/// Chain 65535 with the twenty accounts of the public mnemonic, 87,000,000 RLC and five categories in block 1.
GenesisConfig development_genesis();
/// Chain 31337 with the baseline of the vectors.
GenesisConfig conformance_genesis();

/// Reads a genesis file. Errors: GENESIS_INVALID with the key that is wrong.
Result<GenesisConfig> parse_genesis(std::string_view json);
/// The file of a configuration; parse_genesis gives the same configuration back.
std::string to_json(const GenesisConfig& config);

/// The state of block 0, as changes of the empty state.
state::ChangeSet genesis_changes(const GenesisConfig& config);
BlockHeader genesis_header(const GenesisConfig& config, const Hash& state_root);

}  // namespace bourse::chain
