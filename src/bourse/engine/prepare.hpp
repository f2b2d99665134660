// Decoding and sender recovery of many transactions on several threads.
#pragma once

#include <bourse/chain/prepared_transaction.hpp>

#include <span>
#include <vector>

namespace bourse::engine {

/// One entry for each of `raw`, in order; null where the bytes are no transaction with a sender. The signers are in the
/// process's memo afterwards, so preparing one of them again costs no recovery. 40…80 µs each, divided by `threads`
/// (0: as many as the machine has); the caller's thread works too.
std::vector<chain::TransactionPtr> prepare_all(std::span<const ByteView> raw, unsigned threads = 0);

}  // namespace bourse::engine
