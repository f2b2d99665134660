// The embedded engine: one thread that makes blocks when transactions are due (spec/chain.md §5, §6, §9). The only
// place of the node that asks a clock for the chain's time.
#pragma once

#include <bourse/base/result.hpp>
#include <bourse/db/kv.hpp>
#include <bourse/engine/application.hpp>
#include <bourse/engine/pool.hpp>

#include <functional>
#include <memory>
#include <optional>

namespace bourse::engine {

struct SequencerOptions {
    std::uint64_t heartbeat_ms = 5'000;  ///< an empty block when idle that long; 0: none
    /// For tests; absent: the system's clocks.
    std::function<std::uint64_t()> unix_ms;
    std::function<std::uint64_t()> steady_ms;
};

class Sequencer {
public:
    /// All three must outlive it. The time offset of development chains is kept in the store.
    Sequencer(Application& application, Pool& pool, db::KvStore& kv, SequencerOptions options = {});
    ~Sequencer();  ///< stop()

    void start();
    /// Ends after the block that is being made.
    void stop();
    /// Looks at the pool again; call it after an admission.
    void wake();

    /// The chain's clock: system time plus the development offset, never below the head's time.
    std::uint64_t now_ms() const;
    std::uint64_t steady_now_ms() const;
    /// How far the chain's clock is behind the head's time, which it must not be for long; 0: it is not.
    std::uint64_t behind_head_ms() const;

    /// Development chains only (others: NOT_DEVELOPMENT).
    /// A block at once with all executable transactions, at the given time or now; returns when it is committed.
    /// Errors: TIME_TOO_LOW when the time lies before the head's, TIME_TOO_HIGH.
    Result<CommittedBlock> mine(std::optional<std::uint64_t> time_s = std::nullopt);
    /// Moves the chain's clock forward; gives the whole offset against the system's clock in seconds. Errors:
    /// TIME_TOO_HIGH beyond the year 30000.
    Result<std::int64_t> increase_time(std::uint64_t seconds);
    /// Time of exactly the next block; the clock goes on from it. Errors: TIME_TOO_LOW, TIME_TOO_HIGH.
    Status<> set_next_block_timestamp(std::uint64_t time_s);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace bourse::engine
