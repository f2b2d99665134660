// Accounts, workers, their contributions and movements.
#include <bourse/codec/text.hpp>
#include <bourse/market/v1/api.hpp>
#include <bourse/market/v1/list_pages.hpp>
#include <bourse/market/v1/render.hpp>

namespace bourse::market {

namespace {

constexpr std::pair<std::string_view, explorer::Role> kRoles[] = {
    {"sponsor", explorer::kPayer},        {"requester", explorer::kRequester}, {"beneficiary", explorer::kBeneficiary},
    {"payer", explorer::kPayer},          {"app", explorer::kAppOwner},        {"dataset", explorer::kDatasetOwner},
    {"workerpool", explorer::kPoolOwner}, {"worker", explorer::kWorkerRole}};

constexpr std::pair<std::string_view, explorer::AccountSort> kAccountSorts[] = {
    {"-index", explorer::AccountSort::kNewest},
    {"-staked", explorer::AccountSort::kStaked},
    {"-score", explorer::AccountSort::kScore}};

}  // namespace

Result<std::optional<explorer::Role>> role_of(const Call& call) {
    const auto text = call.text("role");
    if (!text || text->empty()) return std::optional<explorer::Role>();
    for (const auto& [name, role] : kRoles)
        if (name == *text) return std::optional(role);
    return bad_parameter("role",
                         "must be requester, beneficiary, payer (or sponsor), app, dataset, workerpool or worker");
}

Error not_found(std::string_view what, const std::string& id) {
    return {"NOT_FOUND",
            "There is no " + std::string(what) + " " + id + " on this chain, as far as this index has read it."};
}

Result<ListPage> Api::accounts(Call& call) const {
    BOURSE_TRY(const auto role, role_of(call));
    BOURSE_TRY(const auto order, sort_of(call, kAccountSorts));
    return page_of_rows(call, parts_.index.accounts(order, role ? static_cast<std::uint32_t>(*role) : 0, call.paging),
                        [](FieldWriter& to, const auto& row) { write_row(to, row); });
}

/// Open deals of a payer and of its pools, and open contributions: what holds the locked part.
Json Api::locks_of(const Address& who) const {
    auto out = Json::array();
    explorer::DealFilter f;
    f.mine = who;
    explorer::Paging few;
    few.limit = 100;
    for (const auto& deal : parts_.index.deals(f, few, now_s()).rows) {
        const auto open = deal.tasks.total - deal.tasks.complete - deal.tasks.failed;
        if (open == 0) continue;
        const auto add = [&](const char* role, std::int64_t each) {
            out.push_back({{"deal", to_hex(deal.id)},
                           {"task", nullptr},
                           {"role", role},
                           {"amount", amount_text(each * open)},
                           {"until", ms_of(deal.final_s)}});
        };
        if (deal.payer == who) add("requester", deal.price());
        if (deal.pool.owner == who) add("workerpool", deal.pool.price * 30 / 100);
    }
    for (const auto& c : parts_.index.contributions(who, few).rows) {
        if (c.task_status == 3 || c.task_status == 4 || c.stake == 0) continue;
        const auto task = parts_.index.task(c.task);
        if (!task) continue;
        out.push_back({{"deal", to_hex(task->deal)},
                       {"task", to_hex(c.task)},
                       {"role", "worker"},
                       {"amount", amount_text(c.stake)},
                       {"until", ms_of(task->final_s)}});
    }
    return out;
}

Result<Json> Api::account(Call& call) const {
    BOURSE_TRY(const auto address, call.segment_address("id"));
    auto row = parts_.index.account(address);
    // An account that has done nothing yet is no error: a new wallet looks at its own page.
    if (!row) {
        row.emplace();
        row->address = address;
    }
    Json out = {{"account", render(*row)},
                {"wallet", nullptr},
                {"coin", nullptr},
                {"contract", nullptr},
                {"locks", locks_of(address)},
                {"nextScore", (row->roles & explorer::kWorkerRole) != 0 ? Json(next_score(row->score)) : Json(nullptr)},
                {"granted", granted_to(address)}};
    if (const auto resource = parts_.index.resource(address)) out["contract"] = explorer::to_text(resource->kind);
    if (parts_.rpc != nullptr) {
        const client::Hub hub(*parts_.rpc, parts_.chain.hub());
        if (const auto balance = hub.token_balance(address)) out["wallet"] = to_decimal(*balance);
        if (const auto coin = parts_.rpc->coin_balance(address)) out["coin"] = to_decimal(*coin);
        // The chain is the truth of the balance; the index of its history.
        if (const auto now = hub.account(address)) {
            out["account"]["staked"] = to_decimal(now->stake);
            out["account"]["locked"] = to_decimal(now->locked);
        }
    }
    return out;
}

Result<ListPage> Api::entries(Call& call) const {
    BOURSE_TRY(const auto address, call.segment_address("id"));
    explorer::EntryFilter f;
    if (const auto kind = call.text("kind"); kind && !kind->empty()) {
        f.kind = explorer::entry_kind_from(*kind);
        if (!f.kind)
            return bad_parameter("kind", "must be deposit, withdraw, send, receive, lock, unlock, reward or seize");
    }
    BOURSE_TRY(f.from_s, call.seconds("from"));
    BOURSE_TRY(f.to_s, call.seconds("to"));
    return page_of_rows(call, parts_.index.entries(address, f, call.paging),
                        [](FieldWriter& to, const auto& row) { write_row(to, row); });
}

Result<ListPage> Api::workers(Call& call) const {
    return page_of_rows(call, parts_.index.accounts(explorer::AccountSort::kScore, explorer::kWorkerRole, call.paging),
                        [](FieldWriter& to, const auto& row) { write_worker(to, row); });
}

Result<Json> Api::worker(Call& call) const {
    BOURSE_TRY(const auto address, call.segment_address("id"));
    const auto row = parts_.index.account(address);
    if (!row || (row->roles & explorer::kWorkerRole) == 0) return fail(not_found("worker", to_checksum(address)));
    Json out = {{"worker", render_worker(*row)},
                {"scores", Json::array()},
                {"contributions", Json::array()},
                {"nextScore", next_score(row->score)}};
    for (const auto& score : parts_.index.scores(address, 1'000)) out["scores"].push_back(render(score));
    explorer::Paging few;
    few.limit = 100;
    for (const auto& c : parts_.index.contributions(address, few).rows) out["contributions"].push_back(render(c, ""));
    return out;
}

Result<ListPage> Api::contributions(Call& call) const {
    BOURSE_TRY(const auto worker, call.address("worker"));
    BOURSE_TRY(const auto task, call.hash("task"));
    if (!task)
        return page_of_rows(call, parts_.index.contributions(worker, call.paging),
                            [](FieldWriter& to, const auto& row) { write_row(to, row, ""); });
    const auto row = parts_.index.task(*task);
    if (!row) return fail(not_found("task", to_hex(*task)));
    ListPage page;
    for (auto& item : render(parts_.index.contributions_of(*row)))
        if (!worker || item["worker"] == to_checksum(*worker)) page.items.push_back(std::move(item));
    page.total = static_cast<std::int64_t>(page.items.size());
    page.as_of = parts_.index.height();
    return page;
}

Result<ListPage> Api::transfers(Call& call) const {
    BOURSE_TRY(const auto who, call.address("mine"));
    return page_of_rows(call, parts_.index.transfers(who, call.paging),
                        [](FieldWriter& to, const auto& row) { write_row(to, row); });
}

}  // namespace bourse::market
