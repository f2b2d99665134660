// EIP-712 input in every form that comes from outside. The first byte picks: a typed-data document (logins, challenges,
// wallets), an order as JSON (market), or orders and operations as calldata (node). Where two ways lead to a digest,
// they must agree.
#include <bourse/base/assert.hpp>
#include <bourse/codec/abi.hpp>
#include <bourse/codec/eip712.hpp>
#include <bourse/poco/addresses.hpp>
#include <bourse/poco/order_json.hpp>
#include <bourse/poco/orders.hpp>
#include <bourse/poco/signatures.hpp>

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>

namespace {

using bourse::Bytes;
using bourse::ByteView;
using bourse::Hash;
using nlohmann::json;

const bourse::eip712::Domain kDomain = bourse::poco::hub_domain(31337, bourse::poco::kHub);

/// A refusal names its code and says why; a digest is the same for the document written and read again.
void check_document(const json& document) {
    const auto digest = bourse::eip712::typed_data_digest(document);
    if (!digest) {
        BOURSE_ASSERT(digest.error().code == "TYPED_DATA_INVALID" && !digest.error().message.empty());
        return;
    }
    const auto text = document.dump(-1, ' ', false, json::error_handler_t::ignore);
    const auto again = bourse::eip712::typed_data_digest(json::parse(text));
    BOURSE_ASSERT(again && *again == *digest);
}

/// The chain's own hashing and that of the order's typed-data document.
template <class Order>
void check_order(const Order& order) {
    const Hash separator = bourse::eip712::domain_separator(kDomain);
    const auto general = bourse::eip712::typed_data_digest(bourse::poco::typed_data(kDomain, order));
    BOURSE_ASSERT(general && *general == bourse::poco::digest(separator, order));
    if (bourse::poco::has_signature_length(order.sign)) (void)bourse::poco::parse_signature(order.sign);
}

template <class Order>
void check_json(const json& document) {
    if (const auto order = bourse::poco::order_from_json<Order>(document)) check_order(*order);
}

/// An operation is hashed over its order and its kind, never over a signature.
template <class Order>
void check_calldata(ByteView input) {
    using Operation = bourse::poco::OrderOperation<Order>;
    auto decoded = bourse::abi::decode<Operation>(input);
    if (!decoded) return;
    auto operation = std::get<0>(*std::move(decoded));
    check_order(operation.order);
    const Hash before = bourse::poco::struct_hash(operation);
    operation.sign.push_back(1);
    operation.order.sign.clear();
    BOURSE_ASSERT(bourse::poco::struct_hash(operation) == before);
    using Kind = bourse::poco::OrderOperationKind;
    operation.operation = operation.operation == Kind::kSign ? Kind::kClose : Kind::kSign;
    BOURSE_ASSERT(bourse::poco::struct_hash(operation) != before);
}

void check_text(unsigned kind, ByteView input) {
    const auto document = json::parse(input.begin(), input.end(), nullptr, false);
    if (document.is_discarded()) return;
    switch (kind) {
        case 0:
            return check_document(document);
        case 1:
            return check_json<bourse::poco::AppOrder>(document);
        case 2:
            return check_json<bourse::poco::DatasetOrder>(document);
        case 3:
            return check_json<bourse::poco::WorkerpoolOrder>(document);
        default:
            return check_json<bourse::poco::RequestOrder>(document);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0 || size > 8192) return 0;  // overlapping offsets can make a small input decode to a large value
    const ByteView input(data + 1, size - 1);
    const unsigned kind = (data[0] + 6U) % 9;  // '0' to '8'
    switch (kind) {
        case 5:
            check_calldata<bourse::poco::AppOrder>(input);
            break;
        case 6:
            check_calldata<bourse::poco::DatasetOrder>(input);
            break;
        case 7:
            check_calldata<bourse::poco::WorkerpoolOrder>(input);
            break;
        case 8:
            check_calldata<bourse::poco::RequestOrder>(input);
            break;
        default:
            check_text(kind, input);
    }
    return 0;
}
