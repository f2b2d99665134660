// bench: orderbook
// The broker with a million open orders, against a straightforward PostgreSQL implementation of the same query in the
// same run: insertion, the best compatible combination, restart from the store. Wall time. One JSON line for each
// figure (design.md §6). Argument: orders, 1000000 by default.
#include <bourse/broker/broker.hpp>
#include <bourse/broker/explain.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/db/test_postgres.hpp>
#include <bourse/orderbook/desk.hpp>
#include <bourse/orderbook/test_chain.hpp>
#include <bourse/sys/file.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <random>

namespace {

using namespace bourse;
using broker::Ask;
using broker::Order;
using poco::OrderKind;

constexpr double kPeerSeconds = 40;  ///< the peer's queries take milliseconds to seconds each

double now_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

std::string cpu_model() {
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);)
        if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
    return "unknown";
}

struct Figure {
    const char* name;
    double value;
    const char* unit;
    bool higher_is_better;
    std::optional<double> peer, limit;
};
void print(const Figure& f) {
    const auto number = [](const std::optional<double>& v) { return v ? fmt::format("{:.6g}", *v) : "null"; };
    const auto ratio = f.peer ? std::optional(f.value / *f.peer) : std::nullopt;
    const auto share =
        f.limit ? std::optional(f.higher_is_better ? f.value / *f.limit : *f.limit / f.value) : std::nullopt;
    std::cout << fmt::format(
                     "{{\"bench\":\"broker_{}\",\"value\":{:.6g},\"unit\":\"{}\",\"better\":\"{}\",\"peer\":{},"
                     "\"peer_value\":{},\"ratio\":{},\"limit\":{},\"limit_share\":{},\"cpu\":\"{}\"}}",
                     f.name, f.value, f.unit, f.higher_is_better ? "higher" : "lower",
                     f.peer ? "\"PostgreSQL 15\"" : "null", number(f.peer), number(ratio), number(f.limit),
                     number(share), cpu_model())
              << std::endl;
}

/// A market of many makers: 60 % pool orders, 35 % requests that rest below the pools' prices, the rest apps and
/// datasets. One pool order in twenty is reserved for a requester.
class Fleet {
public:
    explicit Fleet(std::size_t orders) : orders_(orders) {}

    std::vector<Order> make() {
        std::vector<Order> out;
        out.reserve(orders_);
        for (std::size_t i = 0; i < orders_; ++i) {
            const auto share = i % 100;
            out.push_back(share < 60 ? pool() : share < 95 ? request() : share < 99 ? app() : dataset());
            out.back().published_ms = i;
        }
        std::shuffle(out.begin(), out.end(), random_);
        return out;
    }
    Ask ask() {
        Ask out = broker::ask_of(request());
        out.pool_max = 100'000;
        out.app_max = 1000;
        return out;
    }
    std::uint64_t below(std::uint64_t n) { return random_() % n; }

private:
    Address named(std::uint64_t kind, std::uint64_t n) {
        Address out;
        std::uint64_t a = (kind * 1'000'003 + n + 1) * 0x9E3779B97F4A7C15ULL, b = a * 0xD6E8FEB86659FD93ULL;
        std::memcpy(out.data.data(), &a, 8);
        std::memcpy(out.data.data() + 8, &b, 8);
        return out;
    }
    Order base(OrderKind kind, const Address& subject, const Address& owner) {
        Order out;
        out.kind = kind;
        out.subject = subject;
        out.owner = owner;
        for (std::size_t i = 0; i < 4; ++i) {
            const std::uint64_t word = random_();
            std::memcpy(out.hash.data.data() + 8 * i, &word, 8);
        }
        out.volume = out.remaining = 1 + below(1000);
        return out;
    }
    Order pool() {
        const auto n = below(std::max<std::size_t>(orders_ / 80, 1));
        auto out = base(OrderKind::kWorkerpool, named(1, n), named(2, n));
        out.workerpool = out.subject;
        out.price = 1'000 + below(10'000);
        out.category = below(5);
        constexpr std::uint64_t kTrusts[] = {1, 3, 5, 10, 100};
        out.trust = kTrusts[below(5)];
        out.tag = tag();
        if (below(20) == 0) out.requester = named(5, below(1000));
        return out;
    }
    Order request() {
        auto out = base(OrderKind::kRequest, named(5, below(20'000)), {});
        out.owner = out.requester = out.subject;
        out.app = named(3, below(std::max<std::size_t>(orders_ / 500, 1)));
        out.app_max = 50 + below(50);
        out.price = 1 + below(999);
        out.category = below(5);
        out.trust = below(4);
        if (below(4) == 0) out.tag = tag();
        return out;
    }
    Order app() {
        const auto n = below(std::max<std::size_t>(orders_ / 500, 1));
        auto out = base(OrderKind::kApp, named(3, n), named(6, n));
        out.app = out.subject;
        out.price = below(100);
        out.tag = below(2) == 0 ? poco::Tag() : poco::with_bit(poco::Tag(), poco::kTagTee);
        return out;
    }
    Order dataset() {
        const auto n = below(std::max<std::size_t>(orders_ / 1000, 1));
        auto out = base(OrderKind::kDataset, named(4, n), named(7, n));
        out.dataset = out.subject;
        out.price = below(100);
        return out;
    }
    poco::Tag tag() {
        poco::Tag out;
        if (below(2) == 0) out = poco::with_bit(poco::with_bit(out, poco::kTagTee), poco::kTagTdx);
        if (below(4) == 0) out = poco::with_bit(out, poco::kTagGpu);
        return out;
    }

    std::size_t orders_;
    std::mt19937_64 random_{42};
};

double percentile(std::vector<double> values, double p) {
    std::ranges::sort(values);
    return values[static_cast<std::size_t>(p * static_cast<double>(values.size() - 1))];
}

/// The same orders in a table, the same question as one SELECT.
class PostgresBook {
public:
    explicit PostgresBook(const std::string& url) : db_(std::move(*db::Database::open(url))) {
        db_->execute(
            "CREATE TABLE orders(hash TEXT, kind BIGINT, subject TEXT, app TEXT, dataset TEXT, workerpool TEXT,"
            " requester TEXT, price BIGINT, category BIGINT, trust BIGINT, tag BIGINT, remaining BIGINT, published "
            "BIGINT)");
    }
    void load(const std::vector<Order>& orders, const std::filesystem::path& folder) {
        const auto file = folder / "orders.csv";
        {
            std::ofstream out(file);
            for (const auto& o : orders) out << csv(o);
        }
        std::filesystem::permissions(folder, std::filesystem::perms(0755));
        std::filesystem::permissions(file, std::filesystem::perms(0644));
        db_->execute("COPY orders FROM '" + file.string() + "' WITH (FORMAT csv)");
        db_->execute("ALTER TABLE orders ADD PRIMARY KEY(hash)");
        db_->execute("CREATE INDEX orders_subject ON orders(kind, subject, price)");
        db_->execute("CREATE INDEX orders_price ON orders(kind, category, price, published)");
        db_->execute("ANALYZE orders");
    }
    double inserts_per_s(const std::vector<Order>& orders) {
        const auto start = now_s();
        db_->transaction([&] {
            for (const auto& o : orders)
                db_->execute(
                    "INSERT INTO orders VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)",
                    {to_hex(o.hash), number(static_cast<std::uint64_t>(o.kind)), to_hex(o.subject), to_hex(o.app),
                     to_hex(o.dataset), to_hex(o.workerpool), to_hex(o.requester), number(o.price), number(o.category),
                     number(o.trust), tag_bits(o.tag), number(o.remaining), number(o.published_ms)});
        });
        return static_cast<double>(orders.size()) / (now_s() - start);
    }
    struct Answer {
        std::string app, pool;
        std::uint64_t price = 0;
        bool operator==(const Answer&) const = default;
    };
    /// The cheapest pair of app and pool order; the oldest of equals. The fleet asks without dataset and has no groups.
    std::optional<Answer> quote(const Ask& ask) {
        const auto rows = db_->query(kQuote, arguments(ask));
        if (rows.empty()) return std::nullopt;
        return Answer{db::sql_text(rows[0][0]), db::sql_text(rows[0][1]),
                      static_cast<std::uint64_t>(db::sql_int(rows[0][2]))};
    }
    /// How the server answers it; no step may read a whole table.
    std::string plan(const Ask& ask) {
        std::string out;
        for (const auto& row : db_->query("EXPLAIN (ANALYZE, COSTS OFF) " + std::string(kQuote), arguments(ask)))
            out += db::sql_text(row[0]) + "\n";
        return out;
    }

private:
    static constexpr const char* kQuote =
        "SELECT a.hash, w.hash, a.price + w.price FROM orders a CROSS JOIN LATERAL (SELECT hash, price, published FROM"
        " orders WHERE kind=2 AND category=?1 AND trust>=?2 AND price<=?3 AND remaining>0 AND ((a.tag | ?4) & ~tag)=0"
        " AND app IN (?5,?6) AND dataset=?5 AND requester IN (?5,?7) AND a.workerpool IN (?5,subject)"
        " ORDER BY price, published LIMIT 1) w"
        " WHERE a.kind=0 AND a.subject=?6 AND a.price<=?8 AND a.remaining>0 AND a.requester IN (?5,?7) AND a.dataset=?5"
        " AND ((a.tag | ?4) & 1)=(a.tag & 1) ORDER BY a.price + w.price, a.published, w.published LIMIT 1";
    static db::SqlRow arguments(const Ask& ask) {
        return {number(ask.category), number(ask.trust), number(ask.pool_max),  tag_bits(ask.tag),
                to_hex(Address()),    to_hex(ask.app),   to_hex(ask.requester), number(ask.app_max)};
    }
    static std::int64_t number(std::uint64_t n) { return static_cast<std::int64_t>(n); }
    static std::int64_t tag_bits(const poco::Tag& tag) { return tag.data[31] | tag.data[30] << 8; }
    static std::string csv(const Order& o) {
        return fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{}\n", to_hex(o.hash), static_cast<int>(o.kind),
                           to_hex(o.subject), to_hex(o.app), to_hex(o.dataset), to_hex(o.workerpool),
                           to_hex(o.requester), o.price, o.category, o.trust, tag_bits(o.tag), o.remaining,
                           o.published_ms);
    }
    std::unique_ptr<db::Database> db_;
};

/// An order of the store for one of the broker's.
orderbook::OrderRecord record_of(const Order& o) {
    orderbook::OrderRecord out;
    out.kind = o.kind;
    out.hash = o.hash;
    out.signer = o.owner;
    out.remaining = o.remaining;
    out.published_ms = o.published_ms;
    const Bytes sign(65, 1);
    const auto with_sign = [&](auto order) {
        order.sign = sign;
        return order;
    };
    if (o.kind == OrderKind::kApp) out.order = with_sign(broker::as_order<poco::AppOrder>(o));
    if (o.kind == OrderKind::kDataset) out.order = with_sign(broker::as_order<poco::DatasetOrder>(o));
    if (o.kind == OrderKind::kWorkerpool) out.order = with_sign(broker::as_order<poco::WorkerpoolOrder>(o));
    if (o.kind == OrderKind::kRequest) out.order = with_sign(broker::as_order<poco::RequestOrder>(o));
    return out;
}

class NoTransactions final : public client::OutboxChain {
    static tl::unexpected<Error> none() { return fail("NODE_UNREACHABLE", "no node in this bench"); }

public:
    Result<std::uint64_t> chain_id() override { return none(); }
    Result<std::uint64_t> time_s() override { return none(); }
    Result<std::uint64_t> block_number() override { return none(); }
    Result<std::uint64_t> nonce(const Address&, bool) override { return none(); }
    Result<Uint256> gas_price() override { return none(); }
    Result<std::uint64_t> estimate_gas(const client::CallRequest&) override { return none(); }
    Result<Bytes> call(const client::CallRequest&) override { return none(); }
    Result<std::vector<Result<Hash>>> send(const std::vector<Bytes>&) override { return none(); }
    Result<std::vector<Result<std::optional<client::Receipt>>>> receipts(const std::vector<Hash>&) override {
        return none();
    }
};

/// Seconds from the store's file to books that answer.
double restart_s(const std::vector<Order>& orders) {
    const sys::TempDir dir;
    const auto url = "sqlite://" + (dir.path() / "market.db").string();
    {
        auto database = std::move(*db::Database::open(url));
        if (!database->migrate({orderbook::kOrdersSchema, client::outbox_schema(), orderbook::kMatchesSchema}))
            return 0;
        orderbook::OrderBook book(*database);
        database->transaction([&] {
            for (const auto& order : orders) book.put(record_of(order));
        });
    }
    orderbook::testing::FakeMarketChain chain;
    NoTransactions transactions;
    std::mutex mutex;
    const auto start = now_s();
    auto database = std::move(*db::Database::open(url));
    orderbook::OrderBook book(*database);
    orderbook::Desk desk(*database, book, chain, transactions, mutex, {}, [] { return std::uint64_t{0}; });
    desk.load();
    const auto took = now_s() - start;
    if (desk.size() != orders.size()) {
        std::cerr << "broker_bench: " << desk.size() << " of " << orders.size() << " orders came back\n";
        std::exit(1);
    }
    return took;
}

double explain_p99_ms() {
    Fleet fleet(10'000);
    broker::Broker books(false);
    std::vector<Hash> hashes;
    for (const auto& order : fleet.make()) {
        books.add(order);
        hashes.push_back(order.hash);
    }
    for (const auto& question : books.take_questions()) books.set_group(question.group, false);
    std::vector<double> times;
    for (std::size_t i = 0; i < 500; ++i) {
        const auto start = now_s();
        const auto why = broker::explain_order(books, hashes[fleet.below(hashes.size())], 5);
        times.push_back((now_s() - start) * 1e3);
        if (why.state.empty()) std::exit(1);
    }
    return percentile(times, 0.99);
}

}  // namespace

int main(int argc, char** argv) {
    const std::size_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
    Fleet fleet(count);
    const auto orders = fleet.make();
    broker::Broker books;
    const auto start = now_s();
    for (const auto& order : orders) books.add(order);
    const double inserted_per_s = static_cast<double>(count) / (now_s() - start);
    for (const auto& question : books.take_questions()) books.set_group(question.group, false);

    std::vector<Ask> asks;
    for (int i = 0; i < 20'000; ++i) asks.push_back(fleet.ask());
    std::vector<double> times;
    std::vector<std::optional<broker::Pick>> picks;
    for (const auto& ask : asks) {
        const auto at = now_s();
        picks.push_back(books.quote(ask));
        times.push_back((now_s() - at) * 1e6);
    }

    std::cerr << fmt::format("broker: {:.0f} inserts/s, quote p50 {:.1f} us, p99 {:.1f} us\n", inserted_per_s,
                             percentile(times, 0.5), percentile(times, 0.99));
    std::optional<double> peer_inserts, peer_p50, peer_p99;
    // Left alone, the planner takes the rule of the tags for very selective and sorts a whole category for each app
    // order; without that choice it walks the index by price and stops at the first that fits, which is much faster.
    if (auto server = db::testing::PostgresServer::start({"shared_buffers=1GB", "work_mem=64MB", "fsync=off",
                                                          "enable_bitmapscan=off", "enable_seqscan=off", "jit=off"})) {
        PostgresBook peer(server->create_database());
        const sys::TempDir dir;
        peer.load(orders, dir.path());
        const auto plan = peer.plan(asks[0]);
        std::cerr << "broker_bench: PostgreSQL has the orders; its plan:\n" << plan;
        if (plan.find("Seq Scan") != std::string::npos) {
            std::cerr << "broker_bench: PostgreSQL reads the whole table\n";
            return 1;
        }
        std::vector<double> peer_times;
        const auto enough = now_s() + kPeerSeconds;
        for (std::size_t i = 0; i < 300 && (i < 20 || now_s() < enough); ++i) {
            const auto at = now_s();
            const auto theirs = peer.quote(asks[i]);
            peer_times.push_back((now_s() - at) * 1e6);
            std::optional<PostgresBook::Answer> ours;
            if (picks[i])
                ours = {to_hex(picks[i]->app.hash), to_hex(picks[i]->workerpool.hash), picks[i]->price_per_task};
            if (theirs != ours) {
                std::cerr << "broker_bench: the broker and PostgreSQL disagree on ask " << i << "\n";
                return 1;
            }
        }
        peer_p50 = percentile(peer_times, 0.5);
        peer_p99 = percentile(peer_times, 0.99);
        Fleet more(20'000);
        auto fresh = more.make();
        for (auto& order : fresh) order.hash.data[0] ^= 0x5A;
        peer_inserts = peer.inserts_per_s(fresh);
    } else {
        std::cerr << "broker_bench: PostgreSQL is not installed; no peer figures\n";
    }
    print({"inserts", inserted_per_s, "orders/s", true, peer_inserts, 300'000.0});
    print({"quote_p99", percentile(times, 0.99), "us", false, peer_p99, 50.0});
    print({"quote_p50", percentile(times, 0.5), "us", false, peer_p50, std::nullopt});
    print({"restart", restart_s(orders), "s", false, std::nullopt, 20.0});
    print({"explain_p99", explain_p99_ms(), "ms", false, std::nullopt, 10.0});
    return 0;
}
