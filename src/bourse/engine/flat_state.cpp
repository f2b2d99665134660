#include <bourse/engine/flat_state.hpp>

#include <bourse/base/assert.hpp>
#include <bourse/codec/rlp.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/engine/data_format.hpp>
#include <bourse/engine/packing.hpp>

namespace bourse::engine {
namespace {

// Stored values: kind, block (varint), then nothing, the value without leading zeros, hash ‖ body, or the account's
// rlp.
constexpr std::uint8_t kDeleted = 0;
constexpr std::uint8_t kPlain = 1;
constexpr std::uint8_t kRecord = 2;
constexpr std::uint8_t kAccount = 3;

// Rows of a diff: address, or address ‖ key, then the place of the value before (four bytes).
constexpr std::size_t kAccountRow = Address::kSize + 4;
constexpr std::size_t kSlotRow = Address::kSize + Bytes32::kSize + 4;

ByteView without_zeros(const Bytes32& value) {
    std::size_t zeros = 0;
    while (zeros < 32 && value.data[zeros] == 0) ++zeros;
    return ByteView(value).subspan(zeros);
}

/// The offset in the row whose key is the given one; rows are sorted by key.
std::optional<std::size_t> find_row(ByteView rows, std::size_t row_size, ByteView key) {
    std::size_t low = 0;
    std::size_t high = rows.size() / row_size;
    while (low < high) {
        const std::size_t middle = (low + high) / 2;
        const int order = std::memcmp(rows.data() + middle * row_size, key.data(), key.size());
        if (order == 0) return Unpacker(rows.subspan(middle * row_size + key.size(), 4)).u32();
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return std::nullopt;
}

ByteView value_at(ByteView values, std::size_t offset) {
    if (offset > values.size()) data_is_damaged("a reverse diff points beyond its end");
    Unpacker in(values.subspan(offset));
    const ByteView value = in.sized();
    if (!in.ok()) data_is_damaged("a reverse diff is cut off");
    return value;
}

/// Calls f(hashed key, stored value) for the keys that begin with base ‖ the first nibbles of prefix.
template <class F>
void scan_nibbles(const db::KvStore& kv, Bytes base, const Bytes32& prefix, unsigned nibbles, const F& f) {
    const std::size_t base_size = base.size();
    append(base, ByteView(prefix).first(nibbles / 2));
    Bytes from = base;
    const bool half = nibbles % 2 == 1;
    const unsigned last = half ? state::nibble(prefix, nibbles - 1) : 0;
    if (half) from.push_back(static_cast<std::uint8_t>(last << 4));
    kv.scan(base, from, [&](ByteView key, ByteView value) {
        const auto hashed = Bytes32::from(key.subspan(base_size));
        if (!hashed) data_is_damaged("a key of the state has a wrong length");
        if (half && state::nibble(*hashed, nibbles - 1) != last) return false;
        f(*hashed, value);
        return true;
    });
}

}  // namespace

Hash hash_address(const Address& address) {
    struct Last {
        Address address;
        Hash hash = crypto::keccak256(ByteView(Address()));
    };
    thread_local Last last;
    if (last.address != address) last = {address, crypto::keccak256(ByteView(address))};
    return last.hash;
}

Hash hash_slot_key(const Bytes32& key) { return crypto::keccak256(ByteView(key)); }

Bytes slot_key(const Address& address, const Bytes32& key) {
    return make_key(kSlotKey, hash_address(address), hash_slot_key(key));
}
Bytes account_key(const Address& address) { return make_key(kAccountKey, hash_address(address)); }

Bytes encode_slot(const VersionedSlot& slot) {
    Bytes out;
    const auto& [value, body] = slot.value;
    out.push_back(value.is_zero() ? kDeleted : body.empty() ? kPlain : kRecord);
    append_varint(out, slot.block);
    if (!body.empty()) {
        append(out, value);
        append(out, body);
    } else {
        append(out, without_zeros(value));
    }
    return out;
}

VersionedSlot decode_slot(ByteView stored) {
    Unpacker in(stored);
    VersionedSlot out;
    const std::uint8_t kind = in.u8();
    out.block = in.varint();
    if (kind == kPlain && in.rest().size() <= 32) {
        std::ranges::copy(in.rest(), out.value.value.end() - in.rest().size());
    } else if (kind == kRecord) {
        out.value.value = in.fixed<Hash>();
        out.value.body = to_bytes(in.rest());
    }
    if (!in.ok() || kind > kRecord) data_is_damaged("a slot cannot be decoded");
    return out;
}

Bytes encode_account(const VersionedAccount& account) {
    Bytes out;
    out.push_back(account.value ? kAccount : kDeleted);
    append_varint(out, account.block);
    append(out, account_leaf(account.value));
    return out;
}

VersionedAccount decode_account(ByteView stored) {
    Unpacker in(stored);
    VersionedAccount out;
    const std::uint8_t kind = in.u8();
    out.block = in.varint();
    if (in.ok() && kind == kDeleted) return out;
    const auto list = rlp::Reader::single(in.rest());
    if (in.ok() && kind == kAccount && list && list->is_list) {
        rlp::Reader reader(list->payload);
        const auto nonce = reader.u64();
        const auto balance = reader.uint();
        const auto root = reader.fixed<Hash>();
        const auto code = reader.fixed<Hash>();
        if (nonce && balance && root && code) {
            out.value = state::Account{*nonce, *balance, *root, *code};
            return out;
        }
    }
    data_is_damaged("an account cannot be decoded");
}

VersionedSlot read_slot(const db::KvStore& kv, const Address& address, const Bytes32& key) {
    const auto stored = kv.get(slot_key(address, key));
    return stored ? decode_slot(*stored) : VersionedSlot();
}

VersionedAccount read_account(const db::KvStore& kv, const Address& address) {
    const auto stored = kv.get(account_key(address));
    return stored ? decode_account(*stored) : VersionedAccount();
}

Bytes account_leaf(const std::optional<state::Account>& account) {
    if (!account) return {};
    Bytes payload;
    rlp::append_uint(payload, account->nonce);
    rlp::append_uint(payload, account->balance);
    rlp::append_bytes(payload, account->storage_root);
    rlp::append_bytes(payload, account->code_hash);
    return rlp::list(payload);
}

Bytes slot_leaf(const Bytes32& value) { return value.is_zero() ? Bytes() : rlp::encode_bytes(without_zeros(value)); }

void DiffWriter::add(const Address& address, const VersionedAccount& before) {
    append(accounts_, address);
    append_u32(accounts_, static_cast<std::uint32_t>(values_.size()));
    append_sized(values_, encode_account(before));
}

void DiffWriter::add(const Address& address, const Bytes32& key, const VersionedSlot& before) {
    append(slots_, address);
    append(slots_, key);
    append_u32(slots_, static_cast<std::uint32_t>(values_.size()));
    append_sized(values_, encode_slot(before));
}

Bytes DiffWriter::finish() const {
    Bytes out;
    out.reserve(20 + accounts_.size() + slots_.size() + values_.size());
    append_sized(out, accounts_);
    append_sized(out, slots_);
    append(out, values_);
    return out;
}

DiffReader::DiffReader(ByteView stored) {
    Unpacker in(stored);
    accounts_ = in.sized();
    slots_ = in.sized();
    values_ = in.rest();
    if (!in.ok() || accounts_.size() % kAccountRow != 0 || slots_.size() % kSlotRow != 0)
        data_is_damaged("a reverse diff cannot be decoded");
}

std::optional<VersionedAccount> DiffReader::account(const Address& address) const {
    const auto offset = find_row(accounts_, kAccountRow, address);
    if (!offset) return std::nullopt;
    return decode_account(value_at(values_, *offset));
}

std::optional<VersionedSlot> DiffReader::slot(const Address& address, const Bytes32& key) const {
    std::array<std::uint8_t, kSlotRow - 4> row_key;
    std::copy(address.begin(), address.end(), row_key.begin());
    std::copy(key.begin(), key.end(), row_key.begin() + Address::kSize);
    const auto offset = find_row(slots_, kSlotRow, row_key);
    if (!offset) return std::nullopt;
    return decode_slot(value_at(values_, *offset));
}

void DiffReader::each_account(const std::function<void(const Address&)>& f) const {
    for (std::size_t at = 0; at < accounts_.size(); at += kAccountRow)
        f(*Address::from(accounts_.subspan(at, Address::kSize)));
}

void DiffReader::each_slot(const std::function<void(const Address&, const Bytes32&)>& f) const {
    for (std::size_t at = 0; at < slots_.size(); at += kSlotRow)
        f(*Address::from(slots_.subspan(at, Address::kSize)),
          *Bytes32::from(slots_.subspan(at + Address::kSize, Bytes32::kSize)));
}

void each_account_entry(const db::KvStore& kv, const Bytes32& prefix, unsigned nibbles,
                        const std::function<void(const Bytes32& hashed, VersionedAccount)>& f) {
    scan_nibbles(kv, make_key(kAccountKey), prefix, nibbles,
                 [&f](const Bytes32& key, ByteView stored) { f(key, decode_account(stored)); });
}

void each_slot_entry(const db::KvStore& kv, const Hash& address_hash, const Bytes32& prefix, unsigned nibbles,
                     const std::function<void(const Bytes32& hashed, VersionedSlot)>& f) {
    scan_nibbles(kv, make_key(kSlotKey, address_hash), prefix, nibbles,
                 [&f](const Bytes32& key, ByteView stored) { f(key, decode_slot(stored)); });
}

void AccountLeaves::leaves(const Bytes32& prefix, unsigned nibbles, const Visitor& visit) const {
    scan_nibbles(kv_, make_key(kAccountKey), prefix, nibbles, [&visit](const Bytes32& key, ByteView stored) {
        const auto account = decode_account(stored);
        if (account.value) visit(key, account_leaf(account.value));
    });
}

void SlotLeaves::leaves(const Bytes32& prefix, unsigned nibbles, const Visitor& visit) const {
    scan_nibbles(kv_, make_key(kSlotKey, address_hash_), prefix, nibbles,
                 [&visit](const Bytes32& key, ByteView stored) {
                     // Only the value is needed here, not the record's body.
                     Unpacker in(stored);
                     const std::uint8_t kind = in.u8();
                     in.varint();
                     if (!in.ok() || kind > kRecord) data_is_damaged("a slot cannot be decoded");
                     if (kind == kDeleted) return;
                     Bytes leaf;
                     rlp::append_bytes(leaf, kind == kRecord ? without_zeros(in.fixed<Hash>()) : in.rest());
                     visit(key, leaf);
                 });
}

}  // namespace bourse::engine
