#include <bourse/codec/transaction.hpp>

#include <bourse/codec/rlp.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace bourse {
namespace {

crypto::PrivateKey key_of(std::uint8_t fill) { return *crypto::PrivateKey::from(Bytes(32, fill)); }

// The example of EIP-155.
TEST(Transaction, example_of_eip_155) {
    Transaction tx;
    tx.chain_id = 1;
    tx.nonce = 9;
    tx.gas_price = 20'000'000'000;
    tx.gas_limit = 21'000;
    tx.to = address_from_hex("0x3535353535353535353535353535353535353535");
    tx.value = 1'000'000'000'000'000'000;
    EXPECT_EQ(to_hex(signing_hash(tx)), "0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53");
    sign_transaction(tx, key_of(0x46));
    EXPECT_EQ(tx.v(), 37);
    const Bytes raw = encode_transaction(tx);
    EXPECT_EQ(
        to_hex_plain(raw),
        "f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc21"
        "95fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b"
        "6d83");
    EXPECT_EQ(decode_transaction(raw), tx);
    EXPECT_EQ(recover_sender(tx), key_of(0x46).address());
    EXPECT_EQ(intrinsic_gas(tx), 21'000U);
}

Transaction arbitrary(std::uint8_t type, std::uint64_t seed, const Bytes& data, bool creation) {
    Transaction tx;
    tx.type = type;
    if (type != 0 || seed % 3 != 0) tx.chain_id = seed % 70'000;
    tx.nonce = seed >> 7;
    if (type == 2) {
        tx.max_fee = Uint256{seed, seed % 3, 0, 0};
        tx.max_priority_fee = seed >> 3;
    } else {
        tx.gas_price = Uint256{seed, seed % 2, 0, 0};
    }
    tx.gas_limit = seed % 30'000'000;
    if (!creation) tx.to = Address{{static_cast<std::uint8_t>(seed), 7}};
    tx.value = Uint256{0, seed, 0, 1};
    tx.data = data;
    if (type != 0 && seed % 2 == 0) tx.access_list = {{Address{{1}}, {Bytes32{}, Bytes32{{2}}}}, {Address{}, {}}};
    return tx;
}

TEST(Transaction, all_types_round_trip) {
    rc::check([](std::uint64_t seed, const Bytes& data, bool creation) {
        for (const std::uint8_t type : {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{2}}) {
            Transaction tx = arbitrary(type, seed, data, creation);
            sign_transaction(tx, key_of(0x11));
            const Bytes raw = encode_transaction(tx);
            const auto back = decode_transaction(raw);
            RC_ASSERT(back.has_value());
            RC_ASSERT(*back == tx);
            RC_ASSERT(recover_sender(*back) == key_of(0x11).address());
        }
    });
}

TEST(Transaction, whatever_decodes_encodes_back_to_the_same_bytes) {
    Transaction tx = arbitrary(2, 1000, to_bytes("data"), false);
    sign_transaction(tx, key_of(0x11));
    const Bytes raw = encode_transaction(tx);
    for (std::size_t i = 0; i < raw.size(); ++i)
        for (const unsigned flip : {0x01U, 0x80U, 0xffU}) {
            Bytes changed = raw;
            changed[i] = static_cast<std::uint8_t>(changed[i] ^ flip);
            if (const auto back = decode_transaction(changed)) {
                EXPECT_EQ(encode_transaction(*back), changed);
            }
        }
    Bytes longer = raw;
    longer.push_back(0);
    EXPECT_FALSE(decode_transaction(longer).has_value());
}

TEST(Transaction, refusals_have_their_own_codes) {
    EXPECT_EQ(decode_transaction({}).error(), TransactionError::kMalformed);
    EXPECT_EQ(decode_transaction(Bytes{3, 0xc0}).error(), TransactionError::kUnsupportedType);
    EXPECT_EQ(decode_transaction(Bytes{0xc0}).error(), TransactionError::kMalformed);
    EXPECT_EQ(decode_transaction(Bytes(kMaxTransactionBytes + 1, 1)).error(), TransactionError::kTooLarge);
    Transaction tx = arbitrary(0, 4, {}, false);
    EXPECT_EQ(decode_transaction(encode_transaction(tx)).error(), TransactionError::kBadSignature);
    sign_transaction(tx, key_of(0x11));
    const Uint256 order{0xBFD25E8CD0364141ULL, 0xBAAEDCE6AF48A03BULL, 0xFFFFFFFFFFFFFFFEULL, 0xFFFFFFFFFFFFFFFFULL};
    tx.signature.s = to_be32(order - uint256_from_be(tx.signature.s));
    EXPECT_EQ(decode_transaction(encode_transaction(tx)).error(), TransactionError::kBadSignature);
}

TEST(Transaction, intrinsic_gas_counts_data_lists_and_creation) {
    Transaction tx;
    tx.to = Address{};
    tx.data = Bytes{0, 1, 2};
    EXPECT_EQ(intrinsic_gas(tx), 21'000U + 4 + 32);
    tx.access_list = {{Address{}, {Bytes32{}, Bytes32{}}}};
    EXPECT_EQ(intrinsic_gas(tx), 21'036U + 2'400 + 3'800);
    tx.to.reset();
    EXPECT_EQ(intrinsic_gas(tx), 27'236U + 32'000 + 2);
}

TEST(Transaction, price_at_base_fee_zero) {
    Transaction tx;
    tx.type = 2;
    tx.max_fee = 5;
    tx.max_priority_fee = 3;
    EXPECT_EQ(tx.effective_gas_price(), 3);
    tx.max_priority_fee = 9;
    EXPECT_EQ(tx.effective_gas_price(), 5);
}

}  // namespace
}  // namespace bourse
