// Sentences and names that services show, and calls and shapes that only outsiders of the chain use.
#include <bourse/codec/abi.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/poco/contracts.hpp>
#include <bourse/poco/error_text.hpp>
#include <bourse/poco/match.hpp>
#include <bourse/poco/messages.hpp>
#include <bourse/poco/order_json.hpp>
#include <bourse/poco/params.hpp>

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

namespace bourse::poco {
namespace {

Address account(std::uint8_t number) {
    Address out;
    out.data[19] = number;
    return out;
}

TEST(PocoTexts, every_match_fault_has_a_code_and_a_sentence_of_its_own) {
    std::set<std::string> codes;
    std::set<std::string_view> sentences;
    for (unsigned code :
         {0x00U, 0x01U, 0x02U, 0x03U, 0x04U, 0x05U, 0x06U, 0x07U, 0x10U, 0x11U, 0x12U, 0x13U, 0x14U, 0x15U,
          0x16U, 0x17U, 0x18U, 0x19U, 0x1aU, 0x1bU, 0x20U, 0x21U, 0x30U, 0x31U, 0x40U, 0x41U, 0x50U, 0x60U}) {
        const auto fault = static_cast<MatchFault>(code);
        codes.insert(error_text(fault));
        sentences.insert(explain(fault));
        EXPECT_NE(explain_revert(abi::encode_error(error_text(fault))).find(explain(fault)), std::string::npos);
    }
    EXPECT_EQ(codes.size(), 28U);
    EXPECT_EQ(sentences.size(), 28U);
}

template <class... Args>
std::string custom_error(const Bytes4& selector, const Args&... args) {
    return explain_revert(abi::encode_call(selector, args...));
}

TEST(PocoTexts, custom_errors_are_named) {
    namespace errors = selectors::errors;
    EXPECT_EQ(custom_error(errors::kIncompatibleDatasetOrder, std::string("tag")), "IncompatibleDatasetOrder: tag");
    EXPECT_TRUE(custom_error(errors::kOperationFailed).starts_with("OperationFailed"));
    EXPECT_TRUE(custom_error(errors::kCallerIsNotTheRequester).starts_with("CallerIsNotTheRequester"));
    EXPECT_TRUE(custom_error(errors::kUnsupportedOperation, Bytes4{}).starts_with("UnsupportedOperation"));
    EXPECT_TRUE(custom_error(errors::kNotContractOwner, account(1), account(2)).starts_with("NotContractOwner"));
    EXPECT_EQ(explain_revert(Bytes{1, 2, 3, 4}), "The call failed with 0x01020304.");
    EXPECT_EQ(explain_revert(abi::encode_error("")), "The contract refused with an empty text.");
}

TEST(PocoTexts, statuses_and_kinds) {
    using Task = TaskStatus;
    using Vote = ContributionStatus;
    EXPECT_EQ(to_text(Task::kUnset), "UNSET");
    EXPECT_EQ(to_text(Task::kActive), "ACTIVE");
    EXPECT_EQ(to_text(Task::kRevealing), "REVEALING");
    EXPECT_EQ(to_text(Task::kCompleted), "COMPLETED");
    EXPECT_EQ(to_text(Task::kFailed), "FAILED");
    EXPECT_EQ(to_text(Vote::kUnset), "UNSET");
    EXPECT_EQ(to_text(Vote::kContributed), "CONTRIBUTED");
    EXPECT_EQ(to_text(Vote::kProved), "PROVED");
    EXPECT_EQ(to_text(Vote::kRejected), "REJECTED");
    EXPECT_EQ(to_text(OrderKind::kApp), "app");
    EXPECT_EQ(to_text(OrderKind::kDataset), "dataset");
    EXPECT_EQ(to_text(OrderKind::kWorkerpool), "workerpool");
    EXPECT_EQ(to_text(OrderKind::kRequest), "request");
    for (const auto kind : {OrderKind::kApp, OrderKind::kDataset, OrderKind::kWorkerpool, OrderKind::kRequest})
        EXPECT_NE(type_string(kind).find("Order("), std::string_view::npos);
}

TEST(RegistryCalls, carry_what_they_were_given) {
    const AppInfo app{account(1), "name", "DOCKER", {1, 2}, Bytes32{}, {3}};
    const auto read = abi::decode<Address, std::string, std::string, Bytes, Bytes32, Bytes>(
        ByteView(create_app_call(app)).subspan(4));
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, std::tuple(app.owner, app.name, app.type, app.multiaddr, app.checksum, app.mrenclave));
    const DatasetInfo dataset{account(2), "data", {4}, Bytes32{}};
    const auto data =
        abi::decode<Address, std::string, Bytes, Bytes32>(ByteView(create_dataset_call(dataset)).subspan(4));
    ASSERT_TRUE(data);
    EXPECT_EQ(*data, std::tuple(dataset.owner, dataset.name, dataset.multiaddr, dataset.checksum));
    const auto pool =
        abi::decode<Address, std::string>(ByteView(create_workerpool_call(account(3), "pool")).subspan(4));
    ASSERT_TRUE(pool);
    EXPECT_EQ(*pool, std::tuple(account(3), std::string("pool")));
}

TEST(OrderJson, any_kind_is_read_by_its_kind) {
    const auto back = [](OrderKind kind, const auto& order) {
        const auto read = order_from_json(kind, to_json_strings(order));
        return read && std::get<std::decay_t<decltype(order)>>(*read) == order;
    };
    EXPECT_TRUE(back(OrderKind::kApp, AppOrder{}));
    EXPECT_TRUE(back(OrderKind::kDataset, DatasetOrder{}));
    EXPECT_TRUE(back(OrderKind::kWorkerpool, WorkerpoolOrder{}));
    EXPECT_TRUE(back(OrderKind::kRequest, RequestOrder{}));
    EXPECT_EQ(order_from_json(OrderKind::kApp, to_json_strings(RequestOrder{})).error().code, "ORDER_INVALID");
}

TEST(MatchRules, a_restriction_to_a_group_is_the_groups_business) {
    AppOrder app;
    app.app = account(1);
    app.requesterrestrict = account(9);
    WorkerpoolOrder pool;
    pool.workerpool = account(2);
    RequestOrder request;
    request.app = app.app;
    request.requester = account(3);
    const OrderSet orders{app, {}, pool, request};
    const auto fault = [&](const std::function<bool(const Address&)>& is_group) {
        return compatibility_fault(orders, Uint256(1), is_group);
    };
    EXPECT_EQ(fault({}), MatchFault::kAppRestrictsRequester);
    EXPECT_EQ(fault([](const Address&) { return false; }), MatchFault::kAppRestrictsRequester);
    EXPECT_EQ(fault([](const Address& group) { return group == account(9); }), std::nullopt);
}

TEST(Messages, upload_binds_task_digest_and_size) {
    TaskId task;
    task.hash.data[0] = 1;
    Hash digest;
    digest.data[0] = 2;
    Bytes text = to_bytes("bourse/upload/1");
    append(text, task.hash);
    append(text, digest);
    append(text, Bytes{0, 0, 0, 0, 0, 0, 1, 2});
    EXPECT_EQ(upload_message(task, digest, 258), crypto::keccak256(text));
}

TEST(WorkerLogin, names_what_is_broken) {
    WorkerLogin login;
    login.session_key = "0x01";
    login.nonce = "n";
    const auto text = login.text();
    const auto message = [](const std::string& changed) {
        const auto read = WorkerLogin::parse(changed);
        return read ? std::string() : read.error().message;
    };
    const auto replaced = [&](const std::string& what, const std::string& by) {
        auto out = text;
        return out.replace(out.find(what), what.size(), by);
    };
    EXPECT_EQ(message(text), "");
    EXPECT_NE(message(replaced("chain id: 0", "chain id: 0x0")).find("no number"), std::string::npos);
    EXPECT_NE(message(replaced("\nnonce: n", "")).find("lacks"), std::string::npos);
    EXPECT_NE(message(replaced("\nexpiry: 0", "")).find("lacks"), std::string::npos);
    EXPECT_NE(message(text + "\nexpiry: 1").find("twice"), std::string::npos);
    EXPECT_NE(message(replaced("pool: 0x", "pool: 1x")).find("no address"), std::string::npos);
    EXPECT_EQ(WorkerLogin::parse(replaced("login/1", "login/2")).error().code, "LOGIN_VERSION");
}

TEST(Params, values_that_do_not_fit_their_key) {
    const auto warned = [](std::string_view text) {
        const auto read = parse_params(text);
        return read && read->warnings.size() == 1 && parse_params_strict(text).error().code == "PARAMS_INVALID";
    };
    EXPECT_TRUE(warned(R"({"iexec_input_files":"http://x"})"));
    EXPECT_TRUE(warned(R"({"iexec_result_storage_provider":"floppy"})"));
    EXPECT_TRUE(warned(R"({"0":7})"));
    const auto read = parse_params(
        R"({"iexec_result_encryption":true,"iexec_secrets":{"1":"a"},"iexec_result_storage_provider":"dropbox"})");
    ASSERT_TRUE(read);
    EXPECT_TRUE(read->result_encryption);
    EXPECT_EQ(read->secrets.at(1), "a");
    EXPECT_EQ(read->result_storage_provider, "dropbox");
}

}  // namespace
}  // namespace bourse::poco
