// Pages of apps, as their owners signed them: one for each app and owner, the newest of it.
#pragma once

#include <bourse/client/app_page.hpp>
#include <bourse/db/sql.hpp>

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>

namespace bourse::market {

extern const char* const kAppPagesSchema;

struct SignedAppPage {
    client::AppPage page;
    Address owner;
    std::string sign;  ///< 0x hex, EIP-191 over client::app_page_text()
};

class AppPages {
public:
    AppPages(db::Database& database, std::function<std::uint64_t()> now_ms)
        : db_(&database), now_ms_(std::move(now_ms)) {}

    /// {readme, parameters, updated, sign} of a request. Errors: PAGE_INVALID.
    static Result<SignedAppPage> from_json(const nlohmann::json& document, const Address& app, const Address& owner);
    /// Keeps the page of that owner; who owns the app is the caller's to know. An empty page withdraws the one before
    /// it, and stays as the mark that older ones are refused by. Errors: PAGE_INVALID, SIGNATURE_INVALID; PAGE_OLD
    /// where the same or a later one is there; PAGE_LIMIT.
    Status<> publish(const SignedAppPage& page, std::uint64_t chain_id);
    /// Absent: this owner has published none.
    std::optional<SignedAppPage> find(const Address& app, const Address& owner) const;

private:
    db::Database* db_;
    std::function<std::uint64_t()> now_ms_;
};

}  // namespace bourse::market
