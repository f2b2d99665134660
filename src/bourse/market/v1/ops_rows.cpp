// Workers, tasks and money of a pool as rows (web-ui §10.2–§10.4).
#include <bourse/codec/text.hpp>
#include <bourse/market/v1/api.hpp>
#include <bourse/market/v1/render.hpp>
#include <bourse/sys/clock.hpp>

#include <algorithm>
#include <map>
#include <tuple>

namespace bourse::market {

namespace {

constexpr std::int64_t kDayOfRewards = 86'400;
constexpr std::int64_t kEarningDays = 30;  ///< without `from`

using EarningKey = std::tuple<std::int64_t, Address, std::int64_t, Address>;  ///< day, worker, category, app

EarningKey key_of_earning(const explorer::EarningRow& row) { return {row.day_s, row.worker, row.category, row.app}; }

Json earning_json(const explorer::EarningRow& row, std::uint64_t core_ms) {
    return {{"day", sys::iso8601_ms(static_cast<std::uint64_t>(row.day_s) * 1'000).substr(0, 10)},
            {"account", address_or_null(row.worker)},
            {"category", row.category},
            {"app", to_checksum(row.app)},
            {"gross", amount_text(row.gross)},
            {"workers", amount_text(row.workers)},
            {"scheduler", std::to_string(row.scheduler)},
            {"slashed", amount_text(row.slashed)},
            {"refunds", amount_text(row.refunds)},
            {"cpuSeconds", static_cast<double>(core_ms) / 1'000},
            {"tasks", row.tasks}};
}

}  // namespace

Json Api::worker_item(const Json& worker) const {
    const auto address = address_from_hex(worker.value("worker", "")).value_or(Address{});
    const auto account = parts_.index.account(address).value_or(explorer::AccountRow{});
    std::int64_t earned = 0, done = 0;
    explorer::EntryFilter rewards;
    rewards.kind = explorer::EntryKind::kReward;
    rewards.from_s = now_s() - kDayOfRewards;
    explorer::Paging many;
    many.limit = 1'000;
    for (const auto& entry : parts_.index.entries(address, rewards, many).rows) {
        earned += entry.amount;
        ++done;
    }
    return {{"address", to_checksum(address)},
            {"name", worker.value("name", std::string())},
            {"owner", worker.value("owner", to_checksum(address))},
            {"software", worker.value("software", std::string())},
            {"connected", worker.value("connected", false)},
            {"state", worker_state(worker)},
            {"delayMs", delay_of(worker)},
            {"os", text_or_null(worker, "os")},
            {"platform", text_or_null(worker, "platform")},
            {"cpu", text_or_null(worker, "cpu")},
            {"clockAheadMs", clock_ahead_of(worker)},
            {"clockDrift", clock_is_off(worker)},
            {"draining", worker.value("draining", false)},
            {"paused", worker.value("paused", false)},
            {"banned", worker.value("banned", false)},
            {"offHours", worker.value("off_hours", false)},
            {"places", number_in(worker, "places")},
            {"fromMinute", number_in(worker, "from_min")},
            {"toMinute", number_in(worker, "to_min")},
            {"onlyIdle", worker.value("only_idle", false)},
            {"tee", worker.value("tee", false)},
            {"gpu", worker.value("gpu", false)},
            {"lastSeen", worker.contains("last_seen_ms") ? worker["last_seen_ms"] : Json(nullptr)},
            {"cores", number_in(worker, "cores")},
            {"memoryMib", number_in(worker, "memory_mib")},
            {"slots", number_in(worker, "slots")},
            {"free", number_in(worker, "free")},
            {"tasks", number_in(worker, "tasks")},
            {"score", count_of(account.score)},
            {"weight", weight_of_score(account.score)},
            {"joined", number_in(worker, "joined_ms")},
            {"staked", amount_text(account.staked)},
            {"locked", amount_text(account.locked)},
            {"earned24h", amount_text(earned)},
            {"done24h", done},
            {"failed24h", number_in(worker, "failed_24h")}};
}

Result<Json> Api::worker_items(const Address& who, const Address& pool) const {
    BOURSE_TRY(const auto workers, workers_shown_to(who, pool));
    Json items = Json::array();
    for (const auto& worker : workers) items.push_back(worker_item(worker));
    return Json{{"items", std::move(items)}};
}

Result<ListPage> Api::ops_workers(Call& call) {
    BOURSE_TRY(const auto workers, workers_shown_to(call));
    ListPage page;
    page.as_of = parts_.index.height();
    for (const auto& worker : workers) page.items.push_back(worker_item(worker));
    page.total = static_cast<std::int64_t>(page.items.size());
    return page;
}

std::set<std::string> Api::tasks_at_risk() const {
    std::set<std::string> out;
    if (const auto figures = ops_.figures())
        for (const auto& row : risk_of(*figures)) out.insert(row["task"].get<std::string>());
    return out;
}

Json Api::pool_task_item(const explorer::TaskRow& task, const std::set<std::string>& at_risk) const {
    const auto record = task.status < 3 ? ops_.task(task.id) : Result<Json>(fail("NOT_FOUND", ""));
    const auto left = std::max<std::int64_t>(0, (task.status == 1 ? task.contribution_s : task.final_s) - now_s());
    const auto deal = parts_.index.deal(task.deal_seq);
    return {
        {"task", render(task, parts_.index.contributions_of(task), now_s())},
        {"phase", record ? record->value("phase", std::string()) : std::string(explorer::to_text(task.shown(now_s())))},
        {"replicates", record ? record->value("replicates", Json::array()) : Json::array()},
        {"risk", at_risk.contains(to_hex(task.id))},
        {"timeLeftMs", left * 1'000},
        {"reward", amount_text(deal ? deal->pool.price : 0)}};
}

Result<Json> Api::pool_task_items(const Address& pool, std::int64_t limit) const {
    explorer::TaskFilter f;
    f.pool = pool;
    explorer::Paging few;
    few.limit = limit;
    Json items = Json::array();
    const auto at_risk = tasks_at_risk();
    for (const auto& task : parts_.index.tasks(f, few, now_s()).rows) items.push_back(pool_task_item(task, at_risk));
    return Json{{"items", std::move(items)}};
}

Result<ListPage> Api::ops_tasks(Call& call) {
    BOURSE_TRY(const auto pool, operated_pool(call));
    explorer::TaskFilter f;
    f.pool = pool;
    if (const auto text = call.text("status"); text && !text->empty()) {
        f.status = explorer::shown_status_from(*text);
        if (!f.status) return bad_parameter("status", "is no status of a task");
    }
    const auto page = parts_.index.tasks(f, call.paging, call.now_s());
    ListPage out;
    out.total = page.total;
    out.as_of = page.as_of;
    if (page.next) out.next = std::to_string(*page.next);
    const auto at_risk = tasks_at_risk();
    for (const auto& task : page.rows) out.items.push_back(pool_task_item(task, at_risk));
    return out;
}

/// The chain knows the money, the scheduler the seconds computed; a day on which only one of the two saw something has
/// a row too.
Result<ListPage> Api::ops_earnings(Call& call) {
    BOURSE_TRY(const auto pool, operated_pool(call));
    BOURSE_TRY(const auto from_given, call.seconds("from"));
    BOURSE_TRY(const auto to_given, call.seconds("to"));
    const auto by = call.text("by").value_or("");
    if (!by.empty() && by != "worker") return bad_parameter("by", "must be worker, or be left out");
    const auto from = from_given.value_or(call.now_s() - kEarningDays * kDayOfRewards);
    const auto to = to_given.value_or(INT64_MAX);
    std::map<EarningKey, std::pair<explorer::EarningRow, std::uint64_t>, std::greater<>> rows;
    for (const auto& row :
         by.empty() ? parts_.index.earnings(pool, from, to) : parts_.index.worker_earnings(pool, from, to))
        rows[key_of_earning(row)].first = row;
    for (const auto& used : ops_.usage(from / kDayOfRewards * kDayOfRewards, to)) {
        explorer::EarningRow row;
        row.day_s = number_in(used, "day_s");
        row.category = number_in(used, "category");
        row.app = address_from_hex(used.value("app", "")).value_or(Address{});
        if (!by.empty()) row.worker = address_from_hex(used.value("worker", "")).value_or(Address{});
        auto& [known, core_ms] = rows.try_emplace(key_of_earning(row), row, 0).first->second;
        core_ms += static_cast<std::uint64_t>(number_in(used, "core_ms"));
    }
    ListPage page;
    page.as_of = parts_.index.height();
    for (const auto& [key, row] : rows) page.items.push_back(earning_json(row.first, row.second));
    page.total = static_cast<std::int64_t>(page.items.size());
    return page;
}

}  // namespace bourse::market
