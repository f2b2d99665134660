#include <bourse/codec/transaction.hpp>

#include <bourse/base/assert.hpp>
#include <bourse/codec/rlp.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/crypto/signature_cache.hpp>

namespace bourse {
namespace {

/// Order of the group of secp256k1.
constexpr Uint256 kGroupOrder{0xBFD25E8CD0364141ULL, 0xBAAEDCE6AF48A03BULL, 0xFFFFFFFFFFFFFFFEULL,
                              0xFFFFFFFFFFFFFFFFULL};

constexpr std::uint64_t kTransactionGas = 21'000;
constexpr std::uint64_t kCreationGas = 32'000;
constexpr std::uint64_t kInitcodeWordGas = 2;
constexpr std::uint64_t kZeroByteGas = 4;
constexpr std::uint64_t kByteGas = 16;
constexpr std::uint64_t kAccessAddressGas = 2'400;
constexpr std::uint64_t kAccessKeyGas = 1'900;

template <class T>
bool take(std::optional<T> from, T& to) {
    if (!from) return false;
    to = *std::move(from);
    return true;
}

bool read_to(rlp::Reader& reader, std::optional<Address>& to) {
    const auto bytes = reader.bytes();
    if (!bytes) return false;
    to = Address::from(*bytes);
    return bytes->empty() || to.has_value();
}

bool read_data(rlp::Reader& reader, Bytes& data) {
    const auto bytes = reader.bytes();
    if (!bytes) return false;
    data = to_bytes(*bytes);
    return true;
}

bool read_access_list(rlp::Reader& reader, std::vector<AccessListEntry>& list) {
    auto entries = reader.list();
    if (!entries) return false;
    while (!entries->empty()) {
        auto fields = entries->list();
        if (!fields) return false;
        AccessListEntry entry;
        if (!take(fields->fixed<Address>(), entry.address)) return false;
        auto keys = fields->list();
        if (!keys || !fields->empty()) return false;
        while (!keys->empty()) {
            Bytes32 key;
            if (!take(keys->fixed<Bytes32>(), key)) return false;
            entry.storage_keys.push_back(key);
        }
        list.push_back(std::move(entry));
    }
    return true;
}

bool read_scalars(rlp::Reader& reader, Uint256& v, Uint256& r, Uint256& s) {
    return take(reader.uint(), v) && take(reader.uint(), r) && take(reader.uint(), s) && reader.empty();
}

bool valid_scalars(const Uint256& r, const Uint256& s) {
    return !r.is_zero() && r < kGroupOrder && !s.is_zero() && crypto::is_low_s(to_be32(s));
}

/// v of a legacy transaction: 27/28, or 35 + 2 · chain id + parity.
bool set_legacy_v(Transaction& tx, const Uint256& v) {
    if (v == 27 || v == 28) {
        tx.signature.parity = static_cast<std::uint8_t>(v.low_u64() - 27);
        return true;
    }
    if (v < 35) return false;
    const Uint256 rest = v - 35;
    const Uint256 chain_id = rest >> 1;
    if (!chain_id.fits_u64()) return false;
    tx.chain_id = chain_id.low_u64();
    tx.signature.parity = static_cast<std::uint8_t>(rest.low_u64() & 1);
    return true;
}

Result<Transaction, TransactionError> with_signature(Transaction tx, bool valid_v, const Uint256& r, const Uint256& s) {
    if (!valid_v || !valid_scalars(r, s)) return fail(TransactionError::kBadSignature);
    tx.signature.r = to_be32(r);
    tx.signature.s = to_be32(s);
    return tx;
}

Result<Transaction, TransactionError> decode_legacy(ByteView raw) {
    const auto item = rlp::Reader::single(raw);
    if (!item || !item->is_list) return fail(TransactionError::kMalformed);
    rlp::Reader reader(item->payload);
    Transaction tx;
    Uint256 v, r, s;
    const bool ok = take(reader.u64(), tx.nonce) && take(reader.uint(), tx.gas_price) &&
                    take(reader.u64(), tx.gas_limit) && read_to(reader, tx.to) && take(reader.uint(), tx.value) &&
                    read_data(reader, tx.data) && read_scalars(reader, v, r, s);
    if (!ok) return fail(TransactionError::kMalformed);
    const bool valid_v = set_legacy_v(tx, v);
    return with_signature(std::move(tx), valid_v, r, s);
}

Result<Transaction, TransactionError> decode_typed(std::uint8_t type, ByteView body) {
    const auto item = rlp::Reader::single(body);
    if (!item || !item->is_list) return fail(TransactionError::kMalformed);
    rlp::Reader reader(item->payload);
    Transaction tx;
    tx.type = type;
    std::uint64_t chain_id = 0;
    Uint256 v, r, s;
    bool ok = take(reader.u64(), chain_id) && take(reader.u64(), tx.nonce);
    if (type == 1)
        ok = ok && take(reader.uint(), tx.gas_price);
    else
        ok = ok && take(reader.uint(), tx.max_priority_fee) && take(reader.uint(), tx.max_fee);
    ok = ok && take(reader.u64(), tx.gas_limit) && read_to(reader, tx.to) && take(reader.uint(), tx.value) &&
         read_data(reader, tx.data) && read_access_list(reader, tx.access_list) && read_scalars(reader, v, r, s);
    if (!ok) return fail(TransactionError::kMalformed);
    tx.chain_id = chain_id;
    const bool valid_v = v <= 1;
    tx.signature.parity = static_cast<std::uint8_t>(v.low_u64() & 1);
    return with_signature(std::move(tx), valid_v, r, s);
}

void append_to(Bytes& out, const std::optional<Address>& to) {
    rlp::append_bytes(out, to ? ByteView(*to) : ByteView());
}

void append_access_list(Bytes& out, const std::vector<AccessListEntry>& list) {
    Bytes entries;
    for (const auto& entry : list) {
        Bytes keys;
        for (const auto& key : entry.storage_keys) rlp::append_bytes(keys, key);
        Bytes fields;
        rlp::append_bytes(fields, entry.address);
        append(fields, rlp::list(keys));
        append(entries, rlp::list(fields));
    }
    append(out, rlp::list(entries));
}

/// The fields before the signature.
Bytes unsigned_payload(const Transaction& tx) {
    Bytes out;
    out.reserve(tx.data.size() + 128);
    if (tx.type != 0) rlp::append_uint(out, tx.chain_id.value_or(0));
    rlp::append_uint(out, tx.nonce);
    if (tx.type == 2) {
        rlp::append_uint(out, tx.max_priority_fee);
        rlp::append_uint(out, tx.max_fee);
    } else {
        rlp::append_uint(out, tx.gas_price);
    }
    rlp::append_uint(out, tx.gas_limit);
    append_to(out, tx.to);
    rlp::append_uint(out, tx.value);
    rlp::append_bytes(out, tx.data);
    if (tx.type != 0) append_access_list(out, tx.access_list);
    return out;
}

Bytes with_type(const Transaction& tx, ByteView payload) {
    Bytes out;
    out.reserve(payload.size() + 10);
    if (tx.type != 0) out.push_back(tx.type);
    rlp::append_list_header(out, payload.size());
    append(out, payload);
    return out;
}

}  // namespace

Uint256 Transaction::effective_gas_price() const noexcept {
    return type == 2 ? std::min(max_fee, max_priority_fee) : gas_price;
}

Uint256 Transaction::v() const noexcept {
    if (type != 0) return signature.parity;
    if (!chain_id) return std::uint64_t{27} + signature.parity;
    return Uint256{*chain_id} * 2 + (std::uint64_t{35} + signature.parity);
}

std::string_view to_text(TransactionError error) noexcept {
    switch (error) {
        case TransactionError::kMalformed:
            return "rlp: transaction is not in canonical form";
        case TransactionError::kUnsupportedType:
            return "transaction type not supported";
        case TransactionError::kBadSignature:
            return "invalid transaction v, r, s values";
        case TransactionError::kTooLarge:
            return "oversized data: transaction is larger than 131072 bytes";
    }
    BOURSE_UNREACHABLE();
}

Result<Transaction, TransactionError> decode_transaction(ByteView raw) {
    if (raw.empty()) return fail(TransactionError::kMalformed);
    if (raw.size() > kMaxTransactionBytes) return fail(TransactionError::kTooLarge);
    const std::uint8_t first = raw[0];
    if (first >= 0xc0) return decode_legacy(raw);
    if (first == 1 || first == 2) return decode_typed(first, raw.subspan(1));
    return fail(first < 0x80 ? TransactionError::kUnsupportedType : TransactionError::kMalformed);
}

Bytes encode_transaction(const Transaction& tx) {
    Bytes payload = unsigned_payload(tx);
    rlp::append_uint(payload, tx.v());
    rlp::append_uint(payload, uint256_from_be(tx.signature.r));
    rlp::append_uint(payload, uint256_from_be(tx.signature.s));
    return with_type(tx, payload);
}

Hash signing_hash(const Transaction& tx) {
    Bytes payload = unsigned_payload(tx);
    if (tx.type == 0 && tx.chain_id) {
        rlp::append_uint(payload, *tx.chain_id);
        rlp::append_uint(payload, 0);
        rlp::append_uint(payload, 0);
    }
    return crypto::keccak256(ByteView(with_type(tx, payload)));
}

Hash transaction_hash(ByteView raw) noexcept { return crypto::keccak256(raw); }

std::optional<Address> recover_sender(const Transaction& tx) {
    return crypto::recover_cached(signing_hash(tx), tx.signature);
}

void sign_transaction(Transaction& tx, const crypto::PrivateKey& key) {
    tx.signature = crypto::sign(key, signing_hash(tx));
}

std::uint64_t intrinsic_gas(const Transaction& tx) noexcept {
    std::uint64_t gas = kTransactionGas;
    const auto zeros = static_cast<std::uint64_t>(std::count(tx.data.begin(), tx.data.end(), std::uint8_t{0}));
    gas += zeros * kZeroByteGas + (tx.data.size() - zeros) * kByteGas;
    for (const auto& entry : tx.access_list) gas += kAccessAddressGas + entry.storage_keys.size() * kAccessKeyGas;
    if (!tx.to) gas += kCreationGas + (tx.data.size() + 31) / 32 * kInitcodeWordGas;
    return gas;
}

}  // namespace bourse
