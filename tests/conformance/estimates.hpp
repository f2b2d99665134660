// Estimates of gas suffice (chain.md §2): each transaction of the vectors that succeeds is executed a second time on
// the same state with exactly the gas that eth_estimateGas names before it.
#pragma once

#include "memory_state.hpp"

#include <bourse/chain/execution.hpp>
#include <bourse/chain/simulation.hpp>
#include <bourse/codec/abi.hpp>

#include <set>
#include <string>
#include <vector>

namespace bourse::conformance {

class EstimateAudit {
public:
    /// One for the whole run: worlds are copied.
    static EstimateAudit& of_run();

    /// `block` holds the one transaction, `executed` is what came of it with plenty of gas.
    void check(const support::MemoryState& before, const chain::BlockInput& block, const crypto::PrivateKey& key,
               const chain::ExecutedTransaction& executed);
    /// Prints the counts, what did not suffice, and the SDK's functions that no vector calls. True when there is none.
    bool finish() const;

private:
    std::size_t checked_ = 0;
    std::vector<std::string> problems_;
    std::set<Bytes4> called_;
};

}  // namespace bourse::conformance
