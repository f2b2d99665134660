#include <bourse/rpc/filters.hpp>

#include <bourse/rpc/json.hpp>
#include <bourse/rpc/log_access.hpp>
#include <bourse/rpc/subscriptions.hpp>

#include <algorithm>
#include <limits>

namespace bourse::rpc {

Filters::Filters(engine::Engine& engine, const RpcLimits& limits, std::function<std::uint64_t()> clock_ms)
    : limits_(limits), clock_ms_(std::move(clock_ms)) {
    engine.pool().on_add([this](const chain::TransactionPtr& tx) { on_add(tx); });
}

RpcResult<std::string> Filters::add_logs(const CallContext& context, LogArguments arguments) {
    auto filter = std::make_shared<Filter>();
    filter->kind = Kind::kLogs;
    filter->logs = std::move(arguments);
    return add(context, std::move(filter));
}

RpcResult<std::string> Filters::add_blocks(const CallContext& context) {
    return add(context, std::make_shared<Filter>());
}

RpcResult<std::string> Filters::add_pending(const CallContext& context) {
    auto filter = std::make_shared<Filter>();
    filter->kind = Kind::kPending;
    return add(context, std::move(filter));
}

RpcResult<std::string> Filters::add(const CallContext& context, FilterPtr filter) {
    const auto now_ms = clock_ms_();
    filter->connection = context.connection;
    filter->polled_ms = now_ms;
    filter->next_block = context.view->head().number + 1;
    const std::lock_guard lock(mutex_);
    forget_dead_locked(now_ms);
    const auto mine =
        std::ranges::count_if(filters_, [&](const auto& f) { return f.second->connection == context.connection; });
    if (static_cast<std::size_t>(mine) >= limits_.filters)
        return rpc_fail(kLimitExceeded, "at most " + std::to_string(limits_.filters) +
                                            " filters a connection: uninstall one, or use a subscription");
    if (filters_.size() >= limits_.all_filters)
        return rpc_fail(kLimitExceeded, "this node keeps no more filters: use eth_getLogs or a subscription");
    filter->next_pending = first_announced_ + announced_.size();
    if (filter->kind == Kind::kPending) ++pending_filters_;
    auto id = random_quantity();
    filters_.emplace(id, std::move(filter));
    return id;
}

Filters::FilterPtr Filters::find(const std::string& id) {
    const auto now_ms = clock_ms_();
    const std::lock_guard lock(mutex_);
    const auto it = filters_.find(id);
    if (it == filters_.end()) return nullptr;
    if (now_ms - it->second->polled_ms > limits_.filter_lifetime_ms) {
        erase_locked(it);
        return nullptr;
    }
    it->second->polled_ms = now_ms;
    return it->second;
}

bool Filters::remove(const std::string& id) {
    if (!find(id)) return false;
    const std::lock_guard lock(mutex_);
    const auto it = filters_.find(id);
    if (it == filters_.end()) return false;
    erase_locked(it);
    return true;
}

std::size_t Filters::size() const {
    const std::lock_guard lock(mutex_);
    return filters_.size();
}

void Filters::forget_dead_locked(std::uint64_t now_ms) {
    for (auto it = filters_.begin(); it != filters_.end();) {
        const auto next = std::next(it);
        if (now_ms - it->second->polled_ms > limits_.filter_lifetime_ms) erase_locked(it);
        it = next;
    }
}

void Filters::erase_locked(std::map<std::string, FilterPtr>::iterator it) {
    if (it->second->kind == Kind::kPending && --pending_filters_ == 0) {
        first_announced_ += announced_.size();
        announced_.clear();
    }
    filters_.erase(it);
}

void Filters::on_add(const chain::TransactionPtr& tx) {
    if (pending_filters_ == 0) return;
    const std::lock_guard lock(mutex_);
    if (pending_filters_ == 0) return;
    announced_.push_back(tx->hash);
    if (announced_.size() <= limits_.pending_hashes) return;
    announced_.pop_front();
    ++first_announced_;
}

RpcResult<LogArguments> Filters::log_arguments(const std::string& id) {
    const auto filter = find(id);
    if (!filter || filter->kind != Kind::kLogs) return rpc_fail(kServerError, "filter not found");
    return filter->logs;
}

Answer Filters::changes(const CallContext& context, const std::string& id) {
    const auto filter = find(id);
    if (!filter) return rpc_fail(kServerError, "filter not found");
    const std::lock_guard lock(filter->mutex);
    switch (filter->kind) {
        case Kind::kLogs:
            return new_logs(context, *filter);
        case Kind::kBlocks:
            return new_blocks(context, *filter);
        case Kind::kPending:
            return new_pending(*filter);
    }
    return rpc_fail(kServerError, "filter not found");
}

Answer Filters::new_logs(const CallContext& context, Filter& filter) const {
    const auto head = context.view->head().number;
    engine::LogFilter wanted{filter.next_block, head, filter.logs.addresses, filter.logs.topics};
    if (filter.logs.block_hash || filter.next_block > head) return "[]";
    const auto bound = [](const std::optional<BlockId>& id) {
        return id && id->kind == BlockId::Kind::kNumber ? std::optional(id->number) : std::nullopt;
    };
    wanted.from_block = std::max(wanted.from_block, bound(filter.logs.from).value_or(0));
    wanted.to_block = std::min(wanted.to_block, bound(filter.logs.to).value_or(head));
    if (wanted.from_block > wanted.to_block) {
        filter.next_block = head + 1;
        return "[]";
    }
    // A client cannot narrow what it polls: a range with too much is cut at a block, down to one block as a whole.
    while (true) {
        const bool single = wanted.from_block == wanted.to_block;
        const engine::LogLimits limits{single ? std::numeric_limits<std::size_t>::max() : limits_.log_results,
                                       limits_.log_blocks};
        if (const auto found = context.view->blocks().find_logs(wanted, limits)) {
            filter.next_block = wanted.to_block + 1;
            return logs_json(*found);
        }
        wanted.to_block = wanted.from_block + (wanted.to_block - wanted.from_block) / 2;
    }
}

Answer Filters::new_blocks(const CallContext& context, Filter& filter) const {
    const auto end = std::min(context.view->head().number + 1, filter.next_block + limits_.log_blocks);
    std::string out = "[";
    for (; filter.next_block < end; ++filter.next_block) {
        const auto header = context.view->blocks().header(filter.next_block);
        if (!header) break;
        if (out.size() > 1) out += ',';
        append_json_hex(out, header->hash);
    }
    return out += ']';
}

Answer Filters::new_pending(Filter& filter) const {
    std::string out = "[";
    const std::lock_guard lock(mutex_);
    const auto skip = filter.next_pending > first_announced_ ? filter.next_pending - first_announced_ : 0;
    for (auto i = skip; i < announced_.size(); ++i) {
        if (out.size() > 1) out += ',';
        append_json_hex(out, announced_[i]);
    }
    filter.next_pending = first_announced_ + announced_.size();
    return out += ']';
}

}  // namespace bourse::rpc
