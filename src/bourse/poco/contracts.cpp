#include <bourse/base/assert.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/poco/addresses.hpp>
#include <bourse/poco/contracts.hpp>

namespace bourse::poco {

std::string_view to_text(TaskStatus status) noexcept {
    switch (status) {
        case TaskStatus::kUnset:
            return "UNSET";
        case TaskStatus::kActive:
            return "ACTIVE";
        case TaskStatus::kRevealing:
            return "REVEALING";
        case TaskStatus::kCompleted:
            return "COMPLETED";
        case TaskStatus::kFailed:
            return "FAILED";
    }
    BOURSE_UNREACHABLE();
}

std::string_view to_text(ContributionStatus status) noexcept {
    switch (status) {
        case ContributionStatus::kUnset:
            return "UNSET";
        case ContributionStatus::kContributed:
            return "CONTRIBUTED";
        case ContributionStatus::kProved:
            return "PROVED";
        case ContributionStatus::kRejected:
            return "REJECTED";
    }
    BOURSE_UNREACHABLE();
}

Bytes create_app_call(const AppInfo& app) {
    return abi::encode_call(selectors::registry::kCreateApp, app.owner, app.name, app.type, app.multiaddr, app.checksum,
                            app.mrenclave);
}

Bytes create_dataset_call(const DatasetInfo& dataset) {
    return abi::encode_call(selectors::registry::kCreateDataset, dataset.owner, dataset.name, dataset.multiaddr,
                            dataset.checksum);
}

Bytes create_workerpool_call(const Address& owner, const std::string& description) {
    return abi::encode_call(selectors::registry::kCreateWorkerpool, owner, description);
}

Bytes app_initializer(const AppInfo& app) {
    return abi::encode_call(selectors::resource::kInitializeApp, app.name, app.type, app.multiaddr, app.checksum,
                            app.mrenclave);
}

Bytes dataset_initializer(const DatasetInfo& dataset) {
    return abi::encode_call(selectors::resource::kInitializeDataset, dataset.name, dataset.multiaddr, dataset.checksum);
}

Bytes workerpool_initializer(const std::string& description) {
    return abi::encode_call(selectors::resource::kInitializeWorkerpool, description);
}

Address resource_address(const Address& registry, ByteView initializer, const Address& owner) noexcept {
    const Hash salt = crypto::keccak256({initializer, owner});
    constexpr std::uint8_t kPrefix[] = {0xff};
    const Hash hash = crypto::keccak256({kPrefix, registry, salt, kProxyCodeHash});
    Address out;
    std::copy(hash.begin() + 12, hash.end(), out.begin());
    return out;
}

std::optional<Uint256> deadline(const Uint256& start, const Uint256& timeref, std::uint64_t ratio) noexcept {
    const auto span = checked_mul(timeref, ratio);
    if (!span) return std::nullopt;
    return checked_add(start, *span);
}

}  // namespace bourse::poco
