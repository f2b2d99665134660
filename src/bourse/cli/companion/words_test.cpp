#include <bourse/cli/companion/words.hpp>
#include <bourse/codec/abi.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/poco/order_json.hpp>
#include <bourse/poco/selectors.hpp>

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace bourse::cli {
namespace {

using nlohmann::json;

Address numbered(std::uint8_t number) {
    Address out;
    out.data[19] = number;
    return out;
}

const SigningScope kScope{65535, numbered(1), numbered(2), {numbered(3)}};

poco::RequestOrder request() {
    poco::RequestOrder out;
    out.app = numbered(9);
    out.appmaxprice = 3;
    out.workerpoolmaxprice = 19;
    out.requester = numbered(8);
    out.volume = 2;
    out.params = "\x1b[2J";
    return out;
}

json document(const poco::RequestOrder& order) {
    return poco::typed_data(poco::hub_domain(Uint256(kScope.chain_id), kScope.hub), order);
}

TEST(CompanionWords, an_order_is_shown_and_its_own_digest_signed) {
    const auto read = read_typed_request(document(request()), kScope);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->words.headline, "Buy 2 tasks and pay up to 0.000000022 RLC (22 nRLC) for each.");
    EXPECT_EQ(read->digest, *eip712::typed_data_digest(document(request())));
    for (const auto& [name, value] : read->words.rows) EXPECT_EQ(value.find('\x1b'), std::string::npos) << name;
}

TEST(CompanionWords, what_is_signed_follows_the_words_not_the_types_of_the_page) {
    auto data = document(request());
    data["types"]["RequestOrder"][1]["name"] = "appminprice";
    const auto read = read_typed_request(data, kScope);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->digest, *eip712::typed_data_digest(document(request())));
}

TEST(CompanionWords, other_chains_contracts_and_types_are_refused) {
    const auto code = [](const json& data) {
        const auto read = read_typed_request(data, kScope);
        return read ? std::string() : read.error().code;
    };
    auto data = document(request());
    data["domain"]["chainId"] = 134;
    EXPECT_EQ(code(data), "CHAIN_FOREIGN");
    data = document(request());
    data["domain"]["verifyingContract"] = to_checksum(numbered(7));
    EXPECT_EQ(code(data), "CONTRACT_FOREIGN");
    data = document(request());
    data["primaryType"] = "Permit";
    EXPECT_EQ(code(data), "NOT_AN_ORDER");
    data = document(request());
    data["message"]["volume"] = "many";
    EXPECT_EQ(code(data), "ORDER_INVALID");
    EXPECT_EQ(code(json::array()), "TYPED_DATA_INVALID");
}

TEST(CompanionWords, a_cancellation_says_so) {
    auto message = poco::to_json_strings(request());
    message["sign"] = "0x";
    auto data = document(request());
    data["primaryType"] = "RequestOrderOperation";
    data["message"] = {{"order", message}, {"operation", 1}};
    const auto read = read_typed_request(data, kScope);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->words.headline, "Cancel this request order for good.");
    data["message"]["operation"] = 2;
    EXPECT_FALSE(read_typed_request(data, kScope));
}

TEST(CompanionWords, a_login_names_the_service_and_no_contract) {
    const json domain{{"name", "Bourse"}, {"version", "1"}, {"chainId", 65535U}};
    const json types{{"EIP712Domain",
                      {{{"name", "name"}, {"type", "string"}},
                       {{"name", "version"}, {"type", "string"}},
                       {{"name", "chainId"}, {"type", "uint256"}}}},
                     {"Challenge", {{{"name", "challenge"}, {"type", "string"}}}}};
    json data{{"types", types}, {"domain", domain}, {"primaryType", "Challenge"}, {"message", {{"challenge", "c1"}}}};
    const auto read = read_typed_request(data, kScope);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->words.headline, R"(Log in at "Bourse". This moves no money.)");
    data["domain"]["verifyingContract"] = to_checksum(kScope.hub);
    EXPECT_EQ(read_typed_request(data, kScope).error().code, "CONTRACT_FOREIGN");
}

json call(const Address& to, const Bytes& data) { return {{"to", to_checksum(to)}, {"data", to_hex(data)}}; }

TEST(CompanionWords, calls_that_move_money_say_how_much) {
    namespace selectors = poco::selectors;
    const auto headline = [](const json& params) {
        const auto read = read_call_request(params, kScope);
        return read ? read->words.headline : read.error().code;
    };
    EXPECT_EQ(headline(call(kScope.token,
                            abi::encode_call(selectors::rlc::kApproveAndCall, kScope.hub, Uint256(5), Bytes{}))),
              "Deposit 0.000000005 RLC (5 nRLC) into the market.");
    EXPECT_EQ(headline(call(kScope.token, abi::encode_call(selectors::rlc::kTransfer, numbered(7), Uint256(5)))),
              "Give away 0.000000005 RLC (5 nRLC).");
    EXPECT_EQ(headline(call(kScope.hub, abi::encode_call(selectors::hub::kWithdraw, Uint256(5)))),
              "Withdraw 0.000000005 RLC (5 nRLC) from the market.");
    EXPECT_EQ(headline(call(kScope.hub, abi::encode_call(selectors::hub::kRecover))), "Call recover() of the hub.");
    EXPECT_EQ(headline(call(numbered(7), abi::encode_call(selectors::hub::kRecover))), "CONTRACT_FOREIGN");
    EXPECT_EQ(headline({{"to", to_checksum(kScope.hub)}, {"data", "0x01"}}), "CALL_INVALID");
}

}  // namespace
}  // namespace bourse::cli
