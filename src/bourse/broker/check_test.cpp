// The list of causes of tests/data/broker: each is named by its code, with the fix that helps.
#include <bourse/broker/check.hpp>

#include <bourse/broker/explain.hpp>
#include <bourse/broker/test_books.hpp>
#include <bourse/poco/order_json.hpp>

#include <gtest/gtest.h>
#include <fstream>
#include <nlohmann/json.hpp>

namespace bourse::broker {
namespace {

using nlohmann::json;

json causes() {
    std::ifstream file(BOURSE_TEST_DATA "/broker/causes.json");
    return json::parse(file);
}

std::optional<bool> flag(const json& facts, const char* name) {
    const auto found = facts.find(name);
    if (found == facts.end() || found->is_null()) return std::nullopt;
    return found->get<bool>();
}

MatchFacts::Signed signed_facts(const json& facts) {
    MatchFacts::Signed out{flag(facts, "has_owner"), flag(facts, "registered"), flag(facts, "signature"), {}, {}};
    if (facts.contains("consumed") && facts["consumed"].is_number())
        out.consumed = Uint256(facts["consumed"].get<std::uint64_t>());
    if (facts.contains("owner")) out.owner = address_from_hex(facts["owner"].get<std::string>());
    return out;
}

MatchFacts facts_from(const json& facts) {
    MatchFacts out;
    out.categories = Uint256(facts["categories"].get<std::uint64_t>());
    out.app = signed_facts(facts["app"]);
    out.dataset = signed_facts(facts["dataset"]);
    out.workerpool = signed_facts(facts["workerpool"]);
    out.request = signed_facts(facts["request"]);
    out.payer_stake = Uint256(facts["payer_stake"].get<std::uint64_t>());
    out.pool_stake = Uint256(facts["pool_stake"].get<std::uint64_t>());
    out.allowed = [groups = facts["groups"]](const Address& restriction,
                                             const Address& account) -> std::optional<bool> {
        const auto group = groups.find(to_hex(restriction));
        if (group == groups.end()) return false;
        if (group->is_null()) return std::nullopt;
        for (const auto& member : *group)
            if (member == to_hex(account)) return true;
        return false;
    };
    return out;
}

/// RFC 7386, except that null in facts stays null: it means "not known".
void patch(json& target, const json& changes) {
    for (const auto& [name, value] : changes.items()) {
        if (value.is_object())
            patch(target[name], value);
        else
            target[name] = value;
    }
}

struct Case {
    poco::AppOrder app;
    poco::DatasetOrder dataset;
    poco::WorkerpoolOrder workerpool;
    poco::RequestOrder request;
    MatchFacts facts;
    poco::OrderSet orders() const { return {app, dataset, workerpool, request}; }
};
Case case_from(const json& document, const json& entry) {
    auto orders = document["base"];
    auto facts = document["facts"];
    if (entry.contains("orders")) patch(orders, entry["orders"]);
    if (entry.contains("facts")) patch(facts, entry["facts"]);
    return {*poco::order_from_json<poco::AppOrder>(orders["app"]),
            *poco::order_from_json<poco::DatasetOrder>(orders["dataset"]),
            *poco::order_from_json<poco::WorkerpoolOrder>(orders["workerpool"]),
            *poco::order_from_json<poco::RequestOrder>(orders["request"]), facts_from(facts)};
}

TEST(Check, every_cause_of_the_list_is_named_rightly) {
    const auto document = causes();
    std::size_t named = 0;
    for (const auto& entry : document["cases"]) {
        const auto test = case_from(document, entry);
        const auto result = check(test.orders(), test.facts);
        std::vector<Reason> open;
        for (const auto& reason : result.reasons)
            if (reason.answer != Answer::kHolds) open.push_back(reason);
        const auto& expected = entry["expect"];
        ASSERT_EQ(open.size(), expected.size()) << entry["name"];
        EXPECT_EQ(result.would_match, expected.empty()) << entry["name"];
        for (std::size_t i = 0; i < open.size(); ++i) {
            const auto& want = expected[i];
            EXPECT_EQ(open[i].step, want["step"].get<int>()) << entry["name"];
            EXPECT_EQ(open[i].code, want["code"].get<std::string>()) << entry["name"];
            EXPECT_EQ(to_text(open[i].answer), want["answer"].get<std::string>()) << entry["name"];
            EXPECT_EQ(poco::to_text(open[i].concerns), want["concerns"].get<std::string>()) << entry["name"];
            EXPECT_FALSE(open[i].text.empty());
            EXPECT_EQ(open[i].fix.has_value(), want.contains("action")) << entry["name"];
            if (!open[i].fix || !want.contains("action")) continue;
            EXPECT_EQ(open[i].fix->action, want["action"].get<std::string>()) << entry["name"];
            if (want.contains("field")) {
                EXPECT_EQ(open[i].fix->field, want["field"].get<std::string>()) << entry["name"];
            }
            if (want.contains("value")) {
                EXPECT_EQ(open[i].fix->value, want["value"].get<std::string>()) << entry["name"];
            }
        }
        named += !HasFailure();
    }
    EXPECT_EQ(named, document["cases"].size());
}

TEST(Check, first_failure_is_what_the_chain_would_name) {
    const auto document = causes();
    for (const auto& entry : document["cases"]) {
        const auto test = case_from(document, entry);
        const auto result = check(test.orders(), test.facts);
        const auto fault = poco::terms_fault(test.orders(), *test.facts.categories);
        if (!fault) continue;
        ASSERT_NE(result.first_failure(), nullptr);
        EXPECT_EQ("iExecV5-matchOrders-0x" + result.first_failure()->code, poco::error_text(*fault)) << entry["name"];
    }
}

/// Applying a fix that names a value makes its condition hold.
TEST(Check, fixes_help) {
    const auto document = causes();
    std::size_t fixed = 0;
    for (const auto& entry : document["cases"]) {
        auto test = case_from(document, entry);
        const auto result = check(test.orders(), test.facts);
        if (result.first_failure() == nullptr || !result.first_failure()->fix) continue;
        const auto fix = *result.first_failure()->fix;
        const auto step = result.first_failure()->step;
        const auto number = uint256_from_decimal(fix.value);
        if (fix.action == "lower_trust")
            test.request.trust = *number;
        else if (fix.field == "appmaxprice")
            test.request.appmaxprice = *number;
        else if (fix.field == "datasetmaxprice")
            test.request.datasetmaxprice = *number;
        else if (fix.field == "workerpoolmaxprice")
            test.request.workerpoolmaxprice = *number;
        else if (fix.action == "switch_category" && number)
            test.request.category = *number;
        else if (fix.action == "clear_restriction")
            test.request.workerpool = {};
        else if (fix.action == "top_up")
            test.facts.payer_stake = *test.facts.payer_stake + *number;
        else if (fix.action == "notify_pool")
            test.facts.pool_stake = *test.facts.pool_stake + *number;
        else
            continue;
        ++fixed;
        const auto after = check(test.orders(), test.facts);
        for (const auto& reason : after.reasons)
            if (reason.step == step) {
                EXPECT_EQ(reason.answer, Answer::kHolds) << entry["name"];
            }
    }
    EXPECT_GE(fixed, 9U);
}

/// Ten thousand orders of others, none of which is anywhere near.
Broker crowded() {
    Broker broker(false);
    broker.set_categories(5);
    for (int i = 0; i < 10'000; ++i) {
        const auto name = "crowd " + std::to_string(i);
        auto order = i % 3 == 0   ? testing::app_order(name, 1)
                     : i % 3 == 1 ? testing::pool_order(name, 1'000'000)
                                  : testing::request_order(name, 1);
        if (i % 3 == 1) {
            order.trust = 0;
            order.requester = testing::place("nobody");
            order.app = testing::place("no app");
        }
        order.category = static_cast<std::uint64_t>(i % 5);
        broker.add(order);
    }
    return broker;
}

/// Causes that the terms of published orders can have: signatures, registries and consumption are looked at before an
/// order is on the books.
bool is_of_terms(const json& entry) {
    if (entry["expect"].empty()) return false;
    for (const auto& want : entry["expect"]) {
        const auto step = want["step"].get<int>();
        if (want["answer"] != "failed" || step > 20 || step == 9 || step == 10) return false;
    }
    return true;
}

TEST(Explain, every_cause_of_the_list_is_named_among_ten_thousand_orders) {
    const auto document = causes();
    auto broker = crowded();
    for (const auto& question : broker.take_questions()) broker.set_group(question.group, false);
    std::size_t named = 0;
    for (const auto& entry : document["cases"]) {
        if (!is_of_terms(entry)) continue;
        const auto test = case_from(document, entry);
        if (test.dataset.dataset.is_zero()) continue;  // nobody publishes that
        const auto hash = [&](const char* kind) { return testing::hash_of(entry["name"].get<std::string>() + kind); };
        const auto add = [&](const poco::AnyOrder& order, const char* kind, const char* owner, std::uint64_t left) {
            broker.add(order_from(order, hash(kind), testing::place(owner), left, 1));
            return hash(kind);
        };
        const std::vector<Hash> four = {add(test.app, "app", "app owner", 100),
                                        add(test.dataset, "dataset", "dataset owner", 100),
                                        add(test.workerpool, "pool", "pool owner", 10)};
        broker.add(order_from(test.request, hash("request"), test.request.requester, 1, 1));
        // The list's group has no members in these cases; every other restriction is a plain address.
        for (const auto& question : broker.take_questions()) broker.set_group(question.group, false);
        const auto why = explain_order(broker, hash("request"), 5);
        ASSERT_FALSE(why.near_misses.empty()) << entry["name"];
        std::vector<std::string> codes, expected;
        for (const auto& reason : why.near_misses[0].reasons) codes.push_back(reason.code);
        for (const auto& want : entry["expect"]) expected.push_back(want["code"].get<std::string>());
        EXPECT_EQ(codes, expected) << entry["name"];
        EXPECT_EQ(why.near_misses[0].workerpool, hash("pool")) << entry["name"];
        named += codes == expected;
        for (const auto& gone : four) broker.remove(gone);
        broker.remove(hash("request"));
    }
    EXPECT_GE(named, 25U);
}

TEST(Check, revert_texts_give_their_code) {
    EXPECT_EQ(code_of_revert("execution reverted: iExecV5-matchOrders-0x1b"), "1b");
    EXPECT_EQ(code_of_revert("IexecEscrow: Transfer amount exceeds balance"), "balance");
    EXPECT_EQ(code_of_revert("invalid-signature-format"), "signature");
    EXPECT_EQ(code_of_revert("something else"), std::nullopt);
}

}  // namespace
}  // namespace bourse::broker
