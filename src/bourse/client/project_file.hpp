// A project folder in the ancestor's format: iexec.json (what is being sold or bought), deployed.json (last deployments
// by chain), orders.json (one signed order of each kind by chain). Unknown top-level keys are an error with a hint.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/base/uint256.hpp>
#include <bourse/poco/orders.hpp>

#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace bourse::client {

using poco::OrderKind;
inline constexpr OrderKind kAllOrderKinds[] = {OrderKind::kApp, OrderKind::kDataset, OrderKind::kWorkerpool,
                                               OrderKind::kRequest};
std::string_view order_key(OrderKind kind) noexcept;  ///< "apporder", "datasetorder", "workerpoolorder", "requestorder"

/// One JSON file of the project, its keys in the file's order.
class ProjectFile {
public:
    /// An absent file is an empty object when `may_be_absent`. Errors: FILE_NOT_FOUND, FILE_UNREADABLE,
    /// PROJECT_FILE_INVALID.
    static Result<ProjectFile> open(const std::filesystem::path& path, bool may_be_absent);
    ProjectFile(ProjectFile&&) noexcept;
    ProjectFile& operator=(ProjectFile&&) noexcept;
    ~ProjectFile();

    const std::filesystem::path& path() const noexcept { return path_; }
    nlohmann::ordered_json& json() noexcept { return *json_; }
    const nlohmann::ordered_json& json() const noexcept { return *json_; }
    Status<> save() const;

private:
    ProjectFile(std::filesystem::path path, std::unique_ptr<nlohmann::ordered_json> json);
    std::filesystem::path path_;
    std::unique_ptr<nlohmann::ordered_json> json_;
};

/// Refuses unknown keys of iexec.json at top level and in the parts that verbs read. Errors: PROJECT_FILE_INVALID.
Status<> check_project(const ProjectFile& project);

/// deployed.json: the last deployment of a kind on a chain, if any.
std::optional<Address> deployed_address(const ProjectFile& deployed, OrderKind kind, std::uint64_t chain_id);
void set_deployed_address(ProjectFile& deployed, OrderKind kind, std::uint64_t chain_id, const Address& address);

/// orders.json: the signed order of a kind, as JSON; null when there is none.
nlohmann::json signed_order(const ProjectFile& orders, OrderKind kind, std::uint64_t chain_id);
void set_signed_order(ProjectFile& orders, OrderKind kind, std::uint64_t chain_id, const nlohmann::json& order);

/// An order template of iexec.json in the form that poco/order_json.hpp reads: amounts with units become integers in
/// nRLC, tag lists (["tee","tdx"]) become 32 bytes, a params object becomes text, addresses are checked. Errors:
/// ORDER_INVALID naming the key.
Result<nlohmann::json> normalize_order(OrderKind kind, const nlohmann::ordered_json& order);

}  // namespace bourse::client
