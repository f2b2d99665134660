// The worker's end of the scheduler's stream: connects, logs in, comes back by itself (client/scheduler_stream.hpp).
#pragma once

#include <bourse/client/hub.hpp>
#include <bourse/client/scheduler_stream.hpp>
#include <bourse/crypto/secp256k1.hpp>
#include <bourse/worker/config.hpp>

#include <atomic>
#include <functional>
#include <memory>

namespace bourse::worker {

/// All callbacks come from the session's thread, one after another.
struct SessionCallbacks {
    /// Fills in last_stream_id and last_seq (and drops what is held of another stream).
    std::function<void(const client::stream::Hello& hello, client::stream::Login& login)> prepare_login;
    std::function<void()> on_connected;
    std::function<void(const client::stream::Command&)> on_command;
    std::function<void(std::uint64_t number)> on_report_ack;
    std::function<void(const client::stream::FetchAnswer&)> on_fetch_answer;
    std::function<void(const client::stream::Pause&)> on_pause;
};

class Session {
public:
    Session(const WorkerConfig& config, const crypto::PrivateKey& wallet, client::Hub& hub,
            client::stream::Login description, SessionCallbacks callbacks);
    ~Session();
    void start();
    void stop();
    /// Number of the report within the connection; 0 when there is none (the state is repeated after the next login).
    std::uint64_t send(const client::stream::WorkerMessage& message);
    bool connected() const noexcept;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace bourse::worker
