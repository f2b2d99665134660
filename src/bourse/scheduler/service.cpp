#include <bourse/scheduler/service.hpp>

#include <bourse/codec/text.hpp>
#include <bourse/net/http_server.hpp>
#include <bourse/scheduler/rest.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/log.hpp>
#include <bourse/sys/metrics.hpp>

#include <atomic>

namespace bourse::scheduler {
namespace {

constexpr std::uint64_t kClockPeriodMs = 500;     ///< how often the pending block's time is read
constexpr std::uint64_t kLastTimeS = 1ULL << 40;  ///< beyond any date: later ones are not multiplied

net::ServerConfig server_config(const ServiceConfig& config) {
    net::ServerConfig out;
    out.bind = config.bind;
    out.port = config.port;
    out.allowed_hosts = config.allowed_hosts;
    return out;
}

CoreConfig core_config(const ServiceConfig& config) {
    CoreConfig out;
    out.hub = config.hub;
    out.worker_lost_ms = config.worker_lost_ms;
    out.decider.hub = config.hub;
    out.decider.supply.private_pool = config.private_pool;
    out.decider.policy.upload_timeout_ms = config.upload_timeout_ms;
    out.decider.policy.min_replacement_ms = config.min_replacement_ms;
    return out;
}

}  // namespace

struct SchedulerService::Impl {
    Impl(const ServiceConfig& config_in, const crypto::PrivateKey& key_in)
        : config(config_in),
          key(key_in),
          rpc(config.rpc_url),
          hub(rpc, config.hub),
          server(server_config(config)),
          views(make_chain_views(hub)),
          reader(*views, config.pool),
          outbox_chain(client::make_outbox_chain(rpc)),
          follower_chain(client::make_follower_chain(rpc)) {}

    ~Impl() {
        // Those who put things in first, the core last: what it has taken is in the log.
        stop_clock();
        if (orders) orders->stop();  // before the workers go: a restart withdraws nothing
        if (gate) gate->close_all();
        server.stop();
        if (core) core->stop();
        if (follower) follower->stop();
        if (verifier) verifier->stop();
        if (outbox) outbox->stop();
    }

    // ---- start ----

    Status<> start() {
        BOURSE_TRY(const auto owner, hub.resource_owner(config.pool));
        if (owner != key.address()) {
            return fail("NOT_POOL_OWNER", "The pool " + to_checksum(config.pool) + " belongs to " + to_checksum(owner) +
                                              ", not to the given key " + to_checksum(key.address()) + ".");
        }
        BOURSE_TRY(chain_id, rpc.chain_id());
        BOURSE_TRY(const auto genesis, rpc.block(0));
        const Identity identity{chain_id, genesis.hash, config.hub, config.pool};
        const auto file = config.data_dir / "scheduler.db";
        BOURSE_TRY(store, EventStore::open("sqlite://" + file.string(), identity));
        BOURSE_TRY(const auto time, rpc.pending_time_s());
        clock.note(time, sys::steady_ms());
        const auto begin_ms = sys::steady_ms();
        BOURSE_TRY(auto state, store->load());
        sys::log_info("state loaded", {{"deals", std::to_string(state.deals().size())},
                                       {"tasks", std::to_string(state.tasks().size())},
                                       {"open", std::to_string(state.open_tasks().size())},
                                       {"ms", std::to_string(sys::steady_ms() - begin_ms)}});
        build(std::move(state));
        return serve();
    }

    void build(State state) {
        client::OutboxConfig outbox_config;
        outbox_config.on_outcome = [this](const client::Outcome& outcome) { core->put(outcome); };
        const auto needed = [this](std::span<const client::Intent> intents) -> Result<std::vector<bool>> {
            return core->still_needed(intents);
        };
        outbox =
            std::make_unique<client::Outbox>(store->database(), *outbox_chain, key, needed, std::move(outbox_config));
        GateConfig gate_config;
        gate_config.pool = config.pool;
        gate_config.hub = config.hub;
        gate_config.chain_id = chain_id;
        gate_config.stream_id = store->stream_id();
        gate = std::make_unique<WorkerGate>(server, hub, gate_config, [this](GateInput input) {
            const bool is_message = std::holds_alternative<MessageInput>(input);
            core->put(std::move(input));
            if (!is_message && orders) orders->wake();
        });
        verifier =
            std::make_unique<Verifier>(config.store_url, [this](VerifyResult result) { core->put(std::move(result)); });
        CorePorts ports;
        ports.store = store.get();
        ports.outbox = outbox.get();
        ports.gate = gate.get();
        ports.verifier = verifier.get();
        ports.clock = &clock;
        ports.node_clock = &node_clock;
        ports.key = &key;
        ports.accounts = [this](const std::vector<Address>& owners) { return hub.accounts(owners); };
        ports.on_fatal = config.on_fatal;
        core = std::make_unique<Core>(core_config(config), ports, std::move(state));
        rest = std::make_unique<RestApi>(RestConfig{config.pool, key.address(), config.hub, chain_id}, *core, *store);
        rest->add_routes(server);
        if (!config.market_url.empty()) {
            orders = std::make_unique<PoolOrders>(
                config.orders, client::MarketClient(config.market_url, chain_id), hub, key,
                [this] { return core->live_workers(); },
                [this] { return core->read([](const State& s) { return s.draining(); }); });
        }
    }

    Status<> serve() {
        outbox->load();
        core->start();
        outbox->start();
        start_follower();
        start_clock();
        BOURSE_CHECK(server.start());
        if (orders) orders->start();
        return {};
    }

    // ---- chain ----

    void start_follower() {
        client::FollowerConfig follow;
        follow.addresses = {config.hub};
        follow.topics = {ChainReader::topics()};
        follow.cursor = store->cursor();
        follow.start_block = config.start_block;
        follow.ws_url = config.ws_url.empty() ? client::websocket_url(config.rpc_url) : config.ws_url;
        client::FollowerCallbacks callbacks;
        callbacks.deliver = [this](const client::BlockBatch& batch) { return deliver(batch); };
        callbacks.on_head = [this](const client::BlockHead& head) { clock.note(head.time_s, sys::steady_ms()); };
        callbacks.on_error = [this](const Error& error) {
            sys::Metrics::global().count("bourse_scheduler_chain_errors_total", "Failed calls to the node", 1,
                                         {{"code", error.code}});
            if (std::exchange(node_failing, true)) return;
            sys::log_warn("node fails; trying again until it answers",
                          {{"code", error.code}, {"reason", error.message}});
        };
        follower = std::make_unique<client::LogFollower>(*follower_chain, std::move(follow), std::move(callbacks));
        follower->start();
    }

    bool deliver(const client::BlockBatch& batch) {
        if (std::exchange(node_failing, false)) sys::log_info("node answers again");
        outbox->notice_block();
        const ChainReader::Lookup known = [this](const TaskId& id) {
            return core->read([&](const State& state) -> std::optional<std::pair<DealId, std::uint64_t>> {
                const auto* task = state.task(id);
                if (task == nullptr) return std::nullopt;
                return std::pair(task->deal, task->index);
            });
        };
        auto facts = reader.facts_of(batch, known, sys::unix_time_ms());
        if (!facts) {
            sys::log_warn("blocks not read", {{"code", facts.error().code}, {"reason", facts.error().message}});
            return false;
        }
        const bool has_deal =
            std::ranges::any_of(*facts, [](const Fact& f) { return std::holds_alternative<DealSeen>(f); });
        const bool taken = core->take_blocks(*std::move(facts), batch);
        if (taken && has_deal && orders) orders->wake();
        auto& metrics = sys::Metrics::global();
        metrics.gauge("bourse_scheduler_block", "Last block taken in", static_cast<double>(batch.last.number));
        metrics.gauge("bourse_scheduler_deal_lag_blocks", "Blocks between the head and the last one taken in",
                      static_cast<double>(batch.head.number - batch.last.number));
        return taken;
    }

    void start_clock() {
        clock_thread = std::thread([this] {
            std::unique_lock lock(clock_mutex);
            while (!clock_stopping) {
                lock.unlock();
                const auto sent_ms = static_cast<std::int64_t>(sys::unix_time_ms());
                const auto time = rpc.pending_time_s();
                if (time) note_time(*time, sent_ms);
                report_outbox();
                lock.lock();
                clock_changed.wait_for(lock, std::chrono::milliseconds(kClockPeriodMs),
                                       [this] { return clock_stopping; });
            }
        });
    }

    /// A node of ours shows its clock as the pending block's time, in whole seconds.
    void note_time(std::uint64_t time_s, std::int64_t sent_ms) {
        const auto came_ms = static_cast<std::int64_t>(sys::unix_time_ms());
        const auto shown_ms = static_cast<std::int64_t>(std::min(time_s, kLastTimeS) * 1'000);
        node_clock.note(bounds_of_answer(shown_ms, 999, sent_ms, came_ms));
        if (clock.note(time_s, sys::steady_ms())) core->tick();
    }

    void stop_clock() {
        {
            const std::lock_guard lock(clock_mutex);
            clock_stopping = true;
        }
        clock_changed.notify_all();
        if (clock_thread.joinable()) clock_thread.join();
    }

    void report_outbox() const {
        const auto figures = outbox->figures();
        auto& metrics = sys::Metrics::global();
        const auto set = [&](const char* state, std::uint64_t value) {
            metrics.gauge("bourse_scheduler_transactions", "Transactions of the outbox by state, since the start",
                          static_cast<double>(value), {{"state", state}});
        };
        set("queued", figures.queued);
        set("in_flight", figures.in_flight);
        set("done", figures.done);
        set("reverted", figures.reverted);
        set("replaced", figures.replaced);
        set("resent", figures.resent);
        metrics.gauge("bourse_scheduler_gas_used", "Gas of the scheduler's transactions since the start",
                      static_cast<double>(figures.gas_used));
        metrics.gauge("bourse_scheduler_transaction_age_ms", "Age of the oldest transaction that is not in a block",
                      static_cast<double>(figures.oldest_in_flight_ms));
    }

    ServiceConfig config;
    crypto::PrivateKey key;
    client::RpcClient rpc;
    client::Hub hub;
    net::HttpServer server;
    std::uint64_t chain_id = 0;
    ChainClock clock;
    ClockOffset node_clock;
    std::unique_ptr<EventStore> store;
    std::unique_ptr<ChainViews> views;
    ChainReader reader;
    std::unique_ptr<client::OutboxChain> outbox_chain;
    std::unique_ptr<client::FollowerChain> follower_chain;
    std::unique_ptr<client::Outbox> outbox;
    std::unique_ptr<WorkerGate> gate;
    std::unique_ptr<Verifier> verifier;
    std::unique_ptr<Core> core;
    std::unique_ptr<RestApi> rest;
    std::unique_ptr<PoolOrders> orders;
    std::unique_ptr<client::LogFollower> follower;
    bool node_failing = false;  ///< the follower's thread only
    std::mutex clock_mutex;
    std::condition_variable clock_changed;
    bool clock_stopping = false;
    std::thread clock_thread;
};

SchedulerService::SchedulerService(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SchedulerService::~SchedulerService() = default;

Result<std::unique_ptr<SchedulerService>> SchedulerService::start(const ServiceConfig& config,
                                                                  const crypto::PrivateKey& key) {
    auto impl = std::make_unique<Impl>(config, key);
    BOURSE_CHECK(impl->start());
    return std::unique_ptr<SchedulerService>(new SchedulerService(std::move(impl)));
}

std::uint16_t SchedulerService::port() const noexcept { return impl_->server.port(); }

}  // namespace bourse::scheduler
