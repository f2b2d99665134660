// Pages of apps: who may publish one, which of several counts, and what is refused.
#include <bourse/crypto/hash.hpp>
#include <bourse/market/v1/app_pages.hpp>
#include <bourse/market/v1_fixture.hpp>

namespace bourse::market {
namespace {

using namespace testing;
using orderbook::testing::key_of;

constexpr const char* kForm =
    R"({"type":"object","properties":{"width":{"type":"integer","default":3}},"arguments":["{width}"]})";

Json signed_page(const crypto::PrivateKey& key, const client::AppPage& page, std::uint64_t chain = kChainId) {
    return {{"readme", page.readme},
            {"parameters", page.parameters},
            {"updated", page.updated_ms},
            {"sign", to_hex(client::sign_text(key, client::app_page_text(page, chain)))}};
}

class AppPageTest : public V1Test {
protected:
    void begin() {
        history_.give_app(1, owner_.address());
        chain_.owners[app_] = owner_.address();
        start();
        now_ = sys::unix_time_ms();
    }
    client::AppPage page(const std::string& readme, std::int64_t later_ms = 0, const std::string& parameters = kForm) {
        return {app_, readme, parameters, now_ + static_cast<std::uint64_t>(later_ms)};
    }
    std::string path(const Address& app) const { return "/v1/apps/" + to_checksum(app) + "/page"; }
    net::Response put(const Json& body) const { return ask("PUT", path(app_), body); }
    std::string code(const Json& body) const {
        const auto answer = Json::parse(put(body).body, nullptr, false);
        return answer.value("code", "");
    }
    std::string shown() const { return get(path(app_))["readme"]; }

    const crypto::PrivateKey owner_ = key_of("owner");
    const Address app_ = MadeHistory::made("app", 1);
    std::uint64_t now_ = 0;
};

TEST_F(AppPageTest, the_owner_publishes_replaces_and_withdraws) {
    begin();
    auto nothing = get(path(app_));
    EXPECT_EQ(nothing["readme"], "");
    EXPECT_TRUE(nothing["updated"].is_null());
    const auto first = signed_page(owner_, page("# one"));
    const auto answer = put(first);
    ASSERT_EQ(answer.status, 200) << answer.body;
    auto read = get(path(app_));
    EXPECT_EQ(read["readme"], "# one");
    EXPECT_EQ(read["parameters"], kForm);
    EXPECT_EQ(read["owner"], to_checksum(owner_.address()));
    EXPECT_EQ(read["updated"], now_);
    EXPECT_EQ(read["sign"], first["sign"]);
    EXPECT_EQ(code(first), "PAGE_OLD");  // a replay
    EXPECT_EQ(put(signed_page(owner_, page("two", 2, ""))).status, 200);
    EXPECT_EQ(put(signed_page(owner_, page("between", 1))).status, 409);
    EXPECT_EQ(shown(), "two");
    EXPECT_EQ(put(signed_page(owner_, page("", 3, ""))).status, 200);
    EXPECT_EQ(shown(), "");
    EXPECT_EQ(code(signed_page(owner_, page("two", 2, ""))), "PAGE_OLD");  // nobody brings it back
    EXPECT_EQ(put(signed_page(owner_, page("three", 4))).status, 200);
    EXPECT_EQ(shown(), "three");
}

TEST_F(AppPageTest, a_page_survives_a_restart) {
    begin();
    ASSERT_EQ(put(signed_page(owner_, page("kept"))).status, 200);
    service_.reset();
    MarketConfig config;
    config.folder = dir_.path();
    service_ = *MarketService::start(config, {chain_, blocks_, transactions_});
    EXPECT_EQ(shown(), "kept");
}

TEST_F(AppPageTest, only_the_owner_of_now_speaks_for_an_app) {
    begin();
    EXPECT_EQ(code(signed_page(key_of("stranger"), page("forged"))), "SIGNATURE_INVALID");
    EXPECT_EQ(code(signed_page(owner_, page("other chain"), 1)), "SIGNATURE_INVALID");
    auto changed = signed_page(owner_, page("signed"));
    changed["readme"] = "other words";
    EXPECT_EQ(code(changed), "SIGNATURE_INVALID");
    auto other = page("for another app");
    other.app = MadeHistory::made("app", 2);
    EXPECT_EQ(code(signed_page(owner_, other)), "SIGNATURE_INVALID");
    EXPECT_EQ(shown(), "");
    // Sold: the chain knows at once, the index in a moment. The new owner's page is not shown before that.
    ASSERT_EQ(put(signed_page(owner_, page("of the seller"))).status, 200);
    chain_.owners[app_] = key_of("buyer").address();
    EXPECT_EQ(code(signed_page(owner_, page("of the seller", 1))), "SIGNATURE_INVALID");
    EXPECT_EQ(put(signed_page(key_of("buyer"), page("of the buyer"))).status, 200);
    EXPECT_EQ(shown(), "of the seller");
    const auto unknown = ask("PUT", path(MadeHistory::made("app", 2)), signed_page(owner_, other));
    EXPECT_EQ(unknown.status, 404) << unknown.body;  // not of this chain's registry
    EXPECT_EQ(ask("GET", path(orderbook::testing::place("none"))).status, 404);
    EXPECT_EQ(ask("GET", "/v1/apps/0x12/page").status, 400);
    EXPECT_EQ(ask("GET", path(MadeHistory::made("dataset", 1))).status, 404);
}

TEST_F(AppPageTest, a_page_of_another_owner_is_not_shown) {
    chain_.owners[app_] = key_of("stranger").address();  // whom the index does not know as its owner
    start();
    now_ = sys::unix_time_ms();
    EXPECT_EQ(put(signed_page(key_of("stranger"), page("hello"))).status, 200);
    EXPECT_EQ(shown(), "");
}

TEST_F(AppPageTest, broken_pages_are_refused_with_the_place) {
    begin();
    const auto refused = [&](const Json& body, const std::string& field) {
        const auto answer = put(body);
        EXPECT_EQ(answer.status, 400) << answer.body;
        const auto read = Json::parse(answer.body, nullptr, false);
        EXPECT_EQ(read["code"], "PAGE_INVALID") << answer.body;
        EXPECT_EQ(read["field"], field) << answer.body;
    };
    const auto good = signed_page(owner_, page("x"));
    for (const auto* member : {"readme", "parameters", "updated", "sign"}) {
        auto body = good;
        body.erase(member);
        refused(body, member);
        body[member] = Json::array({1});
        refused(body, member);
    }
    for (const Json& time : {Json(-1), Json(1.5), Json(9007199254740992ULL), Json("1")}) {
        auto body = good;
        body["updated"] = time;
        refused(body, "updated");
    }
    auto unsigned_one = good;
    unsigned_one["sign"] = "0xzz";
    refused(unsigned_one, "sign");
    refused(signed_page(owner_, page("x", 3'600'000)), "updated");
    refused(signed_page(owner_, page(std::string((32 << 10) + 1, 'x'))), "readme");
    refused(signed_page(owner_, page(std::string("a\0b", 3))), "readme");
    refused(signed_page(owner_, page("x", 0, std::string(20'000, '['))), "parameters");
    refused(signed_page(owner_, page("x", 0, R"({"type":"object","properties":{"a":{"type":"map"}}})")),
            "parameters.properties.a.type");
    EXPECT_EQ(put(Json::array()).status, 400);
    EXPECT_EQ(put({{"readme", std::string(2 << 20, 'x')}}).status, 413);
    EXPECT_EQ(shown(), "");
}

TEST_F(AppPageTest, hostile_words_are_data) {
    begin();
    const std::string hostile = "<script>alert(1)</script> \xE2\x80\xAE [x](javascript:alert(1))";
    ASSERT_EQ(put(signed_page(owner_, page(hostile))).status, 200);
    EXPECT_EQ(shown(), hostile);
    EXPECT_EQ(ask("GET", path(app_)).headers.at("content-type").find("application/json"), 0U);
}

TEST_F(AppPageTest, one_owner_has_a_bounded_number_of_pages) {
    auto database = *db::Database::open("sqlite::memory:");
    ASSERT_TRUE(database->migrate({kAppPagesSchema}));
    AppPages pages(*database, [] { return std::uint64_t{1'000}; });
    const auto publish = [&](int app, std::uint64_t updated) {
        const client::AppPage page{orderbook::testing::place(std::to_string(app)), "x", "", updated};
        const auto document = signed_page(owner_, page);
        return pages.publish(*AppPages::from_json(document, page.app, owner_.address()), kChainId);
    };
    for (int i = 0; i < 200; ++i) ASSERT_TRUE(publish(i, 1)) << i;
    const auto one_more = publish(200, 1);
    ASSERT_FALSE(one_more);
    EXPECT_EQ(one_more.error().code, "PAGE_LIMIT");
    EXPECT_TRUE(publish(7, 2));
}

}  // namespace
}  // namespace bourse::market
