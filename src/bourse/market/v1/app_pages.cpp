#include <bourse/market/v1/app_pages.hpp>

#include <bourse/client/signing.hpp>

#include <nlohmann/json.hpp>

namespace bourse::market {

const char* const kAppPagesSchema =
    "CREATE TABLE app_pages(app TEXT NOT NULL, owner TEXT NOT NULL, readme TEXT NOT NULL, parameters TEXT NOT NULL,"
    " updated_ms BIGINT NOT NULL, sign TEXT NOT NULL, PRIMARY KEY(app, owner));"
    "CREATE INDEX app_pages_owner ON app_pages(owner)";

namespace {

constexpr std::int64_t kMaxPagesOfOwner = 200;
constexpr std::uint64_t kMaxClockAheadMs = 300'000;

tl::unexpected<Error> page_invalid(const std::string& text) { return fail("PAGE_INVALID", text); }

Result<std::string> page_text(const nlohmann::json& document, const char* name) {
    const auto found = document.find(name);
    if (found == document.end() || !found->is_string()) return page_invalid(std::string(name) + " must be a text.");
    return found->get<std::string>();
}

}  // namespace

Result<SignedAppPage> AppPages::from_json(const nlohmann::json& document, const Address& app, const Address& owner) {
    SignedAppPage out;
    out.page.app = app;
    out.owner = owner;
    BOURSE_TRY(out.page.readme, page_text(document, "readme"));
    BOURSE_TRY(out.page.parameters, page_text(document, "parameters"));
    BOURSE_TRY(out.sign, page_text(document, "sign"));
    const auto updated = document.find("updated");
    if (updated == document.end() || !updated->is_number_unsigned() || *updated > (std::uint64_t{1} << 53U) - 1)
        return page_invalid("updated must be a unix time in milliseconds.");
    out.page.updated_ms = updated->get<std::uint64_t>();
    return out;
}

Status<> AppPages::publish(const SignedAppPage& given, std::uint64_t chain_id) {
    const auto& page = given.page;
    BOURSE_CHECK(client::check_app_page(page));
    const auto signature = from_hex(given.sign);
    if (!signature) return page_invalid("sign must be the owner's signature in 0x hex.");
    const auto text = client::app_page_text(page, chain_id);
    const auto signer = client::message_signer(as_bytes(text), *signature);
    if (!signer || *signer != given.owner)
        return fail("SIGNATURE_INVALID",
                    "The signature is not that of the app's owner on chain. Sign this text (EIP-191):\n" + text);
    if (page.updated_ms > now_ms_() + kMaxClockAheadMs)
        return page_invalid("updated must be the time of the change: it is more than five minutes ahead.");
    const auto app = to_hex(page.app), owner = to_hex(given.owner);
    std::optional<Error> refused;
    db_->transaction([&] {
        const auto known = db_->query("SELECT updated_ms FROM app_pages WHERE app=?1 AND owner=?2", {app, owner});
        if (!known.empty() && db::sql_int(known[0][0]) >= static_cast<std::int64_t>(page.updated_ms)) {
            refused = Error{"PAGE_OLD", "The app has a page as new as this one. Sign it again with the time of now."};
            return;
        }
        const auto pages = db_->query("SELECT COUNT(*) FROM app_pages WHERE owner=?1", {owner});
        if (known.empty() && db::sql_int(pages[0][0]) >= kMaxPagesOfOwner) {
            refused = Error{"PAGE_LIMIT", "One owner has at most 200 pages at this market."};
            return;
        }
        db_->execute(
            "INSERT INTO app_pages(app, owner, readme, parameters, updated_ms, sign) VALUES(?1,?2,?3,?4,?5,?6)"
            " ON CONFLICT(app, owner) DO UPDATE SET readme=excluded.readme, parameters=excluded.parameters,"
            " updated_ms=excluded.updated_ms, sign=excluded.sign",
            {app, owner, page.readme, page.parameters, static_cast<std::int64_t>(page.updated_ms), to_hex(*signature)});
    });
    if (refused) return fail(*std::move(refused));
    return {};
}

std::optional<SignedAppPage> AppPages::find(const Address& app, const Address& owner) const {
    const auto rows = db_->query("SELECT readme, parameters, updated_ms, sign FROM app_pages WHERE app=?1 AND owner=?2",
                                 {to_hex(app), to_hex(owner)});
    if (rows.empty()) return std::nullopt;
    const auto& row = rows[0];
    SignedAppPage out;
    out.page = {app, db::sql_text(row[0]), db::sql_text(row[1]), static_cast<std::uint64_t>(db::sql_int(row[2]))};
    out.owner = owner;
    out.sign = db::sql_text(row[3]);
    return out;
}

}  // namespace bourse::market
