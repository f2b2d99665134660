// Each alert's threshold, over made-up facts and a clock that the test turns.
#include <bourse/market/v1/alerts.hpp>

#include <bourse/sys/file.hpp>

#include <gtest/gtest.h>
#include <algorithm>
#include <nlohmann/json.hpp>

namespace bourse::market {
namespace {

using Json = nlohmann::json;

class AlertsTest : public ::testing::Test {
protected:
    static Json alive(int busy = 0) {
        return {{"worker", "0x12"}, {"connected", true}, {"silent_ms", 100}, {"slots", 4}, {"busy", busy}};
    }
    /// The alert of a code, after `add` has looked.
    template <class F>
    static std::optional<Alert> after(const char* code, const F& add) {
        std::vector<Alert> out;
        add(out);
        const auto found = std::ranges::find(out, code, &Alert::code);
        return found == out.end() ? std::nullopt : std::optional(*found);
    }
    std::optional<Alert> head(std::int64_t transactions, std::int64_t age_ms) {
        return after("HEAD_OLD", [&](auto& out) { head_alert(transactions, age_ms, ops_, out); });
    }
    std::optional<Alert> price(std::uint64_t ask, std::uint64_t bid, const Json& workers) {
        PoolOffer offer;
        offer.ask = ask;
        offer.bid = bid;
        return after("PRICE_HIGH", [&](auto& out) { price_alert(offer, workers, ops_, out); });
    }

    sys::TempDir dir_;
    std::uint64_t now_ms_ = 1'700'000'000'000;
    std::unique_ptr<db::Database> database_ = *db::Database::open("sqlite://" + (dir_.path() / "ops.db").string());
    Ops ops_{*database_, "", [this] { return now_ms_; }};
};

TEST_F(AlertsTest, the_head_is_old_when_transactions_wait_for_it) {
    EXPECT_FALSE(head(0, 3'600'000));  // nothing to do: no block is due
    EXPECT_FALSE(head(2, 3'600'000));  // they wait only since now
    now_ms_ += 15'001;
    EXPECT_FALSE(head(2, 15'000));  // a block came meanwhile
    const auto raised = head(2, 16'000);
    ASSERT_TRUE(raised);
    EXPECT_EQ(raised->level, "danger");
    EXPECT_EQ(raised->text, "The last block is 16 s old, and 2 transactions wait.");
    EXPECT_FALSE(head(0, 16'000));
    EXPECT_FALSE(head(1, 17'000));  // the waiting begins anew
}

TEST_F(AlertsTest, the_clock_of_the_node_may_be_off_by_five_seconds) {
    const auto clock = [](const Json& scheduler, const Json& workers = Json::array()) {
        return after("CLOCK_OFFSET", [&](auto& out) { clock_alert(scheduler, workers, out); });
    };
    EXPECT_FALSE(clock(Json::object()));
    EXPECT_FALSE(clock({{"node_ahead_ms", nullptr}}));
    EXPECT_FALSE(clock({{"node_ahead_ms", 5'000}}));
    EXPECT_FALSE(clock({{"node_ahead_ms", -5'000}}));
    EXPECT_EQ(clock({{"node_ahead_ms", 5'001}})->text,
              "The node's clock is 5 s ahead of the scheduler's: deadlines go by it.");
    EXPECT_EQ(clock({{"node_ahead_ms", -3'600'000}})->text,
              "The node's clock is 3600 s behind the scheduler's: deadlines go by it.");
    auto drifting = alive();
    drifting["clock_ahead_ms"] = -5'001;
    const auto raised = clock({{"node_ahead_ms", 0}}, {alive(), drifting});
    ASSERT_TRUE(raised);
    EXPECT_EQ(raised->text,
              "The clocks of 1 of 2 living workers are more than 5 s off the scheduler's, first that of 0x12.");
    drifting["silent_ms"] = 20'000;  // lost: there are other alerts for that
    EXPECT_FALSE(clock({{"node_ahead_ms", 0}}, {alive(), drifting}));
}

TEST_F(AlertsTest, the_stake_is_low_below_ten_tasks) {
    const auto stake = [](std::optional<std::uint64_t> covered) {
        return after("STAKE_LOW", [&](auto& out) { stake_alert(covered, out); });
    };
    EXPECT_FALSE(stake(std::nullopt));  // no order asks for any
    EXPECT_FALSE(stake(10));
    ASSERT_TRUE(stake(9));
    EXPECT_EQ(stake(9)->text, "The free stake covers 9 further tasks.");
}

TEST_F(AlertsTest, the_price_is_high_after_an_hour_of_idle_places) {
    const auto idle = Json::array({alive(1)}), half = Json::array({alive(2)});
    EXPECT_FALSE(price(121, 100, idle));
    now_ms_ += 3'599'999;
    EXPECT_FALSE(price(121, 100, idle));
    now_ms_ += 1;
    ASSERT_TRUE(price(121, 100, idle));
    EXPECT_EQ(price(121, 100, idle)->level, "info");
    EXPECT_FALSE(price(120, 100, idle));  // 20 % and not more
    now_ms_ += 3'600'000;
    EXPECT_FALSE(price(121, 100, idle));  // the hour begins anew
    now_ms_ += 3'600'000;
    EXPECT_FALSE(price(121, 100, half));
    auto lost = alive(0);
    lost["silent_ms"] = 20'000;
    now_ms_ += 7'200'000;
    EXPECT_FALSE(price(121, 100, Json::array({lost})));  // nobody is there to be idle
}

TEST_F(AlertsTest, the_disk_is_low_below_a_tenth) {
    const auto disk = [](std::uint64_t free, std::uint64_t total) {
        return after("DISK_LOW", [&](auto& out) { disk_alert(free, total, out); });
    };
    EXPECT_FALSE(disk(0, 0));  // not known
    EXPECT_FALSE(disk(100'000, 1'000'000));
    ASSERT_TRUE(disk(99'999, 1'000'000));
    EXPECT_EQ(disk(99'999, 1'000'000)->text, "9 % of the market's disk is free.");
}

TEST_F(AlertsTest, nobody_alive_is_told_after_a_minute) {
    const auto nobody = [&](const Json& workers) {
        return after("NO_WORKER", [&](auto& out) { worker_alerts(workers, ops_, out); });
    };
    EXPECT_FALSE(nobody(Json::array()));
    now_ms_ += 59'999;
    EXPECT_FALSE(nobody(Json::array()));
    now_ms_ += 1;
    EXPECT_TRUE(nobody(Json::array()));
    EXPECT_FALSE(nobody(Json::array({alive()})));
    auto long_gone = alive();
    long_gone["silent_ms"] = 60'000;
    EXPECT_TRUE(nobody(Json::array({long_gone})));  // the market was started afterwards
}

}  // namespace
}  // namespace bourse::market
