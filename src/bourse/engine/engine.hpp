// Everything behind the RPC server of a node with the embedded engine: store, application, pool, sequencer.
#pragma once

#include <bourse/engine/application.hpp>
#include <bourse/engine/pool.hpp>
#include <bourse/engine/sequencer.hpp>

#include <filesystem>
#include <memory>

namespace bourse::engine {

struct EngineOptions {
    std::filesystem::path data_folder;  ///< empty: in memory
    chain::GenesisConfig genesis;
    std::uint64_t compat_delay_ms = 100;  ///< delay of eth_sendRawTransaction, 0…1000 (chain.md §5)
    std::uint64_t heartbeat_ms = 5'000;
    std::set<Address> quota_exempt;
    StateStoreOptions state;
    /// Seconds added to the system's clock; development chains only.
    std::int64_t clock_offset_s = 0;
};

class Engine {
public:
    /// Opens or creates the data folder; the sequencer runs from start(). Errors: DATA_LOCKED, DATA_FOREIGN,
    /// DATA_NEWER, DATA_OLDER, DATA_DAMAGED, DATA_UNWRITABLE, GENESIS_INVALID, NOT_DEVELOPMENT (a clock offset
    /// elsewhere).
    static Result<std::unique_ptr<Engine>> open(EngineOptions options);
    ~Engine();

    void start();
    void stop();

    /// Decodes, recovers the sender and admits, all in the caller's thread; gives the hash. `at_once`: due now, as by
    /// bourse_sendRawTransaction; else after the compatibility delay. Errors: TRANSACTION_INVALID, SENDER_INVALID and
    /// those of Pool::add.
    Result<Hash> submit(ByteView raw, bool at_once);

    ReadViewPtr view() const;
    /// Facts of the pending block: head + 1, time of the chain's clock.
    state::BlockContext pending_context() const;
    /// Pending nonce of an account: head plus executable pool.
    std::uint64_t pending_nonce(const Address& address) const;
    bool is_development() const noexcept;
    /// A copy of the chain's store as it stands at some block's end, while blocks are made. Errors: as db::KvStore.
    Status<> copy_to(const std::filesystem::path& folder) const;

    Application& application() noexcept;
    Pool& pool() noexcept;
    Sequencer& sequencer() noexcept;

private:
    struct Impl;
    explicit Engine(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace bourse::engine
