#include <bourse/broker/broker.hpp>

#include <bourse/base/assert.hpp>
#include <bourse/broker/books.hpp>

namespace bourse::broker {

using poco::OrderKind;

Ask ask_of(const Order& request) {
    BOURSE_ASSERT(request.kind == OrderKind::kRequest);
    Ask ask;
    ask.requester = request.requester;
    ask.app = request.app;
    ask.dataset = request.dataset;
    ask.workerpool = request.workerpool;
    ask.app_max = request.app_max;
    ask.dataset_max = request.dataset_max;
    ask.pool_max = request.price;
    ask.category = request.category;
    ask.trust = request.trust;
    ask.tag = request.tag;
    ask.volume = request.remaining;
    return ask;
}

Broker::Broker(bool matching) : books_(std::make_unique<Books>()) { books_->matching = matching; }
Broker::~Broker() = default;
Broker::Broker(Broker&&) noexcept = default;
Broker& Broker::operator=(Broker&&) noexcept = default;

void Broker::on_change(std::function<void(const Change&)> callback) { books_->on_change = std::move(callback); }
void Broker::add(const Order& order) { books_->insert(order); }

void Broker::remove(const Hash& hash) {
    if (auto* entry = books_->entry(hash)) books_->erase(*entry);
}

void Broker::set_remaining(const Hash& hash, std::uint64_t remaining) {
    auto* entry = books_->entry(hash);
    if (entry == nullptr) return;
    if (remaining == 0) return books_->erase(*entry);
    const bool changed = entry->order.remaining != remaining;
    entry->order.remaining = remaining;
    books_->refresh(*entry, changed);
    // A smaller order, too, may be matchable now: the deal's stakes shrink with it.
    if (!changed || !entry->listed || !books_->matching || entry->available() == 0) return;
    if (entry->order.kind == OrderKind::kRequest)
        books_->mark(rank_of(*entry));
    else
        books_->wake_requests_for(*entry);
}

void Broker::set_funds(const Address& address, std::uint64_t stake_nrlc) {
    auto& account = books_->account(address);
    if (account.stake == stake_nrlc) return;
    account.stake = stake_nrlc;
    books_->refresh_account(address);
}

std::optional<std::uint64_t> Broker::funds(const Address& address) const {
    const auto found = books_->accounts.find(address);
    return found == books_->accounts.end() ? std::nullopt : found->second.stake;
}

void Broker::suspend(const Hash& hash, std::string reason) {
    auto* entry = books_->entry(hash);
    if (entry == nullptr) return;
    entry->suspended = true;
    books_->suspensions[hash] = std::move(reason);
    books_->refresh(*entry, false);
}

void Broker::resume(const Hash& hash) {
    auto* entry = books_->entry(hash);
    if (entry == nullptr) return;
    entry->suspended = false;
    books_->suspensions.erase(hash);
    books_->refresh(*entry, false);
}

std::optional<std::string> Broker::suspended(const Hash& hash) const {
    const auto found = books_->suspensions.find(hash);
    if (found == books_->suspensions.end()) return std::nullopt;
    return found->second;
}

std::size_t Broker::size() const noexcept { return books_->by_hash.size(); }

const Order* Broker::find(const Hash& hash) const {
    const auto* entry = books_->entry(hash);
    return entry == nullptr ? nullptr : &entry->order;
}

std::uint64_t Broker::available(const Hash& hash) const {
    const auto* entry = books_->entry(hash);
    return entry == nullptr ? 0 : entry->available();
}

bool Broker::listed(const Hash& hash) const {
    const auto* entry = books_->entry(hash);
    return entry != nullptr && entry->listed;
}

namespace {

std::vector<Order> first_of(const Queue& queue, std::size_t limit) {
    std::vector<Order> out;
    for (const auto& rank : queue) {
        if (out.size() >= limit) break;
        out.push_back(rank.entry->order);
    }
    return out;
}

}  // namespace

std::vector<Order> Broker::book(OrderKind kind, std::uint64_t category, std::size_t limit) const {
    const auto found = books_->categories.find(category);
    if (found == books_->categories.end()) return {};
    return first_of(kind == OrderKind::kRequest ? found->second.requests : found->second.all_pools, limit);
}

std::vector<Order> Broker::offers_of(OrderKind kind, const Address& subject, std::size_t limit) const {
    const auto found = books_->offers.find({kind, subject});
    return found == books_->offers.end() ? std::vector<Order>() : first_of(found->second, limit);
}

std::vector<Order> Broker::requests_for(OrderKind kind, const Address& resource, std::size_t limit) const {
    const auto found = books_->targets.find({kind, resource});
    return found == books_->targets.end() ? std::vector<Order>() : first_of(found->second, limit);
}

std::optional<Pick> Broker::quote(const Ask& ask) const { return books_->quote(ask); }

std::vector<Pick> Broker::fill(const Ask& ask, std::size_t max_parts) {
    std::vector<Pick> out;
    std::vector<std::uint64_t> reserved;
    auto left = ask;
    while (left.volume > 0 && out.size() < max_parts) {
        auto pick = books_->quote(left);
        if (!pick) break;
        reserved.push_back(books_->reserve(nullptr, left, *pick));
        left.volume -= pick->volume;
        left.min_volume = std::min(left.min_volume, left.volume);
        out.push_back(std::move(*pick));
    }
    for (const auto id : reserved) books_->release(id);
    return out;
}

std::optional<Match> Broker::next_match() {
    auto& books = *books_;
    while (!books.dirty.empty() || books.sweep_on()) {
        if (books.dirty.empty()) continue;
        auto* entry = books.dirty.begin()->entry;
        auto ask = ask_of(entry->order);
        ask.volume = entry->available();
        std::optional<Pick> pick;
        if (ask.volume > 0) pick = books.quote(ask);
        if (!pick) {
            books.dirty.erase(rank_of(*entry));
            continue;
        }
        const auto id = books.reserve(&entry->order, ask, *pick);
        return Match{id, entry->order, std::move(*pick)};
    }
    return std::nullopt;
}

std::uint64_t Broker::hold(const Hash& request, const Hash& app, const std::optional<Hash>& dataset,
                           const Hash& workerpool, std::uint64_t volume) {
    const auto known = [&](const Hash& hash) {
        const auto* entry = books_->entry(hash);
        Order order = entry == nullptr ? Order() : entry->order;
        order.hash = hash;
        return order;
    };
    Pick pick{known(app), std::nullopt, known(workerpool), std::max<std::uint64_t>(volume, 1), 0};
    if (dataset) pick.dataset = known(*dataset);
    pick.price_per_task = pick.app.price + pick.workerpool.price + (pick.dataset ? pick.dataset->price : 0);
    const auto order = known(request);
    Ask ask;
    ask.requester = order.requester;
    return books_->reserve(&order, ask, pick);
}

void Broker::set_categories(std::uint64_t count) {
    const bool more = count > books_->category_count;
    books_->category_count = count;
    if (more && books_->matching) books_->wake_all();
}

void Broker::set_matching(bool matching) {
    books_->matching = matching;
    books_->dirty.clear();
    books_->sweeps.clear();
    if (matching) books_->wake_all();
}

void Broker::release(std::uint64_t match_id) { books_->release(match_id); }

std::uint64_t Broker::Books::reserve(const Order* request, const Ask& ask, const Pick& pick) {
    Reservation reservation;
    const auto hold = [&](const Hash& hash) {
        if (auto* found = entry(hash)) found->reserved += pick.volume;
        reservation.volumes.emplace_back(hash, pick.volume);
    };
    hold(pick.app.hash);
    if (pick.dataset) hold(pick.dataset->hash);
    hold(pick.workerpool.hash);
    if (request != nullptr) {
        hold(request->hash);
        reservation.request = request->hash;
    }
    const auto lock = [&](const Address& address, std::uint64_t per_task) {
        // Capped where an account was never told and so not limited.
        constexpr std::uint64_t kCap = 1ULL << 60;
        const auto amount = per_task > kCap / pick.volume ? kCap : per_task * pick.volume;
        auto& held = account(address).reserved;
        held = std::min<std::uint64_t>(held, ~0ULL - amount) + amount;
        reservation.stakes.emplace_back(address, amount);
    };
    if (ask.funded) lock(ask.requester, pick.price_per_task);
    lock(pick.workerpool.owner, stake_per_task(pick.workerpool.price));
    const auto id = next_match_id++;
    reservations.emplace(id, std::move(reservation));
    return id;
}

void Broker::Books::release(std::uint64_t id) {
    const auto found = reservations.find(id);
    if (found == reservations.end()) return;
    const auto reservation = std::move(found->second);
    reservations.erase(found);
    for (const auto& [hash, volume] : reservation.volumes)
        if (auto* held = entry(hash)) held->reserved -= std::min(held->reserved, volume);
    for (const auto& [address, amount] : reservation.stakes) {
        auto& held = account(address).reserved;
        held -= std::min(held, amount);
    }
    if (!matching || reservation.request.is_zero()) return;
    // What was held may serve others now.
    for (const auto& [hash, volume] : reservation.volumes) {
        auto* e = entry(hash);
        if (e == nullptr || !e->listed || e->available() == 0) continue;
        if (e->order.kind == OrderKind::kRequest)
            mark(rank_of(*e));
        else
            wake_requests_for(*e);
    }
    for (const auto& [address, amount] : reservation.stakes) refresh_account(address);
}

}  // namespace bourse::broker
