#include <bourse/market/v1/companion_relay.hpp>

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace bourse::market {
namespace {

using nlohmann::json;

class RelaySide final : public net::WsConnection {
public:
    explicit RelaySide(std::string address = "127.0.0.1") { request_.remote_address = std::move(address); }
    void send(std::string text) override { frames.push_back(json::parse(text)); }
    void close(std::uint16_t, std::string) override { is_closed = true; }
    std::size_t queued_bytes() const override { return 0; }
    void discard_queue() override {}
    const net::Request& request() const noexcept override { return request_; }
    const json& last() const { return frames.back(); }
    std::string op() const { return frames.empty() ? std::string() : last().value("op", std::string()); }

    std::vector<json> frames;
    bool is_closed = false;

private:
    net::Request request_;
};
using RelaySidePtr = std::shared_ptr<RelaySide>;

class CompanionRelayTest : public testing::Test {
protected:
    RelaySidePtr side(const std::string& address = "127.0.0.1") { return std::make_shared<RelaySide>(address); }
    void say(const RelaySidePtr& from, const json& message) { relay_.receive(from, message.dump()); }
    /// A page and a terminal that are paired.
    void pair() {
        say(page_, {{"op", "open"}});
        page_token_ = page_->last().at("token");
        say(terminal_, {{"op", "join"}, {"code", page_->last().at("code")}});
        terminal_token_ = terminal_->last().at("token");
    }

    std::uint64_t now_ms_ = 1'000'000;
    CompanionRelay relay_{[this] { return now_ms_; }};
    RelaySidePtr page_ = side(), terminal_ = side();
    std::string page_token_, terminal_token_;
};

TEST_F(CompanionRelayTest, a_code_pairs_once_and_data_goes_both_ways) {
    say(page_, {{"op", "open"}});
    const std::string code = page_->last().at("code");
    EXPECT_EQ(code.size(), 6U);
    say(terminal_, {{"op", "join"}, {"code", code}});
    EXPECT_EQ(terminal_->op(), "paired");
    EXPECT_EQ(page_->op(), "paired");
    say(page_, {{"op", "send"}, {"data", {{"id", 1}}}});
    EXPECT_EQ(terminal_->last(), json({{"op", "data"}, {"data", {{"id", 1}}}}));
    say(terminal_, {{"op", "send"}, {"data", "done"}});
    EXPECT_EQ(page_->last(), json({{"op", "data"}, {"data", "done"}}));
    const auto late = side();
    say(late, {{"op", "join"}, {"code", code}});
    EXPECT_EQ(late->last().at("code"), "CODE_UNKNOWN");
}

TEST_F(CompanionRelayTest, each_side_is_told_when_the_other_leaves_and_returns) {
    pair();
    relay_.closed(page_);
    EXPECT_EQ(terminal_->op(), "away");
    say(terminal_, {{"op", "send"}, {"data", 1}});
    EXPECT_EQ(terminal_->op(), "away");
    const auto again = side();
    say(again, {{"op", "resume"}, {"token", page_token_}});
    EXPECT_EQ(again->op(), "paired");
    EXPECT_EQ(terminal_->op(), "back");
    const auto stranger = side();
    say(stranger, {{"op", "resume"}, {"token", "c-00"}});
    EXPECT_EQ(stranger->last().at("code"), "PAIRING_UNKNOWN");
}

TEST_F(CompanionRelayTest, a_side_that_comes_twice_replaces_the_first) {
    pair();
    const auto again = side();
    say(again, {{"op", "resume"}, {"token", terminal_token_}});
    EXPECT_TRUE(terminal_->is_closed);
    relay_.closed(terminal_);  // the old socket's end does not end the new one's place
    say(page_, {{"op", "send"}, {"data", 7}});
    EXPECT_EQ(again->last().at("data"), 7);
}

TEST_F(CompanionRelayTest, codes_and_absent_sides_are_forgotten) {
    say(page_, {{"op", "open"}});
    const std::string code = page_->last().at("code");
    now_ms_ += 120'000;
    say(terminal_, {{"op", "join"}, {"code", code}});
    EXPECT_EQ(terminal_->last().at("code"), "CODE_UNKNOWN");
    pair();
    now_ms_ += 3'600'000;  // both here: it lasts
    say(page_, {{"op", "send"}, {"data", 1}});
    EXPECT_EQ(terminal_->op(), "data");
    relay_.closed(page_);
    now_ms_ += 600'000;
    say(side(), {{"op", "resume"}, {"token", page_token_}});
    EXPECT_EQ(relay_.pairings(), 0U);
}

TEST_F(CompanionRelayTest, codes_cannot_be_tried_out) {
    say(page_, {{"op", "open"}});
    const std::string code = page_->last().at("code");
    const auto guesser = side("127.0.0.9");
    const std::string wrong = code == "000000" ? "000001" : "000000";
    for (int i = 0; i < 10; ++i) say(guesser, {{"op", "join"}, {"code", wrong}});
    EXPECT_EQ(guesser->last().at("code"), "CODE_UNKNOWN");
    say(guesser, {{"op", "join"}, {"code", code}});
    EXPECT_EQ(guesser->last().at("code"), "RATE_LIMITED");
    say(terminal_, {{"op", "join"}, {"code", code}});
    EXPECT_EQ(terminal_->op(), "paired");
}

TEST_F(CompanionRelayTest, broken_frames_and_floods_are_refused) {
    for (const char* text : {"", "[]", "{", R"({"op":7})", R"({"op":"send"})", "\xff"}) {
        relay_.receive(page_, text);
        EXPECT_EQ(page_->last().at("code"), "MESSAGE_INVALID") << text;
    }
    say(page_, {{"op", "send"}, {"data", 1}});
    EXPECT_EQ(page_->last().at("code"), "NOT_PAIRED");
    for (int i = 0; i < 64; ++i) say(side(), {{"op", "open"}});
    say(page_, {{"op", "open"}});
    EXPECT_EQ(page_->last().at("code"), "TOO_MANY");
}

}  // namespace
}  // namespace bourse::market
