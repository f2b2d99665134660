// Calls and gas estimates on a state that stays as it is (eth_call, eth_estimateGas).
#pragma once

#include <bourse/base/result.hpp>
#include <bourse/chain/validity.hpp>
#include <bourse/state/host.hpp>
#include <bourse/state/store.hpp>

#include <optional>

namespace bourse::chain {

struct CallRequest {
    Address from;
    std::optional<Address> to;  ///< absent: creation, which is refused
    std::uint64_t gas = 0;      ///< 0: as much as a block holds
    Uint256 gas_price;
    Uint256 value;
    Bytes data;
};

struct CallOutcome {
    bool success = false;
    bool reverted = false;  ///< output is revert data; else a failure took all gas ("out of gas")
    Bytes output;
    std::uint64_t gas_used = 0;
    std::optional<InvalidTransaction> invalid;  ///< refused before execution
};

/// Nonce, signature and, at price 0, funds for gas are not checked; the value must be there.
CallOutcome simulate_call(const state::Reader& reader, const state::BlockContext& block, const CallRequest& call);

/// The least gas limit with which the call does what it does with plenty; the outcome with plenty where that fails.
Result<std::uint64_t, CallOutcome> estimate_gas(const state::Reader& reader, const state::BlockContext& block,
                                                const CallRequest& call);

}  // namespace bourse::chain
