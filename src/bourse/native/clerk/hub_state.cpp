#include <bourse/native/clerk/clerk.hpp>
#include <bourse/native/clerk/hub_state.hpp>
#include <bourse/native/core/record.hpp>

#include <bit>

namespace bourse::native {
namespace {

// Account slot: byte 0 flags, 8…15 score, 16…23 locked, 24…31 stake.
constexpr std::uint8_t kWideStakeFlag = 1;
constexpr std::uint8_t kWideLockedFlag = 2;
constexpr std::uint8_t kWideScoreFlag = 4;
constexpr std::uint8_t kImportedFlag = 8;

// Order slot: byte 0 first byte of the digest, 1 flags, 2…11 consumed, 12…31 presigner.
constexpr std::uint8_t kOrderPresent = 1;
constexpr std::uint8_t kOrderWide = 2;
constexpr unsigned kConsumedBits = 80;

struct PackedField {
    std::uint8_t flag;
    Space wide_space;
    std::size_t offset;
    Uint256 HubAccount::*member;
};
constexpr PackedField kPackedFields[] = {{kWideStakeFlag, Space::kWideStake, 24, &HubAccount::stake},
                                         {kWideLockedFlag, Space::kWideLocked, 16, &HubAccount::locked},
                                         {kWideScoreFlag, Space::kWideScore, 8, &HubAccount::score}};

void put_u64(Bytes32& word, std::size_t offset, std::uint64_t value) noexcept {
    for (std::size_t i = 0; i < 8; ++i) word.data[offset + i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
}

Address& registry_field(HubConfig& config, int kind) noexcept {
    return kind == 0 ? config.app_registry : kind == 1 ? config.dataset_registry : config.workerpool_registry;
}

}  // namespace

HubConfig load_hub_config(const state::State& state, const Address& hub) {
    const ByteView record = state.record(hub, key_of(Space::kConfig));
    HubConfig config;
    if (record.empty()) return config;
    RecordReader in(record);
    config.owner = in.fixed<Address>();
    config.token = in.fixed<Address>();
    for (int kind = 0; kind < 3; ++kind) registry_field(config, kind) = in.fixed<Address>();
    config.v3_hub = in.fixed<Address>();
    config.tee_broker = in.fixed<Address>();
    config.domain_separator = in.fixed<Hash>();
    config.decimals = in.u8();
    config.callback_gas = in.integer();
    config.category_count = in.u64();
    config.name = std::string(as_text(in.text()));
    config.symbol = std::string(as_text(in.text()));
    return config;
}

void store_hub_config(state::State& state, const Address& hub, const HubConfig& config) {
    RecordWriter out;
    out.raw(config.owner)
        .raw(config.token)
        .raw(config.app_registry)
        .raw(config.dataset_registry)
        .raw(config.workerpool_registry)
        .raw(config.v3_hub)
        .raw(config.tee_broker)
        .raw(config.domain_separator)
        .u8(config.decimals)
        .integer(config.callback_gas)
        .integer(config.category_count)
        .text(as_bytes(config.name))
        .text(as_bytes(config.symbol));
    state.set_record(hub, key_of(Space::kConfig), out.take());
}

namespace {

ByteView category_record(const state::State& state, const Address& hub, const Uint256& index) {
    if (!index.fits_u64()) return {};
    return state.record(hub, key_of(Space::kCategory, index.low_u64()));
}

}  // namespace

std::optional<poco::Category> load_category(const state::State& state, const Address& hub, const Uint256& index) {
    const ByteView record = category_record(state, hub, index);
    if (record.empty()) return std::nullopt;
    RecordReader in(record);
    poco::Category category;
    category.work_clock_time_ref = in.integer();
    category.name = std::string(as_text(in.text()));
    category.description = std::string(as_text(in.text()));
    return category;
}

Uint256 category_time(const state::State& state, const Address& hub, const Uint256& index) {
    const ByteView record = category_record(state, hub, index);
    BOURSE_ASSERT(!record.empty());
    return RecordReader(record).integer();
}

void append_category(state::State& state, const Address& hub, const poco::Category& category) {
    auto config = load_hub_config(state, hub);
    RecordWriter out;
    out.integer(category.work_clock_time_ref).text(as_bytes(category.name)).text(as_bytes(category.description));
    state.set_record(hub, key_of(Space::kCategory, config.category_count), out.take());
    ++config.category_count;
    store_hub_config(state, hub, config);
}

HubAccount account_of(const Bytes32& slot) {
    HubAccount account;
    for (const auto& field : kPackedFields)
        account.*field.member = uint256_from_be(ByteView(slot).subspan(field.offset, 8));
    account.score_imported = (slot.data[0] & kImportedFlag) != 0;
    return account;
}

bool has_wide_values(const Bytes32& account_slot) noexcept {
    return (account_slot.data[0] & (kWideStakeFlag | kWideLockedFlag | kWideScoreFlag)) != 0;
}

HubAccount load_account(const state::State& state, const Address& hub, const Address& account) {
    const Bytes32 slot = state.slot(hub, key_of(Space::kAccount, account));
    HubAccount out = account_of(slot);
    if (!has_wide_values(slot)) return out;
    for (const auto& field : kPackedFields)
        if ((slot.data[0] & field.flag) != 0)
            out.*field.member = uint256_from_be(state.slot(hub, key_of(field.wide_space, account)));
    return out;
}

void store_account(state::State& state, const Address& hub, const Address& account, const HubAccount& value) {
    const Bytes32 key = key_of(Space::kAccount, account);
    const std::uint8_t old_flags = state.slot(hub, key).data[0];
    Bytes32 slot;
    for (const auto& field : kPackedFields) {
        const Uint256& amount = value.*field.member;
        const bool wide = !amount.fits_u64();
        if (wide)
            slot.data[0] = static_cast<std::uint8_t>(slot.data[0] | field.flag);
        else
            put_u64(slot, field.offset, amount.low_u64());
        if (wide || (old_flags & field.flag) != 0)
            state.set_slot(hub, key_of(field.wide_space, account), wide ? to_be32(amount) : Bytes32{});
    }
    if (value.score_imported) slot.data[0] = static_cast<std::uint8_t>(slot.data[0] | kImportedFlag);
    state.set_slot(hub, key, slot);
}

Books books_of(ByteView record) {
    if (record.empty()) return {};
    RecordReader in(record);
    Books books;
    books.supply = in.integer();
    books.locked = in.integer();
    books.stray = in.integer();
    books.committed = in.integer();
    books.in_flight = in.integer();
    return books;
}

Books load_books(const state::State& state, const Address& hub) {
    return books_of(state.record(hub, key_of(Space::kBooks)));
}

void store_books(state::State& state, const Address& hub, const Books& books) {
    RecordWriter out;
    out.integer(books.supply)
        .integer(books.locked)
        .integer(books.stray)
        .integer(books.committed)
        .integer(books.in_flight);
    state.set_record(hub, key_of(Space::kBooks), out.take());
}

OrderState load_order(const state::State& state, const Address& hub, const poco::OrderHash& order) {
    const Bytes32 slot = state.slot(hub, key_of(Space::kOrder, order.hash));
    // The key drops the id's first byte: another id may be asked for in a view.
    if ((slot.data[1] & kOrderPresent) == 0 || slot.data[0] != order.hash.data[0]) return {};
    OrderState out;
    out.presigner = address_of(slot);
    out.consumed = (slot.data[1] & kOrderWide) != 0
                       ? uint256_from_be(state.slot(hub, key_of(Space::kWideConsumed, order.hash)))
                       : uint256_from_be(ByteView(slot).subspan(2, 10));
    return out;
}

void store_order(state::State& state, const Address& hub, const poco::OrderHash& order, const OrderState& value) {
    const Bytes32 key = key_of(Space::kOrder, order.hash);
    const bool was_wide = (state.slot(hub, key).data[1] & kOrderWide) != 0;
    const bool wide = value.consumed.bit_length() > kConsumedBits;
    Bytes32 slot = word_of(value.presigner);
    slot.data[0] = order.hash.data[0];
    slot.data[1] = static_cast<std::uint8_t>(kOrderPresent | (wide ? kOrderWide : 0));
    if (!wide) {
        const Bytes32 word = to_be32(value.consumed);
        std::copy(word.begin() + 22, word.end(), slot.begin() + 2);
    }
    if (wide || was_wide)
        state.set_slot(hub, key_of(Space::kWideConsumed, order.hash), wide ? to_be32(value.consumed) : Bytes32{});
    state.set_slot(hub, key, slot);
}

TaskSettings load_task_settings(const state::State& state, const Address& hub) {
    const auto config = load_hub_config(state, hub);
    return {config.tee_broker, config.callback_gas, config.v3_hub};
}

Reputation load_reputation(const state::State& state, const Address& hub, const Address& worker) {
    const auto account = load_account(state, hub, worker);
    return {account.score, account.score_imported};
}

void store_reputation(state::State& state, const Address& hub, const Address& worker, const Reputation& value) {
    auto account = load_account(state, hub, worker);
    account.score = value.score;
    account.score_imported = value.imported;
    store_account(state, hub, worker, account);
}

}  // namespace bourse::native
