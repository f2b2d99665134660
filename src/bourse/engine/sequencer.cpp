#include <bourse/engine/sequencer.hpp>

#include <bourse/engine/time_offset.hpp>
#include <bourse/sys/clock.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace bourse::engine {
namespace {

constexpr std::uint64_t kMaxTimeS = 884'541'340'800;  ///< the year 30000
constexpr std::uint64_t kExpirePeriodMs = 10'000;

}  // namespace

struct Sequencer::Impl {
    Application& application;
    Pool& pool;
    db::KvStore& kv;
    SequencerOptions options;

    std::mutex block_mutex;  ///< one block or write of the offset at a time
    std::atomic<std::int64_t> offset_ms{0};
    std::atomic<std::uint64_t> next_time_ms{0};   ///< of exactly the next block; 0: none
    std::atomic<std::uint64_t> last_block_ms{0};  ///< steady
    std::uint64_t expired_at_ms = 0;

    std::mutex wake_mutex;
    std::condition_variable wake_signal;
    bool woken = false;
    bool stopping = false;
    std::thread thread;

    Impl(Application& app, Pool& p, db::KvStore& store, SequencerOptions opts)
        : application(app), pool(p), kv(store), options(std::move(opts)) {
        if (!options.unix_ms) options.unix_ms = [] { return sys::unix_time_ms(); };
        if (!options.steady_ms) options.steady_ms = [] { return sys::steady_ms(); };
        if (is_development()) offset_ms = read_time_offset(kv);
        last_block_ms = options.steady_ms();
        application.on_commit([this](const CommittedBlock& block) { pool.committed(*block.block); });
    }

    bool is_development() const { return application.genesis().kind == chain::ChainKind::kDevelopment; }

    std::uint64_t clock_ms() const {
        const auto clock = static_cast<std::int64_t>(options.unix_ms()) + offset_ms;
        return static_cast<std::uint64_t>(std::max<std::int64_t>(0, clock));
    }
    std::uint64_t now_ms() const {
        const std::uint64_t fixed = next_time_ms;
        const std::uint64_t now = fixed != 0 ? fixed : clock_ms();
        return std::max(now, application.view()->head().time_ms);
    }

    /// With block_mutex held.
    void set_clock(std::uint64_t chain_ms) {
        offset_ms = static_cast<std::int64_t>(chain_ms) - static_cast<std::int64_t>(options.unix_ms());
        store_offset();
    }
    void store_offset() {
        db::Batch batch;
        put_time_offset(batch, offset_ms);
        kv.write(batch, true);
    }

    /// With block_mutex held.
    CommittedBlock make_block(std::vector<chain::TransactionPtr> transactions) {
        Proposal proposal;
        proposal.height = application.info().head_number + 1;
        proposal.time_ms = now_ms();
        proposal.beneficiary = application.genesis().beneficiary;
        proposal.transactions = std::move(transactions);
        application.finalize(proposal);
        CommittedBlock out = application.commit();
        if (next_time_ms.exchange(0) != 0) set_clock(out.block->header.time_ms);
        last_block_ms = options.steady_ms();
        return out;
    }

    bool heartbeat_due(std::uint64_t steady) const {
        return options.heartbeat_ms != 0 && steady >= last_block_ms + options.heartbeat_ms;
    }

    void turn() {
        const std::lock_guard lock(block_mutex);
        const std::uint64_t steady = options.steady_ms();
        auto transactions = pool.select(steady);
        if (!transactions.empty() || heartbeat_due(steady)) make_block(std::move(transactions));
        if (steady < expired_at_ms + kExpirePeriodMs) return;
        pool.expire(steady);
        expired_at_ms = steady;
    }

    /// Milliseconds until there may be something to do; 0: now.
    std::uint64_t idle_time(std::uint64_t steady) const {
        std::uint64_t at = steady + kExpirePeriodMs;
        if (options.heartbeat_ms != 0) at = std::min(at, last_block_ms + options.heartbeat_ms);
        if (const auto due = pool.next_due_ms()) at = std::min(at, *due);
        return at <= steady ? 0 : at - steady;
    }

    void run() {
        std::unique_lock lock(wake_mutex);
        while (!stopping) {
            const std::uint64_t wait_ms = idle_time(options.steady_ms());
            if (wait_ms > 0 && !woken) {
                wake_signal.wait_for(lock, std::chrono::milliseconds(wait_ms), [&] { return woken || stopping; });
                if (stopping) break;
            }
            woken = false;
            lock.unlock();
            turn();
            lock.lock();
        }
    }

    Status<> check_development() const {
        if (is_development()) return {};
        return fail("NOT_DEVELOPMENT", "the method exists on development chains only");
    }
    Status<> check_time(std::uint64_t time_s) const {
        const std::uint64_t head_s = application.view()->head().time_s;
        if (time_s < head_s)
            return fail("TIME_TOO_LOW",
                        "timestamp " + std::to_string(time_s) + " is lower than the head's, " + std::to_string(head_s));
        if (time_s > kMaxTimeS)
            return fail("TIME_TOO_HIGH", "timestamp " + std::to_string(time_s) + " is too far away");
        return {};
    }
};

Sequencer::Sequencer(Application& application, Pool& pool, db::KvStore& kv, SequencerOptions options)
    : impl_(std::make_unique<Impl>(application, pool, kv, std::move(options))) {}

Sequencer::~Sequencer() { stop(); }

void Sequencer::start() {
    if (impl_->thread.joinable()) return;
    impl_->stopping = false;
    impl_->thread = std::thread([this] { impl_->run(); });
}

void Sequencer::stop() {
    {
        const std::lock_guard lock(impl_->wake_mutex);
        impl_->stopping = true;
    }
    impl_->wake_signal.notify_all();
    if (impl_->thread.joinable()) impl_->thread.join();
}

void Sequencer::wake() {
    {
        const std::lock_guard lock(impl_->wake_mutex);
        impl_->woken = true;
    }
    impl_->wake_signal.notify_one();
}

std::uint64_t Sequencer::now_ms() const { return impl_->now_ms(); }
std::uint64_t Sequencer::behind_head_ms() const {
    const std::uint64_t head = impl_->application.view()->head().time_ms;
    const std::uint64_t clock = impl_->clock_ms();
    return clock < head ? head - clock : 0;
}
std::uint64_t Sequencer::steady_now_ms() const { return impl_->options.steady_ms(); }

Result<CommittedBlock> Sequencer::mine(std::optional<std::uint64_t> time_s) {
    BOURSE_CHECK(impl_->check_development());
    const std::lock_guard lock(impl_->block_mutex);
    if (time_s) {
        BOURSE_CHECK(impl_->check_time(*time_s));
        impl_->next_time_ms = *time_s * 1000;
    }
    return impl_->make_block(impl_->pool.select(impl_->options.steady_ms(), true));
}

Result<std::int64_t> Sequencer::increase_time(std::uint64_t seconds) {
    BOURSE_CHECK(impl_->check_development());
    const std::lock_guard lock(impl_->block_mutex);
    if (seconds > kMaxTimeS) return fail("TIME_TOO_HIGH", "the clock cannot move that far");
    const std::uint64_t now_ms = impl_->now_ms();
    BOURSE_CHECK(impl_->check_time(now_ms / 1000 + seconds));
    impl_->next_time_ms = 0;
    impl_->set_clock(now_ms + seconds * 1000);
    return impl_->offset_ms / 1000;
}

Status<> Sequencer::set_next_block_timestamp(std::uint64_t time_s) {
    BOURSE_CHECK(impl_->check_development());
    const std::lock_guard lock(impl_->block_mutex);
    BOURSE_CHECK(impl_->check_time(time_s));
    impl_->set_clock(time_s * 1000);
    impl_->next_time_ms = time_s * 1000;
    return {};
}

}  // namespace bourse::engine
