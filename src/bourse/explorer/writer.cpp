#include <bourse/explorer/writer.hpp>

#include <bourse/poco/consensus.hpp>
#include <bourse/poco/events.hpp>

#include <algorithm>
#include <limits>
#include <map>

namespace bourse::explorer {

namespace {

namespace events = poco::events;

constexpr std::size_t kMaxCached = 200'000;

std::int64_t cut(const Uint256& value) {
    return static_cast<std::int64_t>(
        std::min<std::uint64_t>(value.saturated_u64(), std::numeric_limits<std::int64_t>::max()));
}

std::int64_t as_int(std::uint64_t value) { return cut(Uint256(value)); }

/// start + ratio × reference time, cut.
std::int64_t deadline_s(std::int64_t start, std::int64_t ref, std::uint64_t ratio) {
    const auto end =
        poco::deadline(Uint256(static_cast<std::uint64_t>(start)), Uint256(static_cast<std::uint64_t>(ref)), ratio);
    return end ? cut(*end) : std::numeric_limits<std::int64_t>::max();
}

/// The task of a log that speaks of one as its indexed first topic.
std::optional<Hash> task_of_log(const client::LogEntry& log) {
    static const std::set<Bytes32> kTaskTopics{events::TaskInitialize::kTopic, events::TaskContribute::kTopic,
                                               events::TaskConsensus::kTopic,  events::TaskReveal::kTopic,
                                               events::TaskReopen::kTopic,     events::TaskFinalize::kTopic,
                                               events::TaskClaimed::kTopic};
    if (log.topics.size() < 2 || !kTaskTopics.contains(log.topics[0])) return std::nullopt;
    return log.topics[1];
}

/// Transactions that are about one task: their locks and unlocks belong to it.
std::map<Hash, std::optional<Hash>> lone_tasks(const client::BlockBatch& batch, const Address& hub) {
    std::map<Hash, std::optional<Hash>> out;
    for (const auto& log : batch.logs) {
        const auto task = log.address == hub ? task_of_log(log) : std::nullopt;
        if (!task) continue;
        const auto [at, fresh] = out.try_emplace(log.tx_hash, task);
        if (!fresh && at->second != task) at->second.reset();
    }
    return out;
}

}  // namespace

Writer::Writer(db::Database& database, const Address& hub) : db_(&database), hub_(hub) { load_counters(); }

void Writer::load_counters() {
    account_cache_.clear();
    order_cache_.clear();
    task_cache_.clear();
    const auto last = [&](const char* table) {
        const auto rows = db_->query(std::string("SELECT seq FROM ") + table + " ORDER BY seq DESC LIMIT 1");
        return rows.empty() ? 0 : db::sql_int(rows[0][0]);
    };
    last_ = {last("accounts"),        last("order_refs"),  last("deals"),   last("tasks"),
             last("contributions"),   last("task_events"), last("scores"),  last("resources"),
             last("resource_owners"), last("policies"),    last("entries"), last("transfers")};
    const auto block = db_->query("SELECT value FROM meta WHERE name='number'");
    last_block_ = block.empty() ? 0 : static_cast<std::uint64_t>(std::stoull(db::sql_text(block[0][0])));
    const auto total = db_->query("SELECT total FROM block_transactions ORDER BY block DESC LIMIT 1");
    transactions_ = total.empty() ? 0 : db::sql_int(total[0][0]);
}

void Writer::apply(const client::BlockBatch& batch, const BatchFacts& facts, Touched& touched) {
    facts_ = &facts;
    touched_ = &touched;
    if (account_cache_.size() > kMaxCached) account_cache_.clear();
    if (order_cache_.size() > kMaxCached) order_cache_.clear();
    if (task_cache_.size() > kMaxCached) task_cache_.clear();
    const auto about = lone_tasks(batch, hub_);
    try {
        db_->transaction([&] {
            for (const auto& log : batch.logs) {
                Place place{as_int(log.block_number),
                            as_int(log.log_index),
                            as_int(facts.times.at(log.block_number)),
                            to_hex(log.tx_hash),
                            0,
                            log.address};
                if (const auto at = about.find(log.tx_hash); at != about.end() && at->second)
                    place.lone_task = task_of(*at->second);
                apply_log(log, place);
            }
            count_transactions(batch);
            for (const auto& [name, value] :
                 {std::pair<const char*, std::string>{"number", std::to_string(batch.last.number)},
                  {"hash", to_hex(batch.last.hash)},
                  {"time_s", std::to_string(batch.last.time_s)}})
                db_->execute(
                    "INSERT INTO meta(name, value) VALUES(?1,?2) ON CONFLICT(name) DO UPDATE SET value=excluded.value",
                    {std::string(name), value});
        });
    } catch (...) {
        load_counters();
        throw;
    }
}

void Writer::count_transactions(const client::BlockBatch& batch) {
    const auto& counts = facts_->transactions;
    const auto end = counts.upper_bound(batch.last.number);
    for (auto at = counts.upper_bound(last_block_); at != end; ++at) {
        transactions_ += as_int(at->second);
        db_->execute("INSERT INTO block_transactions(block, total) VALUES(?1,?2)", {as_int(at->first), transactions_});
    }
    last_block_ = batch.last.number;
}

void Writer::apply_log(const client::LogEntry& log, const Place& place) {
    const auto& hub = facts_->hub;
    if (log.address == hub_) return apply_hub(log, place);
    if (log.address == hub.token) return move_token(log, place);
    if (log.address == hub.app_registry) return apply_registry(log, place, ResourceKind::kApp);
    if (log.address == hub.dataset_registry) return apply_registry(log, place, ResourceKind::kDataset);
    if (log.address == hub.workerpool_registry) return apply_registry(log, place, ResourceKind::kWorkerpool);
    apply_policy(log, place);
}

void Writer::apply_hub(const client::LogEntry& log, const Place& place) {
    if (const auto match = poco::decode_event<events::OrdersMatched>(log.topics, log.data))
        return add_deal(*match, place);
    if (apply_task_event(log, place) || apply_score_event(log, place) || apply_money_event(log, place)) return;
    if (apply_closed_order(log, place)) return;
    if (const auto category = poco::decode_event<events::CreateCategory>(log.topics, log.data)) {
        touched_->categories = true;
        db_->execute(
            "INSERT INTO categories(id, name, description, ref_s, block, tx, created_s) VALUES(?1,?2,?3,?4,?5,?6,?7)"
            " ON CONFLICT(id) DO UPDATE SET block=excluded.block, tx=excluded.tx, created_s=excluded.created_s",
            {cut(category->catid), clean_text(category->name), clean_text(category->description),
             cut(category->work_clock_time_ref), place.block, place.tx, place.time_s});
    }
}

bool Writer::apply_task_event(const client::LogEntry& log, const Place& place) {
    if (const auto e = poco::decode_event<events::TaskInitialize>(log.topics, log.data))
        begin_task(e->taskid, place);
    else if (const auto given = poco::decode_event<events::TaskContribute>(log.topics, log.data))
        add_contribution(*given, place);
    else if (const auto agreed = poco::decode_event<events::TaskConsensus>(log.topics, log.data))
        reach_consensus(*agreed, place);
    else if (const auto revealed = poco::decode_event<events::TaskReveal>(log.topics, log.data))
        reveal(*revealed, place);
    else if (const auto reopened = poco::decode_event<events::TaskReopen>(log.topics, log.data))
        reopen(reopened->taskid, place);
    else if (const auto finalized = poco::decode_event<events::TaskFinalize>(log.topics, log.data))
        finalize(*finalized, place);
    else if (const auto claimed = poco::decode_event<events::TaskClaimed>(log.topics, log.data))
        claim(claimed->taskid, place);
    else
        return false;
    return true;
}

bool Writer::apply_score_event(const client::LogEntry& log, const Place& place) {
    if (const auto good = poco::decode_event<events::AccurateContribution>(log.topics, log.data))
        change_score(good->worker, good->taskid, true, place);
    else if (const auto bad = poco::decode_event<events::FaultyContribution>(log.topics, log.data))
        change_score(bad->worker, bad->taskid, false, place);
    else
        return false;
    return true;
}

bool Writer::apply_money_event(const client::LogEntry& log, const Place& place) {
    if (const auto moved = poco::decode_event<events::Transfer>(log.topics, log.data))
        move_stake(*moved, place);
    else if (const auto locked = poco::decode_event<events::Lock>(log.topics, log.data))
        add_entry(EntryKind::kLock, locked->owner, {}, cut(locked->amount), place.lone_task, place);
    else if (const auto unlocked = poco::decode_event<events::Unlock>(log.topics, log.data))
        add_entry(EntryKind::kUnlock, unlocked->owner, {}, cut(unlocked->amount), place.lone_task, place);
    else if (const auto reward = poco::decode_event<events::Reward>(log.topics, log.data))
        add_entry(EntryKind::kReward, reward->owner, {}, cut(reward->amount), task_of(reward->ref.hash), place);
    else if (const auto seized = poco::decode_event<events::Seize>(log.topics, log.data))
        add_entry(EntryKind::kSeize, seized->owner, {}, cut(seized->amount), task_of(seized->ref.hash), place);
    else
        return false;
    return true;
}

bool Writer::apply_closed_order(const client::LogEntry& log, const Place& place) {
    const auto put = [&](const Hash& hash, int kind) {
        db_->execute(
            "INSERT INTO closed_orders(hash, kind, block, time_s, tx) VALUES(?1,?2,?3,?4,?5) ON CONFLICT(hash) DO "
            "NOTHING",
            {to_hex(hash), std::int64_t{kind}, place.block, place.time_s, place.tx});
    };
    if (const auto app = poco::decode_event<events::ClosedAppOrder>(log.topics, log.data))
        put(app->app_hash.hash, 0);
    else if (const auto dataset = poco::decode_event<events::ClosedDatasetOrder>(log.topics, log.data))
        put(dataset->dataset_hash.hash, 1);
    else if (const auto pool = poco::decode_event<events::ClosedWorkerpoolOrder>(log.topics, log.data))
        put(pool->workerpool_hash.hash, 2);
    else if (const auto request = poco::decode_event<events::ClosedRequestOrder>(log.topics, log.data))
        put(request->request_hash.hash, 3);
    else
        return false;
    return true;
}

void Writer::put_categories(const std::vector<poco::Category>& categories) {
    std::int64_t id = 0;
    for (const auto& category : categories)
        db_->execute(
            "INSERT INTO categories(id, name, description, ref_s, block, tx) VALUES(?1,?2,?3,?4,0,'')"
            " ON CONFLICT(id) DO NOTHING",
            {id++, clean_text(category.name), clean_text(category.description), cut(category.work_clock_time_ref)});
}

// ---- deals

void Writer::add_deal(const events::OrdersMatched& match, const Place& place) {
    const auto& deal = facts_->deals.at(match.dealid.hash);
    const auto category = cut(deal.category);
    const auto rows = db_->query("SELECT ref_s FROM categories WHERE id=?1", {category});
    const auto ref = rows.empty() ? 0 : db::sql_int(rows[0][0]);
    const auto start = cut(deal.start_time);
    const auto volume = cut(match.volume);
    const auto id = [&](const Address& address) { return account(address, place); };
    const auto seq = ++last_.deals;
    const auto requester = id(deal.requester);
    const auto beneficiary = id(deal.beneficiary);
    const auto payer = id(deal.sponsor.is_zero() ? deal.requester : deal.sponsor);
    const auto app_owner = id(deal.app.owner);
    const auto dataset_owner = id(deal.dataset.owner);
    const auto pool_owner = id(deal.workerpool.owner);
    db_->execute(
        "INSERT INTO deals(seq, id, tx, block, log_index, start_s, contribution_s, final_s, app, app_owner, app_price,"
        " dataset, dataset_owner, dataset_price, pool, pool_owner, pool_price, requester, beneficiary, callback, payer,"
        " params, category, tag, trust, volume, first_index, worker_stake, share, app_order, dataset_order, pool_order,"
        " request_order) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,?22,?23,?24,"
        "?25,?26,?27,?28,?29,?30,?31,?32,?33)",
        {seq,
         to_hex(match.dealid),
         place.tx,
         place.block,
         place.log_index,
         start,
         deadline_s(start, ref, poco::kContributionDeadlineRatio),
         deadline_s(start, ref, poco::kFinalDeadlineRatio),
         id(deal.app.pointer),
         app_owner,
         cut(deal.app.price),
         id(deal.dataset.pointer),
         dataset_owner,
         cut(deal.dataset.price),
         id(deal.workerpool.pointer),
         pool_owner,
         cut(deal.workerpool.price),
         requester,
         beneficiary,
         id(deal.callback),
         payer,
         clean_text(deal.params),
         category,
         to_hex(deal.tag),
         cut(deal.trust),
         volume,
         cut(deal.bot_first),
         cut(deal.worker_stake),
         cut(deal.scheduler_reward_ratio),
         order_ref(match.app_hash.hash),
         deal.dataset.pointer.is_zero() ? 0 : order_ref(match.dataset_hash.hash),
         order_ref(match.workerpool_hash.hash),
         order_ref(match.request_hash.hash)});
    touched_->deals.insert(seq);
    db_->execute("UPDATE accounts SET deals=deals+1 WHERE seq=?1", {requester});
    touch_roles(requester, kRequester);
    touch_roles(beneficiary, kBeneficiary);
    touch_roles(payer, kPayer);
    count_use(deal, volume, place);
}

void Writer::count_use(const poco::Deal& deal, std::int64_t volume, const Place& place) {
    const auto requester = account(deal.requester, place);
    for (const auto* resource : {&deal.app.pointer, &deal.dataset.pointer, &deal.workerpool.pointer}) {
        if (resource->is_zero()) continue;
        const auto id = account(*resource, place);
        const auto rows = db_->query("SELECT seq FROM resources WHERE account=?1", {id});
        if (rows.empty()) continue;
        const auto seq = db::sql_int(rows[0][0]);
        const auto fresh = db_->execute(
            "INSERT INTO resource_requesters(resource, requester) VALUES(?1,?2) ON CONFLICT(resource, requester) DO "
            "NOTHING",
            {seq, requester});
        db_->execute(
            "UPDATE resources SET deals=deals+1, runs=runs+?1, requesters=requesters+?2, last_used_s=?3 WHERE seq=?4",
            {volume, fresh, place.time_s, seq});
        touched_->resources.insert(seq);
    }
    if (deal.dataset.pointer.is_zero()) return;
    db_->execute(
        "INSERT INTO dataset_uses(app, dataset, deals, runs) VALUES(?1,?2,1,?3) ON CONFLICT(app, dataset)"
        " DO UPDATE SET deals=dataset_uses.deals+1, runs=dataset_uses.runs+excluded.runs",
        {account(deal.app.pointer, place), account(deal.dataset.pointer, place), volume});
}

// ---- tasks

void Writer::begin_task(const poco::TaskId& id, const Place& place) {
    const auto& task = facts_->tasks.at(id.hash);
    const auto deals = db_->query("SELECT seq FROM deals WHERE id=?1", {to_hex(task.dealid)});
    if (deals.empty()) return;  // of a deal before the index's first block
    const auto deal = db::sql_int(deals[0][0]);
    const auto seq = ++last_.tasks;
    db_->execute("INSERT INTO tasks(seq, id, deal, idx, status, block, init_s) VALUES(?1,?2,?3,?4,1,?5,?6)",
                 {seq, to_hex(id), deal, cut(task.idx), place.block, place.time_s});
    task_cache_[id.hash] = seq;
    db_->execute("UPDATE deals SET initialised=initialised+1 WHERE seq=?1", {deal});
    touched_->tasks.insert(seq);
    touched_->deals.insert(deal);
    add_task_event(seq, "TaskInitialize", 0, {}, place);
}

void Writer::add_contribution(const events::TaskContribute& given, const Place& place) {
    const auto task = task_of(given.taskid.hash);
    if (task == 0) return;
    const auto worker = account(given.worker, place);
    const auto& view = facts_->contributions.at({given.taskid.hash, given.worker});
    const auto score = db::sql_int(db_->query("SELECT score FROM accounts WHERE seq=?1", {worker})[0][0]);
    const bool at_once = view.weight.is_zero();
    const auto weight = at_once ? 0 : cut(poco::worker_weight(Uint256(static_cast<std::uint64_t>(score))));
    const auto stake = at_once
                           ? 0
                           : db::sql_int(db_->query("SELECT d.worker_stake FROM tasks t JOIN deals d ON d.seq=t.deal"
                                                    " WHERE t.seq=?1",
                                                    {task})[0][0]);
    const auto earlier = db_->query("SELECT SUM(amount) FROM entries WHERE task=?1 AND account=?2 AND kind=?3",
                                    {task, worker, static_cast<std::int64_t>(EntryKind::kReward)});
    const auto reward = db::sql_null(earlier[0][0]) ? 0 : db::sql_int(earlier[0][0]);
    db_->execute(
        "INSERT INTO contributions(seq, task, worker, status, hash, weight, enclave, block, time_s, tx, stake, reward)"
        " VALUES(?1,?2,?3,1,?4,?5,?6,?7,?8,?9,?10,?11)",
        {++last_.contributions, task, worker, to_hex(given.hash), weight,
         view.enclave_challenge.is_zero() ? std::string() : to_hex(view.enclave_challenge), place.block, place.time_s,
         place.tx, stake, reward});
    db_->execute("UPDATE tasks SET contributions=contributions+1 WHERE seq=?1", {task});
    db_->execute("UPDATE accounts SET contributions=contributions+1, last_contribution_s=?1 WHERE seq=?2",
                 {place.time_s, worker});
    touch_roles(worker, kWorkerRole);
    touched_->contributions.emplace_back(worker, task);
    touched_->tasks.insert(task);
    add_task_event(task, "TaskContribute", worker, to_hex(given.hash), place);
}

void Writer::reach_consensus(const events::TaskConsensus& event, const Place& place) {
    const auto task = task_of(event.taskid.hash);
    if (task == 0) return;
    const auto rows =
        db_->query("SELECT t.deal, d.category FROM tasks t JOIN deals d ON d.seq=t.deal WHERE t.seq=?1", {task});
    const auto deal = db::sql_int(rows[0][0]);
    const auto refs = db_->query("SELECT ref_s FROM categories WHERE id=?1", {db::sql_int(rows[0][1])});
    const auto ref = refs.empty() ? 0 : db::sql_int(refs[0][0]);
    const auto winners =
        db::sql_int(db_->query("SELECT COUNT(*) FROM contributions WHERE task=?1 AND hash=?2 AND status=1",
                               {task, to_hex(event.consensus)})[0][0]);
    db_->execute("UPDATE tasks SET status=2, consensus=?1, reveal_s=?2, winners=?3, revealed=0 WHERE seq=?4",
                 {to_hex(event.consensus), deadline_s(place.time_s, ref, poco::kRevealDeadlineRatio), winners, task});
    db_->execute("UPDATE deals SET revealing=revealing+1 WHERE seq=?1", {deal});
    touched_->tasks.insert(task);
    touched_->deals.insert(deal);
    add_task_event(task, "TaskConsensus", 0, to_hex(event.consensus), place);
}

void Writer::reveal(const events::TaskReveal& event, const Place& place) {
    const auto task = task_of(event.taskid.hash);
    if (task == 0) return;
    const auto worker = account(event.worker, place);
    db_->execute("UPDATE contributions SET status=2, reveal_s=?1 WHERE task=?2 AND worker=?3",
                 {place.time_s, task, worker});
    db_->execute("UPDATE tasks SET revealed=revealed+1, digest=?1 WHERE seq=?2", {to_hex(event.digest), task});
    db_->execute("UPDATE accounts SET proved=proved+1 WHERE seq=?1", {worker});
    touched_->accounts.insert(worker);
    touched_->tasks.insert(task);
    add_task_event(task, "TaskReveal", worker, to_hex(event.digest), place);
}

void Writer::reopen(const poco::TaskId& id, const Place& place) {
    const auto task = task_of(id.hash);
    if (task == 0) return;
    db_->execute("UPDATE contributions SET status=3 WHERE task=?1 AND hash=(SELECT consensus FROM tasks WHERE seq=?2)",
                 {task, task});
    db_->execute("UPDATE deals SET revealing=revealing-1 WHERE seq=(SELECT deal FROM tasks WHERE seq=?1)", {task});
    db_->execute("UPDATE tasks SET status=1, consensus='', reveal_s=0, winners=0, revealed=0 WHERE seq=?1", {task});
    touched_->tasks.insert(task);
    touched_->deals.insert(db::sql_int(db_->query("SELECT deal FROM tasks WHERE seq=?1", {task})[0][0]));
    add_task_event(task, "TaskReopen", 0, {}, place);
}

void Writer::finalize(const events::TaskFinalize& event, const Place& place) {
    const auto task = task_of(event.taskid.hash);
    if (task == 0) return;
    const auto& view = facts_->tasks.at(event.taskid.hash);
    db_->execute("UPDATE tasks SET results=?1, callback=?2 WHERE seq=?3",
                 {event.results.empty() ? std::string() : to_hex(event.results),
                  view.results_callback.empty() ? std::string() : to_hex(view.results_callback), task});
    end_task(task, true, place);
    add_task_event(task, "TaskFinalize", 0, {}, place);
}

void Writer::claim(const poco::TaskId& id, const Place& place) {
    const auto task = task_of(id.hash);
    if (task == 0) return;
    end_task(task, false, place);
    add_task_event(task, "TaskClaimed", 0, {}, place);
}

void Writer::end_task(std::int64_t task, bool completed, const Place& place) {
    const auto row = db_->query(
        "SELECT t.status, t.deal, d.app, d.app_price, d.dataset, d.dataset_price, d.pool, d.pool_price FROM tasks t"
        " JOIN deals d ON d.seq=t.deal WHERE t.seq=?1",
        {task})[0];
    const auto deal = db::sql_int(row[1]);
    const std::int64_t was_revealing = db::sql_int(row[0]) == 2 ? 1 : 0;
    db_->execute("UPDATE tasks SET status=?1, end_s=?2 WHERE seq=?3",
                 {std::int64_t{completed ? 3 : 4}, place.time_s, task});
    db_->execute("UPDATE deals SET revealing=revealing-?1, complete=complete+?2, failed=failed+?3 WHERE seq=?4",
                 {was_revealing, std::int64_t{completed ? 1 : 0}, std::int64_t{completed ? 0 : 1}, deal});
    for (std::size_t i = 2; i < 8; i += 2) {
        const auto id = db::sql_int(row[i]);
        if (id == 0) continue;
        db_->execute(
            "UPDATE resources SET completed=completed+?1, failed=failed+?2, revenue=revenue+?3 WHERE account=?4",
            {std::int64_t{completed ? 1 : 0}, std::int64_t{completed ? 0 : 1}, completed ? db::sql_int(row[i + 1]) : 0,
             id});
    }
    touched_->tasks.insert(task);
    touched_->deals.insert(deal);
}

void Writer::change_score(const Address& worker, const poco::TaskId& id, bool accurate, const Place& place) {
    const auto account_id = account(worker, place);
    const auto task = task_of(id.hash);
    const auto before = db::sql_int(db_->query("SELECT score FROM accounts WHERE seq=?1", {account_id})[0][0]);
    const auto after = accurate ? before + 1 : before * 2 / 3;
    db_->execute("UPDATE accounts SET score=?1 WHERE seq=?2", {after, account_id});
    db_->execute("INSERT INTO scores(seq, worker, score, accurate, task, block, time_s) VALUES(?1,?2,?3,?4,?5,?6,?7)",
                 {++last_.scores, account_id, after, std::int64_t{accurate ? 1 : 0}, task, place.block, place.time_s});
    db_->execute("UPDATE contributions SET score_before=?1, score_after=?2, faulty=?3 WHERE task=?4 AND worker=?5",
                 {before, after, std::int64_t{accurate ? 0 : 1}, task, account_id});
    touched_->accounts.insert(account_id);
    add_task_event(task, accurate ? "AccurateContribution" : "FaultyContribution", account_id, {}, place);
}

void Writer::add_task_event(std::int64_t task, const char* name, std::int64_t actor, std::string value,
                            const Place& place) {
    if (task == 0) return;
    db_->execute(
        "INSERT INTO task_events(seq, task, name, actor, value, block, log_index, time_s, tx)"
        " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)",
        {++last_.task_events, task, std::string(name), actor, std::move(value), place.block, place.log_index,
         place.time_s, place.tx});
}

}  // namespace bourse::explorer
