#include <bourse/worker/session.hpp>

#include <bourse/client/log_follower.hpp>
#include <bourse/crypto/cipher.hpp>
#include <bourse/net/ws_client.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/log.hpp>
#include <bourse/worker/guarded.hpp>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace bourse::worker {

namespace stream = client::stream;

namespace {

constexpr std::uint64_t kLoginStepMs = 10'000;
constexpr std::uint64_t kLoginValidS = 300;
constexpr std::uint64_t kReconnectFirstMs = 100;
constexpr std::uint64_t kReconnectMaxMs = 3'000;
/// Pongs come every kPingPeriodMs; after so much silence the connection is given up.
constexpr std::uint64_t kSilenceMs = 3 * stream::kPingPeriodMs;

crypto::PrivateKey fresh_session_key() {
    while (true)
        if (auto key = crypto::PrivateKey::from(crypto::random_bytes32())) return *key;
}

/// Messages of one connection, from its thread to the session's.
class Inbox {
public:
    void push(std::string text) {
        const std::lock_guard lock(mutex_);
        messages_.push_back(std::move(text));
        changed_.notify_all();
    }
    void close(std::string reason) {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        reason_ = std::move(reason);
        changed_.notify_all();
    }
    /// nullopt: nothing within the time, or closed.
    std::optional<std::string> pop(std::uint64_t wait_ms) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::milliseconds(wait_ms), [this] { return closed_ || !messages_.empty(); });
        if (messages_.empty()) return std::nullopt;
        auto text = std::move(messages_.front());
        messages_.pop_front();
        return text;
    }
    bool closed() const {
        const std::lock_guard lock(mutex_);
        return closed_ && messages_.empty();
    }
    std::string reason() const {
        const std::lock_guard lock(mutex_);
        return reason_;
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::string> messages_;
    bool closed_ = false;
    std::string reason_;
};

}  // namespace

struct Session::Impl {
    Impl(const WorkerConfig& config_in, const crypto::PrivateKey& wallet_in, client::Hub& hub_in,
         stream::Login description_in, SessionCallbacks callbacks_in)
        : config(config_in),
          wallet(wallet_in),
          hub(hub_in),
          description(std::move(description_in)),
          callbacks(std::move(callbacks_in)) {}

    const WorkerConfig& config;
    const crypto::PrivateKey wallet;
    client::Hub& hub;
    const stream::Login description;
    const SessionCallbacks callbacks;

    std::atomic<bool> stopping{false};
    std::atomic<bool> is_connected{false};
    std::mutex pause_mutex;
    std::condition_variable pause_changed;
    std::thread thread;

    // The live connection; guarded by send_mutex.
    std::mutex send_mutex;
    std::unique_ptr<net::WsClient> socket;
    std::optional<stream::Sealer> sealer;
    std::string last_problem;  ///< said once in a row

    // Of the live connection's last Pong; the session's thread only.
    std::uint64_t pong_ms = 0, pong_heard_ms = 0;

    void loop() {
        std::uint64_t pause_ms = kReconnectFirstMs;
        while (!stopping) {
            const auto done = one_connection();
            if (stopping) return;
            if (done) pause_ms = kReconnectFirstMs;
            const std::string problem = done ? "" : done.error().code + ": " + done.error().message;
            if (!problem.empty() && problem != last_problem)
                sys::log_warn("scheduler not connected", {{"reason", problem}});
            last_problem = problem;
            std::unique_lock lock(pause_mutex);
            pause_changed.wait_for(lock, std::chrono::milliseconds(pause_ms), [this] { return stopping.load(); });
            pause_ms = std::min(pause_ms * 2, kReconnectMaxMs);
        }
    }

    /// Success means: was logged in and has ended.
    Status<> one_connection() {
        auto inbox = std::make_shared<Inbox>();
        net::WsClient::Callbacks handlers;
        handlers.on_message = [inbox](std::string_view text) { inbox->push(std::string(text)); };
        handlers.on_close = [inbox](const Error& reason) { inbox->close(reason.message); };
        BOURSE_TRY(auto client,
                   net::WsClient::connect(
                       client::websocket_url(config.scheduler_url) + std::string(stream::kStreamPath), handlers));
        const auto key = fresh_session_key();
        BOURSE_TRY(const Bytes32 nonce, log_in(*client, *inbox, key));
        {
            const std::lock_guard lock(send_mutex);
            socket = std::move(client);
            sealer.emplace(nonce, key);
            is_connected = true;
        }
        sys::log_info("scheduler connected", {{"url", config.scheduler_url}});
        callbacks.on_connected();
        auto end = serve(*inbox);
        std::unique_ptr<net::WsClient> old;
        {
            const std::lock_guard lock(send_mutex);
            is_connected = false;
            sealer.reset();
            old = std::move(socket);
        }
        old.reset();
        if (!stopping)
            sys::log_warn("scheduler connection lost", {{"reason", end ? inbox->reason() : end.error().message}});
        return {};
    }

    Result<stream::ServerMessage> next(Inbox& inbox, std::uint64_t wait_ms) {
        std::optional<std::string> text;
        for (const auto until = sys::steady_ms() + wait_ms;
             !text && !stopping && !inbox.closed() && sys::steady_ms() < until;)
            text = inbox.pop(100);
        if (!text)
            return fail("STREAM_SILENT", inbox.closed() ? "The scheduler closed the connection: " + inbox.reason()
                                                        : "The scheduler does not answer.");
        return stream::server_message_from(*text);
    }

    Status<> check_hello(const stream::Hello& hello) {
        if (hello.version != stream::kStreamVersion)
            return fail("STREAM_VERSION", "The scheduler speaks another version of the stream; update one of the two.");
        if (hello.hub != config.hub)
            return fail("LOGIN_HUB", "The scheduler works on another hub: " + to_hex(hello.hub) + ".");
        if (!config.pool.is_zero() && hello.pool != config.pool)
            return fail("LOGIN_POOL", "The scheduler serves another pool: " + to_hex(hello.pool) + ".");
        BOURSE_TRY(const std::uint64_t chain_id, hub.rpc().chain_id());
        if (hello.chain_id != chain_id)
            return fail("LOGIN_CHAIN", "The scheduler works on chain " + std::to_string(hello.chain_id) + ".");
        return {};
    }

    Result<Bytes32> log_in(net::WsClient& client, Inbox& inbox, const crypto::PrivateKey& key) {
        BOURSE_TRY(const auto first, next(inbox, kLoginStepMs));
        const auto* hello = std::get_if<stream::Hello>(&first);
        if (hello == nullptr) return fail("STREAM_BAD_MESSAGE", "The scheduler did not begin with a greeting.");
        BOURSE_CHECK(check_hello(*hello));
        BOURSE_TRY(const Address pool_owner, hub.resource_owner(hello->pool));
        stream::Login login = description;
        login.pool = hello->pool;
        login.hub = hello->hub;
        login.chain_id = hello->chain_id;
        login.nonce = hello->nonce;
        login.session_key = key.address();
        login.expiry_s = sys::unix_time_s() + kLoginValidS;
        callbacks.prepare_login(*hello, login);
        stream::sign_login(login, wallet);
        client.send(stream::to_text(login));
        BOURSE_TRY(const auto answer, next(inbox, kLoginStepMs));
        if (const auto* refused = std::get_if<stream::Refused>(&answer)) return fail(refused->code, refused->message);
        const auto* welcome = std::get_if<stream::Welcome>(&answer);
        if (welcome == nullptr)
            return fail("STREAM_BAD_MESSAGE", "The scheduler answered the login with something else.");
        BOURSE_CHECK(stream::check_welcome(*welcome, login, pool_owner));
        return hello->nonce;
    }

    Status<> serve(Inbox& inbox) {
        // The first one at once: it begins the comparison of the two clocks.
        std::uint64_t next_ping_ms = sys::steady_ms(), heard_ms = sys::steady_ms();
        pong_ms = pong_heard_ms = 0;
        while (!stopping) {
            const auto now = sys::steady_ms();
            if (now >= next_ping_ms) {
                next_ping_ms = now + stream::kPingPeriodMs;
                send(stream::Ping{sys::unix_time_ms(), pong_ms, pong_heard_ms});
            }
            if (now - heard_ms > kSilenceMs)
                return fail("STREAM_SILENT", "The scheduler has been silent for too long.");
            const auto text = inbox.pop(std::min<std::uint64_t>(next_ping_ms - now, 200));
            if (!text) {
                if (inbox.closed()) return {};
                continue;
            }
            heard_ms = sys::steady_ms();
            BOURSE_TRY(const auto message, stream::server_message_from(*text));
            BOURSE_CHECK(handle(message));
        }
        return {};
    }

    Status<> handle(const stream::ServerMessage& message) {
        if (const auto* command = std::get_if<stream::Command>(&message)) callbacks.on_command(*command);
        if (const auto* ack = std::get_if<stream::ReportAck>(&message)) callbacks.on_report_ack(ack->number);
        if (const auto* answer = std::get_if<stream::FetchAnswer>(&message)) callbacks.on_fetch_answer(*answer);
        if (const auto* pause = std::get_if<stream::Pause>(&message)) callbacks.on_pause(*pause);
        if (const auto* pong = std::get_if<stream::Pong>(&message)) {
            pong_ms = pong->sent_ms;
            pong_heard_ms = sys::unix_time_ms();
        }
        if (const auto* refused = std::get_if<stream::Refused>(&message)) return fail(refused->code, refused->message);
        return {};
    }

    std::uint64_t send(const stream::WorkerMessage& message) {
        const std::lock_guard lock(send_mutex);
        if (!sealer || !socket) return 0;
        if (!socket->send(sealer->seal(message))) return 0;
        return sealer->last_number();
    }
};

Session::Session(const WorkerConfig& config, const crypto::PrivateKey& wallet, client::Hub& hub,
                 stream::Login description, SessionCallbacks callbacks)
    : impl_(std::make_unique<Impl>(config, wallet, hub, std::move(description), std::move(callbacks))) {}
Session::~Session() { stop(); }

void Session::start() {
    impl_->thread = std::thread([this] { run_guarded("session", [this] { impl_->loop(); }); });
}
void Session::stop() {
    impl_->stopping = true;
    impl_->pause_changed.notify_all();
    if (impl_->thread.joinable()) impl_->thread.join();
}
std::uint64_t Session::send(const stream::WorkerMessage& message) { return impl_->send(message); }
bool Session::connected() const noexcept { return impl_->is_connected; }

}  // namespace bourse::worker
