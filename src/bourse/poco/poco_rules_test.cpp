#include <bourse/poco/categories.hpp>
#include <bourse/poco/consensus.hpp>
#include <bourse/poco/contracts.hpp>
#include <bourse/poco/error_text.hpp>
#include <bourse/poco/match.hpp>
#include <bourse/poco/messages.hpp>
#include <bourse/poco/order_json.hpp>
#include <bourse/poco/params.hpp>
#include <bourse/poco/rewards.hpp>
#include <bourse/poco/tags.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <nlohmann/json.hpp>

namespace bourse::poco {
namespace {

TEST(Params, PlainTextIsTheCommandLine) {
    EXPECT_EQ(parse_params("hello world").value().args_of(3), "hello world");
    EXPECT_EQ(parse_params("").value().args, "");
    EXPECT_EQ(parse_params("[1,2]").value().args, "[1,2]");
}

TEST(Params, StructuredObject) {
    const auto params = parse_params(R"({"iexec_args":"-x 1","iexec_input_files":["http://a/b"],"bulk_cid":"bafy"})");
    ASSERT_TRUE(params);
    EXPECT_EQ(params->args_of(0), "-x 1");
    EXPECT_EQ(params->input_files, std::vector<std::string>{"http://a/b"});
    EXPECT_EQ(parse_params_strict(params->to_text()).value(), *params);
}

TEST(Params, OneLineForEachTask) {
    const auto params = parse_params_strict(R"({"0":"first","2":"third"})");
    ASSERT_TRUE(params);
    EXPECT_EQ(params->args_of(0), "first");
    EXPECT_EQ(params->args_of(1), "");
    EXPECT_EQ(params->args_of(2), "third");
    EXPECT_EQ(params->to_text(), R"({"0":"first","2":"third"})");
}

TEST(Params, UnknownKeysWarnOrAreRefused) {
    const char* text = R"({"iexec_args":"a","iexec_arg":"b","0":"c"})";
    const auto tolerant = parse_params(text);
    ASSERT_TRUE(tolerant);
    EXPECT_EQ(tolerant->args, "a");
    EXPECT_EQ(tolerant->warnings.size(), 2U);
    EXPECT_EQ(parse_params_strict(text).error().code, "PARAMS_UNKNOWN_KEY");
    EXPECT_TRUE(parse_params(R"({"iexec_developer_logger":true})").value().warnings.empty());
}

TEST(Params, MalformedConfidentialityIsAlwaysRefused) {
    EXPECT_EQ(parse_params(R"({"iexec_result_encryption":"yes"})").error().code, "PARAMS_INVALID");
    EXPECT_EQ(parse_params(R"({"iexec_secrets":{"0":"x"}})").error().code, "PARAMS_INVALID");
    EXPECT_EQ(parse_params(std::string(kMaxParamsBytes + 1, 'x')).error().code, "PARAMS_TOO_LONG");
    EXPECT_EQ(parse_params(R"({"iexec_args":3})").value().warnings.size(), 1U);
}

TEST(Params, SplitsLikeAShell) {
    using Words = std::vector<std::string>;
    EXPECT_EQ(split_args(R"(a "b c" 'd "e' f\ g "")").value(), (Words{"a", "b c", "d \"e", "f g", ""}));
    EXPECT_EQ(split_args("  ").value(), Words{});
    EXPECT_EQ(split_args("'open").error().code, "ARGS_UNTERMINATED");
    EXPECT_EQ(split_args("end\\").error().code, "ARGS_UNTERMINATED");
}

TEST(Tags, TextAndBack) {
    const auto tag = parse_tag("tee,tdx,gpu").value();
    EXPECT_EQ(tag.data[31], 0x09);
    EXPECT_EQ(tag.data[30], 0x01);
    EXPECT_EQ(tag_names(tag), (std::vector<std::string>{"tee", "tdx", "gpu"}));
    EXPECT_EQ(parse_tag("bit255").value().data[0], 0x80);
    EXPECT_EQ(parse_tag("fast").error().code, "TAG_INVALID");
    EXPECT_EQ(parse_tag("0x12").error().code, "TAG_INVALID");
    EXPECT_TRUE(parse_tag("").value().is_zero());
}

TEST(Tags, FrameworkBitsOfTheDatasetAreDropped) {
    Tag dataset;
    dataset.data[31] = 0x0F;
    EXPECT_EQ(deal_tag({}, dataset, {}).data[31], 0x01);
}

TEST(Match, OrderOfTheChecks) {
    AppOrder app;
    DatasetOrder dataset;
    WorkerpoolOrder pool;
    RequestOrder request;
    const OrderSet orders{app, dataset, pool, request};
    EXPECT_EQ(compatibility_fault(orders, 5), std::nullopt);
    request.app.data[0] = 1;
    EXPECT_EQ(compatibility_fault(orders, 5), MatchFault::kAppMismatch);
    app.appprice = 1;
    EXPECT_EQ(compatibility_fault(orders, 5), MatchFault::kAppOverpriced);
    request.trust = 1;
    EXPECT_EQ(compatibility_fault(orders, 5), MatchFault::kTrustTooHigh);
    EXPECT_EQ(compatibility_fault(orders, 0), MatchFault::kCategoryUnknown);
    request.category = 1;
    EXPECT_EQ(compatibility_fault(orders, 0), MatchFault::kCategoryMismatch);
    EXPECT_EQ(error_text(MatchFault::kWorkerpoolRestrictsDataset), "iExecV5-matchOrders-0x1a");
}

TEST(Match, VolumeIsTheSmallestRest) {
    AppOrder app;
    DatasetOrder dataset;
    WorkerpoolOrder pool;
    RequestOrder request;
    app.volume = 10;
    pool.volume = Uint256::max();
    request.volume = 7;
    const OrderSet orders{app, dataset, pool, request};
    EXPECT_EQ(deal_volume(orders, {4, 0, 0, 0}), Uint256(6));
    dataset.dataset.data[0] = 1;
    EXPECT_EQ(deal_volume(orders, {0, 0, 0, 0}), Uint256(0));
    EXPECT_EQ(deal_volume(orders, {11, 0, 0, 0}), std::nullopt);
}

TEST(Match, CostIsFlooredForEachTask) {
    AppOrder app;
    DatasetOrder dataset;
    WorkerpoolOrder pool;
    RequestOrder request;
    pool.workerpoolprice = 333;
    dataset.datasetprice = 5;  // ignored without dataset
    const auto cost = match_cost({app, dataset, pool, request}, 3);
    ASSERT_TRUE(cost);
    EXPECT_EQ(cost->payer, Uint256(999));
    EXPECT_EQ(cost->pool, Uint256(297));
    pool.workerpoolprice = Uint256::max();
    EXPECT_FALSE(match_cost({app, dataset, pool, request}, 1));
}

TEST(Consensus, ContributionsNeededOfTheSpecification) {
    const std::pair<std::uint64_t, unsigned> table[] = {{1, 1},      {2, 1},       {3, 2},       {4, 2},   {5, 3},
                                                        {8, 3},      {10, 4},      {50, 6},      {100, 7}, {1000, 10},
                                                        {10000, 14}, {100000, 17}, {1000000, 20}};
    for (const auto& [trust, needed] : table)
        EXPECT_EQ(contributions_needed({0, kInitialTotal}, trust, worker_weight(0)), needed) << trust;
    EXPECT_EQ(contributions_needed({0, kInitialTotal}, 0, 2), 1U);
    EXPECT_EQ(contributions_needed({0, kInitialTotal}, Uint256(1) << 255, 2), std::nullopt);
}

RC_GTEST_PROP(Consensus, AContributionNeverLowersItsGroupsCredibility, (std::uint16_t score, std::uint32_t other)) {
    const Credibility before{*rc::gen::inRange<std::uint64_t>(0, 1000), 0};
    const Credibility start{before.group, before.group + Uint256(other) + 1};
    const auto after = add_contribution(start, worker_weight(score));
    RC_ASSERT(after.has_value());
    RC_ASSERT(after->group * start.total >= start.group * after->total);
}

TEST(Rewards, WorkedExampleOfTheDocumentation) {
    const std::uint64_t rlc = 1'000'000'000;
    const std::vector<Share> shares{{false, 1}, {true, 5}, {true, 6}};
    const auto split = distribute(20 * rlc, 7 * rlc, 5, shares);
    ASSERT_TRUE(split);
    EXPECT_EQ(split->workers[0], Uint256(0));
    EXPECT_EQ(split->workers[1], Uint256(11'659'090'909));
    EXPECT_EQ(split->workers[2], Uint256(13'990'909'090));
    EXPECT_EQ(split->scheduler, Uint256(1'350'000'001));
    EXPECT_EQ(kitty_share(30 * rlc), Uint256(3 * rlc));
    EXPECT_EQ(kitty_share(7), Uint256(7));
    EXPECT_FALSE(distribute(1, 0, 101, shares));
}

TEST(WorkerLogin, TextAndBack) {
    WorkerLogin login;
    login.pool.data[0] = 1;
    login.worker.data[1] = 2;
    login.owner = login.worker;
    login.chain_id = 65535;
    login.session_key = "0xabc";
    login.nonce = "n1";
    login.expiry = 1'800'000'000;
    EXPECT_EQ(WorkerLogin::parse(login.text()).value(), login);
    EXPECT_EQ(WorkerLogin::parse("Bourse worker login/2\n").error().code, "LOGIN_VERSION");
    EXPECT_EQ(WorkerLogin::parse("hello").error().code, "LOGIN_INVALID");
    EXPECT_EQ(WorkerLogin::parse("Bourse worker login/1\npool: 0x12").error().code, "LOGIN_INVALID");
}

TEST(Categories, NextLongerRow) {
    EXPECT_EQ(limits_for(300).memory_bytes, 512 * kMiB);
    EXPECT_EQ(limits_for(10).memory_bytes, 512 * kMiB);
    EXPECT_EQ(limits_for(10).seconds, 10U);
    EXPECT_EQ(limits_for(301).memory_bytes, kGiB);
    EXPECT_EQ(limits_for(Uint256::max()).cpus, 2U);
}

TEST(OrderJson, AcceptsNumbersAndStringsAndNamesWhatIsWrong) {
    AppOrder order;
    order.appprice = (1ULL << 53) - 1;
    order.volume = Uint256::max();
    auto json = to_json(order);
    EXPECT_TRUE(json.at("appprice").is_number());
    EXPECT_TRUE(json.at("volume").is_string());
    EXPECT_EQ(order_from_json<AppOrder>(json).value(), order);
    json["volume"] = -1;
    EXPECT_EQ(order_from_json<AppOrder>(json).error().code, "ORDER_INVALID");
    json["volume"] = 1.5;
    EXPECT_FALSE(order_from_json<AppOrder>(json));
    json["volume"] = "1";
    json["extra"] = 1;
    EXPECT_NE(order_from_json<AppOrder>(json).error().message.find("extra"), std::string::npos);
    json.erase("extra");
    json.erase("sign");
    EXPECT_TRUE(order_from_json<AppOrder>(json));
    json.erase("salt");
    EXPECT_NE(order_from_json<AppOrder>(json).error().message.find("salt"), std::string::npos);
    EXPECT_FALSE(order_from_json<AppOrder>(nlohmann::json::array()));
}

TEST(Errors, Explained) {
    EXPECT_FALSE(explain_revert({}).empty());
    EXPECT_NE(explain_revert(abi::encode_error("iExecV5-matchOrders-0x03")).find("costs more"), std::string::npos);
    EXPECT_FALSE(explain_revert(abi::encode_error("iExecV5-matchOrders-0xff")).empty());
    EXPECT_EQ(explain_revert(abi::encode_panic(0x11)), "Panic(0x11)");
    EXPECT_FALSE(explain_revert(Bytes{1, 2}).empty());
}

TEST(Events, EncodeAndDecode) {
    const events::OrdersMatched event{DealId(Hash{}), {}, {}, {}, {}, 5};
    const auto encoded = encode_event(event);
    const auto decoded = decode_event<events::OrdersMatched>(encoded.topics, encoded.data);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->volume, Uint256(5));
    EXPECT_FALSE(decode_event<events::TaskReopen>(encoded.topics, encoded.data));
    events::Transfer transfer{{}, {}, 9};
    transfer.to.data[19] = 7;
    const auto moved = encode_event(transfer);
    EXPECT_EQ(decode_event<events::Transfer>(moved.topics, moved.data).value().to, transfer.to);
}

}  // namespace
}  // namespace bourse::poco
