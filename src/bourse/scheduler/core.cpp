#include <bourse/scheduler/core.hpp>

#include <bourse/codec/text.hpp>
#include <bourse/poco/categories.hpp>
#include <bourse/poco/messages.hpp>
#include <bourse/scheduler/overload.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/log.hpp>

#include <algorithm>
#include <exception>

namespace bourse::scheduler {

namespace stream = client::stream;

namespace {

constexpr std::size_t kMaxInputsAStep = 2'000;
constexpr std::uint64_t kLongestWaitMs = 1'000;
constexpr std::uint64_t kDepositFreshMs = 1'000;  ///< while a deposit is scarce
constexpr std::uint64_t kDepositOldMs = 60'000;
constexpr std::uint64_t kPurgePeriodMs = 3'600'000;

}  // namespace

Core::Core(CoreConfig config, CorePorts ports, State state)
    : config_(std::move(config)),
      ports_(std::move(ports)),
      started_ms_(sys::unix_time_ms()),
      started_steady_ms_(sys::steady_ms()),
      state_(std::move(state)),
      decider_(config_.decider) {
    if (const auto cursor = ports_.store->cursor()) {
        head_hash_ = cursor->hash;
        head_number_ = cursor->number;
    }
    decider_.begin(state_);
}

Core::~Core() { stop(); }

void Core::start() {
    // Outcomes whose fact was not written before the last process ended.
    for (const auto& [key, intent] : state_.intents()) {
        const auto outcome = ports_.outbox->outcome(key);
        if (!outcome) put(client::Outcome{key, client::IntentState::kObsolete, {}, 0, 0, "lost by the outbox", 0});
        if (outcome && client::is_final(outcome->state)) put(*outcome);
    }
    thread_ = std::thread([this] { run(); });
}

void Core::stop() {
    {
        const std::lock_guard lock(inbox_mutex_);
        stopping_ = true;
    }
    inbox_changed_.notify_all();
    if (thread_.joinable()) thread_.join();
    const std::lock_guard lock(inbox_mutex_);
    for (auto& input : inbox_) {
        if (auto* blocks = std::get_if<BlocksInput>(&input)) blocks->done.set_value(false);
    }
    inbox_.clear();
}

// ---- inbox
// -----------------------------------------------------------------------------------------------------------

void Core::push(Input input) {
    {
        const std::lock_guard lock(inbox_mutex_);
        if (stopping_) {
            if (auto* blocks = std::get_if<BlocksInput>(&input)) blocks->done.set_value(false);
            return;
        }
        inbox_.push_back(std::move(input));
    }
    inbox_changed_.notify_one();
}

void Core::put(GateInput input) { push(std::move(input)); }
void Core::put(const client::Outcome& outcome) { push(outcome); }
void Core::put(VerifyResult result) { push(std::move(result)); }
void Core::set_draining(bool draining) { push(DrainChanged{draining}); }
void Core::set_draining(const Address& worker, bool draining) { push(WorkerDrained{worker, draining}); }
void Core::set_paused(const Address& worker, bool paused) { push(WorkerPaused{worker, paused}); }
void Core::set_terms(const Address& worker, const Terms& terms) { push(WorkerTerms{worker, terms}); }
void Core::set_banned(const Address& worker, bool banned) { push(WorkerBanned{worker, banned}); }
void Core::tick() { push(TickInput{}); }

bool Core::take_blocks(std::vector<Fact> facts, const client::BlockBatch& batch) {
    BlocksInput input{std::move(facts), {batch.last.number, batch.last.hash}, {}};
    auto done = input.done.get_future();
    push(std::move(input));
    try {
        return done.get();
    } catch (const std::future_error&) {
        return false;  // the step failed and took the promise with it
    }
}

Now Core::now() const { return {ports_.clock->now_s(sys::steady_ms()), sys::unix_time_ms()}; }
std::uint64_t Core::chain_now_s() const { return ports_.clock->now_s(sys::steady_ms()); }

std::uint64_t Core::ms_until_next() const {
    const auto wake = decider_.next();
    const auto at = now();
    std::uint64_t ms = kLongestWaitMs;
    if (wake.unix_ms) ms = std::min(ms, *wake.unix_ms > at.unix_ms ? *wake.unix_ms - at.unix_ms : 0);
    if (wake.chain_s) ms = std::min(ms, *wake.chain_s > at.chain_s ? (*wake.chain_s - at.chain_s) * 1'000 : 0);
    return ms;
}

std::vector<Core::Input> Core::wait_for_inputs() {
    const auto pause = decider_.has_work() ? 0 : ms_until_next();
    std::unique_lock lock(inbox_mutex_);
    inbox_changed_.wait_for(lock, std::chrono::milliseconds(pause), [this] { return stopping_ || !inbox_.empty(); });
    std::vector<Input> out;
    while (!inbox_.empty() && out.size() < kMaxInputsAStep) {
        out.push_back(std::move(inbox_.front()));
        inbox_.pop_front();
    }
    return out;
}

void Core::run() {
    try {
        for (;;) {
            auto inputs = wait_for_inputs();
            {
                const std::lock_guard lock(inbox_mutex_);
                if (stopping_) {
                    for (auto& input : inputs) {
                        if (auto* blocks = std::get_if<BlocksInput>(&input)) blocks->done.set_value(false);
                    }
                    return;
                }
            }
            refresh_deposits();
            step(std::move(inputs));
        }
    } catch (const std::exception& error) {
        // State and log may differ now: only a restart from the log is safe.
        sys::log_error("scheduler cannot write its log", {{"error", error.what()}});
        if (ports_.on_fatal) ports_.on_fatal(error.what());
    }
}

// ---- one step
// --------------------------------------------------------------------------------------------------------

void Core::step(std::vector<Input> inputs) {
    Effects effects;
    const auto at = now();
    {
        const std::unique_lock lock(state_mutex_);
        ports_.store->database().transaction([&] {
            for (auto& input : inputs) {
                std::visit(Overload{
                               [&](GateInput& i) { take(i, at, effects); },
                               [&](client::Outcome& i) { take(i, at); },
                               [&](VerifyResult& i) { take(i, at); },
                               [&](BlocksInput& i) {
                                   record(i.facts, at);
                                   ports_.store->set_cursor(i.cursor);
                                   head_hash_ = i.cursor.hash;
                                   head_number_ = i.cursor.number;
                                   if (!i.facts.empty()) decider_.touch_supply();
                                   effects.committed.push_back(std::move(i.done));
                               },
                               [&](DrainChanged& i) { record_order(i, at); },
                               [&](WorkerDrained& i) { record_order(i, at); },
                               [&](WorkerPaused& i) { record_order(i, at); },
                               [&](WorkerTerms& i) { record_order(i, at); },
                               [&](WorkerBanned& i) { ban(i, at, effects); },
                               [&](TickInput&) {},
                           },
                           input);
            }
            notice_lost_workers(at);
            notice_pauses(at, effects);
            if (const auto steady = sys::steady_ms(); steady >= next_purge_ms_) {
                next_purge_ms_ = steady + kPurgePeriodMs;
                ports_.store->lines().forget_before(at.unix_ms - std::min(at.unix_ms, kLinesKeptMs));
            }
            decider_.touch_due(at);
            decide_all(at, effects);
        });
    }
    carry_out(effects);
}

void Core::record(std::span<const Fact> facts, const Now& at) {
    ports_.store->append(facts, at.unix_ms);
    std::set<TaskId> touched;
    for (const auto& fact : facts) {
        state_.apply(fact, touched);
        if (const auto line = line_of(fact, at.unix_ms)) ports_.store->lines().add(*line);
    }
    decider_.touch(touched);
}

void Core::record_order(const Fact& order, const Now& at) {
    record({&order, 1}, at);
    decider_.touch_supply();
}

void Core::ban(const WorkerBanned& order, const Now& at, Effects& effects) {
    record_order(order, at);
    const auto link = links_.find(order.worker);
    if (order.banned && link != links_.end()) effects.refusals.emplace_back(link->second.connection, banned_error());
}

void Core::notice_pauses(const Now& at, Effects& effects) {
    for (auto& [address, link] : links_) {
        const auto* worker = state_.worker(address);
        if (worker == nullptr || !link.pauses) continue;
        const std::pair wish(worker->stands_still(at.unix_ms), worker->terms.only_idle);
        if (link.told == wish) continue;
        link.told = wish;
        effects.pauses.push_back(address);
        decider_.touch_supply();
    }
}

void Core::decide_all(const Now& at, Effects& effects) {
    while (decider_.has_work()) {
        auto decisions = decider_.decide(state_, at, offers_locked(), head_hash_, head_number_);
        record(decisions.facts, at);
        ports_.outbox->insert(decisions.intents);
        effects.intents = effects.intents || !decisions.intents.empty();
        for (auto& request : decisions.verifications) effects.verifications.push_back(std::move(request));
    }
}

void Core::notice_lost_workers(const Now& at) {
    const auto steady = sys::steady_ms();
    std::vector<Fact> facts;
    for (const auto& [address, worker] : state_.workers()) {
        const bool silent = steady >= heard_locked(address) + config_.worker_lost_ms;
        if (silent && !worker.lost) {
            sys::log_warn("worker lost", {{"worker", to_checksum(address)}, {"name", worker.name}});
            facts.emplace_back(WorkerLost{address, at.unix_ms});
        } else if (!silent && worker.lost && links_.contains(address)) {
            facts.emplace_back(WorkerHeard{address, at.unix_ms});
        }
    }
    if (facts.empty()) return;
    record(facts, at);
    decider_.touch_supply();
}

std::uint64_t Core::heard_locked(const Address& worker) const {
    const auto link = links_.find(worker);
    const auto heard = link == links_.end() ? 0 : ports_.gate->heard_ms(link->second.connection);
    const auto gone = left_ms_.find(worker);
    return std::max({heard, gone == left_ms_.end() ? 0 : gone->second, started_steady_ms_});
}

std::map<Address, std::uint64_t> Core::silences() const {
    const std::shared_lock lock(state_mutex_);
    const auto steady = sys::steady_ms();
    const auto unix = sys::unix_time_ms();
    std::map<Address, std::uint64_t> out;
    for (const auto& [address, worker] : state_.workers()) {
        const auto heard = heard_locked(address);
        auto silence = steady - std::min(steady, heard);
        // Lost before this process began: the log knows since when.
        if (worker.lost) silence = std::max(silence, unix - std::min(unix, worker.lost_ms) + config_.worker_lost_ms);
        out[address] = silence;
    }
    return out;
}

std::map<Address, std::int64_t> Core::clocks_ahead_ms() const {
    const std::shared_lock lock(state_mutex_);
    std::map<Address, std::int64_t> out;
    for (const auto& [address, link] : links_)
        if (const auto ahead = ports_.gate->clock_ahead_ms(link.connection)) out.emplace(address, *ahead);
    return out;
}

std::optional<std::int64_t> Core::node_ahead_ms() const {
    return ports_.node_clock == nullptr ? std::nullopt : ports_.node_clock->ms();
}

// ---- effects
// ---------------------------------------------------------------------------------------------------------

void Core::carry_out(Effects& effects) {
    for (auto& done : effects.committed) done.set_value(true);
    if (effects.intents) ports_.outbox->wake();
    for (const auto id : effects.taken) ports_.gate->taken(id);
    for (const auto& [id, reason] : effects.refusals) ports_.gate->refuse(id, reason);
    for (const auto& [id, login] : effects.welcomes) ports_.gate->send(id, stream::make_welcome(login, *ports_.key));
    tell_pauses(effects.pauses);
    for (const auto& [id, number] : effects.acknowledge) ports_.gate->send(id, stream::ReportAck{number});
    for (std::size_t i = 0; i < effects.answers.size(); ++i) {
        const auto link = links_.find(effects.answer_to[i]);
        if (link != links_.end()) ports_.gate->send(link->second.connection, effects.answers[i]);
    }
    for (auto& [worker, link] : links_) send_commands(worker, link);
    for (const auto& request : effects.verifications) {
        if (verifying_.insert(request.task).second) ports_.verifier->ask(request.task, request.worker, request.cid);
    }
}

void Core::tell_pauses(const std::vector<Address>& workers) {
    const std::shared_lock lock(state_mutex_);
    for (const auto& address : workers) {
        const auto link = links_.find(address);
        if (link == links_.end() || !link->second.told) continue;
        const auto [still, idle] = *link->second.told;
        ports_.gate->send(link->second.connection, stream::Pause{still, chain_now_s(), idle});
    }
}

void Core::send_commands(const Address& worker, Link& link) {
    const auto* known = state_.worker(worker);
    if (known == nullptr) return;
    for (auto at = known->commands.upper_bound(link.sent_seq); at != known->commands.end(); ++at) {
        ports_.gate->send(link.connection, complete_command(worker, at->second));
        link.sent_seq = at->first;
    }
}

stream::Command Core::complete_command(const Address& worker, stream::Command command) const {
    if (command.kind != stream::CommandKind::kAssign) return command;
    const auto& deal = *state_.deal(command.deal);
    const auto message = poco::authorization_message(worker, command.task);
    command.authorization = crypto::sign(*ports_.key, poco::signed_hash(message)).to_rsv();
    command.limits = poco::limits_for(Uint256{deal.facts.time_ref_s});
    command.contribution_deadline_s = deal.contribution_deadline_s();
    command.final_deadline_s = deal.final_deadline_s();
    return command;
}

// ---- what others ask
// -------------------------------------------------------------------------------------------------

std::vector<bool> Core::still_needed(std::span<const client::Intent> intents) const {
    const std::shared_lock lock(state_mutex_);
    std::vector<bool> out;
    out.reserve(intents.size());
    for (const auto& intent : intents) {
        const auto found = state_.intents().find(intent.key);
        if (found == state_.intents().end()) {
            out.push_back(false);
            continue;
        }
        const auto kind = found->second.kind;
        out.push_back(std::ranges::all_of(found->second.tasks, [&](const TaskId& id) {
            const auto* task = state_.task(id);
            if (task == nullptr) return false;
            switch (kind) {
                case IntentKind::kInitialize:
                case IntentKind::kInitializeAndClaim:
                    return task->status == poco::TaskStatus::kUnset;
                case IntentKind::kClaim:
                    return task->status == poco::TaskStatus::kActive || task->status == poco::TaskStatus::kRevealing;
                case IntentKind::kFinalize:
                case IntentKind::kReopen:
                    return task->status == poco::TaskStatus::kRevealing &&
                           intent.key.ends_with(":" + std::to_string(task->round));
            }
            return false;
        }));
    }
    return out;
}

std::vector<Offer> Core::offers() const {
    const std::shared_lock lock(state_mutex_);
    return offers_locked();
}

std::vector<Offer> Core::live_workers() const {
    const std::shared_lock lock(state_mutex_);
    std::vector<Offer> out;
    for (const auto& [address, worker] : state_.workers()) {
        if (worker.lost) continue;
        Offer offer;
        offer.worker = address;
        offer.owner = worker.owner;
        offer.prefix = worker.prefix;
        offer.weight = poco::worker_weight(worker.score);
        offer.tags = worker.tags;
        out.push_back(std::move(offer));
    }
    return out;
}

std::vector<Offer> Core::offers_locked() const {
    std::vector<Offer> out;
    const auto unix_ms = sys::unix_time_ms();
    for (const auto& [address, link] : links_) {
        const auto* worker = state_.worker(address);
        if (worker == nullptr || worker->lost) continue;
        Offer offer;
        offer.worker = address;
        offer.owner = worker->owner;
        offer.prefix = worker->prefix;
        offer.weight = poco::worker_weight(worker->score);
        offer.tags = worker->tags;
        offer.slots = worker->slots;
        offer.memory_mib = worker->memory_mib;
        offer.connected = true;
        const auto busy = state_.busy_slots(address);
        const auto places = worker->places();
        offer.free = places > busy ? places - busy : 0;
        if (worker->draining || worker->banned || worker->stands_still(unix_ms)) offer.free = 0;
        // An idle worker that says it has no room (draining, disk full) is believed.
        if (busy == 0 && link.reported_free) offer.free = std::min(offer.free, *link.reported_free);
        const auto deposit = deposits_.find(address);
        offer.spendable = deposit == deposits_.end() ? Uint256{} : deposit->second.stake;
        for (const auto& id : worker->active) {
            const auto* task = state_.task(id);
            const auto* replicate = task->replicate_of(address);
            if (replicate == nullptr || !replicate->is_pending()) continue;
            offer.spendable =
                checked_sub(offer.spendable, state_.deal(task->deal)->facts.worker_stake).value_or(Uint256{});
        }
        out.push_back(std::move(offer));
    }
    return out;
}

void Core::refresh_deposits() {
    const auto steady = sys::steady_ms();
    if (!ports_.accounts || steady < deposits_asked_ms_ + kDepositFreshMs) return;
    deposits_asked_ms_ = steady;
    std::vector<Address> ask;
    {
        const std::shared_lock lock(state_mutex_);
        Uint256 dearest;
        for (const auto& id : state_.open_tasks())
            dearest = std::max(dearest, state_.deal(state_.task(id)->deal)->facts.worker_stake);
        for (const auto& offer : offers_locked()) {
            const auto deposit = deposits_.find(offer.worker);
            const bool old = deposit == deposits_.end() || steady >= deposit->second.read_ms + kDepositOldMs;
            const bool scarce = offer.spendable < dearest * Uint256{10};
            if (old || scarce) ask.push_back(offer.worker);
        }
    }
    if (ask.empty()) return;
    const auto accounts = ports_.accounts(ask);
    if (!accounts) return;
    const std::unique_lock lock(state_mutex_);
    for (std::size_t i = 0; i < ask.size(); ++i) deposits_[ask[i]] = {(*accounts)[i].stake, steady};
    decider_.touch_supply();
}

bool Core::is_connected(const Address& worker) const {
    const std::shared_lock lock(state_mutex_);
    return links_.contains(worker);
}

Decider::Figures Core::figures() const {
    const std::shared_lock lock(state_mutex_);
    return decider_.figures();
}

}  // namespace bourse::scheduler
