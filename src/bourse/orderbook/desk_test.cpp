// The broker at work, against a chain in memory that carries matches out by the hub's rules.
#include <bourse/orderbook/desk.hpp>

#include <bourse/codec/transaction.hpp>
#include <bourse/orderbook/publication.hpp>
#include <bourse/orderbook/test_chain.hpp>
#include <bourse/orderbook/test_database.hpp>
#include <bourse/poco/match.hpp>
#include <bourse/poco/selectors.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace bourse::orderbook {
namespace {

using namespace testing;
namespace ev = poco::events;

/// Executes what is sent to it: one block for each transaction.
class MatchingChain final : public client::OutboxChain {
public:
    explicit MatchingChain(FakeMarketChain& chain) : chain_(&chain) {}

    std::vector<client::LogEntry> logs;  ///< of all that was executed
    std::string refuse_with;             ///< the next transaction reverts with this
    bool down = false;
    std::uint64_t executed = 0, reverted = 0;

    Result<std::uint64_t> chain_id() override { return kChainId; }
    Result<std::uint64_t> time_s() override { return std::uint64_t{1}; }
    Result<std::uint64_t> block_number() override { return block_; }
    Result<std::uint64_t> nonce(const Address&, bool) override { return nonce_; }
    Result<Uint256> gas_price() override { return Uint256(0); }
    Result<std::uint64_t> estimate_gas(const client::CallRequest& request) override {
        if (down) return fail("NODE_UNREACHABLE", "the node does not answer");
        const auto reason = run(request.data, false);
        if (!reason.empty()) return fail("CALL_REVERTED", reason);
        return std::uint64_t{500'000};
    }
    Result<Bytes> call(const client::CallRequest& request) override {
        const auto reason = run(request.data, false);
        if (!reason.empty()) return fail("CALL_REVERTED", reason);
        return Bytes{};
    }
    Result<std::vector<Result<Hash>>> send(const std::vector<Bytes>& raws) override {
        if (down) return fail("NODE_UNREACHABLE", "the node does not answer");
        std::vector<Result<Hash>> out;
        for (const auto& raw : raws) {
            const auto hash = transaction_hash(raw);
            out.emplace_back(hash);
            if (receipts_.contains(hash)) continue;
            ++block_;
            ++nonce_;
            const auto reason = run(decode_transaction(raw)->data, true);
            reason.empty() ? ++executed : ++reverted;
            receipts_[hash] = client::Receipt{hash, block_, reason.empty(), 500'000, {}};
        }
        return out;
    }
    Result<std::vector<Result<std::optional<client::Receipt>>>> receipts(const std::vector<Hash>& hashes) override {
        std::vector<Result<std::optional<client::Receipt>>> out;
        for (const auto& hash : hashes) {
            std::optional<client::Receipt> receipt;
            if (receipts_.contains(hash)) receipt = receipts_.at(hash);
            out.emplace_back(std::move(receipt));
        }
        return out;
    }
    std::uint64_t block() const { return block_; }

    /// The hub's matchOrders (poco.md §7). The revert's text, or empty.
    std::string match(const poco::OrderSet& set, bool commit) {
        if (const auto fault = poco::terms_fault(set, chain_->categories.size())) return poco::error_text(*fault);
        for (const auto& check : poco::restrictions(set))
            if (!poco::plainly_allowed(check.restriction, check.account) &&
                !chain_->groups[check.restriction].contains(check.account))
                return poco::error_text(check.fault);
        const auto app = chain_->hash_of(set.app), pool = chain_->hash_of(set.workerpool),
                   request = chain_->hash_of(set.request);
        const auto dataset = set.has_dataset() ? chain_->hash_of(set.dataset) : Hash();
        auto& used = chain_->consumed_;
        const auto volume = *poco::deal_volume(set, {used[app], used[dataset], used[pool], used[request]});
        if (volume.is_zero()) return poco::error_text(poco::MatchFault::kConsumed);
        const auto cost = *poco::match_cost(set, volume);
        auto& payer = chain_->accounts_[set.request.requester].stake;
        auto& staker = chain_->accounts_[chain_->owners.at(set.workerpool.workerpool)].stake;
        if (payer < cost.payer || staker < cost.pool) return "IexecEscrow: Transfer amount exceeds balance";
        if (!commit) return {};
        const auto first = used[request];
        payer -= cost.payer;
        staker -= cost.pool;
        for (const auto& hash : {app, pool, request}) used[hash] += volume;
        if (set.has_dataset()) used[dataset] += volume;
        const auto id = poco::deal_id(poco::OrderHash(request), first);
        const auto log = [&](const auto& event) { logs.push_back(log_of(poco::kHub, event, block_)); };
        log(ev::Transfer{set.request.requester, poco::kHub, cost.payer});
        log(ev::Transfer{chain_->owners.at(set.workerpool.workerpool), poco::kHub, cost.pool});
        log(ev::OrdersMatched{id, poco::OrderHash(app), poco::OrderHash(dataset), poco::OrderHash(pool),
                              poco::OrderHash(request), volume});
        return {};
    }

private:
    std::string run(const Bytes& data, bool commit) {
        if (!refuse_with.empty()) {
            const auto text = refuse_with;
            if (commit) refuse_with.clear();
            return text;
        }
        const auto orders = abi::decode<poco::AppOrder, poco::DatasetOrder, poco::WorkerpoolOrder, poco::RequestOrder>(
            ByteView(data).subspan(4));
        if (!orders) return "no matchOrders";
        const auto& [app, dataset, pool, request] = *orders;
        return match({app, dataset, pool, request}, commit);
    }

    FakeMarketChain* chain_;
    std::uint64_t block_ = 1, nonce_ = 0;
    std::map<Hash, client::Receipt> receipts_;
};

/// One market over a database that outlives it, as a file outlives a killed process.
struct Market {
    Market(db::Database& database, FakeMarketChain& chain, MatchingChain& transactions, bool sends = true,
           PublicationRules rules = {})
        : book(database),
          publication(
              database, book, chain, mutex, [this] { return now_ms; }, rules),
          reaction(database, book, chain, mutex),
          desk(database, book, chain, transactions, mutex, config(sends), [this] { return now_ms; }),
          chain_(&chain),
          transactions_(&transactions) {
        publication.on_change = [this](const std::vector<Hash>& hashes) { desk.orders_changed(hashes); };
        reaction.on_applied = [this](const Reaction::Applied& applied) { desk.chain_applied(applied); };
        desk.load();
        if (desk.outbox() != nullptr) desk.outbox()->load();
    }
    static DeskConfig config(bool sends) {
        DeskConfig out;
        if (sends) out.key = key_of("broker");
        out.page = 3;  // so that tests see several pages
        return out;
    }
    template <class Order>
    Hash publish(const Order& order, std::string_view signer) {
        const auto published =
            publication.publish(poco::OrderTraits<Order>::kKind, poco::to_json_strings(order), wallet(signer));
        EXPECT_TRUE(published) << published.error().message;
        return published ? published->hash : Hash();
    }
    /// Takes the blocks in that came since, then works until nothing is left to do.
    void settle() {
        for (int round = 0; round < 20; ++round) {
            while (desk.step()) {
            }
            if (desk.outbox() != nullptr) desk.outbox()->step(++clock_ms_ * 1000);
            if (seen_ == transactions_->logs.size()) continue;
            std::vector<client::LogEntry> fresh(transactions_->logs.begin() + static_cast<std::ptrdiff_t>(seen_),
                                                transactions_->logs.end());
            seen_ = transactions_->logs.size();
            ASSERT_TRUE(reaction.apply(batch_of(std::move(fresh), transactions_->block())));
        }
    }
    OrderStatus status(const Hash& hash) { return book.find(hash)->status; }

    std::uint64_t now_ms = 1'000'000;
    std::mutex mutex;
    OrderBook book;
    Publication publication;
    Reaction reaction;
    Desk desk;

private:
    FakeMarketChain* chain_;
    MatchingChain* transactions_;
    std::size_t seen_ = 0;
    std::uint64_t clock_ms_ = 0;
};

class DeskTest : public OverBothDatabases {
protected:
    DeskTest() {
        db_ = market_database();
        chain_.accounts_[wallet("owner")].stake = 1000;
        chain_.accounts_[wallet("buyer")].stake = 1000;
        chain_.categories = {{"XS", "", 300}};
    }
    static std::unique_ptr<db::Database> market_database() {
        auto database = fresh_database();
        EXPECT_TRUE(database->migrate({kOrdersSchema, kCursorSchema, client::outbox_schema(), kMatchesSchema}));
        return database;
    }
    poco::RequestOrder request(std::uint64_t pool_max, std::uint64_t volume = 1) {
        auto order = chain_.request_order("app", "buyer");
        order.workerpoolmaxprice = pool_max;
        order.volume = volume;
        return chain_.signed_by(order, "buyer");
    }
    FakeMarketChain chain_;
    MatchingChain transactions_{chain_};
    std::unique_ptr<db::Database> db_;
};
BOURSE_OVER_BOTH_DATABASES(DeskTest);

TEST_P(DeskTest, limit_order_rests_and_fills_when_a_pool_order_arrives) {
    Market market(*db_, chain_, transactions_);
    market.publish(chain_.app_order("app", 1, "seller"), "seller");
    const auto limit = market.publish(request(20), "buyer");
    market.settle();
    EXPECT_EQ(transactions_.executed, 0U);
    EXPECT_EQ(market.desk.explain_order(limit).state, "no_workerpool_order");
    const auto pool = market.publish(chain_.pool_order("pool", 20, "owner"), "owner");
    market.settle();
    EXPECT_EQ(transactions_.executed, 1U);
    EXPECT_EQ(market.status(limit), OrderStatus::kFilled);
    EXPECT_EQ(market.book.find(pool)->remaining, 9U);
    EXPECT_EQ(market.desk.size(), 2U) << "app and pool order are left";
    EXPECT_EQ(chain_.accounts_[wallet("buyer")].stake, Uint256(1000 - 21));
}

TEST_P(DeskTest, without_a_key_orders_rest) {
    Market market(*db_, chain_, transactions_, false);
    market.publish(chain_.app_order("app", 1, "seller"), "seller");
    market.publish(chain_.pool_order("pool", 20, "owner"), "owner");
    const auto limit = market.publish(request(20), "buyer");
    market.settle();
    EXPECT_EQ(transactions_.executed, 0U);
    EXPECT_EQ(market.desk.explain_order(limit).state, "matchable");
}

TEST_P(DeskTest, bag_is_split_over_two_pools) {
    Market market(*db_, chain_, transactions_);
    market.publish(chain_.app_order("app", 1, "seller"), "seller");
    market.publish(chain_.pool_order("pool", 10, "owner"), "owner");
    market.publish(chain_.pool_order("pool 2", 11, "owner"), "owner");
    auto order = request(20, 10);
    order.volume = 10;
    chain_.consumed_[chain_.hash_of(chain_.pool_order("pool", 10, "owner"))] = 4;
    const auto bag = market.publish(chain_.signed_by(order, "buyer"), "buyer");
    market.settle();
    EXPECT_EQ(market.status(bag), OrderStatus::kFilled);
}

TEST_P(DeskTest, other_markets_fill_is_seen_and_nothing_is_sent_twice) {
    const auto other_database = market_database();
    Market one(*db_, chain_, transactions_);
    Market two(*other_database, chain_, transactions_);
    Hash limit;
    for (auto* market : {&one, &two}) {
        market->publish(chain_.app_order("app", 1, "seller"), "seller");
        limit = market->publish(request(20), "buyer");
    }
    for (auto* market : {&one, &two}) market->publish(chain_.pool_order("pool", 20, "owner"), "owner");
    one.settle();
    two.settle();
    one.settle();
    EXPECT_EQ(transactions_.executed, 1U);
    EXPECT_EQ(one.status(limit), OrderStatus::kFilled);
    EXPECT_EQ(two.status(limit), OrderStatus::kFilled);
    EXPECT_EQ(chain_.accounts_[wallet("buyer")].stake, Uint256(1000 - 21));
}

TEST_P(DeskTest, market_killed_after_writing_its_match_goes_on_with_it) {
    Hash limit;
    {
        Market market(*db_, chain_, transactions_);
        market.publish(chain_.app_order("app", 1, "seller"), "seller");
        market.publish(chain_.pool_order("pool", 20, "owner"), "owner");
        limit = market.publish(request(20), "buyer");
        market.desk.step();  // the match is written; the outbox has sent nothing yet
        EXPECT_EQ(transactions_.executed, 0U);
    }
    Market market(*db_, chain_, transactions_);
    EXPECT_EQ(market.desk.size(), 3U) << "no order lost";
    EXPECT_EQ(market.desk.explain_order(limit).state, "under_way");
    market.settle();
    EXPECT_EQ(transactions_.executed, 1U);
    EXPECT_EQ(market.status(limit), OrderStatus::kFilled);
    Market again(*db_, chain_, transactions_);
    again.settle();
    EXPECT_EQ(transactions_.executed, 1U);
}

TEST_P(DeskTest, killed_after_the_match_was_mined_settles_by_the_chain) {
    Hash limit;
    {
        Market market(*db_, chain_, transactions_);
        market.publish(chain_.app_order("app", 1, "seller"), "seller");
        market.publish(chain_.pool_order("pool", 20, "owner"), "owner");
        limit = market.publish(request(20, 3), "buyer");
        market.desk.step();
        market.desk.outbox()->step(1000);  // sent and in a block; nobody has looked
        ASSERT_EQ(transactions_.executed, 1U);
    }
    Market market(*db_, chain_, transactions_);
    market.settle();
    EXPECT_EQ(transactions_.executed, 1U) << "sent once";
    EXPECT_EQ(market.status(limit), OrderStatus::kFilled);
}

TEST_P(DeskTest, refused_order_is_taken_out_with_its_reason_and_the_next_best_serves) {
    Market market(*db_, chain_, transactions_);
    market.publish(chain_.app_order("app", 1, "seller"), "seller");
    const auto bad = market.publish(chain_.pool_order("pool", 10, "owner"), "owner");
    market.publish(chain_.pool_order("pool 2", 12, "owner"), "owner");
    transactions_.refuse_with = "iExecV5-matchOrders-0x41";
    market.publish(request(20), "buyer");
    market.desk.step();
    market.desk.outbox()->step(1);
    transactions_.refuse_with.clear();
    market.settle();
    EXPECT_EQ(transactions_.executed, 1U);
    const auto why = market.desk.explain_order(bad);
    EXPECT_EQ(why.state, "suspended");
    EXPECT_NE(why.text.find("0x41"), std::string::npos);
    EXPECT_EQ(chain_.accounts_[wallet("buyer")].stake, Uint256(1000 - 13));
}

TEST_P(DeskTest, member_of_a_group_gets_the_discount) {
    Market market(*db_, chain_, transactions_);
    market.publish(chain_.app_order("app", 1, "seller"), "seller");
    chain_.groups[place("members")] = {wallet("buyer")};
    auto discount = chain_.pool_order("pool", 5, "owner");
    discount.requesterrestrict = place("members");
    market.publish(chain_.signed_by(discount, "owner"), "owner");
    market.publish(chain_.pool_order("pool", 20, "owner"), "owner");
    market.publish(request(20), "buyer");
    market.settle();
    EXPECT_EQ(chain_.accounts_[wallet("buyer")].stake, Uint256(1000 - 6));
}

TEST_P(DeskTest, a_group_that_refused_is_asked_again) {
    Market market(*db_, chain_, transactions_);
    market.publish(chain_.app_order("app", 1, "seller"), "seller");
    chain_.groups[place("members")] = {};
    auto discount = chain_.pool_order("pool", 5, "owner");
    discount.requesterrestrict = place("members");
    market.publish(chain_.signed_by(discount, "owner"), "owner");
    auto other = chain_.pool_order("pool 2", 7, "owner");
    other.requesterrestrict = place("later a group");
    market.publish(chain_.signed_by(other, "owner"), "owner");
    const auto first = market.publish(request(10), "buyer");
    market.settle();
    EXPECT_EQ(market.status(first), OrderStatus::kOpen) << "neither admits the buyer";
    chain_.groups[place("members")].insert(wallet("buyer"));
    market.settle();
    EXPECT_EQ(market.status(first), OrderStatus::kOpen) << "not asked at every step";
    market.now_ms += DeskConfig().recheck_ms;
    market.settle();
    EXPECT_EQ(market.status(first), OrderStatus::kFilled);
    chain_.groups[place("members")].clear();
    chain_.groups[place("later a group")].insert(wallet("buyer"));
    const auto second = market.publish(request(11), "buyer");
    market.settle();
    EXPECT_EQ(market.status(second), OrderStatus::kOpen) << "the chain refuses the first, the second is no group yet";
    market.now_ms += DeskConfig().recheck_ms;
    market.settle();
    EXPECT_EQ(market.status(second), OrderStatus::kFilled);
    EXPECT_EQ(chain_.accounts_[wallet("buyer")].stake, Uint256(1000 - 6 - 8));
}

TEST_P(DeskTest, a_new_category_is_traded_at_once) {
    Market market(*db_, chain_, transactions_);
    market.publish(chain_.app_order("app", 1, "seller"), "seller");
    auto pool = chain_.pool_order("pool", 20, "owner");
    pool.category = 1;
    market.publish(chain_.signed_by(pool, "owner"), "owner");
    auto order = request(20);
    order.category = 1;
    const auto limit = market.publish(chain_.signed_by(order, "buyer"), "buyer");
    market.settle();
    EXPECT_EQ(market.status(limit), OrderStatus::kOpen);
    chain_.categories.push_back({"quick", "", 60});
    ASSERT_TRUE(market.reaction.apply(batch_of({log_of(poco::kHub, ev::CreateCategory{1, "quick", "", 60}, 2)}, 2)));
    market.settle();
    EXPECT_EQ(market.status(limit), OrderStatus::kFilled);
}

TEST_P(DeskTest, spent_stake_takes_orders_off_and_a_deposit_brings_matching_back) {
    Market market(*db_, chain_, transactions_);
    market.publish(chain_.app_order("app", 1, "seller"), "seller");
    const auto limit = market.publish(request(20), "buyer");
    market.settle();
    chain_.accounts_[wallet("buyer")].stake = 3;
    ASSERT_TRUE(
        market.reaction.apply(batch_of({log_of(poco::kHub, ev::Transfer{wallet("buyer"), place("x"), 997})}, 5)));
    market.settle();
    EXPECT_EQ(market.status(limit), OrderStatus::kDead);
    EXPECT_EQ(market.desk.explain_order(limit).state, "unknown_order");
}

TEST_P(DeskTest, young_order_cannot_be_withdrawn) {
    Market market(*db_, chain_, transactions_, true, PublicationRules{2, 500});
    const auto hash = market.publish(chain_.app_order("app", 1, "seller"), "seller");
    Withdrawal what;
    what.hash = hash;
    const auto refused = market.publication.withdraw(poco::OrderKind::kApp, what, wallet("seller"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "ORDER_RESTING");
    market.now_ms += 500;
    EXPECT_TRUE(market.publication.withdraw(poco::OrderKind::kApp, what, wallet("seller")));
    market.settle();
    EXPECT_EQ(market.desk.size(), 0U);
    market.publish(chain_.app_order("app", 2, "seller"), "seller");
    market.publish(chain_.app_order("app", 3, "seller"), "seller");
    const auto third = market.publication.publish(
        poco::OrderKind::kApp, poco::to_json_strings(chain_.app_order("app", 4, "seller")), wallet("seller"));
    ASSERT_FALSE(third);
    EXPECT_EQ(third.error().code, "TOO_MANY_ORDERS");
}

TEST_P(DeskTest, node_away_matches_later) {
    Market market(*db_, chain_, transactions_);
    market.publish(chain_.app_order("app", 1, "seller"), "seller");
    market.publish(chain_.pool_order("pool", 20, "owner"), "owner");
    const auto limit = market.publish(request(20), "buyer");
    transactions_.down = chain_.down = true;
    market.desk.step();
    market.desk.outbox()->step(1);
    EXPECT_EQ(transactions_.executed, 0U);
    transactions_.down = chain_.down = false;
    market.settle();
    EXPECT_EQ(market.status(limit), OrderStatus::kFilled);
}

}  // namespace
}  // namespace bourse::orderbook
