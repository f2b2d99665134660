// The live feed of web-ui §12.2 (docs/reference/feed.md): channels with snapshot, deltas and resync over one WebSocket.
//
// A channel's content is what the REST call of the same subject answers; when something happened, it is computed again
// and the rows that differ are sent. So a delta can say nothing that the call would not, and applying it twice is
// harmless.
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
    std::uint64_t timer_ms = 1'000;     ///< for channels of the operator and logs
};

/// What a channel is: how to compute it, and what makes it new.
struct ChannelSpec {
    enum Trigger : unsigned { kBlock = 1, kChain = 2, kOrders = 4, kTimer = 8 };
    std::function<Result<Json>()> compute;
    unsigned triggers = 0;
    /// Arrays whose rows are compared by a member; empty: the whole content is sent.
    std::vector<std::pair<std::string, std::string>> keyed;
    std::string removed_as_zero;  ///< a row that has left is sent with this member 0; empty: it is not sent
};

class Feed {
public:
    /// The api must outlive it.
    explicit Feed(Api& api, FeedConfig config = {});
    ~Feed();
    void start();
    void stop();
    net::WsHandlers handlers();

    /// A block has been taken into the index; `changed`: with logs of the market.
    void on_block(const client::BlockHead& head, bool changed);
    void on_orders();
    /// Everything that was sent may be wrong: every subscription ends and is to be made anew.
    void resync_all(const std::string& reason);
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
        ChannelSpec spec;
        Json content;
        std::string text;  ///< of the content
        std::uint64_t seq = 0;
        std::deque<Message> ring;
        bool dirty = false, by_block = false;
        std::uint64_t sent_ms = 0, unused_since_ms = 0;
        std::set<std::pair<std::uint64_t, std::string>> subscribers;  ///< client, its id of the subscription
    };
    struct Client {
        net::WsConnectionPtr connection;
        std::map<std::string, std::string> subscriptions;  ///< id → channel
        std::optional<Sessions::Session> session;
        std::uint64_t heard_ms = 0;
        std::deque<std::uint64_t> overflows;
    };

    void open(const net::WsConnectionPtr& connection);
    void close(const net::WsConnectionPtr& connection);
    void subscribe(Client& client, std::uint64_t number, const Json& message);
    void unsubscribe(Client& client, std::uint64_t number, const std::string& id);
    void authenticate(Client& client, const Json& message);
    void refuse(Client& client, const Json& id, const std::string& code, const std::string& message);
    void send(Client& client, std::uint64_t number, std::string text);
    void overflow(Client& client, std::uint64_t number);
    Result<Channel*> channel(const std::string& name, const Client& client);
    void mark(unsigned trigger);
    void refresh(Channel& channel, std::uint64_t now_ms);
    void loop();
    void heartbeat(std::uint64_t now_ms, bool block);
    std::optional<std::uint64_t> next_due(std::uint64_t now_ms) const;

    Api* api_;
    FeedConfig config_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool stop_ = false, block_tick_ = false;
    std::map<std::string, Channel> channels_;
    std::map<std::uint64_t, Client> clients_;
    std::deque<client::BlockHead> recent_;  ///< blocks seen, newest first
    std::uint64_t last_tick_ms_ = 0, last_timer_ms_ = 0, next_connection_ = 1;
    std::thread thread_;
};

/// Rows and members of `now` that differ from `before`; null when nothing does.
Json channel_delta(const ChannelSpec& spec, const Json& before, const Json& now);

/// The channel of a name for a client that has proved to be `who`. Errors: UNKNOWN_CHANNEL, AUTH_NEEDED, FORBIDDEN.
Result<ChannelSpec> channel_spec(Api& api, const std::string& name, const std::optional<Address>& who,
                                 const std::function<Json()>& status, const std::function<Json()>& blocks);

}  // namespace bourse::market
