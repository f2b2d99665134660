#include <bourse/market/service.hpp>

#include <bourse/client/cid.hpp>
#include <bourse/client/market_client.hpp>
#include <bourse/codec/transaction.hpp>
#include <bourse/explorer/made_history.hpp>
#include <bourse/market/still_chain.hpp>
#include <bourse/net/http_client.hpp>
#include <bourse/orderbook/test_chain.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/file.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

namespace bourse::market {
namespace {

using namespace orderbook::testing;

/// Blocks that a test adds.
class FakeBlocks final : public client::FollowerChain {
public:
    void add(std::vector<client::LogEntry> logs) {
        const std::lock_guard lock(mutex_);
        for (auto& log : logs) log.block_number = blocks_;
        logs_.insert(logs_.end(), logs.begin(), logs.end());
        ++blocks_;
    }
    Result<client::BlockHead> head() override {
        const std::lock_guard lock(mutex_);
        return head_at(blocks_ - 1);
    }
    Result<client::BlockHead> block(std::uint64_t number) override { return head_at(number); }
    Result<std::vector<client::LogEntry>> logs(const client::LogFilter& filter) override {
        const std::lock_guard lock(mutex_);
        std::vector<client::LogEntry> out;
        for (const auto& log : logs_)
            if (log.block_number >= filter.from_block && log.block_number <= filter.to_block) out.push_back(log);
        return out;
    }

private:
    static client::BlockHead head_at(std::uint64_t number) {
        return {number, crypto::keccak256(std::to_string(number)), number};
    }
    std::mutex mutex_;
    std::uint64_t blocks_ = 1;
    std::vector<client::LogEntry> logs_;
};

/// What the index asks: the categories and the genesis of the market's chain, facts of a made-up history.
class FakeExplorerChain final : public explorer::ExplorerChain {
public:
    FakeExplorerChain(FakeMarketChain& market, explorer::testing::MadeHistory& history)
        : market_(&market), history_(&history) {}
    const Address& hub() const override { return poco::kHub; }
    Result<client::HubFacts> facts() override { return history_->facts().hub; }
    Result<Hash> genesis() override { return market_->genesis; }
    Result<std::vector<poco::Deal>> deals(std::span<const poco::DealId> ids) override {
        std::vector<poco::Deal> out;
        for (const auto& id : ids) out.push_back(history_->facts().deals.at(id.hash));
        return out;
    }
    Result<std::vector<poco::Task>> tasks(std::span<const poco::TaskId> ids) override {
        return std::vector<poco::Task>(ids.size());
    }
    Result<std::vector<poco::Contribution>> contributions(
        std::span<const std::pair<poco::TaskId, Address>> ids) override {
        return std::vector<poco::Contribution>(ids.size());
    }
    Result<poco::AppInfo> app(const Address&) override { return poco::AppInfo{}; }
    Result<poco::DatasetInfo> dataset(const Address&) override { return poco::DatasetInfo{}; }
    Result<poco::WorkerpoolInfo> workerpool(const Address&) override { return poco::WorkerpoolInfo{}; }
    Result<std::vector<poco::Category>> categories() override { return market_->categories; }
    Result<std::vector<std::uint64_t>> block_times(std::span<const std::uint64_t> numbers) override {
        return std::vector<std::uint64_t>(numbers.begin(), numbers.end());
    }
    Result<std::map<std::uint64_t, std::uint64_t>> transaction_counts(std::uint64_t, std::uint64_t) override {
        return std::map<std::uint64_t, std::uint64_t>{};
    }

private:
    FakeMarketChain* market_;
    explorer::testing::MadeHistory* history_;
};

/// Takes transactions and mines them when told.
class FakeTransactions final : public testing::StillTransactions {
public:
    std::atomic<bool> mining{true};
    std::mutex mutex;
    std::vector<Bytes> sent;

    Result<std::vector<Result<Hash>>> send(const std::vector<Bytes>& raws) override {
        const std::lock_guard lock(mutex);
        std::vector<Result<Hash>> out;
        for (const auto& raw : raws) {
            sent.push_back(raw);
            out.emplace_back(transaction_hash(raw));
        }
        return out;
    }
    Result<std::vector<Result<std::optional<client::Receipt>>>> receipts(const std::vector<Hash>& hashes) override {
        std::vector<Result<std::optional<client::Receipt>>> out;
        for (const auto& hash : hashes) {
            std::optional<client::Receipt> receipt;
            if (mining) receipt = client::Receipt{hash, 1, true, 30'000, {}};
            out.emplace_back(std::move(receipt));
        }
        return out;
    }
};

class MarketServiceTest : public ::testing::Test {
protected:
    MarketServiceTest() {
        chain_.accounts_[wallet("owner")].stake = 1000;
        chain_.categories = {{"XS", "", 300}};
    }
    void start() {
        MarketConfig config;
        config.folder = dir_.path();
        config.faucet_key = key_of("faucet");
        config.store_url = store_url_;
        config.requests_per_minute = 100;
        auto service = MarketService::start(config, {chain_, blocks_, transactions_, nullptr, &explorer_});
        ASSERT_TRUE(service) << service.error().message;
        service_ = std::move(*service);
    }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(service_->port()); }
    client::MarketClient client() const { return {url(), kChainId}; }
    net::Response get(const std::string& target, const std::string& method = "GET",
                      const std::string& body = "") const {
        net::ClientRequest request;
        request.method = method;
        request.url = url() + target;
        request.body = body;
        const auto answer = net::http_request(request);
        EXPECT_TRUE(answer) << target;
        return answer.value_or(net::Response{});
    }
    static bool eventually(const std::function<bool()>& condition) {
        for (const auto end = sys::steady_ms() + 60'000; sys::steady_ms() < end;
             std::this_thread::sleep_for(std::chrono::milliseconds(5)))
            if (condition()) return true;
        return condition();
    }

    sys::TempDir dir_;
    FakeMarketChain chain_;
    FakeBlocks blocks_;
    FakeTransactions transactions_;
    explorer::testing::MadeHistory history_{{.task_share = 0}};
    FakeExplorerChain explorer_{chain_, history_};
    std::string store_url_;
    std::unique_ptr<MarketService> service_;
};

TEST_F(MarketServiceTest, client_publishes_lists_and_withdraws) {
    start();
    const auto market = client();
    const auto order = chain_.pool_order("pool", 20, "owner");
    const auto hash = market.publish(poco::OrderKind::kWorkerpool, poco::to_json_strings(order), key_of("owner"));
    ASSERT_TRUE(hash) << hash.error().message;
    const auto listed = market.workerpool_orders({{"category", "0"}});
    ASSERT_TRUE(listed) << listed.error().message;
    ASSERT_EQ(listed->size(), 1U);
    EXPECT_EQ(listed->at(0).hash, *hash);
    EXPECT_EQ(listed->at(0).order, order);
    EXPECT_TRUE(market.order(poco::OrderKind::kWorkerpool, *hash));
    EXPECT_EQ(market.order(poco::OrderKind::kWorkerpool, Hash{}).error().code, "ORDER_NOT_FOUND");
    const auto thief = market.unpublish(poco::OrderKind::kWorkerpool, client::MarketClient::Unpublish::kOne, *hash, {},
                                        key_of("thief"));
    EXPECT_EQ(thief.error().code, "MARKET_REFUSED");
    const auto removed = market.unpublish(poco::OrderKind::kWorkerpool, client::MarketClient::Unpublish::kAll, {},
                                          order.workerpool, key_of("owner"));
    ASSERT_TRUE(removed) << removed.error().message;
    EXPECT_EQ(*removed, std::vector<Hash>{*hash});
}

TEST_F(MarketServiceTest, writes_need_an_authorisation) {
    start();
    const auto answer = get("/apporders?chainId=65535", "POST", R"({"order":{}})");
    EXPECT_EQ(answer.status, 403);
    EXPECT_EQ(nlohmann::json::parse(answer.body)["error"], "invalid authorization");
    EXPECT_EQ(get("/apporders", "PUT", "{}").status, 403);
    EXPECT_EQ(get("/apporders", "POST", "[").status, 400);
}

TEST_F(MarketServiceTest, wrong_chain_and_bad_input_are_refused) {
    start();
    EXPECT_EQ(get("/workerpoolorders?chainId=1").status, 400);
    EXPECT_EQ(get("/apporders?chainId=65535").status, 400);
    EXPECT_EQ(get("/apporders/0x12").status, 400);
    EXPECT_EQ(get("/apporders/" + to_hex(Hash{})).status, 404);
    EXPECT_EQ(get("/challenge?chainId=65535&address=me").status, 400);
    EXPECT_EQ(get("/nowhere").status, 404);
    chain_.down = true;
    EXPECT_EQ(get("/workerpoolorders?chainId=65535").status, 503);
}

TEST_F(MarketServiceTest, public_documents) {
    start();
    ASSERT_TRUE(eventually([&] { return nlohmann::json::parse(get("/categories").body)["count"] == 1; }));
    EXPECT_EQ(nlohmann::json::parse(get("/categories/0").body)["chainId"], kChainId);
    EXPECT_EQ(get("/categories/7").status, 404);
    EXPECT_EQ(nlohmann::json::parse(get("/version").body)["ok"], true);
    const auto docs = nlohmann::json::parse(get("/docs").body);
    EXPECT_TRUE(docs["paths"].contains("/workerpoolorders/{hash}"));
    EXPECT_TRUE(docs["paths"]["/apporders"].contains("put"));
    const auto json = nlohmann::json::parse(get("/metrics?chainId=65535").body);
    EXPECT_EQ(json["apporders"], 0);
    EXPECT_TRUE(json.contains("checkpointBlock"));
    EXPECT_NE(get("/metrics").body.find("bourse_market_open_orders"), std::string::npos);
    EXPECT_EQ(get("/ohlc?category=0").body, R"({"ohlc":[],"ok":true})");
    EXPECT_EQ(nlohmann::json::parse(get("/deals?chainId=65535").body)["count"], 0);
    EXPECT_EQ(get("/deals/" + to_hex(Hash{})).status, 404);
}

TEST_F(MarketServiceTest, deals_and_categories_are_those_of_the_index) {
    chain_.categories = explorer::testing::MadeHistory::categories();
    for (const auto& log : {history_.deployment().logs, history_.deals(25).logs}) blocks_.add(log);
    start();
    const auto ask = [&](const std::string& target) { return nlohmann::json::parse(get(target).body); };
    ASSERT_TRUE(eventually([&] { return ask("/deals")["count"] == 25; }));
    const auto first = ask("/deals?chainId=65535&pageIndex=0&pageSize=10"),
               second = ask("/deals?pageIndex=1&pageSize=10"), third = ask("/deals?page=20");
    EXPECT_EQ(first["nextPage"], 10);
    EXPECT_EQ(second["deals"].size(), 10U);
    EXPECT_EQ(third["deals"].size(), 5U);
    EXPECT_FALSE(third.contains("nextPage"));
    std::set<std::string> ids;
    for (const auto* page : {&first, &second, &third})
        for (const auto& deal : (*page)["deals"]) ids.insert(deal["dealid"].get<std::string>());
    EXPECT_EQ(ids.size(), 25U);
    const auto& deal = first["deals"][3];
    const auto shown = ask("/deals/" + deal["dealid"].get<std::string>());
    EXPECT_EQ(shown["ok"], true);
    EXPECT_EQ(shown["requestHash"], deal["requestHash"]);
    EXPECT_TRUE(shown["workerpool"]["price"].is_number_integer());
    EXPECT_EQ(shown["chainId"], kChainId);
    // Both faces of the market tell the same deal.
    const auto v1 = ask("/v1/deals/" + deal["dealid"].get<std::string>())["deal"];
    EXPECT_EQ(v1["workerpool"]["price"], std::to_string(deal["workerpool"]["price"].get<int>()));
    EXPECT_EQ(v1["tx"], deal["transactionHash"]);
    const std::pair<const char*, std::string> filters[] = {{"category", deal["category"].dump()},
                                                           {"requester", deal["requester"]},
                                                           {"beneficiary", deal["beneficiary"]},
                                                           {"app", deal["app"]["pointer"]},
                                                           {"dataset", deal["dataset"]["pointer"]},
                                                           {"workerpool", deal["workerpool"]["pointer"]},
                                                           {"appOwner", deal["app"]["owner"]},
                                                           {"datasetOwner", deal["dataset"]["owner"]},
                                                           {"workerpoolOwner", deal["workerpool"]["owner"]},
                                                           {"apporderHash", deal["appHash"]},
                                                           {"datasetorderHash", deal["datasetHash"]},
                                                           {"workerpoolorderHash", deal["workerpoolHash"]},
                                                           {"requestorderHash", deal["requestHash"]}};
    const auto all = ask("/deals?pageSize=100")["deals"];
    std::string everything = "/deals?pageSize=100";
    for (const auto& [name, value] : filters) {
        const auto found = ask("/deals?pageSize=100&" + std::string(name) + "=" + value);
        EXPECT_GE(found["count"], 1) << name;
        EXPECT_LE(found["count"], 25) << name;
        EXPECT_TRUE(std::ranges::any_of(found["deals"], [&](const auto& d) { return d["dealid"] == deal["dealid"]; }))
            << name;
        everything += "&" + std::string(name) + "=" + value;
    }
    EXPECT_EQ(ask(everything)["count"], 1);
    EXPECT_EQ(ask("/deals?app=any")["count"], 25);
    EXPECT_EQ(ask("/deals?workerpoolOwner=" + deal["app"]["owner"].get<std::string>() +
                  "&requestorderHash=" + deal["requestHash"].get<std::string>())["count"],
              deal["app"]["owner"] == deal["workerpool"]["owner"] ? 1 : 0);
    EXPECT_EQ(get("/deals?app=0x12").status, 400);
    EXPECT_EQ(get("/deals?requestorderHash=12").status, 400);
    const auto trades = ask("/ohlc?category=" + deal["category"].dump())["ohlc"];
    EXPECT_EQ(trades.size(), ask("/deals?category=" + deal["category"].dump())["count"]);
    const auto categories = ask("/categories?minWorkClockTimeRef=1000&maxWorkClockTimeRef=4000")["categories"];
    ASSERT_EQ(categories.size(), 2U);
    EXPECT_EQ(categories[0]["name"], "S");
    EXPECT_EQ(categories[1]["workClockTimeRef"], 3600);
}

TEST_F(MarketServiceTest, pages_neither_repeat_nor_skip_while_deals_arrive) {
    chain_.categories = explorer::testing::MadeHistory::categories();
    for (const auto& log : {history_.deployment().logs, history_.deals(25).logs}) blocks_.add(log);
    start();
    const auto ask = [&](const std::string& target) { return nlohmann::json::parse(get(target).body); };
    ASSERT_TRUE(eventually([&] { return ask("/v1/deals")["total"] == 25; }));
    std::vector<std::string> before;
    const auto all = ask("/v1/deals?limit=100");
    for (const auto& deal : all["items"]) before.push_back(deal["id"].get<std::string>());
    std::vector<std::string> seen;
    std::string cursor;
    nlohmann::json as_of;
    for (std::size_t total = 25;;) {
        auto target = std::string("/v1/deals?limit=4");
        if (!cursor.empty()) target += "&cursor=" + cursor + "&asOf=" + as_of.dump();
        const auto page = ask(target);
        if (as_of.is_null()) as_of = page["asOf"];
        EXPECT_EQ(page["total"], 25);
        for (const auto& deal : page["items"]) seen.push_back(deal["id"].get<std::string>());
        if (page["next"].is_null()) break;
        cursor = page["next"].get<std::string>();
        blocks_.add(history_.deals(3).logs);
        total += 3;
        ASSERT_TRUE(eventually([&] { return ask("/v1/deals?limit=1")["total"] == total; }));
    }
    EXPECT_EQ(seen, before);
    EXPECT_GT(ask("/v1/deals?limit=1")["total"], 40);
    const auto file = get("/v1/deals?format=jsonl&asOf=" + as_of.dump()).body;
    EXPECT_EQ(std::ranges::count(file, '\n'), 25);
}

TEST_F(MarketServiceTest, chain_events_reach_the_book_and_survive_a_restart) {
    start();
    const auto order = chain_.app_order("app", 1, "seller");
    const auto hash = client().publish(poco::OrderKind::kApp, poco::to_json_strings(order), key_of("seller"));
    ASSERT_TRUE(hash) << hash.error().message;
    chain_.consumed_[*hash] = 10;
    blocks_.add({log_of(poco::kHub, poco::events::ClosedAppOrder{poco::OrderHash(*hash)})});
    const auto canceled = [&] {
        return nlohmann::json::parse(get("/apporders/" + to_hex(*hash)).body)["status"] == "canceled";
    };
    EXPECT_TRUE(eventually(canceled));
    service_.reset();
    start();
    EXPECT_TRUE(canceled());
    EXPECT_EQ(service_->cursor()->number, 1U);
}

TEST_F(MarketServiceTest, data_of_another_chain_are_refused) {
    start();
    ASSERT_TRUE(eventually([&] { return nlohmann::json::parse(get("/categories").body)["count"] == 1; }));
    service_.reset();
    chain_.genesis = crypto::keccak256("other genesis");
    start();
    ASSERT_TRUE(eventually([&] { return service_->failure().has_value(); }));
    EXPECT_EQ(service_->failure()->code, "FOREIGN_DATA");
}

TEST_F(MarketServiceTest, faucet_pays_once_a_day_with_the_agreed_words) {
    start();
    const auto first = client().faucet(wallet("newcomer"));
    ASSERT_TRUE(first) << first.error().message;
    EXPECT_EQ(first->message, "Successfully requested 200 nRLC. Your position in the waiting list is 1/10");
    EXPECT_EQ(first->amount_nrlc, Uint256(200));
    const auto second = client().faucet(wallet("newcomer"));
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, "FAUCET_WAIT");
    const auto refused = get("/v1/faucet", "POST", nlohmann::json{{"address", to_hex(wallet("newcomer"))}}.dump());
    EXPECT_EQ(refused.status, 429);
    EXPECT_TRUE(refused.headers.contains("Retry-After"));
    EXPECT_TRUE(nlohmann::json::parse(refused.body)["next"].get<std::string>().ends_with("Z"));
    EXPECT_EQ(get("/v1/faucet", "POST", R"({"address":"0x12"})").status, 400);
    EXPECT_EQ(get("/v1/faucet", "POST", "{}").status, 400);
    ASSERT_TRUE(eventually([&] {
        const std::lock_guard lock(transactions_.mutex);
        return transactions_.sent.size() == 1;
    }));
    const auto sent = [&] {
        const std::lock_guard lock(transactions_.mutex);
        return decode_transaction(transactions_.sent[0]).value();
    }();
    EXPECT_EQ(sent.to, poco::kRlc);
    EXPECT_EQ(recover_sender(sent), wallet("faucet"));
    service_.reset();
    start();
    EXPECT_EQ(client().faucet(wallet("newcomer")).error().code, "FAUCET_WAIT");
}

TEST_F(MarketServiceTest, faucet_has_a_waiting_list_of_ten) {
    transactions_.mining = false;
    start();
    for (int i = 1; i <= 10; ++i) {
        const auto grant = client().faucet(wallet("newcomer" + std::to_string(i)));
        ASSERT_TRUE(grant) << grant.error().message;
        EXPECT_EQ(grant->position, static_cast<std::uint64_t>(i));
    }
    EXPECT_FALSE(client().faucet(wallet("newcomer11")));
    transactions_.mining = true;
    EXPECT_TRUE(eventually([&] { return client().faucet(wallet("newcomer11")).has_value(); }));
}

TEST_F(MarketServiceTest, content_of_the_store_is_handed_on_and_kept) {
    const std::string text = "some content";
    const auto cid = client::cid_of(as_bytes(text));
    std::atomic<int> asked{0};
    net::HttpServer store({});
    store.route("GET", "/ipfs/:cid", [&](const net::Request& request) {
        ++asked;
        return request.params.at("cid") == cid ? net::Response::text(200, text)
                                               : net::Response::json(404, R"({"ok":false})");
    });
    ASSERT_TRUE(store.start());
    store_url_ = "http://127.0.0.1:" + std::to_string(store.port());
    start();
    EXPECT_EQ(get("/ipfs/" + cid).body, text);
    EXPECT_EQ(get("/ipfs/" + cid).body, text);
    EXPECT_EQ(asked, 1);
    EXPECT_EQ(get("/ipfs/" + client::cid_of(as_bytes("missing"))).status, 404);
    EXPECT_EQ(get("/ipfs/nonsense").status, 400);
    EXPECT_EQ(get("/ipfs/" + cid, "DELETE").status, 405);
    EXPECT_EQ(get("/v1/tasks/0x12").status, 400);
    EXPECT_EQ(get("/v1/pool").status, 404);
}

}  // namespace
}  // namespace bourse::market
