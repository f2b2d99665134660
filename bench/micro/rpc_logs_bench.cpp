// bench: rpc db
// eth_getLogs for one address and topic over 1,000,000 logs of which 1,000 match, from the search to the JSON text. The
// matches lie in 1,000 of 5,000 blocks, so that each costs a piece of its own: the dearest case. The peer is SQLite:
// one table with an index on (address, first topic, block, log), the same cache, the same answer. One JSON line a
// figure.
#include <bourse/chain/header.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/db/kv.hpp>
#include <bourse/engine/block_store.hpp>
#include <bourse/rpc/log_access.hpp>

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

namespace {

using namespace bourse;

constexpr std::uint64_t kBlocks = 5'000;
constexpr std::uint64_t kLogsPerBlock = 200;
constexpr std::uint64_t kMatches = 1'000;
constexpr int kRounds = 31;
constexpr double kLimitMs = 20;

const Address kWanted = *address_from_hex("0x00000000000000000000000000000000000000aa");

Hash hashed(std::uint64_t n) { return crypto::keccak256(ByteView(to_be32(Uint256(n)))); }
Address other(std::uint64_t n) { return *Address::from(ByteView(hashed(n)).first(20)); }

/// A transfer between two of 10,000 accounts: one of 20 contracts, one of 5 kinds of event. Every fifth block has one
/// log that is looked for; its address and its kind of event occur elsewhere too, but not together.
state::Log log_of(std::uint64_t block, std::uint64_t i) {
    const std::uint64_t n = block * kLogsPerBlock + i;
    const bool is_wanted = i == block % kLogsPerBlock && block % (kBlocks / kMatches) == 0;
    state::Log log{other(n % 20), {hashed(1'000'000 + n % 5), hashed(n * 7 % 10'000), hashed(n * 13 % 10'000)}, {}};
    if (n % 97 == 0) log.address = kWanted;
    if (n % 89 == 0) log.topics[0] = hashed(42);
    if (n % 97 == 0 && n % 89 == 0) log.topics[0] = hashed(43);
    if (is_wanted) {
        log.address = kWanted;
        log.topics[0] = hashed(42);
    }
    log.data = to_bytes(ByteView(to_be32(Uint256(n))));
    return log;
}

engine::StoredBlock block_of(std::uint64_t number) {
    chain::BlockHeader header;
    header.number = number;
    header.time_s = 1'767'225'600 + number;
    const Bytes rlp = chain::encode_header(header);
    engine::StoredBlock block{{number, chain::header_hash(header), rlp}, {}, {}};
    for (std::uint64_t i = 0; i < kLogsPerBlock; ++i) {
        const Hash hash = hashed(number << 20 | i);
        Bytes raw(160, static_cast<std::uint8_t>(i));
        std::copy(hash.begin(), hash.end(), raw.begin() + 64);  // as little compressible as a signature
        block.transactions.push_back({std::move(raw), hash, other(i % 50)});
        block.receipts.push_back({0, true, 40'000, 40'000 * (i + 1), {log_of(number, i)}});
    }
    return block;
}

/// The peer. Calls that cannot fail but for a bug or a full disk end the bench.
class SqliteLogs {
public:
    explicit SqliteLogs(const std::string& file) {
        check(sqlite3_open(file.c_str(), &db_));
        run("PRAGMA cache_size = -65536");  // KiB, as much as our store has
        run("CREATE TABLE IF NOT EXISTS logs (block INTEGER, log_index INTEGER, tx_index INTEGER, block_hash BLOB, "
            "tx_hash BLOB, address BLOB, topic0 BLOB, topic1 BLOB, topic2 BLOB, data BLOB)");
        run("CREATE INDEX IF NOT EXISTS by_value ON logs (address, topic0, block, log_index)");
    }
    ~SqliteLogs() {
        sqlite3_finalize(insert_);
        sqlite3_finalize(select_);
        sqlite3_close(db_);
    }
    SqliteLogs(const SqliteLogs&) = delete;
    SqliteLogs& operator=(const SqliteLogs&) = delete;

    void begin() { run("BEGIN"); }
    void commit() { run("COMMIT"); }

    void put(const engine::StoredBlock& block) {
        if (insert_ == nullptr) insert_ = prepare("INSERT INTO logs VALUES (?,?,?,?,?,?,?,?,?,?)");
        for (std::size_t i = 0; i < block.receipts.size(); ++i) {
            const auto& log = block.receipts[i].logs.front();
            for (int column = 1; column <= 3; ++column)
                sqlite3_bind_int64(insert_, column, static_cast<sqlite3_int64>(column == 1 ? block.header.number : i));
            bind(insert_, 4, block.header.hash);
            bind(insert_, 5, block.transactions[i].hash);
            bind(insert_, 6, log.address);
            for (int topic = 0; topic < 3; ++topic)
                bind(insert_, 7 + topic, log.topics[static_cast<std::size_t>(topic)]);
            bind(insert_, 10, log.data);
            if (sqlite3_step(insert_) != SQLITE_DONE) fail_now();
            check(sqlite3_reset(insert_));
        }
    }

    std::vector<engine::FoundLog> find(const Address& address, const Hash& topic) {
        if (select_ == nullptr)
            select_ = prepare("SELECT * FROM logs WHERE address = ? AND topic0 = ? ORDER BY block, log_index");
        bind(select_, 1, address);
        bind(select_, 2, topic);
        std::vector<engine::FoundLog> out;
        while (sqlite3_step(select_) == SQLITE_ROW) {
            engine::FoundLog found;
            found.block_number = static_cast<std::uint64_t>(sqlite3_column_int64(select_, 0));
            found.log_index = static_cast<std::uint32_t>(sqlite3_column_int64(select_, 1));
            found.transaction_index = static_cast<std::uint32_t>(sqlite3_column_int64(select_, 2));
            found.block_hash = *Hash::from(blob(3));
            found.transaction_hash = *Hash::from(blob(4));
            found.log.address = *Address::from(blob(5));
            for (int column = 6; column < 9; ++column) found.log.topics.push_back(*Hash::from(blob(column)));
            found.log.data = to_bytes(blob(9));
            out.push_back(std::move(found));
        }
        check(sqlite3_reset(select_));
        return out;
    }

private:
    [[noreturn]] void fail_now() const {
        std::cerr << "rpc_logs: SQLite: " << sqlite3_errmsg(db_) << "\n";
        std::exit(1);
    }
    void check(int code) const {
        if (code != SQLITE_OK) fail_now();
    }
    void run(const char* sql) { check(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr)); }
    sqlite3_stmt* prepare(const char* sql) {
        sqlite3_stmt* out = nullptr;
        check(sqlite3_prepare_v2(db_, sql, -1, &out, nullptr));
        return out;
    }
    void bind(sqlite3_stmt* statement, int column, ByteView bytes) const {
        check(sqlite3_bind_blob(statement, column, bytes.data(), static_cast<int>(bytes.size()), SQLITE_TRANSIENT));
    }
    ByteView blob(int column) const {
        const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(select_, column));
        return {data, static_cast<std::size_t>(sqlite3_column_bytes(select_, column))};
    }

    sqlite3* db_ = nullptr;
    sqlite3_stmt* insert_ = nullptr;
    sqlite3_stmt* select_ = nullptr;
};

std::string processor() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
    return "unknown";
}

void report(const char* name, double ms, double peer_ms) {
    std::printf(
        R"({"bench":"%s","value":%.4g,"unit":"ms","better":"lower","peer":"SQLite %s, index on address and topic",)"
        R"("peer_value":%.4g,"ratio":%.3f,"limit":%g,"limit_share":%.4g,"cpu":"%s"})"
        "\n",
        name, ms, sqlite3_libversion(), peer_ms, ms / peer_ms, kLimitMs, kLimitMs / ms, processor().c_str());
}

/// Milliseconds of one search with its answer as text, which must be the right one.
template <class Find>
double query_ms(const Find& find, std::string& text) {
    const auto begin = std::chrono::steady_clock::now();
    const std::vector<engine::FoundLog> found = find();
    std::string answer = rpc::logs_json(found);
    const std::chrono::duration<double, std::milli> passed = std::chrono::steady_clock::now() - begin;
    if (found.size() != kMatches || (!text.empty() && text != answer)) {
        std::cerr << "rpc_logs: found " << found.size() << " logs, or another answer than before\n";
        std::exit(1);
    }
    text = std::move(answer);
    return passed.count();
}

double median(std::vector<double> times) {
    std::ranges::sort(times);
    return times[times.size() / 2];
}

void measure(const db::KvStore& kv, SqliteLogs& sqlite) {
    const engine::BlockStore blocks(kv);
    const engine::LogFilter filter{0, kBlocks, {kWanted}, {{hashed(42)}}};
    const auto ours = [&] { return *blocks.find_logs(filter); };
    const auto theirs = [&] { return sqlite.find(kWanted, hashed(42)); };
    std::string text;  // all answers are the same
    const double first = query_ms(ours, text);
    report("rpc_logs_first", first, query_ms(theirs, text));
    std::vector<double> our_times;
    std::vector<double> their_times;
    for (int i = 0; i < kRounds; ++i) {
        our_times.push_back(query_ms(ours, text));
        their_times.push_back(query_ms(theirs, text));
    }
    report("rpc_logs", median(our_times), median(their_times));
}

}  // namespace

int main() {
    std::string name = (std::filesystem::temp_directory_path() / "bourse-rpc-logs-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) return 1;
    {
        const auto kv = *db::open_rocksdb(name + "/chain");
        SqliteLogs sqlite(name + "/peer.db");
        sqlite.begin();
        for (std::uint64_t number = 1; number <= kBlocks; ++number) {
            const auto block = block_of(number);
            db::Batch batch;
            engine::BlockStore::put_block(batch, block);
            batch.sort();
            kv->write(batch, false);
            sqlite.put(block);
        }
        sqlite.commit();
    }
    {
        const auto kv = *db::open_rocksdb(name + "/chain");  // nothing of it is in the store's cache
        SqliteLogs sqlite(name + "/peer.db");
        measure(*kv, sqlite);
    }
    std::filesystem::remove_all(name);
    return 0;
}
