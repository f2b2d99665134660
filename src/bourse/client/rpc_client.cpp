#include <bourse/client/rpc_client.hpp>

#include <bourse/net/http_client.hpp>
#include <bourse/poco/error_text.hpp>
#include <bourse/sys/clock.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <chrono>
#include <mutex>
#include <thread>

namespace bourse::client {

using nlohmann::json;

namespace {

constexpr std::size_t kMaxBatch = 500;

Error bad_answer(const std::string& url, std::string_view what) {
    return {"NODE_BAD_ANSWER",
            fmt::format("The node at {} answered in an unexpected form: {}. Is this an Ethereum JSON-RPC address?", url,
                        what)};
}

/// The error object of a call: reverts with their decoded reason, everything else as the node wrote it.
Error rpc_error(const json& error) {
    const std::string message = error.value("message", std::string("no message"));
    const bool reverted = message.find("revert") != std::string::npos || error.value("code", 0) == 3;
    if (!reverted) return {"RPC_ERROR", message};
    auto data = error.find("data");
    if (data != error.end() && data->is_string()) {
        auto bytes = from_hex(data->get<std::string>());
        if (bytes && !bytes->empty()) return {"CALL_REVERTED", poco::explain_revert(*bytes)};
    }
    constexpr std::string_view kPrefix = "execution reverted: ";
    if (message.starts_with(kPrefix)) return {"CALL_REVERTED", message.substr(kPrefix.size())};
    return {"CALL_REVERTED", "reverted without a reason"};
}

std::optional<Uint256> quantity(const json& value) {
    if (!value.is_string()) return std::nullopt;
    return uint256_from_quantity(value.get_ref<const std::string&>());
}

std::optional<std::uint64_t> quantity_u64(const json& value) {
    auto number = quantity(value);
    if (!number || !number->fits_u64()) return std::nullopt;
    return number->low_u64();
}

template <class Fixed>
std::optional<Fixed> fixed_field(const json& object, const char* name) {
    auto it = object.find(name);
    if (it == object.end() || !it->is_string()) return std::nullopt;
    return fixed_from_hex<Fixed>(it->get_ref<const std::string&>());
}

std::optional<std::uint64_t> u64_field(const json& object, const char* name) {
    auto it = object.find(name);
    return it == object.end() ? std::nullopt : quantity_u64(*it);
}

json call_object(const CallRequest& request) {
    json object{{"to", to_hex(request.to)}, {"data", to_hex(request.data)}};
    if (request.from) object["from"] = to_hex(*request.from);
    if (!request.value.is_zero()) object["value"] = to_quantity(request.value);
    return object;
}

std::optional<BlockHead> parse_block(const json& block) {
    if (!block.is_object()) return std::nullopt;
    auto number = u64_field(block, "number");
    auto hash = fixed_field<Hash>(block, "hash");
    auto time = u64_field(block, "timestamp");
    if (!number || !hash || !time) return std::nullopt;
    return BlockHead{*number, *hash, *time};
}

std::optional<LogEntry> parse_log(const json& log) {
    if (!log.is_object()) return std::nullopt;
    auto address = fixed_field<Address>(log, "address");
    auto block_number = u64_field(log, "blockNumber");
    auto block_hash = fixed_field<Hash>(log, "blockHash");
    auto tx_hash = fixed_field<Hash>(log, "transactionHash");
    auto index = u64_field(log, "logIndex");
    auto tx_index = u64_field(log, "transactionIndex");
    auto data = log.find("data");
    auto topics = log.find("topics");
    if (!address || !block_number || !block_hash || !tx_hash || !index || !tx_index) return std::nullopt;
    if (data == log.end() || !data->is_string() || topics == log.end() || !topics->is_array()) return std::nullopt;
    auto bytes = from_hex(data->get_ref<const std::string&>());
    if (!bytes) return std::nullopt;
    LogEntry entry{*address, {}, std::move(*bytes), *block_number, *block_hash, *tx_hash, *index, *tx_index};
    for (const auto& topic : *topics) {
        if (!topic.is_string()) return std::nullopt;
        auto value = fixed_from_hex<Bytes32>(topic.get_ref<const std::string&>());
        if (!value) return std::nullopt;
        entry.topics.push_back(*value);
    }
    return entry;
}

std::optional<std::vector<LogEntry>> parse_logs(const json& logs) {
    if (!logs.is_array()) return std::nullopt;
    std::vector<LogEntry> out;
    out.reserve(logs.size());
    for (const auto& log : logs) {
        auto entry = parse_log(log);
        if (!entry) return std::nullopt;
        out.push_back(std::move(*entry));
    }
    return out;
}

std::optional<Receipt> parse_receipt(const json& receipt) {
    auto hash = fixed_field<Hash>(receipt, "transactionHash");
    auto number = u64_field(receipt, "blockNumber");
    auto status = u64_field(receipt, "status");
    auto gas = u64_field(receipt, "gasUsed");
    auto logs_field = receipt.find("logs");
    if (!hash || !number || !status || !gas || logs_field == receipt.end()) return std::nullopt;
    auto logs = parse_logs(*logs_field);
    if (!logs) return std::nullopt;
    return Receipt{*hash, *number, *status == 1, *gas, std::move(*logs)};
}

json filter_object(const LogFilter& filter) {
    json object{{"fromBlock", to_quantity(filter.from_block)}, {"toBlock", to_quantity(filter.to_block)}};
    if (!filter.addresses.empty()) {
        json addresses = json::array();
        for (const auto& address : filter.addresses) addresses.push_back(to_hex(address));
        object["address"] = std::move(addresses);
    }
    json topics = json::array();
    for (const auto& position : filter.topics) {
        if (position.empty()) {
            topics.push_back(nullptr);
            continue;
        }
        json any = json::array();
        for (const auto& topic : position) any.push_back(to_hex(topic));
        topics.push_back(std::move(any));
    }
    if (!topics.empty()) object["topics"] = std::move(topics);
    return object;
}

}  // namespace

struct RpcClient::Cache {
    std::mutex mutex;
    std::optional<std::uint64_t> chain_id;
    std::optional<bool> has_bourse_send;
};

RpcClient::RpcClient(std::string url, std::uint64_t timeout_ms)
    : url_(std::move(url)), timeout_ms_(timeout_ms), cache_(std::make_shared<Cache>()) {}

namespace {

Result<json> post_json(const std::string& url, std::uint64_t timeout_ms, const json& body) {
    net::ClientRequest request;
    request.method = "POST";
    request.url = url;
    request.headers["content-type"] = "application/json";
    request.body = body.dump();
    request.timeout_ms = timeout_ms;
    auto response = net::http_request(request);
    if (!response) {
        const auto& error = response.error();
        if (error.code == "HTTP_TIMEOUT")
            return fail("NODE_TIMEOUT",
                        fmt::format("The node at {} did not answer within {} ms. Is it overloaded or stopped?", url,
                                    timeout_ms));
        return fail("NODE_UNREACHABLE", fmt::format("No node answers at {} ({}). Start it with `bourse up` or `bourse "
                                                    "node`, or give another address with --rpc.",
                                                    url, error.message));
    }
    auto answer = json::parse(response->body, nullptr, false);
    if (answer.is_discarded()) return fail(bad_answer(url, fmt::format("status {}, no JSON", response->status)));
    return answer;
}

Result<json> take_result(const std::string& url, json& answer) {
    if (!answer.is_object()) return fail(bad_answer(url, "no object"));
    auto error = answer.find("error");
    if (error != answer.end() && error->is_object()) return fail(rpc_error(*error));
    auto result = answer.find("result");
    if (result == answer.end()) return fail(bad_answer(url, "neither result nor error"));
    return std::move(*result);
}

}  // namespace

Result<json> RpcClient::call(const std::string& method, json params) {
    BOURSE_TRY(auto answer,
               post_json(url_, timeout_ms_,
                         {{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", std::move(params)}}));
    return take_result(url_, answer);
}

Result<std::vector<Result<json>>> RpcClient::batch(const std::vector<BatchItem>& items) {
    std::vector<Result<json>> out;
    out.reserve(items.size());
    for (std::size_t begin = 0; begin < items.size(); begin += kMaxBatch) {
        const std::size_t count = std::min(kMaxBatch, items.size() - begin);
        json body = json::array();
        for (std::size_t i = 0; i < count; ++i) {
            const auto& item = items[begin + i];
            body.push_back({{"jsonrpc", "2.0"}, {"id", i}, {"method", item.method}, {"params", item.params}});
        }
        BOURSE_TRY(auto answers, post_json(url_, timeout_ms_, body));
        if (!answers.is_array()) {
            BOURSE_TRY(auto ignored, take_result(url_, answers));
            return fail(bad_answer(url_, "a batch was answered by a single result"));
        }
        std::vector<std::optional<Result<json>>> slots(count);
        for (auto& answer : answers) {
            auto id = answer.is_object() ? answer.find("id") : answer.end();
            if (!answer.is_object() || id == answer.end() || !id->is_number_unsigned()) continue;
            const auto position = id->get<std::size_t>();
            if (position < count) slots[position] = take_result(url_, answer);
        }
        for (auto& slot : slots) {
            if (!slot) return fail(bad_answer(url_, "a batch answer is incomplete"));
            out.push_back(std::move(*slot));
        }
    }
    return out;
}

Result<std::uint64_t> RpcClient::chain_id() {
    {
        std::lock_guard lock(cache_->mutex);
        if (cache_->chain_id) return *cache_->chain_id;
    }
    BOURSE_TRY(auto value, call("eth_chainId"));
    auto id = quantity_u64(value);
    if (!id) return fail(bad_answer(url_, "eth_chainId is no quantity"));
    std::lock_guard lock(cache_->mutex);
    cache_->chain_id = *id;
    return *id;
}

Result<BlockHead> RpcClient::head() {
    BOURSE_TRY(auto value, call("eth_getBlockByNumber", {"latest", false}));
    auto block = parse_block(value);
    if (!block) return fail(bad_answer(url_, "eth_getBlockByNumber"));
    return *block;
}

Result<std::uint64_t> RpcClient::pending_time_s() {
    BOURSE_TRY(auto value, call("eth_getBlockByNumber", {"pending", false}));
    auto time = value.is_object() ? u64_field(value, "timestamp") : std::nullopt;
    if (!time) return fail(bad_answer(url_, "eth_getBlockByNumber(pending)"));
    return *time;
}

Result<BlockHead> RpcClient::block(std::uint64_t number) {
    BOURSE_TRY(auto value, call("eth_getBlockByNumber", {to_quantity(number), false}));
    auto block = parse_block(value);
    if (!block) return fail(bad_answer(url_, fmt::format("block {} is not there", number)));
    return *block;
}

Result<std::uint64_t> RpcClient::nonce(const Address& account, bool pending) {
    BOURSE_TRY(auto value, call("eth_getTransactionCount", {to_hex(account), pending ? "pending" : "latest"}));
    auto nonce = quantity_u64(value);
    if (!nonce) return fail(bad_answer(url_, "eth_getTransactionCount"));
    return *nonce;
}

Result<Uint256> RpcClient::coin_balance(const Address& account) {
    BOURSE_TRY(auto value, call("eth_getBalance", {to_hex(account), "latest"}));
    auto balance = quantity(value);
    if (!balance) return fail(bad_answer(url_, "eth_getBalance"));
    return *balance;
}

Result<bool> RpcClient::has_code(const Address& account) {
    BOURSE_TRY(auto value, call("eth_getCode", {to_hex(account), "latest"}));
    if (!value.is_string()) return fail(bad_answer(url_, "eth_getCode"));
    return value.get_ref<const std::string&>().size() > 2;
}

Result<Bytes> RpcClient::eth_call(const CallRequest& request, const std::string& tag) {
    BOURSE_TRY(auto value, call("eth_call", {call_object(request), tag}));
    auto bytes = value.is_string() ? from_hex(value.get_ref<const std::string&>()) : std::nullopt;
    if (!bytes) return fail(bad_answer(url_, "eth_call"));
    return std::move(*bytes);
}

Result<std::vector<Result<Bytes>>> RpcClient::eth_call_batch(const std::vector<CallRequest>& requests,
                                                             const std::string& tag) {
    std::vector<BatchItem> items;
    items.reserve(requests.size());
    for (const auto& request : requests) items.push_back({"eth_call", {call_object(request), tag}});
    BOURSE_TRY(auto answers, batch(items));
    std::vector<Result<Bytes>> out;
    out.reserve(answers.size());
    for (auto& answer : answers) {
        if (!answer) {
            out.push_back(fail(std::move(answer).error()));
            continue;
        }
        auto bytes = answer->is_string() ? from_hex(answer->get_ref<const std::string&>()) : std::nullopt;
        if (bytes)
            out.push_back(std::move(*bytes));
        else
            out.push_back(fail(bad_answer(url_, "eth_call")));
    }
    return out;
}

Result<std::uint64_t> RpcClient::estimate_gas(const CallRequest& request) {
    BOURSE_TRY(auto value, call("eth_estimateGas", json::array({call_object(request)})));
    auto gas = quantity_u64(value);
    if (!gas) return fail(bad_answer(url_, "eth_estimateGas"));
    return *gas;
}

Result<Uint256> RpcClient::gas_price() {
    BOURSE_TRY(auto value, call("eth_gasPrice"));
    auto price = quantity(value);
    if (!price) return fail(bad_answer(url_, "eth_gasPrice"));
    return *price;
}

namespace {

Result<Hash> parse_hash(const std::string& url, const json& value) {
    auto hash = value.is_string() ? hash_from_hex(value.get_ref<const std::string&>()) : std::nullopt;
    if (!hash) return fail(bad_answer(url, "a transaction was answered without its hash"));
    return *hash;
}

}  // namespace

Result<bool> RpcClient::offers_bourse_send() {
    {
        std::lock_guard lock(cache_->mutex);
        if (cache_->has_bourse_send) return *cache_->has_bourse_send;
    }
    auto modules = call("rpc_modules");
    if (!modules && modules.error().code != "RPC_ERROR") return fail(modules.error());
    const bool offered = modules && modules->is_object() && modules->contains("bourse");
    std::lock_guard lock(cache_->mutex);
    cache_->has_bourse_send = offered;
    return offered;
}

Result<Hash> RpcClient::send_raw(ByteView raw) {
    BOURSE_TRY(const bool ours, offers_bourse_send());
    BOURSE_TRY(auto value,
               call(ours ? "bourse_sendRawTransaction" : "eth_sendRawTransaction", json::array({to_hex(raw)})));
    return parse_hash(url_, value);
}

Result<std::vector<Result<Hash>>> RpcClient::send_raw_batch(const std::vector<Bytes>& raws) {
    BOURSE_TRY(const bool ours, offers_bourse_send());
    std::vector<BatchItem> items;
    items.reserve(raws.size());
    for (const auto& raw : raws)
        items.push_back({ours ? "bourse_sendRawTransaction" : "eth_sendRawTransaction", json::array({to_hex(raw)})});
    BOURSE_TRY(auto answers, batch(items));
    std::vector<Result<Hash>> out;
    out.reserve(answers.size());
    for (auto& answer : answers) {
        if (answer)
            out.push_back(parse_hash(url_, *answer));
        else
            out.push_back(fail(std::move(answer).error()));
    }
    return out;
}

Result<std::optional<Receipt>> RpcClient::receipt(const Hash& tx) {
    BOURSE_TRY(auto value, call("eth_getTransactionReceipt", json::array({to_hex(tx)})));
    if (value.is_null()) return std::optional<Receipt>{};
    auto receipt = value.is_object() ? parse_receipt(value) : std::nullopt;
    if (!receipt) return fail(bad_answer(url_, "eth_getTransactionReceipt"));
    return std::optional<Receipt>(std::move(*receipt));
}

Result<Receipt> RpcClient::wait_receipt(const Hash& tx, std::uint64_t timeout_ms) {
    const std::uint64_t start = sys::steady_ms();
    for (;;) {
        BOURSE_TRY(auto found, receipt(tx));
        if (found) return std::move(*found);
        const std::uint64_t waited = sys::steady_ms() - start;
        if (waited >= timeout_ms)
            return fail(
                "RECEIPT_TIMEOUT",
                fmt::format(
                    "Transaction {} is not in a block after {} s. It may still be mined; ask later with its hash.",
                    to_hex(tx), timeout_ms / 1000));
        std::this_thread::sleep_for(std::chrono::milliseconds(waited < 500 ? 5 : 50));
    }
}

Result<std::vector<LogEntry>> RpcClient::get_logs(const LogFilter& filter) {
    BOURSE_TRY(auto value, call("eth_getLogs", json::array({filter_object(filter)})));
    auto logs = parse_logs(value);
    if (!logs) return fail(bad_answer(url_, "eth_getLogs"));
    return std::move(*logs);
}

}  // namespace bourse::client
