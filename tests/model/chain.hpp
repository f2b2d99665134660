// The node's side of a model run: transactions executed over state as blocks do it, without engine or network.
#pragma once

#include "memory_state.hpp"

#include <bourse/chain/execution.hpp>
#include <bourse/chain/genesis.hpp>
#include <bourse/native/books.hpp>

#include <memory>

namespace bourse::model {

struct Outcome {
    bool success = false;
    Bytes output;
    std::vector<state::Log> logs;
    std::uint64_t gas = 0;  ///< without the intrinsic part
};

class Chain {
public:
    explicit Chain(const chain::GenesisConfig& genesis);

    /// Executes a transaction of this sender; nonce and limit are filled in, the signature is taken for granted.
    Outcome transact(const Address& from, const Address& to, const Bytes& data, std::uint64_t time_s);
    /// A read-only call that must succeed.
    Bytes view(const Address& to, const Bytes& data);
    /// Ends a block: changes reach the committed state, and later reads come from there.
    void commit();
    /// The full check of the books over the committed state.
    std::optional<std::string> broken_books() const;

    const state::State& state() const noexcept { return *state_; }

private:
    support::MemoryState committed_;
    native::WrittenKeys keys_;
    std::unique_ptr<state::State> state_;
    state::BlockContext block_;
};

}  // namespace bourse::model
