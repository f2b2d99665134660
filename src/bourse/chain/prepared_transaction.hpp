// A transaction that was decoded and whose sender is known: what the pool keeps and blocks are made of.
#pragma once

#include <bourse/base/result.hpp>
#include <bourse/codec/transaction.hpp>

#include <memory>

namespace bourse::chain {

struct PreparedTransaction {
    Transaction tx;
    Bytes raw;
    Hash hash;
    Address sender;
    std::uint64_t intrinsic_gas = 0;
};
/// Shared by the pool, blocks in the making and readers; never changed.
using TransactionPtr = std::shared_ptr<const PreparedTransaction>;

/// Decodes raw bytes and recovers the sender (through the memo of signatures): 40…80 µs for an unknown one.
Result<TransactionPtr, TransactionError> prepare_transaction(ByteView raw);

}  // namespace bourse::chain
