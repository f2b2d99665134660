// The tables and derivations of poco/ against spec/data (values of the official contracts).
#include <bourse/crypto/hash.hpp>
#include <bourse/poco/addresses.hpp>
#include <bourse/poco/consensus.hpp>
#include <bourse/poco/contracts.hpp>
#include <bourse/poco/messages.hpp>
#include <bourse/poco/order_json.hpp>
#include <bourse/poco/signatures.hpp>

#include <gtest/gtest.h>
#include <fstream>
#include <nlohmann/json.hpp>

namespace bourse::poco {
namespace {

using nlohmann::json;

json load(const std::string& name) {
    std::ifstream file(std::string(BOURSE_TEST_DATA) + "/poco/" + name);
    return json::parse(file);
}
Hash hash_of(const json& text) { return hash_from_hex(text.get<std::string>()).value(); }
Address address_of(const json& text) { return address_from_hex(text.get<std::string>()).value(); }
Bytes bytes_of(const json& text) { return from_hex(text.get<std::string>()).value(); }

std::string abi_type(const json& input) {
    auto type = input.at("type").get<std::string>();
    if (!type.starts_with("tuple")) return type;
    std::string out = "(";
    for (const auto& member : input.at("components")) out += (out.size() > 1 ? "," : "") + abi_type(member);
    return out + ")" + type.substr(5);
}
std::string abi_signature(const json& entry) {
    std::string out = entry.at("name").get<std::string>() + "(";
    bool first = true;
    for (const auto& input : entry.at("inputs")) {
        if (!first) out += ",";
        first = false;
        out += abi_type(input);
    }
    return out + ")";
}

bool listed(std::span<const selectors::Named> table, const std::string& signature) {
    for (const auto& entry : table)
        if (entry.signature == signature) return entry.selector == abi::selector(signature);
    return false;
}

TEST(PocoVectors, EveryFunctionOfTheAbiIsInTheTables) {
    const auto index = load("poco-abi.json").at("index").at("functions");
    for (const auto& [signature, entry] : index.items()) {
        const auto mode = entry.at("mode").get<std::string>();
        if (mode.starts_with("boost") || mode == "native") continue;
        EXPECT_TRUE(listed(selectors::hub_functions(), signature)) << signature;
        EXPECT_EQ(to_hex(abi::selector(signature)), entry.at("selector"));
    }
    const auto vectors = load("vectors-eip712.json");
    for (const auto& [signature, selector] : vectors.at("selectors").items())
        EXPECT_EQ(to_hex(abi::selector(signature)), selector);
}

TEST(PocoVectors, EveryFunctionOfRegistriesAndTokenIsInTheTables) {
    const auto registries = load("registries-abi.json");
    const auto check = [](const json& abi_list, std::span<const selectors::Named> table) {
        for (const auto& entry : abi_list)
            if (entry.at("type") == "function") {
                EXPECT_TRUE(listed(table, abi_signature(entry))) << entry;
            }
    };
    for (const auto* name : {"AppRegistry", "DatasetRegistry", "WorkerpoolRegistry"})
        check(registries.at(name), selectors::registry_functions());
    for (const auto* name : {"App", "Dataset", "Workerpool"})
        check(registries.at(name), selectors::resource_functions());
    auto rlc = load("rlc-abi.json").at("abi");
    for (const auto& entry : rlc) {
        if (entry.at("type") != "function") continue;
        const auto name = entry.at("name").get<std::string>();
        if (name == "refill" || name == "forceApprove" || name == "forceBurn") continue;
        EXPECT_TRUE(listed(selectors::rlc_functions(), abi_signature(entry))) << name;
    }
}

TEST(PocoVectors, TopicsOfEvents) {
    std::size_t known = 0;
    const auto vectors = load("vectors-eip712.json");
    for (const auto& [signature, topic] : vectors.at("topics").items()) {
        const auto name = event_name(hash_of(topic));
        EXPECT_EQ(abi::event_topic(signature), hash_of(topic));
        if (signature.find("Boost") != std::string::npos || signature.starts_with("DiamondCut")) continue;
        EXPECT_EQ(name, signature.substr(0, signature.find('('))) << signature;
        ++known;
    }
    EXPECT_EQ(known, 32U);
    EXPECT_EQ(abi::event_topic("PolicyUpdate(uint256,uint256,uint256,uint256)"), events::PolicyUpdate::kTopic);
    EXPECT_EQ(abi::event_topic("ApprovalForAll(address,address,bool)"), events::ApprovalForAll::kTopic);
}

TEST(PocoVectors, CustomErrors) {
    const auto errors = load("vectors-eip712.json").at("errors");
    EXPECT_EQ(to_hex(selectors::errors::kOperationFailed), errors.at("OperationFailed()"));
    EXPECT_EQ(to_hex(selectors::errors::kUnsupportedOperation), errors.at("UnsupportedOperation(bytes4)"));
    EXPECT_EQ(to_hex(selectors::errors::kCallerIsNotTheRequester), errors.at("CallerIsNotTheRequester()"));
    EXPECT_EQ(to_hex(selectors::errors::kIncompatibleDatasetOrder), errors.at("IncompatibleDatasetOrder(string)"));
    EXPECT_EQ(to_hex(selectors::errors::kNotContractOwner), errors.at("NotContractOwner(address,address)"));
    EXPECT_EQ(to_hex(selectors::errors::kMathOverflowedMulDiv), errors.at("MathOverflowedMulDiv()"));
}

class OrderVectors : public testing::Test {
protected:
    json vectors = load("vectors-eip712.json");
    json accounts = load("vectors-env.json").at("accounts");
    Hash separator = eip712::domain_separator(hub_domain(31337, kHub));

    template <class Order>
    void check(const json& entry) {
        const auto order = order_from_json<Order>(entry.at("order"));
        ASSERT_TRUE(order) << order.error().message;
        EXPECT_EQ(struct_hash(*order), hash_of(entry.at("structHash")));
        const Hash hash = digest(separator, *order);
        EXPECT_EQ(hash, hash_of(entry.at("digest")));
        check_signatures(entry, hash);
        for (const auto& operation : entry.at("operations")) {
            const auto kind = static_cast<OrderOperationKind>(operation.at("operation").get<int>());
            const OrderOperation<Order> value{*order, kind, {}};
            EXPECT_EQ(digest(separator, value), hash_of(operation.at("digest")));
        }
        const auto domain = hub_domain(31337, kHub);
        EXPECT_EQ(eip712::typed_data_digest(typed_data(domain, *order)).value(), hash);
        EXPECT_EQ(order_from_json<Order>(to_json(*order)).value(), *order);
        EXPECT_EQ(order_from_json<Order>(to_json_strings(*order)).value(), *order);
    }

    void check_signatures(const json& entry, const Hash& hash) {
        const auto& account = accounts.at(entry.at("signer").get<std::string>());
        const auto key = crypto::PrivateKey::from(bytes_of(account.at("privateKey"))).value();
        const auto signature = crypto::sign(key, hash);
        EXPECT_EQ(signature.to_rsv(), bytes_of(entry.at("signature65")));
        EXPECT_EQ(signature.to_compact(), bytes_of(entry.at("signature64")));
        const auto signer = address_of(account.at("address"));
        EXPECT_EQ(verify_signature(signer, hash, signature.to_rsv()), SignatureVerdict::kValid);
        EXPECT_EQ(verify_signature(signer, hash, signature.to_compact()), SignatureVerdict::kValid);
    }
};

TEST_F(OrderVectors, HashesDigestsAndSignatures) {
    EXPECT_EQ(separator, hash_of(vectors.at("domainSeparator")));
    for (const auto& entry : vectors.at("orders")) {
        const auto type = entry.at("type").get<std::string>();
        if (type == "AppOrder") check<AppOrder>(entry);
        if (type == "DatasetOrder") check<DatasetOrder>(entry);
        if (type == "WorkerpoolOrder") check<WorkerpoolOrder>(entry);
        if (type == "RequestOrder") check<RequestOrder>(entry);
    }
    EXPECT_EQ(type_string(OrderKind::kApp), vectors.at("typeStrings").at("APPORDER"));
    EXPECT_EQ(type_string(OrderKind::kRequest), vectors.at("typeStrings").at("REQUESTORDER"));
}

TEST_F(OrderVectors, SignaturesOfAccountsWithoutCode) {
    std::size_t checked = 0;
    for (const auto& row : vectors.at("verifySignature")) {
        const auto text = row.at("desc").get<std::string>();
        if (text.find("1271") != std::string::npos || text.find("contract") != std::string::npos) continue;
        const auto verdict =
            verify_signature(address_of(row.at("identity")), hash_of(row.at("hash")), bytes_of(row.at("signature")));
        const auto& result = row.at("result");
        const auto expected = !result.at("ok").get<bool>()     ? SignatureVerdict::kBadFormat
                              : result.at("valid").get<bool>() ? SignatureVerdict::kValid
                                                               : SignatureVerdict::kInvalid;
        EXPECT_EQ(verdict, expected) << text;
        ++checked;
    }
    EXPECT_EQ(checked, 13U);
}

TEST_F(OrderVectors, MessagesAndIds) {
    const auto& m = vectors.at("messages");
    const TaskId task(hash_of(m.at("taskid")));
    const Hash result = hash_of(m.at("resultDigest"));
    const Address worker = address_of(m.at("worker"));
    EXPECT_EQ(result_hash(task, result), hash_of(m.at("resultHash")));
    EXPECT_EQ(result_seal(worker, task, result), hash_of(m.at("resultSeal")));
    const auto& plain = m.at("authorization").at("enclave0");
    EXPECT_EQ(authorization_message(worker, task), hash_of(plain.at("message")));
    EXPECT_EQ(signed_hash(authorization_message(worker, task)), hash_of(plain.at("ethSignedHash")));
    const auto& enclave = m.at("authorization").at("withEnclave");
    EXPECT_EQ(authorization_message(worker, task, address_of(enclave.at("enclave"))), hash_of(enclave.at("message")));
    EXPECT_EQ(enclave_message(result_hash(task, result), result_seal(worker, task, result)),
              hash_of(m.at("enclaveClassic").at("message")));
    const OrderHash request(hash_of(m.at("dealidOf").at("requestHash")));
    EXPECT_EQ(deal_id(request, 0).hash, hash_of(m.at("dealidOf").at("dealid")));
    EXPECT_EQ(deal_id(request, 7).hash, hash_of(m.at("dealidOf").at("dealid_consumed7")));
    EXPECT_EQ(task_id(DealId(hash_of(m.at("taskidOf").at("dealid"))), 3).hash, hash_of(m.at("taskidOf").at("taskid")));
}

TEST(PocoVectors, WeightTable) {
    const auto vectors = load("vectors-consensus.json");
    std::size_t rows = 0;
    for (const auto& row : vectors.at("weightTable")) {
        const auto score = uint256_from_decimal(row.at("score").get<std::string>()).value();
        const Uint256 weight = worker_weight(score);
        EXPECT_EQ(to_decimal(weight), row.at("weight").get<std::string>());
        EXPECT_EQ(std::to_string(log_weight(weight)), row.at("logWeight").get<std::string>());
        ++rows;
    }
    EXPECT_EQ(rows, 36U);
}

TEST(PocoVectors, AddressesOfResourcesAndKitty) {
    const auto env = load("vectors-env.json");
    EXPECT_EQ(kHub, address_of(env.at("contracts").at("poco")));
    const Hash kitty = crypto::keccak256("iExecKitty");
    const auto first20 = uint256_from_be(ByteView(kitty).first(20));
    EXPECT_EQ(to_be32(first20 - 1), to_be32(uint256_from_be(kKitty)));
    const auto owner = [&](const char* asset) {
        const auto role = env.at("assets").at(asset).at("owner").get<std::string>();
        return address_of(env.at("accounts").at(role).at("address"));
    };
    const auto& app = env.at("assets").at("app");
    const auto& a = app.at("args");
    AppInfo info{owner("app"), a[0], a[1], bytes_of(a[2]), hash_of(a[3]), bytes_of(a[4])};
    EXPECT_EQ(resource_address(kAppRegistry, app_initializer(info), info.owner), address_of(app.at("address")));
    const auto& pool = env.at("assets").at("workerpool");
    EXPECT_EQ(resource_address(kWorkerpoolRegistry, workerpool_initializer(pool.at("args")[0]), owner("workerpool")),
              address_of(pool.at("address")));
}

}  // namespace
}  // namespace bourse::poco
