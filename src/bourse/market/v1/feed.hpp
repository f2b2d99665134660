// The live feed of web-ui §12.2 (docs/reference/feed.md): channels with snapshot, deltas and resync over one WebSocket,
// or as server-sent events.
//
// A channel's content is what the REST call of the same subject answers; when something happened, it is computed again
// and the rows that differ are sent. So a delta can say nothing that the call would not, and applying it twice is
// harmless. Contents are computed without the feed's lock; those that ask another service have a thread of their own,
// so that a slow one holds up nobody else.
#pragma once

#include <bourse/market/v1/api.hpp>
#include <bourse/net/http_server.hpp>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

namespace bourse::market {

struct FeedConfig {
    std::size_t ring = 4'096;               ///< messages of a channel kept for those that come back
    std::size_t max_queue_bytes = 1 << 20;  ///< of a client that does not read
    std::size_t max_subscriptions = 256;
    std::uint64_t conflate_ms = 100;  ///< between two deltas of a channel that no block brought
    std::uint64_t tick_ms = 5'000;
    std::uint64_t silence_ms = 45'000;  ///< then the connection ends
    std::uint64_t unused_ms = 60'000;   ///< a channel without subscribers lives on for those that reconnect
    std::uint64_t timer_ms = 1'000;     ///< for channels of the operator
    std::uint64_t log_ms = 250;         ///< for logs
};

/// What a channel is: how to compute it, and what makes it new.
struct ChannelSpec {
    enum Trigger : unsigned { kBlock = 1, kChain = 2, kOrders = 4, kTimer = 8, kLog = 16 };
    std::function<Result<Json>()> compute;
    unsigned triggers = 0;
    /// Arrays whose rows are compared by a member; empty: the whole content is sent.
    std::vector<std::pair<std::string, std::string>> keyed{};
    std::string removed_as_zero{};  ///< a row that has left is sent with this member 0; empty: it is not sent
    bool slow = false;              ///< another service is asked
    std::int64_t bucket_s = 0;      ///< rows are stretches of time of this width, their key the begin in ms
    /// Instead of computing the content again: takes what is new into it and returns that as delta; null: nothing.
    std::function<Result<Json>(Json& content)> follow{};
};

class Feed {
public:
    /// The api must outlive it.
    explicit Feed(Api& api, FeedConfig config = {});
    ~Feed();
    void start();
    void stop();
    net::WsHandlers handlers();
    /// Of a client that only listens (server-sent events), subscribed to these channels. `token`: of a session, or
    /// empty.
    net::WsHandlers listener(std::vector<std::string> channels, std::string token);
    /// What such a client is sent at first, for those that ask again and again instead: hello, each channel's snap or
    /// err with its name as id, tick, as {"messages": […]}. Costs a computation of each channel that nobody is
    /// subscribed to.
    std::string messages(const std::vector<std::string>& channels, const std::string& token);

    /// A block has been taken into the index; `changed`: with logs of the market; `caught_up`: it is the chain's head.
    void on_block(const client::BlockHead& head, bool changed, bool caught_up = true);
    void on_orders();
    /// Blocks were replaced: nothing is computed until the index has caught up again; then each channel is told which
    /// of its rows are void. Returns when no computation reads the index any more.
    void on_rollback(const explorer::Reverted& reverted);
    std::size_t clients() const;
    std::uint64_t seq_of(const std::string& channel) const;

    // For tests: the messages of a client without a socket.
    /// What a frame of a client does. `connection` identifies the client.
    void receive(const net::WsConnectionPtr& connection, std::string_view text);

private:
    struct Message {
        std::uint64_t seq, prev;
        std::string data;
    };
    struct Channel {
        std::string name;
        ChannelSpec spec;
        Json content;      ///< of whoever has set `busy`; else under the lock
        std::string text;  ///< of the content
        std::uint64_t seq = 0;
        std::deque<Message> ring;
        bool dirty = false, by_block = false, busy = false;
        std::uint64_t sent_ms = 0, unused_since_ms = 0;
        std::set<std::pair<std::uint64_t, std::string>> subscribers;  ///< client, its id of the subscription
    };
    struct Client {
        net::WsConnectionPtr connection;
        std::map<std::string, std::string> subscriptions;  ///< id → channel
        std::optional<Sessions::Session> session;
        std::uint64_t heard_ms = 0;
        bool listens_only = false;
        std::deque<std::uint64_t> overflows;
    };
    using ChannelPtr = std::shared_ptr<Channel>;
    using Lock = std::unique_lock<std::mutex>;

    void open(const net::WsConnectionPtr& connection, bool listens_only);
    void close(const net::WsConnectionPtr& connection);
    void subscribe(Lock& lock, std::uint64_t number, const Json& message);
    void unsubscribe(Client& client, std::uint64_t number, const std::string& id);
    void authenticate(std::uint64_t number, const Json& message);
    /// Takes from a client what only its session, which has ended, let it see.
    void end_session(Client& client, std::uint64_t number);
    void refuse(Client& client, const Json& id, const std::string& code, const std::string& message);
    void send(Client& client, std::uint64_t number, std::string text);
    void overflow(Client& client, std::uint64_t number);
    Json hello(const std::string& connection) const;
    Json tick() const;
    Json first_message(const std::string& name, const std::optional<Address>& who);
    Result<ChannelPtr> make_channel(const std::string& name, const std::optional<Address>& who);
    Json status() const;
    Json blocks() const;
    void mark(unsigned trigger);
    std::optional<std::uint64_t> due_ms(const Channel& channel, bool slow) const;
    ChannelPtr next_channel(bool slow, std::uint64_t now_ms) const;
    void refresh(Lock& lock, const ChannelPtr& channel, std::uint64_t now_ms);
    void publish(Channel& channel, std::string text, std::string delta);
    void loop(bool slow);
    std::uint64_t wait_ms(bool slow, std::uint64_t now_ms) const;
    void tell_reverted(Lock& lock);
    void run_timers(std::uint64_t now_ms);
    void heartbeat(std::uint64_t now_ms, bool block);

    Api* api_;
    FeedConfig config_;
    mutable std::mutex mutex_;
    std::condition_variable changed_, idle_;
    bool stop_ = false, block_tick_ = false;
    std::optional<explorer::Reverted> reverted_;  ///< the index is behind this rollback
    std::uint64_t changes_ = 0;                   ///< counts what could make a content old
    std::map<std::string, ChannelPtr> channels_;
    std::map<std::uint64_t, Client> clients_;
    std::deque<client::BlockHead> recent_;  ///< blocks seen, newest first
    std::uint64_t last_tick_ms_ = 0, last_timer_ms_ = 0, last_log_ms_ = 0;
    std::thread thread_, slow_thread_;
};

/// Rows and members of `now` that differ from `before`; null when nothing does.
Json channel_delta(const ChannelSpec& spec, const Json& before, const Json& now);

/// Takes the rows out of a channel's content that a rollback has made void; returns their keys.
Json take_reverted(const ChannelSpec& spec, const std::string& name, Json& content, const explorer::Reverted& reverted);

/// The channel of a name for a client that has proved to be `who`. Errors: UNKNOWN_CHANNEL, AUTH_NEEDED, FORBIDDEN.
Result<ChannelSpec> channel_spec(Api& api, const std::string& name, const std::optional<Address>& who,
                                 const std::function<Json()>& status, const std::function<Json()>& blocks);

}  // namespace bourse::market
