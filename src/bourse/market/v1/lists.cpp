#include <bourse/market/v1/lists.hpp>

#include <bourse/client/signing.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/explorer/writer.hpp>

namespace bourse::market {

const char* const kListsSchema =
    "CREATE TABLE lists(id TEXT PRIMARY KEY, name TEXT NOT NULL, curator TEXT NOT NULL, body TEXT NOT NULL,"
    " published_ms BIGINT NOT NULL);"
    "CREATE UNIQUE INDEX lists_curator ON lists(curator, name);"
    "CREATE TABLE list_apps(list TEXT NOT NULL, app TEXT NOT NULL, PRIMARY KEY(list, app));"
    "CREATE INDEX list_apps_app ON list_apps(app)";

namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr std::size_t kMaxApps = 1'000;
constexpr std::size_t kMaxName = 100;
constexpr std::size_t kMaxNote = 500;

tl::unexpected<Error> invalid(const std::string& text) { return fail("LIST_INVALID", text); }

Result<std::string> text_member(const nlohmann::json& object, const char* name, std::size_t most) {
    const auto found = object.find(name);
    if (found == object.end() || !found->is_string()) return invalid(std::string(name) + " must be a text");
    const auto& text = found->get_ref<const std::string&>();
    if (text.size() > most) return invalid(std::string(name) + " is longer than " + std::to_string(most) + " bytes");
    if (explorer::clean_text(text) != text) return invalid(std::string(name) + " must be UTF-8");
    return text;
}

}  // namespace

Result<std::string> Lists::signed_text(const nlohmann::json& document) {
    if (!document.is_object()) return invalid("the list must be a JSON object");
    OrderedJson out;
    BOURSE_TRY(out["name"], text_member(document, "name", kMaxName));
    if (out["name"] == "") return invalid("name must not be empty");
    BOURSE_TRY(const auto curator, text_member(document, "curator", 42));
    BOURSE_TRY(const auto address, parse_address(curator));
    out["curator"] = to_checksum(address);
    const auto apps = document.find("apps");
    if (apps == document.end() || !apps->is_array() || apps->size() > kMaxApps)
        return invalid("apps must be an array of at most 1000 entries");
    out["apps"] = OrderedJson::array();
    for (const auto& entry : *apps) {
        if (!entry.is_object()) return invalid("each app must be {address, note}");
        BOURSE_TRY(const auto text, text_member(entry, "address", 42));
        BOURSE_TRY(const auto app, parse_address(text));
        OrderedJson row;
        row["address"] = to_checksum(app);
        BOURSE_TRY(row["note"], text_member(entry, "note", kMaxNote));
        out["apps"].push_back(std::move(row));
    }
    if (const auto fee = document.find("fee"); fee != document.end() && !fee->is_null()) {
        BOURSE_TRY(out["fee"], text_member(document, "fee", kMaxName));
    }
    return out.dump();
}

Result<Hash> Lists::publish(const nlohmann::json& document) {
    BOURSE_TRY(const auto text, signed_text(document));
    const auto sign = document.find("sign");
    const auto bytes = sign != document.end() && sign->is_string() ? from_hex(sign->get<std::string>()) : std::nullopt;
    if (!bytes) return invalid("sign must be the curator's signature in 0x hex");
    auto body = nlohmann::json::parse(text);
    const auto curator = *address_from_hex(body["curator"].get<std::string>());
    const auto signer = client::message_signer(as_bytes(text), *bytes);
    if (!signer || *signer != curator)
        return fail("SIGNATURE_INVALID", "The signature is not the curator's. Sign this text (EIP-191): " + text);
    const auto id = crypto::keccak256(text);
    body["sign"] = to_hex(*bytes);
    db_->transaction([&] {
        for (const auto& row : db_->query("SELECT id FROM lists WHERE curator=?1 AND name=?2",
                                          {to_hex(curator), body["name"].get<std::string>()})) {
            db_->execute("DELETE FROM list_apps WHERE list=?1", {row[0]});
            db_->execute("DELETE FROM lists WHERE id=?1", {row[0]});
        }
        db_->execute("INSERT INTO lists(id, name, curator, body, published_ms) VALUES(?1,?2,?3,?4,?5)",
                     {to_hex(id), body["name"].get<std::string>(), to_hex(curator), body.dump(),
                      static_cast<std::int64_t>(now_ms_())});
        for (const auto& app : body["apps"])
            db_->execute("INSERT INTO list_apps(list, app) VALUES(?1,?2) ON CONFLICT(list, app) DO NOTHING",
                         {to_hex(id), to_hex(*address_from_hex(app["address"].get<std::string>()))});
    });
    return id;
}

nlohmann::json Lists::row_json(const db::SqlRow& row) const {
    auto out = nlohmann::json::parse(db::sql_text(row[1]));
    out["id"] = db::sql_text(row[0]);
    out["published"] = db::sql_int(row[2]);
    if (!out.contains("fee")) out["fee"] = nullptr;
    return out;
}

std::optional<nlohmann::json> Lists::find(const Hash& id) const {
    const auto rows = db_->query("SELECT id, body, published_ms FROM lists WHERE id=?1", {to_hex(id)});
    if (rows.empty()) return std::nullopt;
    return row_json(rows[0]);
}

std::vector<nlohmann::json> Lists::all(const std::optional<Address>& app) const {
    const auto rows =
        app ? db_->query(
                  "SELECT l.id, l.body, l.published_ms FROM lists l JOIN list_apps a ON a.list=l.id WHERE a.app=?1"
                  " ORDER BY l.published_ms DESC, l.id LIMIT 10000",
                  {to_hex(*app)})
            : db_->query("SELECT id, body, published_ms FROM lists ORDER BY published_ms DESC, id LIMIT 10000");
    std::vector<nlohmann::json> out;
    for (const auto& row : rows) out.push_back(row_json(row));
    return out;
}

Result<std::vector<Address>> Lists::apps_of(const Hash& id) const {
    const auto list = find(id);
    if (!list) return fail("NOT_FOUND", "There is no curated list " + to_hex(id) + " at this market.");
    std::vector<Address> out;
    for (const auto& app : (*list)["apps"]) out.push_back(*address_from_hex(app["address"].get<std::string>()));
    return out;
}

nlohmann::json Lists::lists_with(const Address& app) const {
    auto out = nlohmann::json::array();
    for (const auto& list : all(app))
        out.push_back({{"id", list["id"]}, {"name", list["name"]}, {"curator", list["curator"]}});
    return out;
}

}  // namespace bourse::market
