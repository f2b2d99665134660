// Curated lists of apps: documents signed by their curator, that anybody can publish and read.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/db/sql.hpp>

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

namespace bourse::market {

extern const char* const kListsSchema;

/// {name, curator, apps: [{address, note}], fee?} with `sign`: the curator's EIP-191 signature over the JSON text of
/// the document without `sign`, members in this order, without spaces.
class Lists {
public:
    Lists(db::Database& database, std::function<std::uint64_t()> now_ms) : db_(&database), now_ms_(std::move(now_ms)) {}

    /// The text that is signed. Errors: LIST_INVALID.
    static Result<std::string> signed_text(const nlohmann::json& document);
    /// Replaces the curator's list of that name. Returns its id. Errors: LIST_INVALID, SIGNATURE_INVALID.
    Result<Hash> publish(const nlohmann::json& document);
    std::optional<nlohmann::json> find(const Hash& id) const;
    /// Newest first; with `app` those that name it.
    std::vector<nlohmann::json> all(const std::optional<Address>& app) const;
    /// Errors: NOT_FOUND.
    Result<std::vector<Address>> apps_of(const Hash& id) const;
    /// [{id, name, curator}] of an app.
    nlohmann::json lists_with(const Address& app) const;

private:
    nlohmann::json row_json(const db::SqlRow& row) const;
    db::Database* db_;
    std::function<std::uint64_t()> now_ms_;
};

}  // namespace bourse::market
