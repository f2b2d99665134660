#include <bourse/explorer/index.hpp>

#include <bourse/explorer/schema.hpp>

#include <mutex>

namespace bourse::explorer {

namespace {

constexpr int kReaders = 4;

}  // namespace

Index::Index(std::unique_ptr<db::Database> writer, std::vector<std::unique_ptr<db::Database>> readers,
             const Address& hub)
    : writer_db_(std::move(writer)),
      readers_(std::move(readers)),
      hub_(hub),
      writer_(std::make_unique<Writer>(*writer_db_, hub)) {
    columns_.load(*writer_db_);
    read_cursor();
}

Result<std::unique_ptr<Index>> Index::open(const std::string& url, const Address& hub) {
    BOURSE_TRY(auto writer, db::Database::open(url));
    BOURSE_CHECK(writer->migrate(index_migrations()));
    std::vector<std::unique_ptr<db::Database>> readers;
    for (int i = 0; i < kReaders && url.find(":memory:") == std::string::npos; ++i) {
        BOURSE_TRY(auto reader, db::Database::open(url));
        readers.push_back(std::move(reader));
    }
    return std::unique_ptr<Index>(new Index(std::move(writer), std::move(readers), hub));
}

db::Database& Index::reader() const {
    if (readers_.empty()) return *writer_db_;
    return *readers_[next_reader_.fetch_add(1, std::memory_order_relaxed) % readers_.size()];
}

void Index::read_cursor() {
    height_ = 0;
    time_s_ = 0;
    for (const auto& row : writer_db_->query("SELECT name, value FROM meta")) {
        if (db::sql_text(row[0]) == "number") height_ = db::sql_int(row[1]);
        if (db::sql_text(row[0]) == "time_s") time_s_ = db::sql_int(row[1]);
    }
}

std::optional<client::Cursor> Index::cursor() const {
    client::Cursor out;
    int found = 0;
    for (const auto& row : writer_db_->query("SELECT name, value FROM meta")) {
        if (db::sql_text(row[0]) == "number") {
            out.number = static_cast<std::uint64_t>(db::sql_int(row[1]));
            ++found;
        }
        if (db::sql_text(row[0]) == "hash") {
            out.hash = hash_from_hex(db::sql_text(row[1])).value_or(Hash{});
            ++found;
        }
    }
    return found == 2 ? std::optional(out) : std::nullopt;
}

Result<client::FollowerConfig> Index::prepare(ExplorerChain& chain) {
    BOURSE_TRY(const auto genesis, chain.genesis());
    const auto known = writer_db_->query("SELECT value FROM meta WHERE name='genesis'");
    if (known.empty())
        writer_db_->execute("INSERT INTO meta(name, value) VALUES('genesis', ?1)", {to_hex(genesis)});
    else if (db::sql_text(known[0][0]) != to_hex(genesis))
        return fail("FOREIGN_DATA", "The index belongs to another chain (genesis " + db::sql_text(known[0][0]) +
                                        ", the node has " + to_hex(genesis) +
                                        "). Rebuild it with `bourse market reindex`, or choose another --data-dir.");
    BOURSE_TRY(const auto categories, chain.categories());
    writer_->put_categories(categories);
    client::FollowerConfig config;
    config.topics = {index_topics()};
    config.cursor = cursor();
    return config;
}

Result<Touched> Index::apply(ExplorerChain& chain, const client::BlockBatch& batch) {
    BOURSE_TRY(const auto facts, read_facts(chain, batch));
    return apply(batch, facts);
}

Touched Index::apply(const client::BlockBatch& batch, const BatchFacts& facts) {
    Touched touched;
    if (const auto at = cursor(); at && batch.last.number <= at->number) return touched;
    writer_->apply(batch, facts, touched);
    const std::unique_lock lock(mutex_);
    columns_.update(*writer_db_, touched);
    height_ = static_cast<std::int64_t>(batch.last.number);
    time_s_ = static_cast<std::int64_t>(batch.last.time_s);
    return touched;
}

void Index::reset() {
    const std::unique_lock lock(mutex_);
    writer_db_->transaction([&] {
        for (const auto& table : index_tables()) writer_db_->execute("DELETE FROM " + table);
    });
    writer_ = std::make_unique<Writer>(*writer_db_, hub_);
    columns_.load(*writer_db_);
    read_cursor();
}

std::string Index::dump() const {
    std::string out;
    for (const auto& table : index_tables()) {
        out += "== " + table + "\n";
        auto rows = writer_db_->query("SELECT * FROM " + table);
        std::ranges::sort(rows);
        for (const auto& row : rows) {
            for (const auto& value : row)
                out += (db::sql_null(value)                           ? std::string("NULL")
                        : std::holds_alternative<std::int64_t>(value) ? std::to_string(db::sql_int(value))
                                                                      : db::sql_text(value)) +
                       "|";
            out += "\n";
        }
    }
    return out;
}

Address Index::address(const db::SqlValue& account) const {
    if (const auto* known = columns_.address(db::sql_int(account))) return *known;
    const auto rows = query("SELECT address FROM accounts WHERE seq=?1", {account});
    return rows.empty() ? Address{} : address_from_hex(db::sql_text(rows[0][0])).value_or(Address{});
}

Hash Index::order(std::int64_t ref) const {
    if (ref == 0) return {};
    if (const auto* known = columns_.order(ref)) return *known;
    const auto rows = query("SELECT hash FROM order_refs WHERE seq=?1", {ref});
    return rows.empty() ? Hash{} : hash_from_hex(db::sql_text(rows[0][0])).value_or(Hash{});
}

Reverted Index::reverted_above(std::int64_t block) const {
    Reverted out{block, {}, {}, {}, std::nullopt};
    const auto [deal, task] = [&] {
        const std::shared_lock lock(mutex_);
        return columns_.first_above(block);
    }();
    for (const auto& row : query("SELECT id, start_s FROM deals WHERE seq>=?1 ORDER BY seq", {deal})) {
        out.deals.push_back(hash_from_hex(db::sql_text(row[0])).value_or(Hash{}));
        if (!out.first_s) out.first_s = db::sql_int(row[1]);
    }
    for (const auto& row : query("SELECT id FROM tasks WHERE seq>=?1 ORDER BY seq", {task}))
        out.tasks.push_back(hash_from_hex(db::sql_text(row[0])).value_or(Hash{}));
    for (const auto& row :
         query("SELECT a.address FROM resources r JOIN accounts a ON a.seq=r.account WHERE r.block>?1 ORDER BY r.seq",
               {block}))
        out.resources.push_back(address_from_hex(db::sql_text(row[0])).value_or(Address{}));
    return out;
}

std::int64_t Index::number_of(const std::optional<Address>& address) const {
    if (!address) return kAnything;
    if (address->is_zero()) return 0;
    const auto rows = query("SELECT seq FROM accounts WHERE address=?1", {to_hex(*address)});
    return rows.empty() ? -1 : db::sql_int(rows[0][0]);
}

std::int64_t Index::order_number(const std::optional<Hash>& hash) const {
    if (!hash) return kAnything;
    if (hash->is_zero()) return 0;
    const auto rows = query("SELECT seq FROM order_refs WHERE hash=?1", {to_hex(*hash)});
    return rows.empty() ? -1 : db::sql_int(rows[0][0]);
}

}  // namespace bourse::explorer
