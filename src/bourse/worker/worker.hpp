// The worker role: wires sandbox, cache, journal, outbox, session and engine.
#pragma once

#include <bourse/base/result.hpp>
#include <bourse/crypto/secp256k1.hpp>
#include <bourse/worker/config.hpp>

#include <memory>

namespace bourse::worker {

class Worker {
public:
    /// Checks the chain, the stake, the tools and the sandbox. Errors: NODE_UNREACHABLE and the like, HUB_MISSING,
    /// SANDBOX_UNAVAILABLE, WORKER_TOOL_MISSING, DB_OPEN_FAILED, JOURNAL_DAMAGED.
    static Result<std::unique_ptr<Worker>> create(const WorkerConfig& config, const crypto::PrivateKey& wallet);
    ~Worker();
    void start();
    void stop();

private:
    Worker();
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace bourse::worker
