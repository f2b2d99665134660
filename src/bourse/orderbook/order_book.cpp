#include <bourse/orderbook/order_book.hpp>

#include <bourse/base/assert.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/poco/order_members.hpp>
#include <bourse/poco/tags.hpp>
#include <bourse/sys/clock.hpp>

#include <nlohmann/json.hpp>
#include <utility>

namespace bourse::orderbook {

const char* const kOrdersSchema =
    "CREATE TABLE orders(hash TEXT PRIMARY KEY, kind BIGINT NOT NULL, body TEXT NOT NULL, signer TEXT NOT NULL,"
    " subject TEXT NOT NULL, app TEXT NOT NULL, dataset TEXT NOT NULL, workerpool TEXT NOT NULL, requester TEXT NOT "
    "NULL,"
    " beneficiary TEXT NOT NULL, price BIGINT NOT NULL, volume BIGINT NOT NULL, remaining BIGINT NOT NULL,"
    " category BIGINT NOT NULL, trust BIGINT NOT NULL, status TEXT NOT NULL, published_ms BIGINT NOT NULL,"
    " tag0 BIGINT NOT NULL, tag1 BIGINT NOT NULL, tag2 BIGINT NOT NULL, tag3 BIGINT NOT NULL, tag4 BIGINT NOT NULL,"
    " tag5 BIGINT NOT NULL, tag6 BIGINT NOT NULL, tag7 BIGINT NOT NULL);"
    "CREATE INDEX orders_price ON orders(kind, status, category, price, published_ms, hash);"
    "CREATE INDEX orders_subject ON orders(kind, status, subject);"
    "CREATE INDEX orders_signer ON orders(kind, status, signer);"
    "CREATE INDEX orders_app ON orders(kind, status, app)";

const char* const kRestrictedSchema =
    "CREATE INDEX orders_restricted ON orders(requester, kind, price) WHERE kind<3 AND status='open' AND"
    " requester<>'0x0000000000000000000000000000000000000000'";

const char* const kCountsSchema = "CREATE TABLE order_counts(hash TEXT PRIMARY KEY, block_number BIGINT NOT NULL)";

const char* const kUndoSchema =
    "CREATE TABLE order_changes(id INTEGER PRIMARY KEY AUTOINCREMENT, block_number BIGINT NOT NULL, hash TEXT NOT NULL,"
    " status TEXT NOT NULL, remaining BIGINT NOT NULL);"
    "CREATE INDEX order_changes_block ON order_changes(block_number);"
    "CREATE TABLE recent_blocks(number BIGINT PRIMARY KEY, hash TEXT NOT NULL)";

namespace {

constexpr std::uint64_t kBulkVolume = kMaxSafeInteger - 1;
constexpr std::int64_t kStale = -1;  ///< instead of a block's number

std::int64_t as_sql(const Uint256& value) {
    BOURSE_ASSERT(value <= Uint256(kMaxSafeInteger));
    return static_cast<std::int64_t>(value.low_u64());
}
std::int64_t as_sql(std::uint64_t value) { return as_sql(Uint256(value)); }
std::int64_t as_sql(poco::OrderKind kind) { return static_cast<std::int64_t>(kind); }

/// The i-th 32 bits of a tag, from the most significant: SQL has no 256-bit integers.
std::int64_t tag_word(const Bytes32& tag, std::size_t i) {
    std::int64_t word = 0;
    for (std::size_t j = 0; j < 4; ++j) word = word << 8 | tag.data[4 * i + j];
    return word;
}

/// The parties, by column.
struct Parties {
    Address subject, app, dataset, workerpool, requester, beneficiary;
};
Parties parties_of(const poco::AnyOrder& order) {
    return std::visit(
        []<class Signed>(const Signed& o) {
            const auto m = poco::match_members(o);
            Parties out{poco::subject(o), *m.app, *m.dataset, *m.workerpool, *m.requester, {}};
            if constexpr (std::is_same_v<Signed, poco::RequestOrder>) out.beneficiary = o.beneficiary;
            return out;
        },
        order);
}

/// A WHERE clause under construction.
class Where {
public:
    explicit Where(poco::OrderKind kind, const std::optional<OrderStatus>& status = OrderStatus::kOpen) {
        add("kind=?", as_sql(kind));
        if (status) add("status=?", std::string(to_text(*status)));
        // All of them by name: so an index that begins with kind and status serves.
        if (!status) text_ += " AND status IN ('open','filled','canceled','dead')";
    }
    /// `condition` holds one "?" for the argument.
    Where& add(std::string_view condition, db::SqlValue argument) {
        args_.push_back(std::move(argument));
        text_ += text_.empty() ? "" : " AND ";
        for (const char c : condition) {
            text_ += c;
            if (c == '?') text_ += std::to_string(args_.size());
        }
        return *this;
    }
    Where& party(const std::string& column, const PartyFilter& filter) {
        const auto zero = to_hex(Address());
        switch (filter.mode) {
            case PartyFilter::Mode::kAny:
                return *this;
            case PartyFilter::Mode::kUnrestricted:
                return add(column + "=?", zero);
            case PartyFilter::Mode::kExactly:
                return add(column + "=?", to_hex(filter.address));
            case PartyFilter::Mode::kAllows:
                return add(column + " IN ('" + zero + "',?)", to_hex(filter.address));
        }
        return *this;
    }
    const std::string& text() const { return text_; }
    db::SqlRow args() const { return args_; }

private:
    std::string text_;
    db::SqlRow args_;
};

Where where_of(poco::OrderKind kind, const OrderFilter& filter) {
    Where where(kind, filter.status);
    where.party("app", filter.app).party("dataset", filter.dataset);
    where.party("workerpool", filter.workerpool).party("requester", filter.requester);
    if (filter.owner) where.add("signer=?", to_hex(*filter.owner));
    if (filter.beneficiary) where.add("beneficiary=?", to_hex(*filter.beneficiary));
    if (filter.category) where.add("category=?", as_sql(*filter.category));
    if (filter.min_volume) where.add("remaining>=?", as_sql(*filter.min_volume));
    if (filter.min_trust && *filter.min_trust > 1) where.add("trust>=?", as_sql(*filter.min_trust));
    if (filter.max_trust) where.add("trust<=?", as_sql(*filter.max_trust));
    if (filter.bulk_only) where.add("price=?", std::int64_t{0}).add("volume>=?", as_sql(kBulkVolume));
    for (std::size_t i = 0; i < 8; ++i) {
        const auto column = "tag" + std::to_string(i);
        if (filter.min_tag && tag_word(*filter.min_tag, i) != 0) {
            const auto bits = tag_word(*filter.min_tag, i);
            where.add("(" + column + " & " + std::to_string(bits) + ")=?", bits);
        }
        if (filter.max_tag && tag_word(*filter.max_tag, i) != 0xffffffffLL)
            where.add("(" + column + " & " + std::to_string(0xffffffffLL & ~tag_word(*filter.max_tag, i)) + ")=?",
                      std::int64_t{0});
    }
    return where;
}

OrderRecord record_of(const db::SqlRow& row) {
    OrderRecord record;
    record.hash = *hash_from_hex(db::sql_text(row[0]));
    record.kind = static_cast<poco::OrderKind>(db::sql_int(row[1]));
    auto order = poco::order_from_json(record.kind, nlohmann::json::parse(db::sql_text(row[2])));
    BOURSE_ASSERT(order.has_value());  // we wrote it ourselves
    record.order = std::move(*order);
    record.signer = *address_from_hex(db::sql_text(row[3]));
    record.remaining = static_cast<std::uint64_t>(db::sql_int(row[4]));
    record.status = *order_status_from(db::sql_text(row[5]));  // we wrote it ourselves
    record.published_ms = static_cast<std::uint64_t>(db::sql_int(row[6]));
    return record;
}

/// The row as `OrderBook::offers_after` selects it. Orders of millions are loaded so: no JSON but for a request's
/// limits.
broker::Order offer_of_row(const db::SqlRow& row) {
    const auto number = [&](std::size_t i) { return static_cast<std::uint64_t>(db::sql_int(row[i])); };
    const auto address = [&](std::size_t i) { return *address_from_hex(db::sql_text(row[i])); };
    broker::Order out;
    out.hash = *hash_from_hex(db::sql_text(row[0]));
    out.kind = static_cast<poco::OrderKind>(db::sql_int(row[1]));
    out.owner = address(2);
    out.subject = address(3);
    out.app = address(4);
    out.dataset = address(5);
    out.workerpool = address(6);
    out.requester = address(7);
    out.price = number(8);
    out.volume = number(9);
    out.remaining = number(10);
    out.category = number(11);
    out.trust = number(12);
    out.published_ms = number(13);
    for (std::size_t i = 0; i < 8; ++i)
        for (std::size_t j = 0; j < 4; ++j)
            out.tag.data[4 * i + j] = static_cast<std::uint8_t>(number(14 + i) >> (24 - 8 * j));
    if (out.kind != poco::OrderKind::kRequest) return out;
    const auto body = nlohmann::json::parse(db::sql_text(row[22]));
    out.app_max = body.at("appmaxprice").get<std::uint64_t>();
    out.dataset_max = body.at("datasetmaxprice").get<std::uint64_t>();
    return out;
}

bool permits(const Address& restriction, const Address& party) { return restriction.is_zero() || restriction == party; }

bool fits(const poco::AnyOrder& offer, const poco::RequestOrder& request) {
    const auto offered = terms_of(offer);
    const auto allowed = parties_of(offer);
    const bool is_app = std::holds_alternative<poco::AppOrder>(offer);
    if (offered.price > (is_app ? request.appmaxprice : request.datasetmaxprice)) return false;
    if (is_app && poco::has_bit(request.tag, poco::kTagTee) && !poco::has_bit(offered.tag, poco::kTagTee)) return false;
    if (!permits(allowed.requester, request.requester)) return false;
    if (!request.workerpool.is_zero() && !permits(allowed.workerpool, request.workerpool)) return false;
    return is_app ? permits(allowed.dataset, request.dataset) : permits(allowed.app, request.app);
}

}  // namespace

std::string_view to_text(OrderStatus status) noexcept {
    switch (status) {
        case OrderStatus::kOpen:
            return "open";
        case OrderStatus::kFilled:
            return "filled";
        case OrderStatus::kCanceled:
            return "canceled";
        case OrderStatus::kDead:
            return "dead";
    }
    return "dead";
}

std::optional<OrderStatus> order_status_from(std::string_view text) noexcept {
    for (const auto status : {OrderStatus::kOpen, OrderStatus::kFilled, OrderStatus::kCanceled, OrderStatus::kDead})
        if (text == to_text(status)) return status;
    return std::nullopt;
}

OrderTerms terms_of(const poco::AnyOrder& order) {
    return std::visit(
        [](const auto& o) {
            const auto m = poco::match_members(o);
            const auto value = [](const Uint256* place) { return place == nullptr ? Uint256() : *place; };
            return OrderTerms{*m.price, *m.volume, value(m.category), value(m.trust), *m.tag};
        },
        order);
}

std::vector<OrderRecord> OrderBook::select(const std::string& where, const db::SqlRow& args) const {
    std::vector<OrderRecord> out;
    for (const auto& row : db_->query(
             "SELECT hash, kind, body, signer, remaining, status, published_ms FROM orders WHERE " + where, args))
        out.push_back(record_of(row));
    return out;
}

OrderPage OrderBook::list(poco::OrderKind kind, const OrderFilter& filter) const {
    auto where = where_of(kind, filter);
    OrderPage page;
    page.count = static_cast<std::uint64_t>(
        db::sql_int(db_->query("SELECT COUNT(*) FROM orders WHERE " + where.text(), where.args())[0][0]));
    auto args = where.args();
    args.emplace_back(as_sql(filter.limit));
    args.emplace_back(as_sql(filter.offset));
    const std::string order = filter.newest_first                 ? "published_ms DESC, hash"
                              : kind == poco::OrderKind::kRequest ? "price DESC, published_ms, hash"
                                                                  : "price, published_ms, hash";
    page.orders = select(where.text() + " ORDER BY " + order + " LIMIT ?" + std::to_string(args.size() - 1) +
                             " OFFSET ?" + std::to_string(args.size()),
                         args);
    return page;
}

std::optional<OrderRecord> OrderBook::find(poco::OrderKind kind, const Hash& hash) const {
    auto found = select("hash=?1 AND kind=?2", {to_hex(hash), as_sql(kind)});
    if (found.empty()) return std::nullopt;
    return std::move(found[0]);
}

void OrderBook::put(const OrderRecord& record) {
    touched_.push_back(record.hash);
    const auto body = std::visit([](const auto& o) { return poco::to_json(o).dump(); }, record.order);
    const auto parties = parties_of(record.order);
    const auto terms = terms_of(record.order);
    db::SqlRow args = {to_hex(record.hash),
                       as_sql(record.kind),
                       body,
                       to_hex(record.signer),
                       to_hex(parties.subject),
                       to_hex(parties.app),
                       to_hex(parties.dataset),
                       to_hex(parties.workerpool),
                       to_hex(parties.requester),
                       to_hex(parties.beneficiary),
                       as_sql(terms.price),
                       as_sql(terms.volume),
                       as_sql(record.remaining),
                       as_sql(terms.category),
                       as_sql(terms.trust),
                       std::string(to_text(record.status)),
                       as_sql(record.published_ms)};
    for (std::size_t i = 0; i < 8; ++i) args.emplace_back(tag_word(terms.tag, i));
    db_->execute(
        "INSERT INTO orders(hash, kind, body, signer, subject, app, dataset, workerpool, requester, beneficiary, price,"
        " volume, remaining, category, trust, status, published_ms, tag0, tag1, tag2, tag3, tag4, tag5, tag6, tag7)"
        " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,?22,?23,?24,?25)"
        " ON CONFLICT(hash) DO UPDATE SET body=excluded.body, signer=excluded.signer, remaining=excluded.remaining,"
        " status=excluded.status, published_ms=excluded.published_ms",
        args);
}

void OrderBook::remove(const Hash& hash) {
    touched_.push_back(hash);
    db_->execute("DELETE FROM orders WHERE hash=?1", {to_hex(hash)});
}

void OrderBook::set_state(const Hash& hash, std::uint64_t remaining, OrderStatus status) {
    touched_.push_back(hash);
    if (undo_block_)
        db_->execute(
            "INSERT INTO order_changes(block_number, hash, status, remaining)"
            " SELECT CAST(?1 AS BIGINT), hash, status, remaining FROM orders WHERE hash=?2",
            {as_sql(*undo_block_), to_hex(hash)});
    db_->execute("UPDATE orders SET remaining=?1, status=?2 WHERE hash=?3",
                 {as_sql(remaining), std::string(to_text(status)), to_hex(hash)});
}

void OrderBook::undo_above(std::uint64_t block) {
    for (const auto& row : db_->query("SELECT hash, status, remaining FROM order_changes WHERE block_number>?1"
                                      " ORDER BY id DESC",
                                      {as_sql(block)})) {
        touched_.push_back(*hash_from_hex(db::sql_text(row[0])));
        db_->execute("UPDATE orders SET status=?1, remaining=?2 WHERE hash=?3", {row[1], row[2], row[0]});
    }
    db_->execute("DELETE FROM order_changes WHERE block_number>?1", {as_sql(block)});
}

void OrderBook::forget_undo_below(std::uint64_t block) {
    db_->execute("DELETE FROM order_changes WHERE block_number<?1", {as_sql(block)});
}

void OrderBook::note_count(const Hash& hash, std::uint64_t block) {
    db_->execute(
        "INSERT INTO order_counts(hash, block_number) VALUES(?1,?2) ON CONFLICT(hash) DO UPDATE SET"
        " block_number=excluded.block_number",
        {to_hex(hash), as_sql(block)});
}

void OrderBook::mark_counts_stale_from(std::uint64_t block) {
    db_->execute("UPDATE order_counts SET block_number=?1 WHERE block_number>=?2", {kStale, as_sql(block)});
}

std::vector<OrderRecord> OrderBook::with_stale_counts() const {
    return select("hash IN (SELECT hash FROM order_counts WHERE block_number=?1)", {kStale});
}

void OrderBook::forget_stale_counts() { db_->execute("DELETE FROM order_counts WHERE block_number=?1", {kStale}); }

void OrderBook::forget_counts_below(std::uint64_t block) {
    db_->execute("DELETE FROM order_counts WHERE block_number<?1 AND block_number>?2", {as_sql(block), kStale});
}

std::vector<Hash> OrderBook::take_touched() { return std::exchange(touched_, {}); }

std::vector<broker::Order> OrderBook::offers_after(const Hash& after, std::size_t limit) const {
    std::vector<broker::Order> out;
    for (const auto& row :
         db_->query("SELECT hash, kind, signer, subject, app, dataset, workerpool, requester, price, volume,"
                    " remaining, category, trust, published_ms, tag0, tag1, tag2, tag3, tag4, tag5,"
                    " tag6, tag7, CASE WHEN kind=3 THEN body ELSE '' END FROM orders"
                    " WHERE hash>?1 AND status='open' ORDER BY hash LIMIT ?2",
                    {to_hex(after), static_cast<std::int64_t>(limit)}))
        out.push_back(offer_of_row(row));
    return out;
}

std::optional<OrderRecord> OrderBook::find(const Hash& hash) const {
    auto found = select("hash=?1", {to_hex(hash)});
    if (found.empty()) return std::nullopt;
    return std::move(found[0]);
}

std::uint64_t OrderBook::count_open(poco::OrderKind kind) const {
    const auto rows = db_->query("SELECT COUNT(*) FROM orders WHERE kind=?1 AND status='open'", {as_sql(kind)});
    return static_cast<std::uint64_t>(db::sql_int(rows[0][0]));
}

std::uint64_t OrderBook::count_open(poco::OrderKind kind, const Address& signer) const {
    const auto rows = db_->query("SELECT COUNT(*) FROM orders WHERE kind=?1 AND status='open' AND signer=?2",
                                 {as_sql(kind), to_hex(signer)});
    return static_cast<std::uint64_t>(db::sql_int(rows[0][0]));
}

std::vector<OrderRecord> OrderBook::open_of(poco::OrderKind kind, const Address& signer,
                                            const std::optional<Address>& subject) const {
    Where where(kind);
    where.add("signer=?", to_hex(signer));
    if (subject) where.add("subject=?", to_hex(*subject));
    return select(where.text() + " ORDER BY published_ms, hash", where.args());
}

std::vector<OrderRecord> OrderBook::open_on(poco::OrderKind kind, const Address& subject) const {
    Where where(kind);
    where.add("subject=?", to_hex(subject));
    return select(where.text(), where.args());
}

std::vector<OrderRecord> OrderBook::open_requests_for(poco::OrderKind kind, const Address& resource) const {
    Where where(poco::OrderKind::kRequest);
    where.add(kind == poco::OrderKind::kApp ? "app=?" : "dataset=?", to_hex(resource));
    return select(where.text(), where.args());
}

std::uint64_t OrderBook::tasks_ahead(const OrderRecord& record) const {
    const auto terms = terms_of(record.order);
    Where where(record.kind);
    const bool by_category = record.kind == poco::OrderKind::kWorkerpool || record.kind == poco::OrderKind::kRequest;
    if (by_category)
        where.add("category=?", as_sql(terms.category));
    else
        where.add("subject=?", to_hex(std::visit([](const auto& o) { return poco::subject(o); }, record.order)));
    const std::string better = record.kind == poco::OrderKind::kRequest ? "price>?" : "price<?";
    auto args = where.args();
    const auto place = [&](auto value) {
        args.emplace_back(std::move(value));
        return std::to_string(args.size());
    };
    const auto price = place(as_sql(terms.price)), time = place(as_sql(record.published_ms)),
               hash = place(to_hex(record.hash));
    const auto rows = db_->query("SELECT COALESCE(SUM(remaining),0) FROM orders WHERE " + where.text() + " AND (" +
                                     better + price + " OR (price=?" + price + " AND (published_ms<?" + time +
                                     " OR (published_ms=?" + time + " AND hash<?" + hash + "))))",
                                 args);
    return static_cast<std::uint64_t>(db::sql_int(rows[0][0]));
}

std::vector<Address> OrderBook::requester_groups(std::size_t limit) const {
    std::vector<Address> out;
    for (const auto& row :
         db_->query("SELECT g.address FROM known_groups g WHERE g.is_group=1 AND EXISTS(SELECT 1 FROM orders o WHERE"
                    " o.requester=g.address AND o.kind<3 AND o.status='open' AND"
                    " o.requester<>'0x0000000000000000000000000000000000000000') ORDER BY g.address LIMIT ?1",
                    {static_cast<std::int64_t>(limit)}))
        out.push_back(*address_from_hex(db::sql_text(row[0])));
    return out;
}

bool OrderBook::has_match(poco::OrderKind kind, const poco::RequestOrder& request) const {
    for (const auto& offer : open_on(kind, kind == poco::OrderKind::kApp ? request.app : request.dataset))
        if (fits(offer.order, request)) return true;
    return false;
}

nlohmann::json wrapper_json(const OrderRecord& record, std::uint64_t chain_id) {
    return {{"orderHash", to_hex(record.hash)},
            {"order", std::visit([](const auto& o) { return poco::to_json(o); }, record.order)},
            {"chainId", chain_id},
            {"remaining", record.remaining},
            {"status", to_text(record.status)},
            {"publicationTimestamp", sys::iso8601_ms(record.published_ms)},
            {"signer", to_checksum(record.signer)}};
}

}  // namespace bourse::orderbook
