#include <bourse/orderbook/desk.hpp>

#include <bourse/sys/log.hpp>

#include <chrono>

namespace bourse::orderbook {

namespace {

constexpr std::size_t kAccountsAtOnce = 500;
constexpr std::size_t kRefusalsAtOnce = 200;
constexpr std::chrono::milliseconds kDeskPause{
    500};  ///< between rounds without a signal: retries, a node that was away

broker::Order offer_of(const OrderRecord& record) {
    return broker::order_from(record.order, record.hash, record.signer, record.remaining, record.published_ms);
}
bool has_stake(poco::OrderKind kind) {
    return kind == poco::OrderKind::kWorkerpool || kind == poco::OrderKind::kRequest;
}

}  // namespace

Desk::Desk(db::Database& database, OrderBook& book, MarketChain& chain, client::OutboxChain& transactions,
           std::mutex& book_mutex, DeskConfig config, std::function<std::uint64_t()> now_ms)
    : db_(&database),
      book_(&book),
      chain_(&chain),
      book_mutex_(&book_mutex),
      config_(std::move(config)),
      now_ms_(std::move(now_ms)),
      matches_(database, book),
      broker_(false) {
    if (!config_.key) return;
    client::OutboxConfig outbox;
    outbox.max_attempts = 1;  // the desk decides anew after a refusal
    outbox.on_outcome = [this](const client::Outcome& outcome) {
        const std::lock_guard lock(inbox_mutex_);
        inbox_.outcomes.push_back(outcome);
        awake_.notify_all();
    };
    const auto needed = [this](std::span<const client::Intent> intents) {
        return matches_.still_needed(intents, *chain_);
    };
    outbox_ = std::make_unique<client::Outbox>(database, transactions, *config_.key, needed, std::move(outbox));
}

Desk::~Desk() { stop(); }

void Desk::start() {
    load();
    if (outbox_) outbox_->start();
    thread_ = std::thread([this] { run(); });
}

void Desk::stop() {
    {
        const std::lock_guard lock(inbox_mutex_);
        stop_ = true;
    }
    awake_.notify_all();
    if (thread_.joinable()) thread_.join();
    if (outbox_) outbox_->stop();
}

void Desk::on_change(std::function<void(const broker::Change&)> callback) { broker_.on_change(std::move(callback)); }

void Desk::orders_changed(const std::vector<Hash>& hashes) {
    if (hashes.empty()) return;
    const std::lock_guard lock(inbox_mutex_);
    inbox_.orders.insert(inbox_.orders.end(), hashes.begin(), hashes.end());
    awake_.notify_all();
}

void Desk::chain_applied(const Reaction::Applied& applied) {
    {
        const std::lock_guard lock(inbox_mutex_);
        inbox_.orders.insert(inbox_.orders.end(), applied.orders.begin(), applied.orders.end());
        inbox_.accounts.insert(applied.accounts.begin(), applied.accounts.end());
        inbox_.block = applied.block;
        inbox_.categories = inbox_.categories || applied.categories;
        awake_.notify_all();
    }
    if (outbox_) outbox_->notice_block();
}

std::vector<broker::Pick> Desk::fill(const broker::Ask& ask) {
    const std::lock_guard lock(broker_mutex_);
    return broker_.fill(ask);
}

broker::OrderExplanation Desk::explain_order(const Hash& hash) const {
    const std::lock_guard lock(broker_mutex_);
    return broker::explain_order(broker_, hash, categories_);
}

std::size_t Desk::count_counters(const Hash& hash, std::size_t limit) const {
    const std::lock_guard lock(broker_mutex_);
    return broker::count_counters(broker_, hash, categories_, limit);
}

std::vector<Address> Desk::members_of(const Address& group, std::size_t limit) const {
    const std::lock_guard lock(broker_mutex_);
    return broker_.members_of(group, limit);
}

std::vector<broker::Order> Desk::book_of(poco::OrderKind kind, std::uint64_t category, std::size_t limit) const {
    const std::lock_guard lock(broker_mutex_);
    return broker_.book(kind, category, limit);
}

std::optional<bool> Desk::allowed(const Address& restriction, const Address& account) const {
    const std::lock_guard lock(broker_mutex_);
    return broker_.allowed(restriction, account);
}

std::optional<std::uint64_t> Desk::funds(const Address& account) const {
    const std::lock_guard lock(broker_mutex_);
    return broker_.funds(account);
}

std::size_t Desk::size() const {
    const std::lock_guard lock(broker_mutex_);
    return broker_.size();
}

void Desk::load() {
    const std::lock_guard lock(broker_mutex_);
    for (const auto& row : db_->query("SELECT address, is_group FROM known_groups"))
        broker_.set_group(*address_from_hex(db::sql_text(row[0])), db::sql_int(row[1]) != 0);
    Hash after;
    for (;;) {
        const auto page = book_->offers_after(after, config_.page);
        for (const auto& order : page) {
            broker_.add(order);
            if (has_stake(order.kind)) unknown_accounts_.insert(order.owner);
        }
        if (page.size() < config_.page) break;
        after = page.back().hash;
    }
    take_back_matches();
    if (config_.key) broker_.set_matching(true);
}

/// Matches of an earlier process: reserved again, or settled by what the outbox knows of them.
void Desk::take_back_matches() {
    if (!outbox_) return;
    for (const auto& match : matches_.open()) {
        reservations_[match.key] =
            broker_.hold(match.request, match.app, match.dataset, match.workerpool, match.volume);
        const auto outcome = outbox_->outcome(match.key);
        if (match.state != MatchState::kSent || !outcome || !client::is_final(outcome->state)) continue;
        const std::lock_guard lock(inbox_mutex_);
        inbox_.outcomes.push_back(*outcome);
    }
}

void Desk::run() {
    for (;;) {
        {
            std::unique_lock lock(inbox_mutex_);
            if (inbox_.empty()) awake_.wait_for(lock, kDeskPause, [this] { return stop_ || !inbox_.empty(); });
            if (stop_) return;
        }
        try {
            while (step()) {
                const std::lock_guard lock(inbox_mutex_);
                if (stop_) return;
            }
        } catch (const std::exception& error) {
            sys::log_error("matching failed", {{"message", error.what()}});
        }
    }
}

bool Desk::step() {
    Inbox work;
    {
        const std::lock_guard lock(inbox_mutex_);
        std::swap(work, inbox_);
        inbox_.block = work.block;
    }
    const bool busy = !work.empty();
    refresh_orders(work.orders);
    unknown_accounts_.merge(work.accounts);
    for (const auto& outcome : work.outcomes) settle(outcome);
    block_ = work.block;
    categories_stale_ = categories_stale_ || work.categories;
    ask_refusals_again();
    auto status = refresh_accounts();
    if (status) status = answer_questions();
    if (status) status = refresh_categories();
    if (!status) {
        sys::log_debug("matching waits for the node", {{"code", status.error().code}});
        return false;
    }
    release_mined(block_);
    resume_due();
    return send_matches() || busy;
}

void Desk::refresh_orders(const std::vector<Hash>& hashes) {
    for (const auto& hash : std::set<Hash>(hashes.begin(), hashes.end())) {
        const auto record = book_->find(hash);
        const std::lock_guard lock(broker_mutex_);
        if (!record || record->status != OrderStatus::kOpen) {
            broker_.remove(hash);
            refusals_.erase(hash);
            continue;
        }
        const auto* known = broker_.find(hash);
        if (known != nullptr && known->published_ms == record->published_ms) {
            broker_.set_remaining(hash, record->remaining);
            continue;
        }
        // Its stake first: an order is not on show before it is known to be covered.
        if (has_stake(record->kind) && !broker_.funds(record->signer)) {
            broker_.set_funds(record->signer, 0);
            unknown_accounts_.insert(record->signer);
        }
        broker_.add(offer_of(*record));
    }
}

Status<> Desk::refresh_accounts() {
    while (!unknown_accounts_.empty()) {
        std::vector<Address> some;
        for (const auto& address : unknown_accounts_) {
            if (some.size() == kAccountsAtOnce) break;
            some.push_back(address);
        }
        BOURSE_TRY(const auto accounts, chain_->accounts(some));
        const std::lock_guard lock(broker_mutex_);
        for (std::size_t i = 0; i < some.size(); ++i) {
            broker_.set_funds(some[i], accounts.at(i).stake.saturated_u64());
            unknown_accounts_.erase(some[i]);
        }
    }
    return {};
}

/// A group may admit somebody later, and a contract may come to an address that had none. Requests that rest for want
/// of it are looked at again when the answer is another.
void Desk::ask_refusals_again() {
    const auto now_ms = now_ms_();
    if (now_ms < recheck_at_ms_ || !questions_.empty()) return;
    recheck_at_ms_ = now_ms + config_.recheck_ms;
    const std::lock_guard lock(broker_mutex_);
    const auto again = broker_.refusals(recheck_after_, kRefusalsAtOnce);
    recheck_after_ = again.size() < kRefusalsAtOnce ? std::nullopt : std::optional(again.back());
    questions_.insert(questions_.end(), again.begin(), again.end());
}

Status<> Desk::answer_questions() {
    {
        const std::lock_guard lock(broker_mutex_);
        for (auto& question : broker_.take_questions()) questions_.push_back(std::move(question));
    }
    while (!questions_.empty()) {
        const auto question = questions_.back();
        bool yes = false;
        if (question.account) {
            BOURSE_TRY(yes, chain_->is_member(question.group, *question.account));
        } else {
            BOURSE_TRY(yes, chain_->is_group(question.group));
            db_->execute(
                "INSERT INTO known_groups(address, is_group) VALUES(?1,?2) ON CONFLICT(address) DO UPDATE SET"
                " is_group=excluded.is_group",
                {to_hex(question.group), std::int64_t{yes}});
        }
        questions_.pop_back();
        const std::lock_guard lock(broker_mutex_);
        if (question.account)
            broker_.set_member(question.group, *question.account, yes);
        else
            broker_.set_group(question.group, yes);
        for (auto& next : broker_.take_questions()) questions_.push_back(std::move(next));
    }
    return {};
}

Status<> Desk::refresh_categories() {
    if (!categories_stale_) return {};
    BOURSE_TRY(const auto count, chain_->count_category());
    categories_stale_ = false;
    const std::lock_guard lock(broker_mutex_);
    categories_ = count;
    broker_.set_categories(count);
    return {};
}

}  // namespace bourse::orderbook
