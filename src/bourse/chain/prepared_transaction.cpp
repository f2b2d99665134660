#include <bourse/chain/prepared_transaction.hpp>

namespace bourse::chain {

Result<TransactionPtr, TransactionError> prepare_transaction(ByteView raw) {
    BOURSE_TRY(Transaction tx, decode_transaction(raw));
    const auto sender = recover_sender(tx);
    if (!sender) return fail(TransactionError::kBadSignature);
    auto out = std::make_shared<PreparedTransaction>();
    out->intrinsic_gas = intrinsic_gas(tx);
    out->tx = std::move(tx);
    out->raw = to_bytes(raw);
    out->hash = transaction_hash(raw);
    out->sender = *sender;
    return TransactionPtr(std::move(out));
}

}  // namespace bourse::chain
