// The four signed orders and their operations (poco.md §2.2, §5, §6). Members are named as in the ABI and in JSON.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/uint256.hpp>
#include <bourse/codec/abi.hpp>
#include <bourse/codec/eip712.hpp>
#include <bourse/poco/ids.hpp>

#include <string>
#include <string_view>
#include <tuple>

namespace bourse::poco {

struct AppOrder {
    Address app;
    Uint256 appprice;  ///< nRLC a task
    Uint256 volume;
    Bytes32 tag;
    Address datasetrestrict;
    Address workerpoolrestrict;
    Address requesterrestrict;
    Bytes32 salt;
    Bytes sign;

    bool operator==(const AppOrder&) const = default;
};

struct DatasetOrder {
    Address dataset;  ///< null: the deal has no dataset
    Uint256 datasetprice;
    Uint256 volume;
    Bytes32 tag;
    Address apprestrict;
    Address workerpoolrestrict;
    Address requesterrestrict;
    Bytes32 salt;
    Bytes sign;

    bool operator==(const DatasetOrder&) const = default;
};

struct WorkerpoolOrder {
    Address workerpool;
    Uint256 workerpoolprice;
    Uint256 volume;
    Bytes32 tag;
    Uint256 category;
    Uint256 trust;
    Address apprestrict;
    Address datasetrestrict;
    Address requesterrestrict;
    Bytes32 salt;
    Bytes sign;

    bool operator==(const WorkerpoolOrder&) const = default;
};

struct RequestOrder {
    Address app;
    Uint256 appmaxprice;
    Address dataset;
    Uint256 datasetmaxprice;
    Address workerpool;  ///< a restriction: null is any pool, a group contract is legal
    Uint256 workerpoolmaxprice;
    Address requester;
    Uint256 volume;
    Bytes32 tag;
    Uint256 category;
    Uint256 trust;
    Address beneficiary;
    Address callback;
    std::string params;
    Bytes32 salt;
    Bytes sign;

    bool operator==(const RequestOrder&) const = default;
};

enum class OrderOperationKind : std::uint8_t { kSign = 0, kClose = 1 };

template <class Order>
struct OrderOperation {
    Order order;
    OrderOperationKind operation = OrderOperationKind::kSign;
    Bytes sign;

    bool operator==(const OrderOperation&) const = default;
};
using AppOrderOperation = OrderOperation<AppOrder>;
using DatasetOrderOperation = OrderOperation<DatasetOrder>;
using WorkerpoolOrderOperation = OrderOperation<WorkerpoolOrder>;
using RequestOrderOperation = OrderOperation<RequestOrder>;

/// The order kinds in their fixed order, for tables and routes.
enum class OrderKind : std::uint8_t { kApp = 0, kDataset = 1, kWorkerpool = 2, kRequest = 3 };
inline constexpr std::size_t kOrderKinds = 4;
/// "app", "dataset", "workerpool", "request".
std::string_view to_text(OrderKind kind) noexcept;

template <class Order>
struct OrderTraits;
template <>
struct OrderTraits<AppOrder> {
    static constexpr OrderKind kKind = OrderKind::kApp;
};
template <>
struct OrderTraits<DatasetOrder> {
    static constexpr OrderKind kKind = OrderKind::kDataset;
};
template <>
struct OrderTraits<WorkerpoolOrder> {
    static constexpr OrderKind kKind = OrderKind::kWorkerpool;
};
template <>
struct OrderTraits<RequestOrder> {
    static constexpr OrderKind kKind = OrderKind::kRequest;
};

inline auto abi_fields(AppOrder& o) {
    return std::tie(o.app, o.appprice, o.volume, o.tag, o.datasetrestrict, o.workerpoolrestrict, o.requesterrestrict,
                    o.salt, o.sign);
}
inline auto abi_fields(const AppOrder& o) {
    return std::tie(o.app, o.appprice, o.volume, o.tag, o.datasetrestrict, o.workerpoolrestrict, o.requesterrestrict,
                    o.salt, o.sign);
}
inline auto abi_fields(DatasetOrder& o) {
    return std::tie(o.dataset, o.datasetprice, o.volume, o.tag, o.apprestrict, o.workerpoolrestrict,
                    o.requesterrestrict, o.salt, o.sign);
}
inline auto abi_fields(const DatasetOrder& o) {
    return std::tie(o.dataset, o.datasetprice, o.volume, o.tag, o.apprestrict, o.workerpoolrestrict,
                    o.requesterrestrict, o.salt, o.sign);
}
inline auto abi_fields(WorkerpoolOrder& o) {
    return std::tie(o.workerpool, o.workerpoolprice, o.volume, o.tag, o.category, o.trust, o.apprestrict,
                    o.datasetrestrict, o.requesterrestrict, o.salt, o.sign);
}
inline auto abi_fields(const WorkerpoolOrder& o) {
    return std::tie(o.workerpool, o.workerpoolprice, o.volume, o.tag, o.category, o.trust, o.apprestrict,
                    o.datasetrestrict, o.requesterrestrict, o.salt, o.sign);
}
inline auto abi_fields(RequestOrder& o) {
    return std::tie(o.app, o.appmaxprice, o.dataset, o.datasetmaxprice, o.workerpool, o.workerpoolmaxprice, o.requester,
                    o.volume, o.tag, o.category, o.trust, o.beneficiary, o.callback, o.params, o.salt, o.sign);
}
inline auto abi_fields(const RequestOrder& o) {
    return std::tie(o.app, o.appmaxprice, o.dataset, o.datasetmaxprice, o.workerpool, o.workerpoolmaxprice, o.requester,
                    o.volume, o.tag, o.category, o.trust, o.beneficiary, o.callback, o.params, o.salt, o.sign);
}
template <class Order>
auto abi_fields(OrderOperation<Order>& o) {
    return std::tie(o.order, o.operation, o.sign);
}
template <class Order>
auto abi_fields(const OrderOperation<Order>& o) {
    return std::tie(o.order, o.operation, o.sign);
}

/// EIP-712 domain of a hub: iExecODB, 5.0.0.
eip712::Domain hub_domain(const Uint256& chain_id, const Address& hub);

/// EIP-712 struct hashes; the `sign` field is no part of them.
Hash struct_hash(const AppOrder& order);
Hash struct_hash(const DatasetOrder& order);
Hash struct_hash(const WorkerpoolOrder& order);
Hash struct_hash(const RequestOrder& order);
Hash struct_hash(const AppOrderOperation& operation);
Hash struct_hash(const DatasetOrderOperation& operation);
Hash struct_hash(const WorkerpoolOrderOperation& operation);
Hash struct_hash(const RequestOrderOperation& operation);

/// What is signed: keccak(0x1901 ‖ separator ‖ struct hash), of an order or of an operation.
template <class Struct>
Hash digest(const Hash& separator, const Struct& value) {
    return eip712::digest(separator, struct_hash(value));
}
/// The same digest as the key of an order.
template <class Order>
OrderHash order_hash(const Hash& separator, const Order& order) {
    return OrderHash(digest(separator, order));
}

/// The resource (app, dataset, pool) of an order, or the requester of a request order; and its owner-less authority.
inline const Address& subject(const AppOrder& o) noexcept { return o.app; }
inline const Address& subject(const DatasetOrder& o) noexcept { return o.dataset; }
inline const Address& subject(const WorkerpoolOrder& o) noexcept { return o.workerpool; }
inline const Address& subject(const RequestOrder& o) noexcept { return o.requester; }

/// EIP-712 type strings (poco.md §5.2), for typed-data JSON and tests.
std::string_view type_string(OrderKind kind) noexcept;

}  // namespace bourse::poco

/// Values outside make strict decoding fail, as in solc.
template <>
inline constexpr std::uint64_t bourse::abi::enum_count<bourse::poco::OrderOperationKind> = 2;
