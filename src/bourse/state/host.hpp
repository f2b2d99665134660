// How code in one execution environment (native module, later EVM) calls another. native/ and evm/ know each other only
// through this interface.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/uint256.hpp>
#include <bourse/state/state.hpp>

namespace bourse::state {

/// Facts of the block that execution may use. No clock: time comes from the proposer.
struct BlockContext {
    std::uint64_t number = 0;
    std::uint64_t time_s = 0;
    std::uint64_t time_ms = 0;
    std::uint64_t chain_id = 0;
    std::uint64_t gas_limit = 0;
    Address beneficiary;
    Hash prevrandao;
};

struct Message {
    Address sender;
    Address to;
    Uint256 value;  ///< wei; already moved by the caller of execute
    Bytes input;
    std::uint64_t gas = 0;
    bool is_static = false;
    int depth = 0;
};

struct CallResult {
    enum class Status : std::uint8_t {
        kSuccess,
        kRevert,
        kFailure /* all gas used, no data: invalid opcode, out of gas */
    };
    Status status = Status::kSuccess;
    std::uint64_t gas_left = 0;
    Bytes output;  ///< return or revert data

    bool ok() const noexcept { return status == Status::kSuccess; }
};

class Host {
public:
    virtual ~Host() = default;
    virtual State& state() noexcept = 0;
    virtual const BlockContext& block() const noexcept = 0;
    /// Calls an account: native module, contract, or plain account (success without output). Reverts the callee's
    /// changes when it does not succeed.
    virtual CallResult call(const Message& message) = 0;
    /// Sender of the transaction.
    virtual const Address& origin() const noexcept = 0;
};

}  // namespace bourse::state
