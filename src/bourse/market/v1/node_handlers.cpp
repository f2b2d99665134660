// What comes from the node: JSON-RPC by a list of methods, signed transactions, blocks, transactions.
#include <bourse/codec/text.hpp>
#include <bourse/codec/transaction.hpp>
#include <bourse/explorer/writer.hpp>
#include <bourse/market/v1/api.hpp>
#include <bourse/market/v1/decode.hpp>
#include <bourse/market/v1/render.hpp>
#include <bourse/net/http_client.hpp>

#include <algorithm>
#include <set>

namespace bourse::market {

namespace {

constexpr std::size_t kMaxBatch = 100;
constexpr std::int64_t kPlacesPerBlock = 1'000'000;  ///< a transaction's cursor: block × this + position
constexpr std::int64_t kBlocksAStep = 50;

const std::set<std::string>& allowed_methods() {
    static const std::set<std::string> kAllowed{"eth_blockNumber",
                                                "eth_call",
                                                "eth_chainId",
                                                "eth_estimateGas",
                                                "eth_feeHistory",
                                                "eth_gasPrice",
                                                "eth_getBalance",
                                                "eth_getBlockByHash",
                                                "eth_getBlockByNumber",
                                                "eth_getBlockReceipts",
                                                "eth_getBlockTransactionCountByHash",
                                                "eth_getBlockTransactionCountByNumber",
                                                "eth_getCode",
                                                "eth_getLogs",
                                                "eth_getProof",
                                                "eth_getStorageAt",
                                                "eth_getTransactionByBlockHashAndIndex",
                                                "eth_getTransactionByBlockNumberAndIndex",
                                                "eth_getTransactionByHash",
                                                "eth_getTransactionCount",
                                                "eth_getTransactionReceipt",
                                                "eth_maxPriorityFeePerGas",
                                                "eth_sendRawTransaction",
                                                "eth_syncing",
                                                "bourse_sendRawTransaction",
                                                "net_listening",
                                                "net_peerCount",
                                                "net_version",
                                                "rpc_modules",
                                                "web3_clientVersion",
                                                "web3_sha3"};
    return kAllowed;
}

std::optional<std::string> refused_method(const Json& call) {
    if (!call.is_object()) return "a call must be an object";
    const auto method = call.find("method");
    if (method == call.end() || !method->is_string()) return "method is missing";
    if (!allowed_methods().contains(method->get<std::string>()))
        return method->get<std::string>() + " is not served here; ask the node itself";
    return std::nullopt;
}

std::int64_t quantity_of(const Json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end() || !found->is_string()) return 0;
    const auto value = uint256_from_quantity(found->get<std::string>());
    return value ? static_cast<std::int64_t>(std::min<std::uint64_t>(value->saturated_u64(), INT64_MAX)) : 0;
}

std::string amount_of(const Json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end() || !found->is_string()) return "0";
    return to_decimal(uint256_from_quantity(found->get<std::string>()).value_or(Uint256()));
}

Json checksum_of(const Json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end() || !found->is_string()) return nullptr;
    const auto address = address_from_hex(found->get<std::string>());
    return address ? Json(to_checksum(*address)) : Json(nullptr);
}

Json block_row(const Json& block) {
    return {
        {"number", quantity_of(block, "number")},
        {"hash", block.value("hash", "")},
        {"parent", block.value("parentHash", "")},
        {"time", ms_of(quantity_of(block, "timestamp"))},
        {"transactions", block.value("transactions", Json::array()).size()},
        {"gasUsed", quantity_of(block, "gasUsed")},
        {"gasLimit", quantity_of(block, "gasLimit")},
        {"size", quantity_of(block, "size")},
        {"author", checksum_of(block, "miner").is_null() ? Json(to_checksum(Address{})) : checksum_of(block, "miner")}};
}

Json transaction_row(const Json& tx, std::int64_t block_time_s) {
    const auto input = from_hex(tx.value("input", "0x")).value_or(Bytes{});
    return {{"hash", tx.value("hash", "")},
            {"block", quantity_of(tx, "blockNumber")},
            {"time", ms_of(block_time_s)},
            {"position", quantity_of(tx, "transactionIndex")},
            {"from", checksum_of(tx, "from")},
            {"to", checksum_of(tx, "to")},
            {"method", method_name(input)},
            {"value", amount_of(tx, "value")},
            {"ok", nullptr}};
}

Error node_missing() { return {"NODE_UNREACHABLE", "This market has no node to ask."}; }

}  // namespace

net::Response Api::rpc(const net::Request& request) const {
    const auto answer_error = [](const Json& id, int code, const std::string& text) {
        return json_answer(200, {{"jsonrpc", "2.0"}, {"id", id}, {"error", {{"code", code}, {"message", text}}}});
    };
    if (config_.rpc_url.empty()) return v1_refusal(node_missing());
    const auto body = Json::parse(request.body, nullptr, false);
    if (body.is_discarded()) return answer_error(nullptr, -32700, "the body is no JSON");
    if (body.is_array() && (body.empty() || body.size() > kMaxBatch))
        return answer_error(nullptr, -32600, "a batch has 1 to 100 calls");
    for (const auto& call : body.is_array() ? body : Json::array({body}))
        if (const auto refused = refused_method(call))
            return answer_error(call.is_object() ? call.value("id", Json(nullptr)) : Json(nullptr), -32601, *refused);
    net::ClientRequest ask;
    ask.method = "POST";
    ask.url = config_.rpc_url;
    ask.headers = {{"content-type", "application/json"}};
    ask.body = request.body;
    const auto answer = net::http_request(ask);
    if (!answer) return v1_refusal({"NODE_UNREACHABLE", "The node does not answer: " + answer.error().message});
    return net::Response::json(answer->status, answer->body);
}

Result<Json> Api::send(Call& call) const {
    if (parts_.rpc == nullptr) return fail(node_missing());
    BOURSE_TRY(const auto body, body_object(call.request()));
    const auto member = body.find("raw");
    const auto raw = member != body.end() && member->is_string() ? from_hex(member->get<std::string>()) : std::nullopt;
    if (!raw || raw->empty()) return fail("BODY_INVALID", "raw must be a signed transaction in 0x hex");
    const auto hash = transaction_hash(*raw);
    const auto known = parts_.rpc->call("eth_getTransactionByHash", {to_hex(hash)});
    if (known && known->is_object()) return Json{{"hash", to_hex(hash)}, {"known", true}};
    const auto sent = parts_.rpc->send_raw(*raw);
    if (!sent) {
        if (sent.error().code == "RPC_ERROR") return fail("TRANSACTION_INVALID", sent.error().message);
        return fail(sent.error());
    }
    return Json{{"hash", to_hex(*sent)}, {"known", false}};
}

/// Blocks (with their transactions, if asked for), in the order asked for.
Result<std::vector<Json>> Api::blocks_of(const std::vector<std::int64_t>& numbers, bool full) const {
    std::vector<client::RpcClient::BatchItem> items;
    for (const auto number : numbers)
        items.push_back({"eth_getBlockByNumber", {to_quantity(Uint256(static_cast<std::uint64_t>(number))), full}});
    std::vector<Json> out;
    if (items.empty()) return out;
    BOURSE_TRY(auto answers, parts_.rpc->batch(items));
    for (auto& answer : answers) {
        if (!answer) return fail(std::move(answer).error());
        if (answer->is_object()) out.push_back(*std::move(answer));
    }
    return out;
}

Result<std::int64_t> Api::first_block_at(std::int64_t time_s, std::int64_t head) const {
    std::int64_t low = 0, high = head + 1;
    while (low < high) {
        const auto middle = low + (high - low) / 2;
        BOURSE_TRY(const auto block, parts_.rpc->block(static_cast<std::uint64_t>(middle)));
        if (static_cast<std::int64_t>(block.time_s) < time_s)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

Result<std::pair<std::int64_t, std::int64_t>> Api::block_range(const Call& call, std::int64_t head) const {
    std::pair<std::int64_t, std::int64_t> out{0, head};
    BOURSE_TRY(const auto from, call.seconds("from"));
    BOURSE_TRY(const auto to, call.seconds("to"));
    if (from) {
        BOURSE_TRY(out.first, first_block_at(*from, head));
    }
    if (to) {
        BOURSE_TRY(const auto end, first_block_at(*to, head));
        out.second = end - 1;
    }
    return out;
}

Result<ListPage> Api::blocks(Call& call) const {
    if (parts_.rpc == nullptr) return fail(node_missing());
    BOURSE_TRY(const auto head, parts_.rpc->head());
    ListPage page;
    page.as_of = call.paging.as_of.value_or(static_cast<std::int64_t>(head.number));
    BOURSE_TRY(const auto range, block_range(call, page.as_of));
    page.total = std::max<std::int64_t>(range.second - range.first + 1, 0);
    const auto begin = std::min(call.paging.after ? *call.paging.after - 1 : range.second, range.second);
    std::vector<std::int64_t> numbers;
    for (auto number = begin; number >= range.first && static_cast<std::int64_t>(numbers.size()) < call.paging.limit;
         --number)
        numbers.push_back(number);
    BOURSE_TRY(const auto found, blocks_of(numbers, false));
    for (const auto& block : found) page.items.push_back(block_row(block));
    if (!found.empty() && quantity_of(found.back(), "number") > range.first)
        page.next = std::to_string(quantity_of(found.back(), "number"));
    return page;
}

Result<Json> Api::block(Call& call) const {
    if (parts_.rpc == nullptr) return fail(node_missing());
    const auto& id = call.segment("id");
    const auto hash = id.starts_with("0x") ? hash_from_hex(id) : std::nullopt;
    const auto number = uint256_from_decimal(id);
    if (!hash && (!number || !number->fits_u64())) return bad_parameter("id", "must be a block's number or hash");
    BOURSE_TRY(const auto block, hash ? parts_.rpc->call("eth_getBlockByHash", {id, true})
                                      : parts_.rpc->call("eth_getBlockByNumber", {to_quantity(*number), true}));
    if (!block.is_object()) return fail("NOT_FOUND", "There is no block " + id + " on this chain.");
    Json out = {{"block", block_row(block)}, {"transactions", Json::array()}};
    for (const auto& tx : block["transactions"])
        out["transactions"].push_back(transaction_row(tx, quantity_of(block, "timestamp")));
    return out;
}

Result<ListPage> Api::transactions(Call& call) const {
    if (parts_.rpc == nullptr) return fail(node_missing());
    BOURSE_TRY(const auto only, call.count("block"));
    ListPage page;
    page.as_of = std::min(call.paging.as_of.value_or(parts_.index.height()), parts_.index.height());
    // Which blocks have any, and how many, the index knows; what they are, the node.
    BOURSE_TRY(auto range, block_range(call, page.as_of));
    if (only) range = {std::max(range.first, *only), std::min(range.second, *only)};
    const auto [low, last] = range;
    page.total = low > last ? 0 : parts_.index.transactions_up_to(last) - parts_.index.transactions_up_to(low - 1);
    const auto after = call.paging.after.value_or((last + 1) * kPlacesPerBlock);
    auto below = (after - 1) / kPlacesPerBlock + 1;
    while (static_cast<std::int64_t>(page.items.size()) < call.paging.limit) {
        auto numbers = parts_.index.blocks_with_transactions(below, kBlocksAStep);
        std::erase_if(numbers, [&](std::int64_t number) { return number < range.first; });
        if (numbers.empty()) break;
        below = numbers.back();
        BOURSE_TRY(const auto found, blocks_of(numbers, true));
        for (const auto& block : found) {
            const auto& txs = block["transactions"];
            const auto number = quantity_of(block, "number");
            for (auto i = txs.size(); i-- > 0;) {
                const auto place = number * kPlacesPerBlock + static_cast<std::int64_t>(i);
                if (place >= after) continue;
                if (static_cast<std::int64_t>(page.items.size()) == call.paging.limit) return page;
                page.items.push_back(transaction_row(txs[i], quantity_of(block, "timestamp")));
                page.next = std::to_string(place);
            }
        }
    }
    page.next.reset();
    return page;
}

Result<Json> Api::transaction(Call& call) const {
    if (parts_.rpc == nullptr) return fail(node_missing());
    BOURSE_TRY(const auto hash, call.segment_hash("id"));
    BOURSE_TRY(const auto tx, parts_.rpc->call("eth_getTransactionByHash", {to_hex(hash)}));
    if (!tx.is_object()) return fail("NOT_FOUND", "There is no transaction " + to_hex(hash) + " on this chain.");
    BOURSE_TRY(const auto receipt, parts_.rpc->receipt(hash));
    std::int64_t time_s = 0;
    if (receipt) {
        BOURSE_TRY(const auto block, parts_.rpc->block(receipt->block_number));
        time_s = static_cast<std::int64_t>(block.time_s);
    }
    const auto input = from_hex(tx.value("input", "0x")).value_or(Bytes{});
    auto row = transaction_row(tx, time_s);
    row["ok"] = receipt ? Json(receipt->ok) : Json(nullptr);
    Json out = {{"transaction", row},
                {"words", ""},
                {"failure", nullptr},
                {"nonce", quantity_of(tx, "nonce")},
                {"gasUsed", receipt ? receipt->gas_used : 0},
                {"gasLimit", quantity_of(tx, "gas")},
                {"gasPrice", amount_of(tx, "gasPrice")},
                {"input", to_hex(input)},
                {"arguments", Json::array()},
                {"events", Json::array()}};
    if (receipt)
        for (const auto& log : receipt->logs) out["events"].push_back(render_log(log));
    out["arguments"] = call_arguments(input);
    out["words"] = words_of(row["method"].get<std::string>(), out["events"], receipt && receipt->ok);
    if (receipt && !receipt->ok) {
        // The same call on the state before its block tells the reason.
        Json again = {{"from", tx["from"]}, {"data", tx.value("input", "0x")}};
        if (tx.contains("to") && tx["to"].is_string()) again["to"] = tx["to"];
        const auto before = to_quantity(Uint256(receipt->block_number > 0 ? receipt->block_number - 1 : 0));
        const auto reason = parts_.rpc->call("eth_call", {again, before});
        out["failure"] =
            reason ? Json("It failed for a reason that its place in the block decided.") : Json(reason.error().message);
    }
    return out;
}

void Api::bind_node() {
    bind_raw("rpc", [this](const net::Request& r) { return rpc(r); });
    bind_item("send", [this](Call& c) { return send(c); });
    bind_list("blocks", [this](Call& c) { return blocks(c); });
    bind_item("block", [this](Call& c) { return block(c); });
    bind_list("transactions", [this](Call& c) { return transactions(c); });
    bind_item("transaction", [this](Call& c) { return transaction(c); });
}

}  // namespace bourse::market
