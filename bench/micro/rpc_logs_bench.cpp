// bench: rpc
// eth_getLogs for one address and topic over 1,000,000 logs of which 1,000 match, from the search to the JSON text. The
// matches lie in 1,000 of 5,000 blocks, so that each costs a block of its own: the dearest case. One JSON line a
// figure.
#include <bourse/chain/header.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/db/kv.hpp>
#include <bourse/engine/block_store.hpp>
#include <bourse/rpc/log_access.hpp>

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

void put_block(db::KvStore& kv, std::uint64_t number) {
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
    db::Batch batch;
    engine::BlockStore::put_block(batch, block);
    kv.write(batch, false);
}

std::string processor() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
    return "unknown";
}

void report(const char* name, double ms) {
    std::printf(R"({"bench":"%s","value":%.4g,"unit":"ms","better":"lower","peer":null,"peer_value":null,"ratio":null,)"
                R"("limit":%g,"limit_share":%.4g,"cpu":"%s"})"
                "\n",
                name, ms, kLimitMs, kLimitMs / ms, processor().c_str());
}

/// Milliseconds of one query with its answer as text.
double query_ms(const db::KvStore& kv) {
    const engine::BlockStore blocks(kv);
    const engine::LogFilter filter{0, kBlocks, {kWanted}, {{hashed(42)}}};
    const auto begin = std::chrono::steady_clock::now();
    const auto found = blocks.find_logs(filter);
    const std::string text = found ? rpc::logs_json(*found) : std::string();
    const std::chrono::duration<double, std::milli> passed = std::chrono::steady_clock::now() - begin;
    if (!found || found->size() < kMatches || found->size() > kMatches + 2 || text.empty()) {
        std::cerr << "rpc_logs: found " << (found ? found->size() : 0) << " logs, not about 1,000\n";
        std::exit(1);
    }
    return passed.count();
}

}  // namespace

int main() {
    std::string name = (std::filesystem::temp_directory_path() / "bourse-rpc-logs-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) return 1;
    {
        const auto kv = *db::open_rocksdb(name);
        for (std::uint64_t number = 1; number <= kBlocks; ++number) put_block(*kv, number);
    }
    {
        const auto kv = *db::open_rocksdb(name);  // nothing of it is in the store's cache
        report("rpc_logs_first", query_ms(*kv));
        std::vector<double> times;
        for (int i = 0; i < kRounds; ++i) times.push_back(query_ms(*kv));
        std::ranges::sort(times);
        report("rpc_logs", times[times.size() / 2]);
    }
    std::filesystem::remove_all(name);
    return 0;
}
