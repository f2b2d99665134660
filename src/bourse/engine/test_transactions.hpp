// Signed transactions for the tests of this folder.
#pragma once

#include <bourse/chain/prepared_transaction.hpp>
#include <bourse/crypto/hash.hpp>

#include <string>

namespace bourse::engine {

inline crypto::PrivateKey test_key(std::uint64_t index) {
    return *crypto::PrivateKey::from(crypto::keccak256("key " + std::to_string(index)));
}

struct TestTransaction {
    std::uint64_t key = 1;
    std::uint64_t nonce = 0;
    std::uint64_t price = 0;
    std::uint64_t gas_limit = 100'000;
    std::uint64_t chain_id = 65535;
    Address to{{7}};
    Bytes data = {};
    Uint256 value = {};
};

inline Bytes raw_transaction(const TestTransaction& spec) {
    Transaction tx;
    tx.chain_id = spec.chain_id;
    tx.nonce = spec.nonce;
    tx.gas_price = spec.price;
    tx.gas_limit = spec.gas_limit;
    tx.to = spec.to;
    tx.data = spec.data;
    tx.value = spec.value;
    sign_transaction(tx, test_key(spec.key));
    return encode_transaction(tx);
}

inline chain::TransactionPtr prepared(const TestTransaction& spec) {
    return chain::prepare_transaction(raw_transaction(spec)).value();
}

}  // namespace bourse::engine
