// Challenges and sessions, the faucet's door, curated lists.
#include <bourse/codec/eip712.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/market/v1/api.hpp>
#include <bourse/market/v1/render.hpp>
#include <bourse/sys/clock.hpp>

#include <algorithm>
#include <ctime>

namespace bourse::market {

namespace {

/// Begin of a month and of the next one, in seconds UTC.
std::pair<std::int64_t, std::int64_t> month_bounds(int year, int month) {
    std::tm begin = {};
    begin.tm_year = year - 1900;
    begin.tm_mon = month - 1;
    begin.tm_mday = 1;
    auto end = begin;
    ++end.tm_mon;
    return {::timegm(&begin), ::timegm(&end)};
}

/// Pages of a list that is whole in memory.
ListPage slice(std::vector<Json> all, const Call& call, std::int64_t height) {
    ListPage page;
    page.as_of = height;
    page.total = static_cast<std::int64_t>(all.size());
    const auto skip = static_cast<std::size_t>(call.paging.after.value_or(0));
    for (auto i = skip; i < all.size() && static_cast<std::int64_t>(page.items.size()) < call.paging.limit; ++i)
        page.items.push_back(std::move(all[i]));
    if (skip + page.items.size() < all.size()) page.next = std::to_string(skip + page.items.size());
    return page;
}

}  // namespace

Result<Json> Api::challenge(Call& call) {
    BOURSE_TRY(const auto address, call.address("address"));
    if (!address) return bad_parameter("address", "is needed: who is going to sign");
    BOURSE_TRY(const auto chain, parts_.chain.chain_id());
    const auto document = parts_.challenges.create(chain, *address);
    const auto digest = eip712::typed_data_digest(document);
    return Json{{"typedData", document}, {"hash", to_hex(digest.value())}};
}

Result<Json> Api::open_session(Call& call) {
    BOURSE_TRY(const auto body, body_object(call.request()));
    const auto header = body.find("authorization");
    if (header == body.end() || !header->is_string())
        return fail("BODY_INVALID", "authorization must be hash_signature_address");
    BOURSE_TRY(const auto chain, parts_.chain.chain_id());
    const auto address = parts_.challenges.redeem(header->get<std::string>(), chain);
    if (!address)
        return fail("AUTHORIZATION_INVALID",
                    "The challenge is unknown, used or older than five minutes, or the signature is "
                    "not of its address. Ask /v1/challenge again and sign that.");
    const auto session = sessions_.open(*address);
    auto scopes = Json::array({"self"});
    for (const auto& pool : pools_of(*address)) scopes.push_back("operate:" + to_checksum(pool));
    const auto account = parts_.index.account(*address);
    const auto workers = ops_.available() ? ops_.workers().value_or(Json::array()) : Json::array();
    const bool has_worker =
        std::ranges::any_of(workers, [&](const Json& worker) { return answers_for(*address, worker); });
    if (has_worker || (account && (account->roles & explorer::kWorkerRole) != 0)) scopes.push_back("worker");
    return Json{{"token", session.token},
                {"address", to_checksum(*address)},
                {"expires", session.expires_ms},
                {"scopes", std::move(scopes)}};
}

Json Api::with_list_facts(Json list) const {
    const auto now = now_s();
    std::int64_t runs = 0;
    for (auto& app : list["apps"]) {
        const auto address = *address_from_hex(app["address"].get<std::string>());
        const auto row = parts_.index.resource(address);
        app["name"] = row ? Json(row->name) : Json(nullptr);
        if (row) runs += parts_.index.app_month(address, now - 30 * 86'400, now + 1).runs;
    }
    list["runs30d"] = runs;
    return list;
}

Result<ListPage> Api::list_runs(Call& call) const {
    BOURSE_TRY(const auto id, call.segment_hash("id"));
    const auto list = lists_store_.find(id);
    if (!list) return fail("NOT_FOUND", "There is no curated list " + to_hex(id) + " at this market.");
    int year = 0, month = 0;
    std::vector<std::pair<int, int>> months;
    if (const auto text = call.text("month"); text && !text->empty()) {
        if (std::sscanf(text->c_str(), "%4d-%2d", &year, &month) != 2 || month < 1 || month > 12 || year < 2000 ||
            year > 9999)
            return bad_parameter("month", "must read like 2026-11");
        months.emplace_back(year, month);
    } else {
        const auto now = static_cast<std::time_t>(call.now_s());
        std::tm parts = {};
        ::gmtime_r(&now, &parts);
        for (int back = 0; back < 12; ++back) {
            const int absolute = (parts.tm_year + 1900) * 12 + parts.tm_mon - back;
            months.emplace_back(absolute / 12, absolute % 12 + 1);
        }
    }
    std::vector<Json> rows;
    for (const auto& [y, m] : months) {
        const auto [from, to] = month_bounds(y, m);
        for (const auto& app : (*list)["apps"]) {
            const auto address = *address_from_hex(app["address"].get<std::string>());
            const auto sums = parts_.index.app_month(address, from, to);
            if (sums.deals == 0) continue;
            const auto row = parts_.index.resource(address);
            char name[16];
            std::snprintf(name, sizeof name, "%04d-%02d", y % 10'000, m % 100);
            rows.push_back({{"month", name},
                            {"app", to_checksum(address)},
                            {"name", row ? row->name : std::string()},
                            {"deals", sums.deals},
                            {"runs", sums.runs},
                            {"completed", sums.completed},
                            {"paid", amount_text(sums.paid)},
                            {"requesters", sums.requesters}});
        }
    }
    return slice(std::move(rows), call, parts_.index.height());
}

void Api::bind_session() {
    bind_item("challenge", [this](Call& c) { return challenge(c); });
    bind_item("session", [this](Call& c) { return open_session(c); });
    bind_item("end_session", [this](Call& c) -> Result<Json> {
        BOURSE_TRY(const auto session, sessions_.of(c.request()));
        sessions_.close(session.token);
        return Json{{"done", true}, {"message", "The session has ended."}};
    });
    bind_list("lists", [this](Call& c) -> Result<ListPage> {
        BOURSE_TRY(const auto app, c.address("app"));
        auto page = slice(lists_store_.all(app), c, parts_.index.height());
        for (auto& list : page.items) list = with_list_facts(std::move(list));
        return page;
    });
    bind_item("publish_list", [this](Call& c) -> Result<Json> {
        BOURSE_TRY(const auto body, body_object(c.request()));
        BOURSE_TRY(const auto id, lists_store_.publish(body));
        return with_list_facts(*lists_store_.find(id));
    });
    bind_item("list", [this](Call& c) -> Result<Json> {
        BOURSE_TRY(const auto id, c.segment_hash("id"));
        auto list = lists_store_.find(id);
        if (!list) return fail("NOT_FOUND", "There is no curated list " + to_hex(id) + " at this market.");
        return with_list_facts(*std::move(list));
    });
    bind_list("list_runs", [this](Call& c) { return list_runs(c); });
}

}  // namespace bourse::market
