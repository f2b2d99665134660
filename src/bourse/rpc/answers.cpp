#include <bourse/rpc/answers.hpp>

#include <bourse/base/assert.hpp>
#include <bourse/chain/header.hpp>
#include <bourse/chain/receipt.hpp>
#include <bourse/codec/ordered_trie.hpp>
#include <bourse/rpc/json.hpp>

#include <bit>

namespace bourse::rpc {

namespace {

void append_common_header(JsonObject& o, const chain::BlockHeader& header) {
    o.quantity("number", header.number);
    o.hex("parentHash", header.parent_hash);
    o.hex("mixHash", header.prevrandao);
    o.hex("sha3Uncles", chain::empty_ommers_hash());
    o.hex("transactionsRoot", header.transactions_root);
    o.hex("stateRoot", header.state_root);
    o.hex("receiptsRoot", header.receipts_root);
    o.quantity("difficulty", std::uint64_t{0});
    o.hex("extraData", chain::extra_data(header));
    o.quantity("gasLimit", header.gas_limit);
    o.quantity("gasUsed", header.gas_used);
    o.quantity("timestamp", header.time_s);
    o.quantity("baseFeePerGas", std::uint64_t{0});
    o.hex("withdrawalsRoot", empty_trie_root());
    o.quantity("blobGasUsed", std::uint64_t{0});
    o.quantity("excessBlobGas", std::uint64_t{0});
    o.hex("parentBeaconBlockRoot", Hash());
}

void append_identity(JsonObject& o, const chain::BlockHeader& header, const Hash& hash) {
    o.hex("hash", hash);
    o.raw("nonce", "\"0x0000000000000000\"");
    o.hex("miner", header.beneficiary);
    o.hex("logsBloom", header.logs_bloom);
}

/// Of a list or of a byte string above one byte, with its RLP header.
std::size_t with_rlp_header(std::size_t payload) {
    if (payload < 56) return payload + 1;
    return payload + 1 + (static_cast<std::size_t>(std::bit_width(payload)) + 7) / 8;
}

/// Bytes of the block in Ethereum's encoding: header, transactions, no ommers, no withdrawals.
std::size_t encoded_size(const engine::StoredBlock& block) {
    std::size_t transactions = 0;
    for (const auto& tx : block.transactions) {
        const bool is_legacy = tx.raw[0] >= 0xc0;  // a list as it is; a typed one is wrapped into a byte string
        transactions += is_legacy ? tx.raw.size() : with_rlp_header(tx.raw.size());
    }
    return with_rlp_header(block.header.rlp.size() + with_rlp_header(transactions) + 2);
}

Transaction decoded(const engine::StoredTransaction& stored) {
    auto tx = decode_transaction(stored.raw);
    BOURSE_ASSERT(tx.has_value());
    return *std::move(tx);
}

void append_access_list(std::string& out, const std::vector<AccessListEntry>& list) {
    out += '[';
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (i > 0) out += ',';
        JsonObject entry(out);
        entry.hex("address", list[i].address);
        auto& keys = entry.at("storageKeys");
        keys += '[';
        for (std::size_t k = 0; k < list[i].storage_keys.size(); ++k) {
            if (k > 0) keys += ',';
            append_json_hex(keys, list[i].storage_keys[k]);
        }
        keys += ']';
        entry.end();
    }
    out += ']';
}

void append_fees(JsonObject& o, const Transaction& tx, bool mined) {
    o.quantity("gas", tx.gas_limit);
    if (tx.type == 2) {
        // What is paid once mined; until then the most that may be paid.
        o.quantity("gasPrice", mined ? tx.effective_gas_price() : tx.max_fee);
        o.quantity("maxFeePerGas", tx.max_fee);
        o.quantity("maxPriorityFeePerGas", tx.max_priority_fee);
    } else {
        o.quantity("gasPrice", tx.gas_price);
    }
}

void append_place(JsonObject& o, const std::optional<MinedPlace>& place) {
    if (place) {
        o.hex("blockHash", place->block_hash);
        o.quantity("blockNumber", place->block_number);
        o.quantity("transactionIndex", std::uint64_t{place->index});
    } else {
        o.raw("blockHash", "null");
        o.raw("blockNumber", "null");
        o.raw("transactionIndex", "null");
    }
}

void append_optional_address(JsonObject& o, std::string_view key, const std::optional<Address>& address) {
    if (address)
        o.hex(key, *address);
    else
        o.raw(key, "null");
}

void append_receipt(std::string& out, const engine::StoredTransaction& stored, const engine::StoredReceipt& receipt,
                    const MinedPlace& place, std::uint64_t first_log) {
    const auto tx = decoded(stored);
    JsonObject o(out);
    o.hex("transactionHash", stored.hash);
    append_place(o, place);
    o.hex("from", stored.sender);
    append_optional_address(o, "to", tx.to);
    o.raw("contractAddress", "null");
    o.quantity("cumulativeGasUsed", receipt.cumulative_gas);
    o.quantity("gasUsed", receipt.gas_used);
    o.quantity("effectiveGasPrice", tx.effective_gas_price());
    o.quantity("type", std::uint64_t{receipt.type});
    o.quantity("status", std::uint64_t{receipt.success ? 1U : 0U});
    o.hex("logsBloom", chain::bloom_of(receipt.logs));
    auto& logs = o.at("logs");
    logs += '[';
    for (std::size_t i = 0; i < receipt.logs.size(); ++i) {
        if (i > 0) logs += ',';
        append_log(logs, receipt.logs[i], place, stored.hash, first_log + i);
    }
    logs += ']';
    o.end();
}

/// Transactions as hashes or whole; `at` names the place of the i-th.
template <class Append>
void append_list(std::string& out, std::size_t size, Append append) {
    out += '[';
    for (std::size_t i = 0; i < size; ++i) {
        if (i > 0) out += ',';
        append(i);
    }
    out += ']';
}

}  // namespace

std::string header_json(const chain::BlockHeader& header, const Hash& hash) {
    std::string out;
    out.reserve(2048);
    JsonObject o(out);
    append_common_header(o, header);
    append_identity(o, header, hash);
    o.end();
    return out;
}

std::string block_json(const engine::StoredBlock& block, bool full_transactions) {
    const auto header = chain::decode_header(block.header.rlp);
    BOURSE_ASSERT(header.has_value());
    std::string out;
    out.reserve(2048 + block.transactions.size() * (full_transactions ? 1500U : 70U));
    JsonObject o(out);
    append_common_header(o, *header);
    append_identity(o, *header, block.header.hash);
    o.quantity("size", std::uint64_t{encoded_size(block)});
    o.raw("totalDifficulty", "\"0x0\"");
    o.raw("uncles", "[]");
    o.raw("withdrawals", "[]");
    append_list(o.at("transactions"), block.transactions.size(), [&](std::size_t i) {
        const auto& stored = block.transactions[i];
        if (full_transactions)
            append_transaction(out, decoded(stored), stored.hash, stored.sender,
                               MinedPlace{block.header.hash, block.header.number, static_cast<std::uint32_t>(i)});
        else
            append_json_hex(out, stored.hash);
    });
    o.end();
    return out;
}

namespace {

void append_pending_header(JsonObject& o, const chain::BlockHeader& parent, const Hash& parent_hash,
                           std::uint64_t time_ms, const std::vector<chain::TransactionPtr>& transactions) {
    chain::BlockHeader header = parent;  // the state root of the parent stands in: nothing is executed for this view
    header.parent_hash = parent_hash;
    header.number = parent.number + 1;
    header.time_s = time_ms / 1000;
    header.time_ms = time_ms;
    header.gas_used = 0;
    header.prevrandao = chain::prevrandao_of(parent_hash, header.number);
    std::vector<Bytes> raws;
    raws.reserve(transactions.size());
    for (const auto& tx : transactions) raws.push_back(tx->raw);
    header.transactions_root = ordered_trie_root(raws);
    header.receipts_root = empty_trie_root();
    append_common_header(o, header);
    for (const auto* key : {"hash", "nonce", "miner"}) o.raw(key, "null");
    o.hex("logsBloom", chain::bloom_of({}));
}

}  // namespace

std::string pending_header_json(const chain::BlockHeader& parent, const Hash& parent_hash, std::uint64_t time_ms,
                                const std::vector<chain::TransactionPtr>& transactions) {
    std::string out;
    JsonObject o(out);
    append_pending_header(o, parent, parent_hash, time_ms, transactions);
    o.end();
    return out;
}

std::string pending_block_json(const chain::BlockHeader& parent, const Hash& parent_hash, std::uint64_t time_ms,
                               const std::vector<chain::TransactionPtr>& transactions, bool full_transactions) {
    std::string out;
    JsonObject o(out);
    append_pending_header(o, parent, parent_hash, time_ms, transactions);
    o.quantity("size", std::uint64_t{0});
    o.raw("totalDifficulty", "\"0x0\"");
    o.raw("uncles", "[]");
    o.raw("withdrawals", "[]");
    append_list(o.at("transactions"), transactions.size(), [&](std::size_t i) {
        const auto& tx = *transactions[i];
        if (full_transactions)
            append_transaction(out, tx.tx, tx.hash, tx.sender, std::nullopt);
        else
            append_json_hex(out, tx.hash);
    });
    o.end();
    return out;
}

void append_transaction(std::string& out, const Transaction& tx, const Hash& hash, const Address& sender,
                        const std::optional<MinedPlace>& place) {
    JsonObject o(out);
    o.hex("hash", hash);
    append_place(o, place);
    o.quantity("type", std::uint64_t{tx.type});
    if (tx.chain_id) o.quantity("chainId", *tx.chain_id);
    o.quantity("nonce", tx.nonce);
    o.hex("from", sender);
    append_optional_address(o, "to", tx.to);
    o.quantity("value", tx.value);
    append_fees(o, tx, place.has_value());
    o.hex("input", tx.data);
    if (tx.type != 0) append_access_list(o.at("accessList"), tx.access_list);
    o.quantity("v", tx.v());
    if (tx.type != 0) o.quantity("yParity", std::uint64_t{tx.signature.parity});
    o.quantity("r", uint256_from_be(tx.signature.r));
    o.quantity("s", uint256_from_be(tx.signature.s));
    o.end();
}

std::string transaction_json(const engine::StoredTransaction& stored, const std::optional<MinedPlace>& place) {
    std::string out;
    append_transaction(out, decoded(stored), stored.hash, stored.sender, place);
    return out;
}

std::string transaction_json(const chain::PreparedTransaction& tx) {
    std::string out;
    append_transaction(out, tx.tx, tx.hash, tx.sender, std::nullopt);
    return out;
}

std::string receipt_json(const engine::TransactionRecord& record) {
    std::string out;
    out.reserve(1024 + record.receipt.logs.size() * 800);
    append_receipt(out, record.transaction, record.receipt,
                   {record.header.hash, record.place.block_number, record.place.index}, record.first_log_index);
    return out;
}

std::string receipts_json(const engine::StoredBlock& block) {
    std::string out;
    std::uint64_t first_log = 0;
    append_list(out, block.receipts.size(), [&](std::size_t i) {
        append_receipt(out, block.transactions[i], block.receipts[i],
                       {block.header.hash, block.header.number, static_cast<std::uint32_t>(i)}, first_log);
        first_log += block.receipts[i].logs.size();
    });
    return out;
}

void append_log(std::string& out, const state::Log& log, const MinedPlace& place, const Hash& transaction_hash,
                std::uint64_t log_index, std::uint64_t time_s_or_zero) {
    JsonObject o(out);
    o.hex("address", log.address);
    auto& topics = o.at("topics");
    append_list(topics, log.topics.size(), [&](std::size_t i) { append_json_hex(topics, log.topics[i]); });
    o.hex("data", log.data);
    append_place(o, place);
    o.hex("transactionHash", transaction_hash);
    o.quantity("logIndex", log_index);
    if (time_s_or_zero != 0) o.quantity("blockTimestamp", time_s_or_zero);
    o.raw("removed", "false");
    o.end();
}

}  // namespace bourse::rpc
