#include <bourse/engine/pool.hpp>

#include <bourse/engine/pool_rules.hpp>
#include <bourse/engine/sender_quotas.hpp>

#include <map>
#include <mutex>
#include <queue>
#include <unordered_map>

namespace bourse::engine {
namespace {

using chain::TransactionPtr;

/// A block is full at the latest when the intrinsic gas of its transactions reaches its limit, or at this size.
constexpr std::size_t kMaxBlockBytes = 16UL << 20;

tl::unexpected<Error> refuse_with_reason(chain::InvalidTransaction reason, std::string detail = {}) {
    std::string text(to_text(reason));
    if (!detail.empty()) text += ": " + detail;
    return fail(std::string(to_code(reason)), std::move(text));
}

}  // namespace

struct Pool::Impl {
    struct PoolEntry {
        TransactionPtr tx;
        std::uint64_t due_ms = 0;
        std::uint64_t arrival = 0;
        std::uint64_t added_ms = 0;
    };
    using PoolEntries = std::map<std::uint64_t, PoolEntry>;

    struct PoolSender {
        PoolEntries entries;           ///< by nonce, none below head_nonce
        std::uint64_t head_nonce = 0;  ///< the account's next nonce
        std::uint64_t next_nonce = 0;  ///< after the entries without a gap from head_nonce on

        bool executable() const { return !entries.empty() && entries.begin()->first == head_nonce; }
        void find_next_nonce() {
            next_nonce = std::max(next_nonce, head_nonce);
            for (auto it = entries.find(next_nonce); it != entries.end() && it->first == next_nonce; ++it) ++next_nonce;
        }
    };

    /// Where a sender's first transaction stands in the order of due times.
    using DueKey = std::tuple<std::uint64_t, std::uint64_t, Address>;

    PoolOptions options;
    std::function<SenderState(const Address&)> sender_state;
    SenderQuotas quotas;
    std::vector<std::function<void(const TransactionPtr&)>> listeners;

    mutable std::mutex mutex;
    std::unordered_map<Address, PoolSender> senders;
    std::unordered_map<Hash, TransactionPtr> by_hash;
    std::set<DueKey> heads;                            ///< of senders with an executable transaction
    std::set<std::pair<std::size_t, Address>> counts;  ///< number of transactions of each sender
    std::size_t bytes = 0;
    std::uint64_t arrivals = 0;

    Impl(PoolOptions opts, std::function<SenderState(const Address&)> state)
        : options(std::move(opts)), sender_state(std::move(state)), quotas(options.staked_rlc) {}

    static DueKey due_key(const Address& address, const PoolSender& sender) {
        const auto& first = sender.entries.begin()->second;
        return {first.due_ms, first.arrival, address};
    }
    /// Takes the sender out of the indexes; put it back after every change.
    void unindex(const Address& address, const PoolSender& sender) {
        if (sender.executable()) heads.erase(due_key(address, sender));
        if (!sender.entries.empty()) counts.erase({sender.entries.size(), address});
    }
    void index(const Address& address, PoolSender& sender) {
        sender.find_next_nonce();
        if (sender.entries.empty()) {
            senders.erase(address);
            return;
        }
        if (sender.executable()) heads.insert(due_key(address, sender));
        counts.insert({sender.entries.size(), address});
    }
    /// Between unindex and index.
    PoolEntries::iterator erase_entry(PoolSender& sender, PoolEntries::iterator it) {
        bytes -= it->second.tx->raw.size();
        by_hash.erase(it->second.tx->hash);
        sender.next_nonce = std::min(sender.next_nonce, it->first);
        return sender.entries.erase(it);
    }
    void raise_head_nonce(PoolSender& sender, std::uint64_t nonce) {
        if (nonce <= sender.head_nonce) return;
        const std::uint64_t next_nonce = std::max(nonce, sender.next_nonce);
        sender.head_nonce = nonce;
        auto it = sender.entries.begin();
        while (it != sender.entries.end() && it->first < nonce) it = erase_entry(sender, it);
        sender.next_nonce = next_nonce;
    }

    bool is_full(std::size_t more_bytes) const {
        return by_hash.size() >= options.max_transactions || bytes + more_bytes > options.max_bytes;
    }
    /// Makes room by dropping the last transactions of the sender with the most; false when that is `adding` itself.
    bool make_room(const Address& adding, std::size_t more_bytes) {
        while (is_full(more_bytes)) {
            if (counts.empty()) return false;
            const auto [count, largest] = *counts.rbegin();
            const auto own = senders.find(adding);
            const std::size_t own_count = own == senders.end() ? 0 : own->second.entries.size();
            if (largest == adding || own_count + 1 >= count) return false;
            PoolSender& sender = senders.at(largest);
            unindex(largest, sender);
            erase_entry(sender, std::prev(sender.entries.end()));
            index(largest, sender);
        }
        return true;
    }

    Status<> check_sender(const chain::PreparedTransaction& tx, const SenderState& account) const {
        if (tx.tx.nonce < account.nonce)
            return refuse_with_reason(
                chain::InvalidTransaction::kNonceTooLow,
                "next nonce " + std::to_string(account.nonce) + ", tx nonce " + std::to_string(tx.tx.nonce));
        if (account.balance < chain::highest_cost(tx.tx))
            return refuse_with_reason(chain::InvalidTransaction::kInsufficientFunds);
        return {};
    }
    Status<> check_place(const chain::PreparedTransaction& tx, std::uint64_t head_nonce) const {
        const auto it = senders.find(tx.sender);
        const std::uint64_t next = it == senders.end() ? head_nonce : std::max(head_nonce, it->second.next_nonce);
        if (tx.tx.nonce > next && tx.tx.nonce - next > options.max_gap)
            return fail("NONCE_GAP", "nonce too high: next nonce " + std::to_string(next) + ", tx nonce " +
                                         std::to_string(tx.tx.nonce) + "; at most " + std::to_string(options.max_gap) +
                                         " nonces ahead are kept");
        if (it == senders.end()) return {};
        const auto old = it->second.entries.find(tx.tx.nonce);
        const bool behind_gap = tx.tx.nonce >= next;
        if (old != it->second.entries.end() && !behind_gap && !replaces(tx.tx, old->second.tx->tx))
            return fail("REPLACEMENT_UNDERPRICED", "replacement transaction underpriced");
        return {};
    }
    Status<> check_quota(const chain::PreparedTransaction& tx, std::uint64_t now_ms) {
        if (!options.quotas || options.exempt.contains(tx.sender)) return {};
        const std::uint64_t wait_ms = quotas.take(tx.sender, tx.raw.size(), now_ms);
        if (wait_ms == 0) return {};
        return fail("QUOTA_EXCEEDED", "sender quota exceeded: wait " + std::to_string(wait_ms) +
                                          " ms, or deposit more RLC for a larger quota");
    }

    Status<> admit(TransactionPtr tx, std::uint64_t now_ms, std::uint64_t due_ms) {
        if (by_hash.contains(tx->hash)) return fail("ALREADY_KNOWN", "already known");
        const SenderState account = sender_state(tx->sender);
        BOURSE_CHECK(check_sender(*tx, account));
        BOURSE_CHECK(check_place(*tx, account.nonce));
        BOURSE_CHECK(check_quota(*tx, now_ms));
        if (!make_room(tx->sender, tx->raw.size())) return fail("POOL_FULL", "txpool is full");

        const Address address = tx->sender;
        PoolSender& sender = senders[address];
        unindex(address, sender);
        raise_head_nonce(sender, account.nonce);
        const std::uint64_t nonce = tx->tx.nonce;
        if (const auto old = sender.entries.find(nonce); old != sender.entries.end()) erase_entry(sender, old);
        bytes += tx->raw.size();
        by_hash.emplace(tx->hash, tx);
        sender.entries.emplace(nonce, PoolEntry{std::move(tx), due_ms, arrivals++, now_ms});
        index(address, sender);
        return {};
    }

    struct Candidate {
        std::uint64_t due_ms;  ///< its own, or a predecessor's when later
        std::uint64_t arrival;
        PoolEntries::const_iterator entry;
        const PoolSender* sender;

        bool operator<(const Candidate& other) const {  // the queue gives the largest first
            return std::tie(other.due_ms, other.arrival) < std::tie(due_ms, arrival);
        }
    };
    std::vector<TransactionPtr> select(std::uint64_t now_ms, bool all) const {
        std::priority_queue<Candidate> queue;
        for (const auto& [due_ms, arrival, address] : heads) {
            if (!all && due_ms > now_ms) break;
            const PoolSender& sender = senders.at(address);
            queue.push({due_ms, arrival, sender.entries.begin(), &sender});
        }
        std::vector<TransactionPtr> out;
        std::uint64_t gas = 0;
        std::size_t size = 0;
        while (!queue.empty()) {
            const Candidate best = queue.top();
            queue.pop();
            const auto& tx = best.entry->second.tx;
            gas += tx->intrinsic_gas;
            size += tx->raw.size();
            if (gas > options.block_gas_limit || size > kMaxBlockBytes) break;
            out.push_back(tx);
            const auto next = std::next(best.entry);
            if (next == best.sender->entries.end() || next->first != best.entry->first + 1) continue;
            const std::uint64_t due_ms = std::max(best.due_ms, next->second.due_ms);
            if (all || due_ms <= now_ms) queue.push({due_ms, next->second.arrival, next, best.sender});
        }
        return out;
    }

    template <class F>
    void change_sender(const Address& address, F change) {
        const auto it = senders.find(address);
        if (it == senders.end()) return;
        unindex(address, it->second);
        change(it->second);
        index(address, it->second);
    }
    void drop(const chain::PreparedTransaction& tx) {
        change_sender(tx.sender, [&](PoolSender& sender) {
            const auto it = sender.entries.find(tx.tx.nonce);
            if (it != sender.entries.end() && it->second.tx->hash == tx.hash) erase_entry(sender, it);
        });
    }
    void settle(const chain::SkippedTransaction& skipped) {
        using Reason = chain::InvalidTransaction;
        switch (skipped.reason) {
            case Reason::kBlockFull:
            case Reason::kNonceTooHigh:
                return;  // its turn comes
            case Reason::kWrongChain:
            case Reason::kCreation:
            case Reason::kIntrinsicGas:
            case Reason::kGasLimit:
            case Reason::kTipAboveFeeCap:
            case Reason::kNonceTooLow:
            case Reason::kNonceMax:
            case Reason::kSenderNotEoa:
            case Reason::kInsufficientFunds:
                return drop(*skipped.transaction);
        }
    }
};

Pool::Pool(PoolOptions options, std::function<SenderState(const Address&)> sender_state)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(sender_state))) {}
Pool::~Pool() = default;

Status<> Pool::add(chain::TransactionPtr tx, std::uint64_t now_ms, std::uint64_t due_ms) {
    if (const auto reason = chain::check_constants(*tx, impl_->options.chain_id, impl_->options.block_gas_limit))
        return refuse_with_reason(*reason);
    if (has_argument_above(tx->tx.data, impl_->options.max_argument_bytes))
        return fail("ARGUMENT_TOO_LARGE", "a text or bytes argument is longer than " +
                                              std::to_string(impl_->options.max_argument_bytes) +
                                              " bytes; store the content elsewhere and pass a link");
    {
        const std::lock_guard lock(impl_->mutex);
        BOURSE_CHECK(impl_->admit(tx, now_ms, due_ms));
    }
    for (const auto& listener : impl_->listeners) listener(tx);
    return {};
}

std::vector<chain::TransactionPtr> Pool::select(std::uint64_t now_ms, bool all) const {
    const std::lock_guard lock(impl_->mutex);
    return impl_->select(now_ms, all);
}

std::optional<std::uint64_t> Pool::next_due_ms() const {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->heads.empty()) return std::nullopt;
    return std::get<0>(*impl_->heads.begin());
}

void Pool::committed(const chain::ExecutedBlock& block) {
    const std::lock_guard lock(impl_->mutex);
    std::map<Address, std::uint64_t> nonces;
    for (const auto& entry : block.executed) nonces[entry.transaction->sender] = entry.transaction->tx.nonce + 1;
    for (const auto& [address, nonce] : nonces)
        impl_->change_sender(address, [this, head = nonce](auto& sender) { impl_->raise_head_nonce(sender, head); });
    for (const auto& skipped : block.skipped) impl_->settle(skipped);
}

void Pool::expire(std::uint64_t now_ms) {
    const std::lock_guard lock(impl_->mutex);
    std::vector<TransactionPtr> old;
    for (const auto& [address, sender] : impl_->senders)
        for (auto it = sender.entries.lower_bound(sender.next_nonce); it != sender.entries.end(); ++it)
            if (now_ms >= it->second.added_ms + impl_->options.gap_lifetime_ms) old.push_back(it->second.tx);
    for (const auto& tx : old) impl_->drop(*tx);
}

std::uint64_t Pool::next_nonce(const Address& sender, std::uint64_t head_nonce) const {
    const std::lock_guard lock(impl_->mutex);
    const auto it = impl_->senders.find(sender);
    return it == impl_->senders.end() ? head_nonce : std::max(head_nonce, it->second.next_nonce);
}

chain::TransactionPtr Pool::find(const Hash& hash) const {
    const std::lock_guard lock(impl_->mutex);
    const auto it = impl_->by_hash.find(hash);
    return it == impl_->by_hash.end() ? nullptr : it->second;
}

PoolStatus Pool::status() const {
    const std::lock_guard lock(impl_->mutex);
    PoolStatus out;
    for (const auto& [address, sender] : impl_->senders)
        out.executable += static_cast<std::size_t>(sender.next_nonce - sender.head_nonce);
    out.waiting = impl_->by_hash.size() - out.executable;
    out.bytes = impl_->bytes;
    return out;
}

std::vector<chain::TransactionPtr> Pool::content() const {
    const std::lock_guard lock(impl_->mutex);
    std::vector<TransactionPtr> out;
    out.reserve(impl_->by_hash.size());
    for (const auto& [address, sender] : impl_->senders)
        for (const auto& [nonce, entry] : sender.entries) out.push_back(entry.tx);
    std::ranges::sort(out, [](const auto& a, const auto& b) {
        return std::tie(a->sender, a->tx.nonce) < std::tie(b->sender, b->tx.nonce);
    });
    return out;
}

void Pool::on_add(std::function<void(const chain::TransactionPtr&)> listener) {
    impl_->listeners.push_back(std::move(listener));
}

}  // namespace bourse::engine
