#include <bourse/rpc/subscriptions.hpp>

#include <bourse/crypto/cipher.hpp>
#include <bourse/rpc/answers.hpp>
#include <bourse/rpc/json.hpp>

#include <algorithm>

namespace bourse::rpc {

std::string random_quantity() {
    Bytes bytes = crypto::random_bytes(16);
    bytes[0] |= 0x80;  // a quantity has no leading zeros
    return to_hex(bytes);
}

Subscriptions::Subscriptions(engine::Engine& engine, const RpcLimits& limits) : limits_(limits) {
    engine.application().on_commit([this](const engine::CommittedBlock& block) { on_commit(block); });
    engine.pool().on_add([this](const chain::TransactionPtr& tx) { on_add(tx); });
}

RpcResult<std::string> Subscriptions::Connection::subscribe(const std::string& kind,
                                                            const SubscriptionArguments& arguments) {
    Entry entry;
    entry.connection = connection_;
    if (kind == "logs") {
        entry.kind = Kind::kLogs;
        entry.filter.addresses = arguments.filter.addresses;
        entry.filter.topics = arguments.filter.topics;
    } else if (kind == "newPendingTransactions") {
        entry.kind = Kind::kPending;
        entry.full = arguments.full;
    } else if (kind == "syncing") {
        entry.kind = Kind::kSyncing;  // a node of the embedded engine is never behind: nothing will be told
    } else if (kind != "newHeads") {
        return rpc_fail(kInvalidParams, "no \"" + kind.substr(0, 60) + "\" subscription in eth namespace");
    }
    const std::lock_guard lock(all_.mutex_);
    const auto mine =
        std::ranges::count_if(all_.entries_, [&](const auto& e) { return e.second.connection == connection_; });
    if (static_cast<std::size_t>(mine) >= all_.limits_.subscriptions)
        return rpc_fail(kLimitExceeded,
                        "at most " + std::to_string(all_.limits_.subscriptions) + " subscriptions a connection");
    const auto id = random_quantity();
    all_.entries_.emplace(id, std::move(entry));
    ++all_.count_;
    fresh_.push_back(id);
    return json_text(id);
}

bool Subscriptions::Connection::unsubscribe(const std::string& id) {
    const std::lock_guard lock(all_.mutex_);
    const auto it = all_.entries_.find(id);
    if (it == all_.entries_.end() || it->second.connection != connection_) return false;
    --all_.count_;
    all_.entries_.erase(it);
    return true;
}

void Subscriptions::Connection::answer(std::string text) {
    if (fresh_.empty()) {
        if (!text.empty()) connection_->send(std::move(text));
        return;
    }
    // Under the lock: no block can be announced between the answer and the first moment that the subscription hears.
    const std::lock_guard lock(all_.mutex_);
    if (!text.empty()) connection_->send(std::move(text));
    for (const auto& id : fresh_)
        if (const auto it = all_.entries_.find(id); it != all_.entries_.end()) it->second.active = true;
    fresh_.clear();
}

void Subscriptions::forget(const net::WsConnectionPtr& connection) {
    const std::lock_guard lock(mutex_);
    std::erase_if(entries_, [&](const auto& entry) {
        if (entry.second.connection != connection) return false;
        --count_;
        return true;
    });
}

std::size_t Subscriptions::size() const { return count_; }

void Subscriptions::on_commit(const engine::CommittedBlock& block) {
    if (count_ == 0) return;
    std::string head;
    const std::lock_guard lock(mutex_);
    for (const auto& [id, entry] : entries_) {
        if (!entry.active) continue;
        if (entry.kind == Kind::kHeads) {
            if (head.empty()) head = header_json(block.block->header, block.block->hash);
            send(entry, id, head);
        } else if (entry.kind == Kind::kLogs) {
            send_logs(entry, id, *block.block);
        }
    }
}

void Subscriptions::on_add(const chain::TransactionPtr& tx) {
    if (count_ == 0) return;
    const std::lock_guard lock(mutex_);
    for (const auto& [id, entry] : entries_)
        if (entry.active && entry.kind == Kind::kPending)
            send(entry, id, entry.full ? transaction_json(*tx) : json_hex(tx->hash));
}

void Subscriptions::send(const Entry& entry, const std::string& id, std::string_view result) const {
    std::string text = R"({"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":")";
    text.reserve(text.size() + id.size() + result.size() + 20);
    text += id;
    text += R"(","result":)";
    text += result;
    text += "}}";
    entry.connection->send(std::move(text));
}

void Subscriptions::send_logs(const Entry& entry, const std::string& id, const chain::ExecutedBlock& block) const {
    std::uint64_t log_index = 0;
    for (std::size_t i = 0; i < block.executed.size(); ++i) {
        const auto& tx = block.executed[i];
        for (const auto& log : tx.receipt.logs) {
            if (entry.filter.accepts(log)) {
                std::string text;
                append_log(text, log, {block.hash, block.header.number, static_cast<std::uint32_t>(i)},
                           tx.transaction->hash, log_index);
                send(entry, id, text);
            }
            ++log_index;
        }
    }
}

}  // namespace bourse::rpc
