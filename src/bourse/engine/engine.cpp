#include <bourse/engine/engine.hpp>

#include <bourse/chain/simulation.hpp>
#include <bourse/codec/abi.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/engine/growth_meter.hpp>
#include <bourse/poco/addresses.hpp>
#include <bourse/poco/contracts.hpp>
#include <bourse/poco/selectors.hpp>
#include <bourse/sys/clock.hpp>

namespace bourse::engine {
namespace {

constexpr std::uint64_t kMaxCompatDelayMs = 1'000;

/// Stake plus lock in whole RLC, as the hub's view answers it.
std::uint64_t staked_rlc(const ReadView& view, const Address& address) {
    chain::CallRequest call;
    call.from = address;
    call.to = poco::kHub;
    call.data = abi::encode_call(poco::selectors::hub::kViewAccount, address);
    const auto outcome = chain::simulate_call(view.state(), view.latest_context(), call);
    const auto account = abi::decode<poco::Account>(outcome.output);
    if (!outcome.success || !account) return 0;
    const auto& [stake, locked] = std::get<0>(*account);
    return ((stake + locked) / kNrlcPerRlc).saturated_u64();
}

SenderState sender_state(const ReadView& view, const Address& address) {
    const auto account = view.state().account(address);
    if (!account) return {};
    return {account->nonce, account->balance};
}

Result<std::unique_ptr<db::KvStore>> open_store(const std::filesystem::path& folder) {
    if (folder.empty()) return db::make_memory_store();
    return db::open_rocksdb(folder / "chain");
}

}  // namespace

struct Engine::Impl {
    std::unique_ptr<db::KvStore> kv;
    std::unique_ptr<Application> application;
    std::unique_ptr<Pool> pool;
    std::unique_ptr<Sequencer> sequencer;
    std::uint64_t compat_delay_ms = 0;
    GrowthMeter growth;
};

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Engine::~Engine() { stop(); }

Result<std::unique_ptr<Engine>> Engine::open(EngineOptions options) {
    auto impl = std::make_unique<Impl>();
    impl->compat_delay_ms = std::min(options.compat_delay_ms, kMaxCompatDelayMs);
    BOURSE_TRY(impl->kv, open_store(options.data_folder));
    if (options.clock_offset_s != 0 && options.genesis.kind != chain::ChainKind::kDevelopment)
        return fail("NOT_DEVELOPMENT",
                    "Only a development chain can run with another clock. Leave --dev-clock-offset out.");
    const bool is_public = options.genesis.kind == chain::ChainKind::kPublic;
    PoolOptions pool;
    pool.chain_id = options.genesis.chain_id;
    pool.quotas = is_public;
    pool.exempt = std::move(options.quota_exempt);
    ChainApplicationOptions application;
    application.state = options.state;
    BOURSE_TRY(impl->application, open_application(*impl->kv, std::move(options.genesis), application));
    Application* app = impl->application.get();
    pool.staked_rlc = [app](const Address& address) { return staked_rlc(*app->view(), address); };
    impl->pool = std::make_unique<Pool>(std::move(pool),
                                        [app](const Address& address) { return sender_state(*app->view(), address); });
    app->on_commit([meter = &impl->growth](const CommittedBlock& committed) { meter->add(*committed.block); });
    SequencerOptions sequencer;
    sequencer.heartbeat_ms = options.heartbeat_ms;
    sequencer.unix_ms = [offset_ms = options.clock_offset_s * 1000] {
        return static_cast<std::uint64_t>(
            std::max<std::int64_t>(0, static_cast<std::int64_t>(sys::unix_time_ms()) + offset_ms));
    };
    impl->sequencer = std::make_unique<Sequencer>(*app, *impl->pool, *impl->kv, std::move(sequencer));
    return std::unique_ptr<Engine>(new Engine(std::move(impl)));
}

void Engine::start() { impl_->sequencer->start(); }
void Engine::stop() { impl_->sequencer->stop(); }

Result<Hash> Engine::submit(ByteView raw, bool at_once) {
    auto tx = chain::prepare_transaction(raw);
    if (!tx) {
        const bool bad_signature = tx.error() == TransactionError::kBadSignature;
        return fail(bad_signature ? "SENDER_INVALID" : "TRANSACTION_INVALID", std::string(to_text(tx.error())));
    }
    const Hash hash = (*tx)->hash;
    const std::uint64_t now = impl_->sequencer->steady_now_ms();
    BOURSE_CHECK(impl_->pool->add(*std::move(tx), now, at_once ? now : now + impl_->compat_delay_ms));
    impl_->sequencer->wake();
    return hash;
}

ReadViewPtr Engine::view() const { return impl_->application->view(); }

state::BlockContext Engine::pending_context() const { return view()->pending_context(impl_->sequencer->now_ms()); }

std::uint64_t Engine::pending_nonce(const Address& address) const {
    // The pool first: it forgets a transaction only after the view with its block was published.
    const auto pooled = impl_->pool->next_nonce(address, 0);
    return std::max(pooled, sender_state(*view(), address).nonce);
}

bool Engine::is_development() const noexcept {
    return impl_->application->genesis().kind == chain::ChainKind::kDevelopment;
}

Status<> Engine::copy_to(const std::filesystem::path& folder) const { return impl_->kv->copy_to(folder); }

Application& Engine::application() noexcept { return *impl_->application; }
Pool& Engine::pool() noexcept { return *impl_->pool; }
Sequencer& Engine::sequencer() noexcept { return *impl_->sequencer; }

}  // namespace bourse::engine
