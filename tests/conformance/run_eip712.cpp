// vectors-eip712.json: hashes, digests, signatures, ids, selectors, topics; the order-management run.
#include "runs.hpp"
#include "steps.hpp"

#include <bourse/crypto/hash.hpp>
#include <bourse/poco/addresses.hpp>
#include <bourse/poco/messages.hpp>
#include <bourse/poco/order_json.hpp>
#include <bourse/poco/signatures.hpp>

namespace bourse::conformance {
namespace {

namespace hub = poco::selectors::hub;

std::string same(const json& expected, ByteView actual) {
    return expected.get<std::string>() == to_hex(actual) ? std::string() : "is " + to_hex(actual);
}

template <class Order>
void check_order(const json& entry, const Hash& separator, const Vectors& vectors, Report& report) {
    const std::string name = "order " + entry.at("set").get<std::string>() + " " + entry.at("type").get<std::string>();
    const auto order = poco::order_from_json<Order>(entry.at("order")).value();
    const Hash digest = poco::digest(separator, order);
    const auto key = vectors.key(entry.at("signer").get<std::string>());
    report.check(name + " struct hash", same(entry.at("structHash"), poco::struct_hash(order)));
    report.check(name + " digest", same(entry.at("digest"), digest));
    report.check(name + " signature", same(entry.at("signature65"), crypto::sign(key, digest).to_rsv()));
    report.check(name + " compact signature", same(entry.at("signature64"), crypto::sign(key, digest).to_compact()));
    for (const auto& operation : entry.at("operations")) {
        const auto kind = static_cast<poco::OrderOperationKind>(operation.at("operation").get<int>());
        const Hash hash = poco::digest(separator, poco::OrderOperation<Order>{order, kind, {}});
        const auto number = std::to_string(static_cast<int>(kind));
        report.check(name + " operation " + number + " digest", same(operation.at("digest"), hash));
        report.check(name + " operation " + number + " signature",
                     same(operation.at("signature65"), crypto::sign(key, hash).to_rsv()));
    }
}

void check_orders(const json& file, const Vectors& vectors, Report& report) {
    const Hash separator = eip712::domain_separator(poco::hub_domain(31337, poco::kHub));
    report.check("domain separator", same(file.at("domainSeparator"), separator));
    for (const auto& entry : file.at("orders")) {
        const auto type = entry.at("type").get<std::string>();
        if (type == "AppOrder") check_order<poco::AppOrder>(entry, separator, vectors, report);
        if (type == "DatasetOrder") check_order<poco::DatasetOrder>(entry, separator, vectors, report);
        if (type == "WorkerpoolOrder") check_order<poco::WorkerpoolOrder>(entry, separator, vectors, report);
        if (type == "RequestOrder") check_order<poco::RequestOrder>(entry, separator, vectors, report);
    }
}

void check_tables(const json& file, Report& report) {
    for (const auto& [name, hash] : file.at("typeHashes").items())
        report.check("type " + name, same(hash, crypto::keccak256(file.at("typeStrings").at(name).get<std::string>())));
    for (const auto& [signature, selector] : file.at("selectors").items())
        report.check("selector of " + signature, same(selector, abi::selector(signature)));
    for (const auto& [signature, topic] : file.at("topics").items())
        report.check("topic of " + signature, same(topic, abi::event_topic(signature)));
    for (const auto& [signature, selector] : file.at("errors").items())
        report.check("error " + signature, same(selector, abi::selector(signature)));
}

void check_verify_rows(const json& file, const World& world, Report& report) {
    for (const auto& row : file.at("verifySignature")) {
        const auto name = "verifySignature " + row.at("desc").get<std::string>();
        const auto text = row.at("desc").get<std::string>();
        if (text.find("1271") != std::string::npos || text.find("contract") != std::string::npos) {
            report.skip(SkipClass::kNeedsEvm, "verifySignature rows", text);
            continue;
        }
        const auto data = abi::encode_call(hub::kVerifySignature, address_of(row.at("identity")),
                                           hash_of(row.at("hash")), bytes_of(row.at("signature")));
        const auto outcome = world.call({}, poco::kHub, data);
        const auto& result = row.at("result");
        if (!result.at("ok").get<bool>()) {
            report.check(name, same(to_hex(abi::encode_error(result.at("reason").get<std::string>())), outcome.output));
            continue;
        }
        report.check(name, same(to_hex(abi::encode(result.at("valid").get<bool>())), outcome.output));
    }
}

void check_presignature(const json& file, World world, const Vectors& vectors, Report& report) {
    const auto& presign = file.at("presign");
    const auto order = poco::order_from_json<poco::RequestOrder>(presign.at("order")).value();
    const poco::RequestOrderOperation operation{order, poco::OrderOperationKind::kSign, {}};
    const auto signed_ = world.transact(vectors.key("requester"), poco::kHub,
                                        abi::encode_call(hub::kManageRequestOrder, operation), 0, world.time_s() + 10);
    report.check("presign", signed_.success ? "" : "failed with " + to_hex(signed_.output));
    const auto view = world.call({}, poco::kHub, abi::encode_call(hub::kViewPresigned, hash_of(presign.at("digest"))));
    report.check("presign: viewPresigned",
                 same(to_hex(abi::encode(address_of(presign.at("viewPresigned")))), view.output));
    std::size_t number = 0;
    for (const auto& row : presign.at("table")) {
        const auto data =
            abi::encode_call(hub::kVerifyPresignature, address_of(row.at("identity")), hash_of(row.at("hash")));
        report.check("presign: row " + std::to_string(number++),
                     same(to_hex(abi::encode(row.at("verifyPresignature").get<bool>())),
                          world.call({}, poco::kHub, data).output));
    }
}

void check_messages(const json& file, const Vectors& vectors, Report& report) {
    const auto& m = file.at("messages");
    const poco::TaskId task(hash_of(m.at("taskid")));
    const Hash digest = hash_of(m.at("resultDigest"));
    const Address worker = address_of(m.at("worker"));
    const Hash result = poco::result_hash(task, digest);
    const Hash seal = poco::result_seal(worker, task, digest);
    report.check("result hash", same(m.at("resultHash"), result));
    report.check("result seal", same(m.at("resultSeal"), seal));
    const auto check_message = [&](const std::string& name, const json& entry, const Hash& message) {
        report.check(name, same(entry.at("message"), message));
        const auto key = vectors.key(entry.at("signer").get<std::string>());
        report.check(name + " signature",
                     same(entry.at("signature"), crypto::sign(key, poco::signed_hash(message)).to_rsv()));
    };
    const auto& plain = m.at("authorization").at("enclave0");
    const auto& enclave = m.at("authorization").at("withEnclave");
    check_message("authorisation", plain, poco::authorization_message(worker, task));
    report.check("authorisation, signed hash",
                 same(plain.at("ethSignedHash"), poco::signed_hash(poco::authorization_message(worker, task))));
    check_message("authorisation with enclave", enclave,
                  poco::authorization_message(worker, task, address_of(enclave.at("enclave"))));
    check_message("enclave", m.at("enclaveClassic"), poco::enclave_message(result, seal));
    const poco::OrderHash request(hash_of(m.at("dealidOf").at("requestHash")));
    report.check("deal id", same(m.at("dealidOf").at("dealid"), poco::deal_id(request, 0)));
    report.check("deal id, consumed 7", same(m.at("dealidOf").at("dealid_consumed7"), poco::deal_id(request, 7)));
    const poco::DealId deal(hash_of(m.at("taskidOf").at("dealid")));
    report.check("task id", same(m.at("taskidOf").at("taskid"), poco::task_id(deal, 3)));
}

}  // namespace

void run_eip712(const Vectors& vectors, Report& report) {
    const json file = vectors.load("vectors-eip712.json");
    check_orders(file, vectors, report);
    check_tables(file, report);
    check_messages(file, vectors, report);
    const World world(baseline());
    check_verify_rows(file, world, report);
    check_presignature(file, world, vectors, report);
    const auto kitty = world.call({}, poco::kHub, abi::encode_call(hub::kKittyAddress));
    report.check("kitty address", same(to_hex(abi::encode(address_of(file.at("kitty").at("onchain")))), kitty.output));
    Scenario(file.at("management"), vectors, world, report).run();
}

}  // namespace bourse::conformance
