#include <bourse/market/v1/feed.hpp>

#include <bourse/codec/text.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/log.hpp>
#include <bourse/sys/metrics.hpp>

#include <fmt/format.h>
#include <algorithm>

namespace bourse::market {

namespace {

constexpr std::uint16_t kTooSlow = 4008;
constexpr std::uint64_t kOverflowWindowMs = 60'000;
constexpr std::size_t kOverflowsAllowed = 2;
constexpr std::size_t kRecentBlocks = 20;

std::string feed_text(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string delta_text(const std::string& id, std::uint64_t seq, std::uint64_t prev, const std::string& data) {
    return fmt::format(R"({{"op":"delta","id":{},"seq":{},"prev":{},"data":{}}})", feed_text(id), seq, prev, data);
}

}  // namespace

Feed::Feed(Api& api, FeedConfig config) : api_(&api), config_(config) {}

Feed::~Feed() { stop(); }

void Feed::start() {
    thread_ = std::thread([this] { loop(); });
}

void Feed::stop() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
    const std::lock_guard lock(mutex_);
    clients_.clear();
    channels_.clear();
}

net::WsHandlers Feed::handlers() {
    return {[this](const net::WsConnectionPtr& c) { open(c); },
            [this](const net::WsConnectionPtr& c, std::string_view text) { receive(c, text); },
            [this](const net::WsConnectionPtr& c) { close(c); }};
}

std::size_t Feed::clients() const {
    const std::lock_guard lock(mutex_);
    return clients_.size();
}

std::uint64_t Feed::seq_of(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto found = channels_.find(name);
    return found == channels_.end() ? 0 : found->second.seq;
}

// ---- clients

void Feed::open(const net::WsConnectionPtr& connection) {
    const auto facts = api_->envelope();
    const std::lock_guard lock(mutex_);
    const auto number = connection->request().connection;
    auto& client = clients_[number];
    client.connection = connection;
    client.heard_ms = sys::steady_ms();
    send(client, number,
         feed_text({{"op", "hello"},
                    {"conn", std::to_string(number)},
                    {"build", api_->build()},
                    {"chain", facts.chain},
                    {"height", facts.height},
                    {"heartbeat", config_.tick_ms}}));
    sys::Metrics::global().gauge("ws_clients", "Clients of the live feed.", static_cast<double>(clients_.size()));
}

void Feed::close(const net::WsConnectionPtr& connection) {
    const std::lock_guard lock(mutex_);
    const auto number = connection->request().connection;
    const auto found = clients_.find(number);
    if (found == clients_.end()) return;
    for (const auto& [id, name] : found->second.subscriptions)
        if (const auto at = channels_.find(name); at != channels_.end()) {
            at->second.subscribers.erase({number, id});
            if (at->second.subscribers.empty()) at->second.unused_since_ms = sys::steady_ms();
        }
    clients_.erase(found);
    sys::Metrics::global().gauge("ws_clients", "Clients of the live feed.", static_cast<double>(clients_.size()));
}

void Feed::receive(const net::WsConnectionPtr& connection, std::string_view text) {
    const auto message = Json::parse(text, nullptr, false);
    const std::lock_guard lock(mutex_);
    const auto number = connection->request().connection;
    const auto found = clients_.find(number);
    if (found == clients_.end()) return;
    auto& client = found->second;
    client.heard_ms = sys::steady_ms();
    const auto op = message.is_object() && message.contains("op") && message["op"].is_string()
                        ? message["op"].get<std::string>()
                        : "";
    const auto id = message.is_object() && message.contains("id") ? message["id"] : Json(nullptr);
    if (op == "ping")
        return send(client, number, feed_text({{"op", "pong"}, {"t", message.value("t", Json(nullptr))}}));
    if (op == "auth") return authenticate(client, message);
    if (op == "sub") return subscribe(client, number, message);
    if (op == "unsub" && id.is_string()) return unsubscribe(client, number, id.get<std::string>());
    refuse(client, id, "BAD_MESSAGE", "op must be sub, unsub, auth or ping, in an object; ids are texts.");
}

void Feed::refuse(Client& client, const Json& id, const std::string& code, const std::string& message) {
    Json out = {{"op", "err"}, {"code", code}, {"message", message}};
    if (!id.is_null()) out["id"] = id;
    send(client, client.connection->request().connection, feed_text(out));
}

void Feed::authenticate(Client& client, const Json& message) {
    const auto token = message.find("token");
    client.session =
        token != message.end() && token->is_string() ? api_->sessions().use(token->get<std::string>()) : std::nullopt;
    if (!client.session)
        return refuse(client, nullptr, "AUTH_INVALID",
                      "This token is of no open session; open one with POST /v1/session.");
    auto scopes = Json::array({"self"});
    for (const auto& pool : api_->pools_of(client.session->address)) scopes.push_back("operate:" + to_checksum(pool));
    send(client, client.connection->request().connection,
         feed_text({{"op", "auth"}, {"address", to_checksum(client.session->address)}, {"scopes", std::move(scopes)}}));
}

Result<Feed::Channel*> Feed::channel(const std::string& name, const Client& client) {
    std::optional<Address> who;
    if (client.session) who = client.session->address;
    // Channels whose content depends on who asks have the wallet in their key.
    const bool personal =
        name.starts_with("orders:") || name.starts_with("ops:") || name.starts_with("logs:") || name == "deals:mine";
    const auto key = personal && who ? name + "@" + to_hex(*who) : name;
    if (const auto found = channels_.find(key); found != channels_.end()) return &found->second;
    BOURSE_TRY(
        auto spec,
        channel_spec(
            *api_, name, who,
            [this] {
                const auto facts = api_->envelope();
                const auto& head = recent_.empty() ? client::BlockHead{} : recent_.front();
                return Json{{"height", facts.height},
                            {"headTime", head.time_s * 1'000},
                            {"lag", std::max<std::int64_t>(0, static_cast<std::int64_t>(head.number) - facts.height)},
                            {"node", true},
                            {"build", api_->build()},
                            {"sockets", clients_.size()}};
            },
            [this] {
                auto rows = Json::array();
                for (const auto& block : recent_)
                    rows.push_back(
                        {{"number", block.number}, {"hash", to_hex(block.hash)}, {"time", block.time_s * 1'000}});
                return rows;
            }));
    BOURSE_TRY(auto content, spec.compute());
    auto& made = channels_[key];
    made.spec = std::move(spec);
    made.content = std::move(content);
    made.text = feed_text(made.content);
    // A number that no earlier life of this channel reached: a client that comes back is not taken for up to date.
    made.seq = sys::unix_time_ms() * 1'000;
    return &made;
}

void Feed::subscribe(Client& client, std::uint64_t number, const Json& message) {
    const auto id_member = message.find("id");
    const auto name_member = message.find("ch");
    if (id_member == message.end() || !id_member->is_string() || name_member == message.end() ||
        !name_member->is_string())
        return refuse(client, id_member == message.end() ? Json(nullptr) : *id_member, "BAD_MESSAGE",
                      "sub needs id and ch, both texts.");
    const auto id = id_member->get<std::string>();
    unsubscribe(client, number, id);
    if (client.subscriptions.size() >= config_.max_subscriptions)
        return refuse(client, id, "TOO_MANY_SUBSCRIPTIONS",
                      fmt::format("A connection has at most {} subscriptions.", config_.max_subscriptions));
    const auto found = channel(name_member->get<std::string>(), client);
    if (!found) return refuse(client, id, found.error().code, found.error().message);
    auto& channel = **found;
    for (const auto& [key, value] : channels_)
        if (&value == &channel) client.subscriptions[id] = key;
    channel.subscribers.emplace(number, id);
    const auto since = message.find("since");
    if (since != message.end() && since->is_number_unsigned()) {
        const auto known = since->get<std::uint64_t>();
        const auto next = std::ranges::find(channel.ring, known, &Message::prev);
        if (known == channel.seq || next != channel.ring.end()) {
            for (auto at = next; at != channel.ring.end(); ++at)
                send(client, number, delta_text(id, at->seq, at->prev, at->data));
            return;
        }
    }
    send(client, number,
         fmt::format(R"({{"op":"snap","id":{},"seq":{},"data":{}}})", feed_text(id), channel.seq, channel.text));
}

void Feed::unsubscribe(Client& client, std::uint64_t number, const std::string& id) {
    const auto found = client.subscriptions.find(id);
    if (found == client.subscriptions.end()) return;
    if (const auto at = channels_.find(found->second); at != channels_.end()) {
        at->second.subscribers.erase({number, id});
        if (at->second.subscribers.empty()) at->second.unused_since_ms = sys::steady_ms();
    }
    client.subscriptions.erase(found);
}

void Feed::send(Client& client, std::uint64_t number, std::string text) {
    if (client.connection->queued_bytes() + text.size() > config_.max_queue_bytes) return overflow(client, number);
    client.connection->send(std::move(text));
}

/// The client does not read: its backlog is worth nothing any more, its subscriptions begin anew.
void Feed::overflow(Client& client, std::uint64_t number) {
    const auto now = sys::steady_ms();
    sys::Metrics::global().count("ws_dropped_total", "Backlogs dropped of clients that did not read.", 1);
    while (!client.overflows.empty() && client.overflows.front() + kOverflowWindowMs < now)
        client.overflows.pop_front();
    client.connection->discard_queue();
    if (client.overflows.size() >= kOverflowsAllowed) {
        client.connection->close(kTooSlow, "too slow: three backlogs in a minute");
        return;
    }
    client.overflows.push_back(now);
    const auto all = client.subscriptions;
    for (const auto& [id, name] : all) {
        unsubscribe(client, number, id);
        client.connection->send(feed_text({{"op", "resync"}, {"id", id}, {"reason", "backlog"}}));
    }
}

// ---- changes

void Feed::mark(unsigned trigger) {
    for (auto& [name, channel] : channels_)
        if ((channel.spec.triggers & trigger) != 0) {
            channel.dirty = true;
            if (trigger == ChannelSpec::kChain || trigger == ChannelSpec::kBlock) channel.by_block = true;
        }
}

void Feed::on_block(const client::BlockHead& head, bool changed) {
    {
        const std::lock_guard lock(mutex_);
        recent_.push_front(head);
        if (recent_.size() > kRecentBlocks) recent_.pop_back();
        block_tick_ = true;
        mark(ChannelSpec::kBlock);
        if (changed) mark(ChannelSpec::kChain);
    }
    changed_.notify_all();
}

void Feed::on_orders() {
    {
        const std::lock_guard lock(mutex_);
        mark(ChannelSpec::kOrders);
    }
    changed_.notify_all();
}

void Feed::resync_all(const std::string& reason) {
    const std::lock_guard lock(mutex_);
    channels_.clear();
    recent_.clear();
    for (auto& [number, client] : clients_) {
        const auto all = std::exchange(client.subscriptions, {});
        for (const auto& [id, name] : all)
            send(client, number, feed_text({{"op", "resync"}, {"id", id}, {"reason", reason}}));
    }
}

void Feed::refresh(Channel& channel, std::uint64_t now_ms) {
    channel.dirty = channel.by_block = false;
    channel.sent_ms = now_ms;
    auto content = channel.spec.compute();
    if (!content) return;  // the node or the scheduler is away: the next change tries again
    const auto delta = channel_delta(channel.spec, channel.content, *content);
    if (delta.is_null()) return;
    channel.content = *std::move(content);
    channel.text = feed_text(channel.content);
    channel.ring.push_back({channel.seq + 1, channel.seq, feed_text(delta)});
    ++channel.seq;
    if (channel.ring.size() > config_.ring) channel.ring.pop_front();
    const auto& message = channel.ring.back();
    const auto subscribers = channel.subscribers;  // sending may end a subscription
    for (const auto& [number, id] : subscribers)
        if (const auto client = clients_.find(number); client != clients_.end())
            send(client->second, number, delta_text(id, message.seq, message.prev, message.data));
}

void Feed::heartbeat(std::uint64_t now_ms, bool block) {
    if (!block && last_tick_ms_ + config_.tick_ms > now_ms) return;
    last_tick_ms_ = now_ms;
    const auto text = feed_text({{"op", "tick"}, {"height", api_->envelope().height}, {"time", sys::unix_time_ms()}});
    for (auto& [number, client] : clients_) {
        if (client.heard_ms + config_.silence_ms < now_ms)
            client.connection->close(1001, "nothing heard for too long: send ping");
        else
            send(client, number, text);
    }
    std::erase_if(channels_, [&](const auto& entry) {
        return entry.second.subscribers.empty() && entry.second.unused_since_ms + config_.unused_ms < now_ms;
    });
}

std::optional<std::uint64_t> Feed::next_due(std::uint64_t now_ms) const {
    std::optional<std::uint64_t> due;
    for (const auto& [name, channel] : channels_) {
        if (!channel.dirty) continue;
        const auto at = channel.by_block ? now_ms : std::max(now_ms, channel.sent_ms + config_.conflate_ms);
        due = std::min(due.value_or(at), at);
    }
    return due;
}

void Feed::loop() {
    std::unique_lock lock(mutex_);
    while (!stop_) {
        const auto now = sys::steady_ms();
        if (last_timer_ms_ + config_.timer_ms <= now) {
            last_timer_ms_ = now;
            mark(ChannelSpec::kTimer);
        }
        for (auto& [name, channel] : channels_)
            if (channel.dirty && (channel.by_block || channel.sent_ms + config_.conflate_ms <= now)) {
                try {
                    refresh(channel, now);
                } catch (const std::exception& error) {
                    sys::log_error("feed: channel not computed", {{"channel", name}, {"message", error.what()}});
                }
            }
        heartbeat(now, std::exchange(block_tick_, false));
        const auto due = next_due(now);
        const auto timer = last_timer_ms_ + config_.timer_ms;
        const auto until = std::min(due.value_or(timer), timer);
        const auto pause = until > now ? until - now : 1;
        changed_.wait_for(lock, std::chrono::milliseconds(pause), [&] {
            return stop_ || block_tick_ || (next_due(sys::steady_ms()).value_or(UINT64_MAX) <= sys::steady_ms());
        });
    }
}

}  // namespace bourse::market
