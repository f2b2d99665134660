#include <bourse/client/outbox.hpp>

#include <bourse/client/outbox_engine.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/log.hpp>

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

namespace bourse::client {

struct Outbox::Impl {
    Impl(db::Database& database, OutboxChain& chain, const crypto::PrivateKey& wallet, StillNeeded still_needed,
         OutboxConfig config)
        : poll_ms(config.poll_ms), engine(database, chain, wallet, std::move(still_needed), std::move(config)) {}

    void run() {
        std::unique_lock lock(mutex);
        while (!stopping) {
            woken = false;
            const bool block = std::exchange(block_noticed, false);
            lock.unlock();
            std::uint64_t next_ms = 0;
            try {
                next_ms = engine.step(sys::steady_ms(), block);
            } catch (const std::exception& error) {
                // A broken disk: nothing can be promised any more, so say it and try again slowly.
                sys::log_error("outbox failed", {{"error", error.what()}});
                next_ms = sys::steady_ms() + 1'000;
            }
            settled.notify_all();
            lock.lock();
            if (woken || stopping) continue;
            const auto now = sys::steady_ms();
            const auto pause = next_ms > now ? next_ms - now : 0;
            changed.wait_for(lock, std::chrono::milliseconds(pause), [this] { return woken || stopping; });
        }
    }

    void poke(bool block) {
        {
            const std::lock_guard lock(mutex);
            woken = true;
            block_noticed = block_noticed || block;
        }
        changed.notify_one();
    }

    std::uint64_t poll_ms;
    OutboxEngine engine;
    std::mutex mutex;
    std::condition_variable changed;
    std::condition_variable settled;
    std::thread thread;
    bool woken = false;
    bool block_noticed = false;
    bool stopping = false;
};

Outbox::Outbox(db::Database& database, OutboxChain& chain, const crypto::PrivateKey& wallet, StillNeeded still_needed,
               OutboxConfig config)
    : impl_(std::make_unique<Impl>(database, chain, wallet, std::move(still_needed), std::move(config))) {}

Outbox::~Outbox() { stop(); }

void Outbox::load() { impl_->engine.load(); }

void Outbox::start() {
    load();
    impl_->thread = std::thread([this] { impl_->run(); });
}

void Outbox::stop() {
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->stopping = true;
    }
    impl_->changed.notify_one();
    impl_->settled.notify_all();
    if (impl_->thread.joinable()) impl_->thread.join();
}

void Outbox::submit(std::span<const Intent> intents) {
    impl_->engine.submit(intents);
    wake();
}

void Outbox::insert(std::span<const Intent> intents) { impl_->engine.insert(intents); }
void Outbox::wake() { impl_->poke(false); }
void Outbox::notice_block() { impl_->poke(true); }
std::optional<Outcome> Outbox::outcome(const std::string& key) const { return impl_->engine.outcome(key); }

Outcome Outbox::wait(const std::string& key, std::uint64_t timeout_ms) {
    const auto end = sys::steady_ms() + timeout_ms;
    for (;;) {
        auto now = impl_->engine.outcome(key);
        if (now && is_final(now->state)) return *std::move(now);
        std::unique_lock lock(impl_->mutex);
        const auto ms = sys::steady_ms();
        if (ms >= end || impl_->stopping) return now.value_or(Outcome{key, IntentState::kQueued, {}, 0, 0, {}, 0});
        // A settled round may slip in between the look-up and the wait: never wait long for one signal.
        impl_->settled.wait_for(lock, std::chrono::milliseconds(std::min(end - ms, impl_->poll_ms)));
    }
}

void Outbox::forget(const std::string& key) { impl_->engine.forget(key); }
Outbox::Figures Outbox::figures() const { return impl_->engine.figures(); }
const Address& Outbox::address() const noexcept { return impl_->engine.address(); }
void Outbox::step(std::uint64_t now_ms) { impl_->engine.step(now_ms, true); }

}  // namespace bourse::client
