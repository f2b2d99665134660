#include <bourse/orderbook/reaction.hpp>

#include <bourse/base/assert.hpp>
#include <bourse/orderbook/publication.hpp>
#include <bourse/poco/events.hpp>
#include <bourse/sys/log.hpp>

#include <algorithm>
#include <map>

namespace bourse::orderbook {

const char* const kCursorSchema =
    "CREATE TABLE chain_cursor(id BIGINT PRIMARY KEY, number BIGINT NOT NULL, hash TEXT NOT NULL)";

namespace events = poco::events;

/// What a batch changes, gathered before anything is written.
struct Reaction::Changes {
    struct Touched {
        poco::OrderKind kind;
        bool closed = false;
        std::optional<std::uint64_t> remaining;  ///< set for orders of this book
    };
    std::map<Hash, Touched> orders;
    std::set<Address> payers;  ///< whose stake went down
    std::set<Address> payees;  ///< whose stake went up
    std::map<Address, poco::Account> accounts;
    struct NewOwner {
        poco::OrderKind kind;
        Address resource;
        Address former;
    };
    std::vector<NewOwner> new_owners;
    bool categories = false;  ///< there is a new one
};

namespace {

template <class Event>
bool closes(const client::LogEntry& log, poco::OrderKind kind, std::pair<poco::OrderKind, Hash>& out) {
    const auto event = poco::decode_event<Event>(log.topics, log.data);
    if (!event) return false;
    out = {kind, ((*event).*std::get<0>(Event::kData)).hash};
    return true;
}

std::optional<std::pair<poco::OrderKind, Hash>> closed_order(const client::LogEntry& log) {
    std::pair<poco::OrderKind, Hash> out;
    if (closes<events::ClosedAppOrder>(log, poco::OrderKind::kApp, out) ||
        closes<events::ClosedDatasetOrder>(log, poco::OrderKind::kDataset, out) ||
        closes<events::ClosedWorkerpoolOrder>(log, poco::OrderKind::kWorkerpool, out) ||
        closes<events::ClosedRequestOrder>(log, poco::OrderKind::kRequest, out))
        return out;
    return std::nullopt;
}

/// A token id of a registry is the resource's address.
Address resource_of(const Uint256& token_id) {
    const auto bytes = to_be32(token_id);
    return *Address::from(ByteView(bytes).subspan(12));
}

std::optional<poco::OrderKind> kind_of_registry(const Address& registry, const client::HubFacts& facts) {
    if (registry == facts.app_registry) return poco::OrderKind::kApp;
    if (registry == facts.dataset_registry) return poco::OrderKind::kDataset;
    if (registry == facts.workerpool_registry) return poco::OrderKind::kWorkerpool;
    return std::nullopt;
}

const Address& subject_of(const OrderRecord& record) {
    return std::visit([](const auto& o) -> const Address& { return poco::subject(o); }, record.order);
}

}  // namespace

std::optional<client::Cursor> Reaction::cursor() const {
    const auto rows = db_->query("SELECT number, hash FROM chain_cursor");
    if (rows.empty()) return std::nullopt;
    return client::Cursor{static_cast<std::uint64_t>(db::sql_int(rows[0][0])),
                          *hash_from_hex(db::sql_text(rows[0][1]))};
}

Result<client::FollowerConfig> Reaction::follow() const {
    BOURSE_TRY(const auto facts, chain_->facts());
    client::FollowerConfig config;
    config.addresses = {chain_->hub(), facts.app_registry, facts.dataset_registry, facts.workerpool_registry};
    config.topics = {{events::OrdersMatched::kTopic, events::ClosedAppOrder::kTopic, events::ClosedDatasetOrder::kTopic,
                      events::ClosedWorkerpoolOrder::kTopic, events::ClosedRequestOrder::kTopic,
                      events::Transfer::kTopic, events::CreateCategory::kTopic}};
    config.cursor = cursor();
    config.rollback_depth = rollback_depth_;
    return config;
}

Result<Reaction::Changes> Reaction::read_logs(const client::BlockBatch& batch) {
    BOURSE_TRY(const auto facts, chain_->facts());
    Changes changes;
    const auto touch = [&](poco::OrderKind kind, const Hash& hash, bool closed) {
        auto& touched = changes.orders.try_emplace(hash, Changes::Touched{kind, false, std::nullopt}).first->second;
        touched.closed = touched.closed || closed;
    };
    for (const auto& log : batch.logs) {
        if (log.address != chain_->hub()) {
            const auto kind = kind_of_registry(log.address, facts);
            const auto moved = poco::decode_event<events::Erc721Transfer>(log.topics, log.data);
            if (kind && moved && !moved->from.is_zero())
                changes.new_owners.push_back({*kind, resource_of(moved->token_id), moved->from});
        } else if (const auto match = poco::decode_event<events::OrdersMatched>(log.topics, log.data)) {
            touch(poco::OrderKind::kApp, match->app_hash.hash, false);
            touch(poco::OrderKind::kDataset, match->dataset_hash.hash, false);
            touch(poco::OrderKind::kWorkerpool, match->workerpool_hash.hash, false);
            touch(poco::OrderKind::kRequest, match->request_hash.hash, false);
        } else if (const auto closed = closed_order(log)) {
            touch(closed->first, closed->second, true);
        } else if (const auto paid = poco::decode_event<events::Transfer>(log.topics, log.data)) {
            if (!paid->from.is_zero()) changes.payers.insert(paid->from);
            if (!paid->to.is_zero()) changes.payees.insert(paid->to);
        } else if (poco::decode_event<events::CreateCategory>(log.topics, log.data)) {
            changes.categories = true;
        }
    }
    return changes;
}

/// Orders that were published in blocks that are replaced: neither their volume nor their maker's stake is what it was.
void Reaction::count_again(Changes& changes) const {
    if (rollback_depth_ == 0) return;
    for (const auto& record : book_->with_stale_counts()) {
        changes.orders.try_emplace(record.hash, Changes::Touched{record.kind, false, std::nullopt});
        changes.payers.insert(record.signer);
    }
}

Status<> Reaction::read_facts(Changes& changes) {
    std::vector<poco::OrderHash> ours;
    std::vector<Uint256> volumes;
    for (const auto& [hash, touched] : changes.orders)
        if (const auto record = book_->find(touched.kind, hash)) {
            ours.emplace_back(hash);
            volumes.push_back(terms_of(record->order).volume);
        }
    if (!ours.empty()) {
        BOURSE_TRY(const auto consumed, chain_->consumed(ours));
        for (std::size_t i = 0; i < ours.size(); ++i)
            changes.orders.at(ours[i].hash).remaining =
                checked_sub(volumes[i], consumed.at(i)).value_or(Uint256()).low_u64();
    }
    std::vector<Address> payers;
    for (const auto& payer : changes.payers)
        if (book_->count_open(poco::OrderKind::kWorkerpool, payer) +
                book_->count_open(poco::OrderKind::kRequest, payer) >
            0)
            payers.push_back(payer);
    if (!payers.empty()) {
        BOURSE_TRY(const auto accounts, chain_->accounts(payers));
        for (std::size_t i = 0; i < payers.size(); ++i) changes.accounts[payers[i]] = accounts.at(i);
    }
    return {};
}

void Reaction::settle_orders(const Changes& changes, std::set<std::pair<poco::OrderKind, Address>>& left) {
    for (const auto& [hash, touched] : changes.orders) {
        if (!touched.remaining) continue;
        const auto record = book_->find(touched.kind, hash);
        if (!record) continue;
        auto status = record->status;
        if (status == OrderStatus::kOpen && touched.closed)
            status = OrderStatus::kCanceled;
        else if (status == OrderStatus::kOpen && *touched.remaining == 0)
            status = OrderStatus::kFilled;
        book_->set_state(hash, *touched.remaining, status);
        if (record->status == OrderStatus::kOpen && status != OrderStatus::kOpen)
            left.emplace(touched.kind, subject_of(*record));
    }
}

void Reaction::leave_former_owners(const Changes& changes, std::set<std::pair<poco::OrderKind, Address>>& left) {
    for (const auto& moved : changes.new_owners)
        for (const auto& record : book_->open_of(moved.kind, moved.former, moved.resource)) {
            book_->set_state(record.hash, record.remaining, OrderStatus::kDead);
            left.emplace(moved.kind, moved.resource);
        }
}

void Reaction::kill_uncovered(const Changes& changes) {
    for (const auto& [payer, account] : changes.accounts)
        for (const auto kind : {poco::OrderKind::kWorkerpool, poco::OrderKind::kRequest})
            for (const auto& record : book_->open_of(kind, payer)) {
                const auto required = required_stake(record.order, record.remaining);
                if (required && *required <= account.stake) continue;
                book_->set_state(record.hash, record.remaining, OrderStatus::kDead);
                sys::log_info("order not covered any more",
                              {{"hash", to_hex(record.hash)}, {"stake", to_decimal(account.stake)}});
            }
}

void Reaction::write(const Changes& changes, const client::BlockBatch& batch) {
    if (rollback_depth_ > 0) book_->keep_undo(batch.last.number);
    db_->transaction([&] {
        std::set<std::pair<poco::OrderKind, Address>> left;
        settle_orders(changes, left);
        leave_former_owners(changes, left);
        kill_uncovered(changes);
        for (const auto& [kind, resource] : left) kill_dependants(*book_, kind, resource);
        if (rollback_depth_ > 0) book_->forget_stale_counts();
        write_cursor({batch.last.number, batch.last.hash});
    });
    book_->keep_undo(std::nullopt);
}

void Reaction::write_cursor(const client::Cursor& cursor) {
    const auto number = static_cast<std::int64_t>(cursor.number);
    db_->execute(
        "INSERT INTO chain_cursor(id, number, hash) VALUES(1,?1,?2)"
        " ON CONFLICT(id) DO UPDATE SET number=excluded.number, hash=excluded.hash",
        {number, to_hex(cursor.hash)});
    if (rollback_depth_ == 0) return;
    db_->execute("DELETE FROM recent_blocks WHERE number>=?1", {number});
    db_->execute("INSERT INTO recent_blocks(number, hash) VALUES(?1,?2)", {number, to_hex(cursor.hash)});
    const auto oldest = cursor.number - std::min(cursor.number, rollback_depth_);
    db_->execute("DELETE FROM recent_blocks WHERE number<?1", {static_cast<std::int64_t>(oldest)});
    book_->forget_undo_below(oldest);
    book_->forget_counts_below(oldest);
}

std::vector<client::Cursor> Reaction::recent() const {
    std::vector<client::Cursor> out;
    for (const auto& row : db_->query("SELECT number, hash FROM recent_blocks ORDER BY number DESC LIMIT ?1",
                                      {static_cast<std::int64_t>(rollback_depth_)}))
        out.push_back({static_cast<std::uint64_t>(db::sql_int(row[0])), *hash_from_hex(db::sql_text(row[1]))});
    return out;
}

void Reaction::roll_back(const client::Cursor& to) {
    const std::lock_guard lock(*mutex_);
    db_->transaction([&] {
        book_->undo_above(to.number);
        book_->mark_counts_stale_from(to.number);
        write_cursor(to);
    });
    Applied applied{book_->take_touched(), {}, to.number, true};
    for (const auto& hash : applied.orders)
        if (const auto record = book_->find(hash)) applied.accounts.insert(record->signer);
    sys::log_warn("blocks were replaced", {{"back_to", std::to_string(to.number)}});
    if (on_applied) on_applied(applied);
}

Status<> Reaction::apply(const client::BlockBatch& batch) {
    const std::lock_guard lock(*mutex_);
    BOURSE_TRY(auto changes, read_logs(batch));
    count_again(changes);
    BOURSE_CHECK(read_facts(changes));
    write(changes, batch);
    Applied applied{book_->take_touched(), changes.payers, batch.last.number, changes.categories};
    applied.accounts.merge(changes.payees);
    if (on_applied) on_applied(applied);
    return {};
}

}  // namespace bourse::orderbook
