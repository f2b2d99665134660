#include <bourse/base/assert.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/poco/addresses.hpp>
#include <bourse/poco/orders.hpp>

namespace bourse::poco {
namespace {

constexpr std::string_view kAppOrderType =
    "AppOrder(address app,uint256 appprice,uint256 volume,bytes32 tag,address datasetrestrict,"
    "address workerpoolrestrict,address requesterrestrict,bytes32 salt)";
constexpr std::string_view kDatasetOrderType =
    "DatasetOrder(address dataset,uint256 datasetprice,uint256 volume,bytes32 tag,address apprestrict,"
    "address workerpoolrestrict,address requesterrestrict,bytes32 salt)";
constexpr std::string_view kWorkerpoolOrderType =
    "WorkerpoolOrder(address workerpool,uint256 workerpoolprice,uint256 volume,bytes32 tag,uint256 category,"
    "uint256 trust,address apprestrict,address datasetrestrict,address requesterrestrict,bytes32 salt)";
constexpr std::string_view kRequestOrderType =
    "RequestOrder(address app,uint256 appmaxprice,address dataset,uint256 datasetmaxprice,address workerpool,"
    "uint256 workerpoolmaxprice,address requester,uint256 volume,bytes32 tag,uint256 category,uint256 trust,"
    "address beneficiary,address callback,string params,bytes32 salt)";

Hash type_hash(OrderKind kind) noexcept {
    static const std::array<Hash, kOrderKinds> hashes{
        crypto::keccak256(kAppOrderType), crypto::keccak256(kDatasetOrderType), crypto::keccak256(kWorkerpoolOrderType),
        crypto::keccak256(kRequestOrderType)};
    return hashes[static_cast<std::size_t>(kind)];
}

Hash operation_type_hash(OrderKind kind) {
    static const auto of = [](std::string_view name, std::string_view type) {
        std::string text(name);
        text += "OrderOperation(";
        text += name;
        text += "Order order,uint256 operation)";
        text += type;
        return crypto::keccak256(text);
    };
    static const std::array<Hash, kOrderKinds> hashes{of("App", kAppOrderType), of("Dataset", kDatasetOrderType),
                                                      of("Workerpool", kWorkerpoolOrderType),
                                                      of("Request", kRequestOrderType)};
    return hashes[static_cast<std::size_t>(kind)];
}

/// The preimage of a struct hash: 32 bytes a field.
class Fields {
public:
    explicit Fields(const Hash& type) {
        bytes_.reserve(17 * 32);
        append(bytes_, type);
    }
    Fields& add(const Address& value) {
        bytes_.resize(bytes_.size() + 12);
        append(bytes_, value);
        return *this;
    }
    Fields& add(const Uint256& value) { return add(to_be32(value)); }
    Fields& add(const Bytes32& value) {
        append(bytes_, value);
        return *this;
    }
    Hash hash() const noexcept { return crypto::keccak256(bytes_); }

private:
    Bytes bytes_;
};

template <class Order>
Hash operation_hash(const OrderOperation<Order>& o) {
    return Fields(operation_type_hash(OrderTraits<Order>::kKind))
        .add(struct_hash(o.order))
        .add(Uint256(static_cast<std::uint64_t>(o.operation)))
        .hash();
}

}  // namespace

std::string_view to_text(OrderKind kind) noexcept {
    switch (kind) {
        case OrderKind::kApp:
            return "app";
        case OrderKind::kDataset:
            return "dataset";
        case OrderKind::kWorkerpool:
            return "workerpool";
        case OrderKind::kRequest:
            return "request";
    }
    BOURSE_UNREACHABLE();
}

std::string_view type_string(OrderKind kind) noexcept {
    switch (kind) {
        case OrderKind::kApp:
            return kAppOrderType;
        case OrderKind::kDataset:
            return kDatasetOrderType;
        case OrderKind::kWorkerpool:
            return kWorkerpoolOrderType;
        case OrderKind::kRequest:
            return kRequestOrderType;
    }
    BOURSE_UNREACHABLE();
}

eip712::Domain hub_domain(const Uint256& chain_id, const Address& hub) {
    return {std::string(kDomainName), std::string(kDomainVersion), chain_id, hub};
}

Hash struct_hash(const AppOrder& o) {
    return Fields(type_hash(OrderKind::kApp))
        .add(o.app)
        .add(o.appprice)
        .add(o.volume)
        .add(o.tag)
        .add(o.datasetrestrict)
        .add(o.workerpoolrestrict)
        .add(o.requesterrestrict)
        .add(o.salt)
        .hash();
}

Hash struct_hash(const DatasetOrder& o) {
    return Fields(type_hash(OrderKind::kDataset))
        .add(o.dataset)
        .add(o.datasetprice)
        .add(o.volume)
        .add(o.tag)
        .add(o.apprestrict)
        .add(o.workerpoolrestrict)
        .add(o.requesterrestrict)
        .add(o.salt)
        .hash();
}

Hash struct_hash(const WorkerpoolOrder& o) {
    return Fields(type_hash(OrderKind::kWorkerpool))
        .add(o.workerpool)
        .add(o.workerpoolprice)
        .add(o.volume)
        .add(o.tag)
        .add(o.category)
        .add(o.trust)
        .add(o.apprestrict)
        .add(o.datasetrestrict)
        .add(o.requesterrestrict)
        .add(o.salt)
        .hash();
}

Hash struct_hash(const RequestOrder& o) {
    return Fields(type_hash(OrderKind::kRequest))
        .add(o.app)
        .add(o.appmaxprice)
        .add(o.dataset)
        .add(o.datasetmaxprice)
        .add(o.workerpool)
        .add(o.workerpoolmaxprice)
        .add(o.requester)
        .add(o.volume)
        .add(o.tag)
        .add(o.category)
        .add(o.trust)
        .add(o.beneficiary)
        .add(o.callback)
        .add(crypto::keccak256(o.params))
        .add(o.salt)
        .hash();
}

Hash struct_hash(const AppOrderOperation& operation) { return operation_hash(operation); }
Hash struct_hash(const DatasetOrderOperation& operation) { return operation_hash(operation); }
Hash struct_hash(const WorkerpoolOrderOperation& operation) { return operation_hash(operation); }
Hash struct_hash(const RequestOrderOperation& operation) { return operation_hash(operation); }

}  // namespace bourse::poco
