#include <bourse/client/outbox_table.hpp>

#include <bourse/base/assert.hpp>

namespace bourse::client {
namespace {

constexpr std::uint64_t kOutboxRetentionMs = 7ULL * 24 * 3600 * 1000;
constexpr const char* kOutboxColumns =
    "id, key, target, data, value, gas_limit, priority, deadline, state, nonce, raw, hashes, gas_price, attempts, "
    "reason, "
    "block, gas_used";

std::int64_t sql_number(std::uint64_t value) { return static_cast<std::int64_t>(value); }
std::uint64_t u64_column(const db::SqlValue& value) { return static_cast<std::uint64_t>(db::sql_int(value)); }

std::string join_hashes(const std::vector<Hash>& hashes) {
    std::string out;
    for (const auto& hash : hashes) out += to_hex_plain(hash);
    return out;
}

std::vector<Hash> split_hashes(const std::string& text) {
    std::vector<Hash> out;
    for (std::size_t at = 0; at + 64 <= text.size(); at += 64) out.push_back(*hash_from_hex(text.substr(at, 64)));
    return out;
}

OutboxEntry entry_from_row(const db::SqlRow& row) {
    OutboxEntry entry;
    entry.id = u64_column(row[0]);
    entry.intent.key = db::sql_text(row[1]);
    entry.intent.to = *address_from_hex(db::sql_text(row[2]));
    entry.intent.data = *from_hex(db::sql_text(row[3]));
    entry.intent.value = *uint256_from_decimal(db::sql_text(row[4]));
    entry.intent.gas_limit = u64_column(row[5]);
    entry.intent.priority = static_cast<int>(db::sql_int(row[6]));
    entry.intent.deadline_s = u64_column(row[7]);
    entry.state = static_cast<IntentState>(db::sql_int(row[8]));
    entry.nonce = u64_column(row[9]);
    entry.raw = *from_hex(db::sql_text(row[10]));
    entry.hashes = split_hashes(db::sql_text(row[11]));
    entry.gas_price = *uint256_from_decimal(db::sql_text(row[12]));
    entry.attempts = u64_column(row[13]);
    entry.reason = db::sql_text(row[14]);
    entry.block_number = u64_column(row[15]);
    entry.gas_used = u64_column(row[16]);
    return entry;
}

}  // namespace

std::string outbox_schema() {
    return "CREATE TABLE outbox(id INTEGER PRIMARY KEY AUTOINCREMENT, wallet TEXT NOT NULL, key TEXT NOT NULL, "
           "target TEXT NOT NULL, data TEXT NOT NULL, value TEXT NOT NULL, gas_limit BIGINT NOT NULL, "
           "priority BIGINT NOT NULL, deadline BIGINT NOT NULL, state BIGINT NOT NULL, nonce BIGINT NOT NULL, "
           "raw TEXT NOT NULL, hashes TEXT NOT NULL, gas_price TEXT NOT NULL, attempts BIGINT NOT NULL, "
           "reason TEXT NOT NULL, block BIGINT NOT NULL, gas_used BIGINT NOT NULL, changed_ms BIGINT NOT NULL, "
           "UNIQUE(wallet, key));"
           "CREATE INDEX outbox_open ON outbox(wallet, state)";
}

std::string_view to_text(IntentState state) noexcept {
    switch (state) {
        case IntentState::kQueued:
            return "queued";
        case IntentState::kSent:
            return "sent";
        case IntentState::kDone:
            return "done";
        case IntentState::kReverted:
            return "reverted";
        case IntentState::kObsolete:
            return "obsolete";
        case IntentState::kExpired:
            return "expired";
    }
    BOURSE_UNREACHABLE();
}

bool is_final(IntentState state) noexcept { return state != IntentState::kQueued && state != IntentState::kSent; }

Outcome outcome_of(const OutboxEntry& entry) {
    return {entry.intent.key,   entry.state,    entry.hashes.empty() ? Hash{} : entry.hashes.back(),
            entry.block_number, entry.gas_used, entry.reason,
            entry.attempts};
}

OutboxTable::OutboxTable(db::Database& database, const Address& wallet)
    : database_(&database), wallet_(to_hex(wallet)) {}

std::vector<OutboxEntry> OutboxTable::load_open(std::uint64_t now_unix_ms) {
    const auto oldest = now_unix_ms > kOutboxRetentionMs ? now_unix_ms - kOutboxRetentionMs : 0;
    database_->execute("DELETE FROM outbox WHERE wallet = ?1 AND state > 1 AND changed_ms < ?2",
                       {wallet_, sql_number(oldest)});
    const auto rows = database_->query(
        std::string("SELECT ") + kOutboxColumns + " FROM outbox WHERE wallet = ?1 AND state <= 1 ORDER BY id",
        {wallet_});
    std::vector<OutboxEntry> out;
    out.reserve(rows.size());
    for (const auto& row : rows) out.push_back(entry_from_row(row));
    return out;
}

bool OutboxTable::add(const Intent& intent, std::uint64_t now_unix_ms) {
    const auto added = database_->execute(
        "INSERT INTO outbox(wallet, key, target, data, value, gas_limit, priority, deadline, state, nonce, raw, "
        "hashes, "
        "gas_price, attempts, reason, block, gas_used, changed_ms) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, 0, '', '', '0', 0, '', 0, 0, ?9) "
        "ON CONFLICT(wallet, key) DO UPDATE SET target = excluded.target, data = excluded.data, value = "
        "excluded.value, "
        "gas_limit = excluded.gas_limit, priority = excluded.priority, deadline = excluded.deadline, state = 0, raw = "
        "'', "
        "hashes = '', attempts = 0, reason = '', changed_ms = excluded.changed_ms WHERE outbox.state > 2",
        {wallet_, intent.key, to_hex(intent.to), to_hex(intent.data), to_decimal(intent.value),
         sql_number(intent.gas_limit), std::int64_t{intent.priority}, sql_number(intent.deadline_s),
         sql_number(now_unix_ms)});
    return added > 0;
}

std::optional<OutboxEntry> OutboxTable::find(const std::string& key) {
    const auto rows = database_->query(
        std::string("SELECT ") + kOutboxColumns + " FROM outbox WHERE wallet = ?1 AND key = ?2", {wallet_, key});
    if (rows.empty()) return std::nullopt;
    return entry_from_row(rows.front());
}

void OutboxTable::update(const OutboxEntry& entry, std::uint64_t now_unix_ms) {
    if (entry.is_filler() && entry.state == IntentState::kSent) add(entry.intent, now_unix_ms);
    database_->execute(
        "UPDATE outbox SET state = ?1, nonce = ?2, raw = ?3, hashes = ?4, gas_price = ?5, attempts = ?6, reason = ?7, "
        "block = ?8, gas_used = ?9, gas_limit = ?10, changed_ms = ?11 WHERE wallet = ?12 AND key = ?13",
        {static_cast<std::int64_t>(entry.state), sql_number(entry.nonce), to_hex(entry.raw), join_hashes(entry.hashes),
         to_decimal(entry.gas_price), sql_number(entry.attempts), entry.reason, sql_number(entry.block_number),
         sql_number(entry.gas_used), sql_number(entry.intent.gas_limit), sql_number(now_unix_ms), wallet_,
         entry.intent.key});
}

void OutboxTable::remove(const std::string& key) {
    database_->execute("DELETE FROM outbox WHERE wallet = ?1 AND key = ?2 AND state > 1", {wallet_, key});
}

}  // namespace bourse::client
