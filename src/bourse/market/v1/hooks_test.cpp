// Webhooks: over a database of their own, with receivers on loopback.
#include <bourse/codec/text.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/market/v1/hooks.hpp>
#include <bourse/net/http_server.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/file.hpp>

#include <gtest/gtest.h>
#include <algorithm>
#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>

namespace bourse::market {
namespace {

using Json = nlohmann::json;

bool comes_true(const std::function<bool()>& condition) {
    for (const auto end = sys::steady_ms() + 120'000; sys::steady_ms() < end;
         std::this_thread::sleep_for(std::chrono::milliseconds(2)))
        if (condition()) return true;
    return condition();
}

/// Keeps what it is sent; answers what it is told to.
struct Receiver {
    net::HttpServer server{net::ServerConfig{}};
    std::atomic<int> status{204};
    std::mutex mutex;
    std::vector<net::Request> got;

    Receiver() {
        server.route("POST", "/in", [this](const net::Request& request) {
            const std::lock_guard lock(mutex);
            got.push_back(request);
            net::Response out;
            out.status = status;
            if (status == 302) out.headers["location"] = "/elsewhere";
            return out;
        });
        server.route("GET", "/elsewhere", [](const net::Request&) { return net::Response::text(200, "no"); });
        EXPECT_TRUE(server.start());
    }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(server.port()) + "/in"; }
    std::size_t count() {
        const std::lock_guard lock(mutex);
        return got.size();
    }
    net::Request request(std::size_t i) {
        const std::lock_guard lock(mutex);
        return got.at(i);
    }
};

class HooksTest : public ::testing::Test {
protected:
    void open(bool to_private = true) {
        hooks_.reset();
        database_ = *db::Database::open("sqlite://" + (dir_.path() / "hooks.db").string());
        ASSERT_TRUE(database_->migrate({kHooksSchema}));
        HookRules rules;
        rules.to_private = to_private;
        rules.first_retry_ms = 5;
        rules.max_tries = 3;
        rules.timeout_ms = 60'000;
        hooks_ = std::make_unique<Hooks>(*database_, rules, sys::unix_time_ms);
    }
    Json only() const {
        const auto all = hooks_->list(pool_);
        return all.size() == 1 ? all[0] : Json();
    }

    sys::TempDir dir_;
    Address pool_ = *address_from_hex("0x70997970C51812dc3A010C7d01b50e0d17dc79C8");
    std::unique_ptr<db::Database> database_;
    std::unique_ptr<Hooks> hooks_;
    const Json alert_ = {{"code", "NO_WORKER"}, {"text", "No worker is alive."}};
};

TEST_F(HooksTest, a_receiver_can_tell_who_sent_what) {
    Receiver receiver;
    open();
    hooks_->start();
    const auto made = hooks_->add(pool_, receiver.url(), "a secret of sixteen and more");
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ((*made)["secret"], "a secret of sixteen and more");
    EXPECT_FALSE(only().contains("secret"));
    hooks_->post(pool_, "alert.raised", alert_);
    ASSERT_TRUE(comes_true([&] { return only()["waiting"] == 0; }));
    ASSERT_EQ(receiver.count(), 1U);
    const auto request = receiver.request(0);
    EXPECT_EQ(request.header("content-type"), "application/json");
    EXPECT_EQ(request.header("x-bourse-event"), "alert.raised");
    const auto body = Json::parse(request.body);
    EXPECT_EQ(body["alert"], alert_);
    EXPECT_EQ(body["delivery"], request.header("x-bourse-delivery"));
    EXPECT_EQ(body["workerpool"], to_checksum(pool_));
    const std::string signature(request.header("x-bourse-signature"));
    const auto time = signature.substr(2, signature.find(',') - 2);
    const auto expected =
        crypto::hmac_sha256(as_bytes("a secret of sixteen and more"), as_bytes(time + "." + request.body));
    EXPECT_EQ(signature, "t=" + time + ",v1=" + to_hex_plain(expected));
    EXPECT_EQ(only()["lastStatus"], 204);
    EXPECT_TRUE(only()["lastError"].is_null());
}

TEST_F(HooksTest, a_secret_is_made_and_short_ones_are_refused) {
    open();
    const auto made = hooks_->add(pool_, "https://example.org/in", std::nullopt);
    ASSERT_TRUE(made);
    EXPECT_EQ((*made)["secret"].get<std::string>().size(), 64U);
    EXPECT_EQ(hooks_->add(pool_, "https://example.org/in", "short").error().code, "HOOK_SECRET_INVALID");
    for (std::size_t i = 1; i < Hooks::kMostHooks; ++i) ASSERT_TRUE(hooks_->add(pool_, "https://example.org/in", {}));
    EXPECT_EQ(hooks_->add(pool_, "https://example.org/in", {}).error().code, "HOOK_LIMIT");
    const auto other = *address_from_hex("0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC");
    EXPECT_TRUE(hooks_->add(other, "https://example.org/in", {}));
    const auto id = (*made)["id"].get<std::string>();
    EXPECT_EQ(hooks_->remove(other, id).error().code, "NOT_FOUND");
    EXPECT_TRUE(hooks_->remove(pool_, id));
    EXPECT_EQ(hooks_->list(pool_).size(), Hooks::kMostHooks - 1);
}

TEST_F(HooksTest, addresses_inside_are_refused_before_and_after_their_names_are_resolved) {
    Receiver receiver;
    open(false);
    const auto code = [&](const std::string& url) {
        const auto made = hooks_->add(pool_, url, {});
        return made ? std::string("taken") : made.error().code;
    };
    for (const auto* url : {"ftp://example.org/", "file:///etc/passwd", "example.org", "http://user@example.org/",
                            "http://exa mple.org/", "javascript:alert(1)"})
        EXPECT_EQ(code(url), "HOOK_URL_INVALID") << url;
    for (const auto* url : {"http://127.0.0.1/", "http://localhost:8080/", "http://10.1.2.3/", "http://192.168.1.1/",
                            "http://169.254.169.254/latest/meta-data", "http://[::1]/", "http://[fe80::1]/",
                            "http://[::ffff:127.0.0.1]/", "http://0.0.0.0/"})
        EXPECT_EQ(code(url), "HOOK_ADDRESS_REFUSED") << url;
    // A name that was public when it was given: what it resolves to at the time counts.
    ASSERT_EQ(code("http://example.org/"), "taken");
    database_->execute("UPDATE ops_hooks SET url=?1", {receiver.url()});
    hooks_->start();
    hooks_->post(pool_, "alert.raised", alert_);
    ASSERT_TRUE(comes_true([&] { return only()["failed"] == 1; }));
    EXPECT_EQ(receiver.count(), 0U);
    EXPECT_NE(only()["lastError"].get<std::string>().find("does not send to loopback"), std::string::npos);
}

TEST_F(HooksTest, a_failing_receiver_is_tried_again_and_a_redirect_is_not_followed) {
    Receiver receiver;
    receiver.status = 302;
    open();
    ASSERT_TRUE(hooks_->add(pool_, receiver.url(), {}));
    hooks_->start();
    hooks_->post(pool_, "alert.raised", alert_);
    ASSERT_TRUE(comes_true([&] { return only()["failed"] == 1; }));
    EXPECT_EQ(receiver.count(), 3U);  // the rules' max_tries
    EXPECT_EQ(only()["lastStatus"], 302);
    EXPECT_EQ(only()["waiting"], 0);
    receiver.status = 200;
    hooks_->post(pool_, "alert.ended", alert_);
    EXPECT_TRUE(comes_true([&] { return only()["lastStatus"] == 200; }));
}

TEST_F(HooksTest, a_dead_receiver_holds_up_its_own_messages_only) {
    Receiver receiver;
    open();
    ASSERT_TRUE(hooks_->add(pool_, "http://127.0.0.1:1/in", {}));  // nobody listens there
    ASSERT_TRUE(hooks_->add(pool_, receiver.url(), {}));
    hooks_->start();
    for (int i = 0; i < 5; ++i) hooks_->post(pool_, "alert.raised", {{"n", i}});
    ASSERT_TRUE(comes_true([&] { return receiver.count() == 5; }));
    for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(Json::parse(receiver.request(i).body)["alert"]["n"], i);
    const auto dead = [&] {
        const auto all = hooks_->list(pool_);
        return *std::ranges::find_if(all, [&](const Json& hook) { return hook["url"] != receiver.url(); });
    };
    EXPECT_TRUE(comes_true([&] { return dead()["failed"] == 5; }));
    EXPECT_TRUE(dead()["lastStatus"].is_null());
}

TEST_F(HooksTest, what_waits_survives_a_restart_and_is_bounded) {
    Receiver receiver;
    open();
    ASSERT_TRUE(hooks_->add(pool_, receiver.url(), {}));
    for (std::size_t i = 0; i < Hooks::kMostWaiting + 20; ++i) hooks_->post(pool_, "alert.raised", {{"n", i}});
    EXPECT_EQ(only()["waiting"], Hooks::kMostWaiting);
    EXPECT_EQ(only()["failed"], 20);
    open();
    hooks_->start();
    ASSERT_TRUE(comes_true([&] { return receiver.count() == Hooks::kMostWaiting; }));
    EXPECT_EQ(Json::parse(receiver.request(0).body)["alert"]["n"], 20);
}

}  // namespace
}  // namespace bourse::market
