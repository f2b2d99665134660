#include <bourse/client/log_follower.hpp>

#include <bourse/net/ws_client.hpp>
#include <bourse/sys/clock.hpp>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

namespace bourse::client {
namespace {

constexpr std::uint64_t kFollowerMaxPauseMs = 2'000;
constexpr std::uint64_t kFollowerReconnectMs = 1'000;
constexpr std::uint64_t kFollowerConnectTimeoutMs = 1'000;
constexpr std::string_view kSubscribeNewHeads =
    R"({"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]})";

class RpcFollowerChain final : public FollowerChain {
public:
    explicit RpcFollowerChain(RpcClient& rpc) : rpc_(&rpc) {}
    Result<BlockHead> head() override { return rpc_->head(); }
    Result<BlockHead> block(std::uint64_t number) override { return rpc_->block(number); }
    Result<std::vector<LogEntry>> logs(const LogFilter& filter) override { return rpc_->get_logs(filter); }

private:
    RpcClient* rpc_;
};

std::optional<std::uint64_t> quantity_member(const nlohmann::json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end() || !found->is_string()) return std::nullopt;
    const auto value = uint256_from_quantity(found->get_ref<const std::string&>());
    if (!value || !value->fits_u64()) return std::nullopt;
    return value->low_u64();
}

/// The head inside an eth_subscription message of newHeads; nullopt for every other message.
std::optional<BlockHead> head_from_notice(std::string_view text) {
    const auto message = nlohmann::json::parse(text, nullptr, false);
    if (!message.is_object() || !message.contains("params") || !message["params"].is_object()) return std::nullopt;
    const auto result = message["params"].find("result");
    if (result == message["params"].end() || !result->is_object()) return std::nullopt;
    const auto number = quantity_member(*result, "number");
    const auto time = quantity_member(*result, "timestamp");
    const auto hash = result->find("hash");
    if (!number || !time || hash == result->end() || !hash->is_string()) return std::nullopt;
    const auto parsed = hash_from_hex(hash->get_ref<const std::string&>());
    if (!parsed) return std::nullopt;
    return BlockHead{*number, *parsed, *time};
}

}  // namespace

std::unique_ptr<FollowerChain> make_follower_chain(RpcClient& rpc) { return std::make_unique<RpcFollowerChain>(rpc); }

std::string websocket_url(const std::string& http_url) {
    if (http_url.starts_with("https://")) return "wss://" + http_url.substr(8);
    if (http_url.starts_with("http://")) return "ws://" + http_url.substr(7);
    return http_url;
}

struct LogFollower::Impl {
    Impl(FollowerChain& chain_in, FollowerConfig config_in, FollowerCallbacks callbacks_in)
        : chain(chain_in),
          config(std::move(config_in)),
          callbacks(std::move(callbacks_in)),
          cursor(config.cursor),
          range(std::max<std::uint64_t>(config.max_range, 1)) {}

    // ---- one pass ----

    Result<bool> step() {
        BOURSE_TRY(const auto head, newest_head());
        if (callbacks.on_head) callbacks.on_head(head);
        if (config.rollback_depth > 0) {
            BOURSE_TRY(const bool rolled_back, follow_replaced_blocks(head));
            if (rolled_back) return true;
        }
        const auto from = position() ? position()->number + 1 : config.start_block;
        if (head.number < from) return false;
        return deliver_range(from, head);
    }

    std::optional<Cursor> position() const {
        const std::lock_guard lock(mutex);
        return cursor;
    }
    void set_position(const Cursor& to) {
        const std::lock_guard lock(mutex);
        cursor = to;
    }

    /// What the subscription has just told, else what the node says.
    Result<BlockHead> newest_head() {
        {
            const std::lock_guard lock(mutex);
            if (noticed) return *std::exchange(noticed, std::nullopt);
        }
        return chain.head();
    }

    Result<bool> deliver_range(std::uint64_t from, const BlockHead& head) {
        const auto to = std::min(head.number, from + range - 1);
        auto logs = chain.logs(LogFilter{from, to, config.addresses, config.topics});
        if (!logs) {
            if (logs.error().code != "RPC_ERROR" || range == 1) return fail(std::move(logs).error());
            range = std::max<std::uint64_t>(1, std::min(range, to - from + 1) / 2);  // too many results: ask for less
            return deliver_range(from, head);
        }
        BlockBatch batch;
        batch.first = from;
        batch.head = head;
        batch.last = head;
        if (to != head.number || config.rollback_depth > 0) {
            BOURSE_TRY(batch.last, chain.block(to));
            if (to == head.number && batch.last.hash != head.hash) return true;  // replaced meanwhile: look again
        }
        batch.logs = std::move(*logs);
        std::ranges::sort(batch.logs, {},
                          [](const LogEntry& log) { return std::pair(log.block_number, log.log_index); });
        if (!callbacks.deliver(batch)) return fail("DELIVERY_REFUSED", "The batch was not taken in; it comes again.");
        set_position({batch.last.number, batch.last.hash});
        range = std::min(range * 2, std::max<std::uint64_t>(config.max_range, 1));
        return true;
    }

    /// True when blocks of ours were replaced: rolled back to the newest block that both sides know.
    Result<bool> follow_replaced_blocks(const BlockHead& head) {
        const auto at = position();
        if (!at) return false;
        if (at->number <= head.number) {
            BOURSE_TRY(const auto now, chain.block(at->number));
            if (now.hash == at->hash) return false;
        }
        for (const auto& known : callbacks.recent()) {
            if (known.number > head.number) continue;
            BOURSE_TRY(const auto block, chain.block(known.number));
            if (block.hash != known.hash) continue;
            if (!callbacks.roll_back(known))
                return fail("DELIVERY_REFUSED", "The roll-back was not done; it comes again.");
            set_position(known);
            return true;
        }
        return fail("REORG_TOO_DEEP",
                    "More blocks were replaced than rollback_depth allows. Check the node; then remove the "
                    "role's database to begin anew from the chain.");
    }

    // ---- thread ----

    void run() {
        std::uint64_t failure_pause = 0;
        while (!is_stopping()) {
            connect_if_due();
            const auto result = step();
            if (!result) {
                if (callbacks.on_error) callbacks.on_error(result.error());
                failure_pause = std::min(kFollowerMaxPauseMs, failure_pause == 0 ? 50 : failure_pause * 2);
                sleep_until_woken(failure_pause);
                continue;
            }
            failure_pause = 0;
            if (!*result) sleep_until_woken(subscribed() ? config.idle_poll_ms : config.poll_ms);
        }
        const std::lock_guard lock(mutex);
        socket_open = false;
    }

    bool is_stopping() const {
        const std::lock_guard lock(mutex);
        return stopping;
    }
    bool subscribed() const {
        const std::lock_guard lock(mutex);
        return socket_open;
    }

    void sleep_until_woken(std::uint64_t ms) {
        std::unique_lock lock(mutex);
        changed.wait_for(lock, std::chrono::milliseconds(ms),
                         [this] { return woken || stopping || noticed.has_value(); });
        woken = false;
    }

    void connect_if_due() {
        if (config.ws_url.empty() || subscribed() || sys::steady_ms() < next_connect_ms) return;
        next_connect_ms = sys::steady_ms() + kFollowerReconnectMs;
        socket.reset();
        net::WsClient::Callbacks events;
        events.on_message = [this](std::string_view text) {
            const auto head = head_from_notice(text);
            if (!head) return;
            const std::lock_guard lock(mutex);
            noticed = *head;
            changed.notify_one();
        };
        events.on_close = [this](const Error&) {
            const std::lock_guard lock(mutex);
            socket_open = false;
            woken = true;
            changed.notify_one();
        };
        {
            const std::lock_guard lock(mutex);
            socket_open = true;  // before connect: on_close may come at once
        }
        auto connected = net::WsClient::connect(config.ws_url, std::move(events), kFollowerConnectTimeoutMs);
        if (connected && (*connected)->send(std::string(kSubscribeNewHeads))) {
            socket = *std::move(connected);
            return;
        }
        const std::lock_guard lock(mutex);
        socket_open = false;
    }

    FollowerChain& chain;
    FollowerConfig config;
    FollowerCallbacks callbacks;

    mutable std::mutex mutex;
    std::condition_variable changed;
    std::optional<Cursor> cursor;
    std::optional<BlockHead> noticed;
    bool woken = false;
    bool stopping = false;
    bool socket_open = false;

    std::uint64_t range;
    std::uint64_t next_connect_ms = 0;
    std::unique_ptr<net::WsClient> socket;
    std::thread thread;
};

LogFollower::LogFollower(FollowerChain& chain, FollowerConfig config, FollowerCallbacks callbacks)
    : impl_(std::make_unique<Impl>(chain, std::move(config), std::move(callbacks))) {}

LogFollower::~LogFollower() { stop(); }

void LogFollower::start() {
    impl_->thread = std::thread([this] { impl_->run(); });
}

void LogFollower::stop() {
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->stopping = true;
        impl_->changed.notify_one();
    }
    if (impl_->thread.joinable()) impl_->thread.join();
    impl_->socket.reset();
}

void LogFollower::wake() {
    const std::lock_guard lock(impl_->mutex);
    impl_->woken = true;
    impl_->changed.notify_one();
}

std::optional<Cursor> LogFollower::cursor() const { return impl_->position(); }
bool LogFollower::subscribed() const { return impl_->subscribed(); }
Result<bool> LogFollower::step() { return impl_->step(); }

}  // namespace bourse::client
