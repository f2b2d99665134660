#include <bourse/market/v1/ops.hpp>

#include <bourse/codec/text.hpp>
#include <bourse/market/v1/explain.hpp>
#include <bourse/market/v1/render.hpp>
#include <bourse/net/http_client.hpp>

#include <algorithm>
#include <cstdlib>

namespace bourse::market {

const char* const kOpsSchema =
    "CREATE TABLE ops_audit(seq BIGINT PRIMARY KEY, time_ms BIGINT NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL,"
    " target TEXT NOT NULL, before_text TEXT NOT NULL, after_text TEXT NOT NULL, reason TEXT NOT NULL);"
    "CREATE TABLE ops_alerts(code TEXT PRIMARY KEY, since_ms BIGINT NOT NULL, acknowledged BIGINT NOT NULL,"
    " silenced_ms BIGINT NOT NULL)";

namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kLateMs = 5'000;
constexpr std::uint64_t kLostMs = 15'000;
constexpr std::int64_t kClockOffsetMs = 5'000;

Json null_if_empty(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Error unreachable(const std::string& why) {
    return {"SCHEDULER_UNREACHABLE", "The pool's scheduler does not answer: " + why};
}

}  // namespace

std::int64_t number_in(const Json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end()) return 0;
    if (found->is_number()) return found->get<std::int64_t>();
    if (!found->is_string()) return 0;
    const auto value = uint256_from_decimal(found->get<std::string>());
    return value ? static_cast<std::int64_t>(std::min<std::uint64_t>(value->saturated_u64(), INT64_MAX)) : 0;
}

Json text_or_null(const Json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? *found : Json(nullptr);
}

/// Delay since the last sign of life, where the scheduler tells it.
Json delay_of(const Json& worker) {
    return worker.contains("silent_ms") && worker["silent_ms"].is_number() ? worker["silent_ms"] : Json(nullptr);
}

std::string worker_state(const Json& worker) {
    const auto delay = delay_of(worker);
    if (!worker.value("connected", false) && delay.is_null()) return "lost";
    if (delay.is_number()) {
        const auto ms = delay.get<std::uint64_t>();
        if (ms > kLostMs) return "lost";
        return ms > kLateMs ? "late" : "fresh";
    }
    return worker.value("lost", false) ? "lost" : "fresh";
}

Json clock_ahead_of(const Json& object) {
    for (const auto* name : {"clock_ahead_ms", "node_ahead_ms"})
        if (const auto found = object.find(name); found != object.end() && found->is_number_integer()) return *found;
    return nullptr;
}

bool clock_is_off(const Json& object) {
    const auto ahead = clock_ahead_of(object);
    return ahead.is_number() && std::abs(ahead.get<std::int64_t>()) > kClockOffsetMs;
}

Result<Json> Ops::ask(const std::string& path, const std::optional<Address>& for_whom) const {
    if (url_.empty()) return fail("NOT_FOUND", "This market has no scheduler.");
    net::ClientRequest request;
    request.url = url_ + path;
    request.timeout_ms = 5'000;
    // The scheduler trusts a market on its own machine to have authenticated this address.
    if (for_whom) request.headers = {{"x-bourse-admin", "1"}, {"x-bourse-for", to_checksum(*for_whom)}};
    const auto answer = net::http_request(request);
    if (!answer) return fail(unreachable(answer.error().message));
    auto body = Json::parse(answer->body, nullptr, false);
    if (!body.is_object()) return fail(unreachable("it sent no JSON"));
    if (answer->status == 200) return body;
    const auto reason = body.value("error", "status " + std::to_string(answer->status));
    if (answer->status == 404) return fail("NOT_FOUND", reason);
    if (answer->status == 401 || answer->status == 403) return fail("LOGS_REFUSED", reason);
    return fail(unreachable(reason));
}

Result<Json> Ops::workers() const {
    BOURSE_TRY(auto body, ask("/v1/workers"));
    return body.value("workers", Json::array());
}

std::vector<Json> Ops::usage(std::int64_t from_s, std::int64_t to_s) const {
    const auto body = ask("/v1/usage?from=" + std::to_string(from_s) + "&to=" + std::to_string(to_s));
    if (!body || !body->contains("usage") || !(*body)["usage"].is_array()) return {};
    return (*body)["usage"].get<std::vector<Json>>();
}

Status<> Ops::order(const std::string& action, const std::optional<Address>& worker, const Json& body) const {
    net::ClientRequest request;
    request.method = "POST";
    request.url = url_ + "/v1/admin/" + (worker ? "workers/" + to_checksum(*worker) + "/" : std::string()) + action;
    request.headers = {{"x-bourse-admin", "1"}};
    if (!body.is_null()) request.body = body.dump();
    const auto answer = net::http_request(request);
    if (!answer) return fail(unreachable(answer.error().message));
    if (answer->status != 200)
        return fail("SCHEDULER_REFUSED", "The scheduler refused: " + answer->body.substr(0, 300));
    return {};
}

std::vector<Json> Ops::task_reasons(const Hash& id) const {
    std::vector<Json> out;
    const auto record = task(id);
    if (!record) return out;
    const auto& replicates = record->value("replicates", Json::array());
    if (replicates.empty())
        out.push_back(
            plain_reason("NO_WORKER", "scheduler", "No worker has been engaged for this task yet.", "0", "1"));
    for (const auto& replicate : replicates) {
        const auto cause =
            replicate.contains("cause") && replicate["cause"].is_string() ? replicate["cause"].get<std::string>() : "";
        const auto who = replicate.value("worker", std::string());
        if (replicate.value("upload", std::string()) == "failed")
            out.push_back(plain_reason("RESULT_MISSING", who,
                                       "This worker won the vote, but delivered no result that fits what it voted for; "
                                       "without one nobody can finalise the task."));
        if (replicate.value("lost", false))
            out.push_back(plain_reason("WORKER_LOST", who, "This worker is silent; another one is engaged as well."));
        else if (!cause.empty())
            out.push_back(plain_reason(cause, who,
                                       replicate["message"].is_string() ? replicate["message"].get<std::string>()
                                                                        : "The worker gave up: " + cause + "."));
    }
    return out;
}

Json Ops::worker_reasons(const Address& worker, const std::optional<explorer::AccountRow>& row) const {
    auto out = Json::array();
    if (const auto list = workers()) {
        const auto name = to_checksum(worker);
        const auto found = std::ranges::find_if(*list, [&](const Json& w) { return w.value("worker", "") == name; });
        if (found == list->end())
            out.push_back(plain_reason("NOT_JOINED", "worker", "This worker has never joined the pool.", "", "",
                                       "start it with `bourse worker --scheduler URL`"));
        else if (!found->value("connected", false))
            out.push_back(
                plain_reason("NOT_CONNECTED", "worker", "This worker is not connected.", "", "", "start it again"));
        else if (found->value("draining", false))
            out.push_back(plain_reason("DRAINING", "workerpool", "The pool's operator lets it take no new tasks.", "",
                                       "", "resume it in the console"));
        else if (found->value("paused", false))
            out.push_back(plain_reason("PAUSED", "worker", "Its owner has paused it.", "", "", "end the pause"));
        else if (found->value("free", 0) == 0)
            out.push_back(plain_reason("BUSY", "worker", "All its places are taken.",
                                       std::to_string(found->value("tasks", 0)),
                                       std::to_string(found->value("slots", 0))));
    }
    if (row && row->staked == 0)
        out.push_back(
            plain_reason("NO_STAKE", "worker", "It has no free stake: contributions need one.", "0", "", "deposit"));
    if (out.empty()) out.push_back(plain_reason("IDLE", "workerpool", "It is ready; the pool has no task for it now."));
    return out;
}

void Ops::note(const Address& who, const std::string& action, const std::string& target, const std::string& before,
               const std::string& after, const std::string& reason) {
    const std::lock_guard lock(mutex_);
    const auto last = db_->query("SELECT seq FROM ops_audit ORDER BY seq DESC LIMIT 1");
    db_->execute(
        "INSERT INTO ops_audit(seq, time_ms, who, action, target, before_text, after_text, reason)"
        " VALUES(?1,?2,?3,?4,?5,?6,?7,?8)",
        {last.empty() ? 1 : db::sql_int(last[0][0]) + 1, static_cast<std::int64_t>(now_ms_()), to_hex(who), action,
         target, before, after, reason});
}

std::vector<Json> Ops::audit(std::int64_t limit) const {
    std::vector<Json> out;
    for (const auto& row :
         db_->query("SELECT time_ms, who, action, target, before_text, after_text, reason FROM ops_audit"
                    " ORDER BY seq DESC LIMIT ?1",
                    {limit}))
        out.push_back({{"time", db::sql_int(row[0])},
                       {"who", to_checksum(address_from_hex(db::sql_text(row[1])).value_or(Address{}))},
                       {"action", db::sql_text(row[2])},
                       {"target", null_if_empty(db::sql_text(row[3]))},
                       {"before", null_if_empty(db::sql_text(row[4]))},
                       {"after", null_if_empty(db::sql_text(row[5]))},
                       {"reason", null_if_empty(db::sql_text(row[6]))}});
    return out;
}

std::uint64_t Ops::held_ms(const std::string& condition, bool holds) {
    const std::lock_guard lock(mutex_);
    if (!holds) {
        held_since_ms_.erase(condition);
        return 0;
    }
    const auto now = now_ms_();
    return now - std::min(now, held_since_ms_.try_emplace(condition, now).first->second);
}

std::vector<Json> Ops::settle(const Address& pool, const std::vector<Alert>& holding) {
    const std::lock_guard settling(settling_);
    std::vector<std::pair<bool, Json>> news;
    std::vector<Json> out;
    {
        const std::lock_guard lock(mutex_);
        db_->transaction([&] { out = settle_locked(holding, news); });
    }
    if (on_alert)
        for (const auto& [raised, alert] : news) on_alert(pool, raised, alert);
    return out;
}

/// A row with since_ms 0 is one that is over but silenced: it stays so when it comes again.
std::vector<Json> Ops::settle_locked(const std::vector<Alert>& holding, std::vector<std::pair<bool, Json>>& news) {
    const auto now = static_cast<std::int64_t>(now_ms_());
    std::vector<Json> out;
    std::map<std::string, Json> shown;
    for (const auto& [code, level, text, runbook] : holding) {
        db_->execute(
            "INSERT INTO ops_alerts(code, since_ms, acknowledged, silenced_ms) VALUES(?1,0,0,0)"
            " ON CONFLICT(code) DO NOTHING",
            {code});
        const bool fresh =
            db_->execute("UPDATE ops_alerts SET since_ms=?1, acknowledged=0 WHERE code=?2 AND since_ms=0",
                         {now, code}) > 0;
        const auto row =
            db_->query("SELECT since_ms, acknowledged, silenced_ms FROM ops_alerts WHERE code=?1", {code})[0];
        const auto silenced = db::sql_int(row[2]);
        out.push_back({{"code", code},
                       {"level", level},
                       {"text", text},
                       {"since", db::sql_int(row[0])},
                       {"runbook", runbook},
                       {"acknowledged", db::sql_int(row[1]) != 0},
                       {"silencedUntil", silenced > now ? Json(silenced) : Json(nullptr)}});
        shown[code] = out.back();
        if (fresh && silenced <= now) news.emplace_back(true, out.back());
    }
    for (const auto& row : db_->query("SELECT code, since_ms, silenced_ms FROM ops_alerts WHERE since_ms>0")) {
        const auto code = db::sql_text(row[0]);
        if (shown.contains(code)) continue;
        const auto told = told_.find(code);
        auto over = told != told_.end() ? told->second
                                        : Json{{"code", code}, {"level", "info"}, {"text", code}, {"runbook", ""}};
        over["since"] = db::sql_int(row[1]);
        const bool silenced = db::sql_int(row[2]) > now;
        if (!silenced) news.emplace_back(false, std::move(over));
        db_->execute(
            silenced ? "UPDATE ops_alerts SET since_ms=0 WHERE code=?1" : "DELETE FROM ops_alerts WHERE code=?1",
            {code});
    }
    told_ = std::move(shown);
    return out;
}

Status<> Ops::acknowledge(const std::string& code, std::uint64_t silenced_until_ms) {
    const auto changed = silenced_until_ms == 0
                             ? db_->execute("UPDATE ops_alerts SET acknowledged=1 WHERE code=?1", {code})
                             : db_->execute("UPDATE ops_alerts SET silenced_ms=?1 WHERE code=?2",
                                            {static_cast<std::int64_t>(silenced_until_ms), code});
    if (changed == 0) return fail("NOT_FOUND", "No alert " + code + " holds now.");
    return {};
}

}  // namespace bourse::market
