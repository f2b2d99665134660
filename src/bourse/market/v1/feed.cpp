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
constexpr char kOfWallet = '@';  ///< in the key of a channel: what one wallet sees of it

std::string feed_text(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// Channels whose content depends on who asks have the wallet in their key.
std::string key_of(const std::string& name, const std::optional<Address>& who) {
    const bool personal =
        name.starts_with("orders:") || name.starts_with("ops:") || name.starts_with("logs:") || name == "deals:mine";
    return personal && who ? name + kOfWallet + to_hex(*who) : name;
}

std::string delta_text(const std::string& id, std::uint64_t seq, std::uint64_t prev, const std::string& data) {
    return fmt::format(R"({{"op":"delta","id":{},"seq":{},"prev":{},"data":{}}})", feed_text(id), seq, prev, data);
}

}  // namespace

Feed::Feed(Api& api, FeedConfig config) : api_(&api), config_(config) {}

Feed::~Feed() { stop(); }

void Feed::start() {
    thread_ = std::thread([this] { loop(false); });
    slow_thread_ = std::thread([this] { loop(true); });
}

void Feed::stop() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    changed_.notify_all();
    idle_.notify_all();
    if (thread_.joinable()) thread_.join();
    if (slow_thread_.joinable()) slow_thread_.join();
    const std::lock_guard lock(mutex_);
    clients_.clear();
    channels_.clear();
}

net::WsHandlers Feed::handlers() {
    return {[this](const net::WsConnectionPtr& c) { open(c, false); },
            [this](const net::WsConnectionPtr& c, std::string_view text) { receive(c, text); },
            [this](const net::WsConnectionPtr& c) { close(c); }};
}

net::WsHandlers Feed::listener(std::vector<std::string> channels, std::string token) {
    const auto begin = [this, channels = std::move(channels), token = std::move(token)](const net::WsConnectionPtr& c) {
        open(c, true);
        if (!token.empty()) receive(c, feed_text({{"op", "auth"}, {"token", token}}));
        for (const auto& name : channels) receive(c, feed_text({{"op", "sub"}, {"id", name}, {"ch", name}}));
    };
    return {begin, {}, [this](const net::WsConnectionPtr& c) { close(c); }};
}

std::string Feed::messages(const std::vector<std::string>& channels, const std::string& token) {
    const auto session = token.empty() ? std::nullopt : api_->sessions().use(token);
    std::optional<Address> who;
    if (session) who = session->address;
    auto out = Json::array({hello("0")});
    for (const auto& name : channels) out.push_back(first_message(name, who));
    out.push_back(tick());
    return feed_text({{"messages", std::move(out)}});
}

/// A channel that lives is told as it stands; another is computed for this answer alone.
Json Feed::first_message(const std::string& name, const std::optional<Address>& who) {
    const auto snap = [&](std::uint64_t seq, Json data) {
        return Json{{"op", "snap"}, {"id", name}, {"seq", seq}, {"data", std::move(data)}};
    };
    {
        const std::lock_guard lock(mutex_);
        if (const auto found = channels_.find(key_of(name, who)); found != channels_.end())
            return snap(found->second->seq, Json::parse(found->second->text));
    }
    auto made = make_channel(name, who);
    if (made) return snap((*made)->seq, std::move((*made)->content));
    return {{"op", "err"}, {"id", name}, {"code", made.error().code}, {"message", made.error().message}};
}

std::size_t Feed::clients() const {
    const std::lock_guard lock(mutex_);
    return clients_.size();
}

std::uint64_t Feed::seq_of(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto found = channels_.find(name);
    return found == channels_.end() ? 0 : found->second->seq;
}

// ---- clients

Json Feed::hello(const std::string& connection) const {
    const auto facts = api_->envelope();
    return {{"op", "hello"},        {"conn", connection},     {"build", api_->build()},
            {"chain", facts.chain}, {"height", facts.height}, {"heartbeat", config_.tick_ms}};
}

Json Feed::tick() const { return {{"op", "tick"}, {"height", api_->envelope().height}, {"time", sys::unix_time_ms()}}; }

void Feed::open(const net::WsConnectionPtr& connection, bool listens_only) {
    const auto number = connection->request().connection;
    const auto greeting = hello(std::to_string(number));
    const std::lock_guard lock(mutex_);
    auto& client = clients_[number];
    client.connection = connection;
    client.heard_ms = sys::steady_ms();
    client.listens_only = listens_only;
    send(client, number, feed_text(greeting));
    sys::Metrics::global().gauge("ws_clients", "Clients of the live feed.", static_cast<double>(clients_.size()));
}

void Feed::close(const net::WsConnectionPtr& connection) {
    const std::lock_guard lock(mutex_);
    const auto number = connection->request().connection;
    const auto found = clients_.find(number);
    if (found == clients_.end()) return;
    const auto all = found->second.subscriptions;
    for (const auto& [id, name] : all) unsubscribe(found->second, number, id);
    clients_.erase(found);
    sys::Metrics::global().gauge("ws_clients", "Clients of the live feed.", static_cast<double>(clients_.size()));
}

void Feed::receive(const net::WsConnectionPtr& connection, std::string_view text) {
    const auto message = Json::parse(text, nullptr, false);
    const auto number = connection->request().connection;
    const auto op = message.is_object() && message.contains("op") && message["op"].is_string()
                        ? message["op"].get<std::string>()
                        : "";
    const auto id = message.is_object() && message.contains("id") ? message["id"] : Json(nullptr);
    if (op == "auth") return authenticate(number, message);
    Lock lock(mutex_);
    const auto found = clients_.find(number);
    if (found == clients_.end()) return;
    auto& client = found->second;
    client.heard_ms = sys::steady_ms();
    if (op == "ping")
        return send(client, number, feed_text({{"op", "pong"}, {"t", message.value("t", Json(nullptr))}}));
    if (op == "sub") return subscribe(lock, number, message);
    if (op == "unsub" && id.is_string()) return unsubscribe(client, number, id.get<std::string>());
    refuse(client, id, "BAD_MESSAGE", "op must be sub, unsub, auth or ping, in an object; ids are texts.");
}

void Feed::refuse(Client& client, const Json& id, const std::string& code, const std::string& message) {
    Json out = {{"op", "err"}, {"code", code}, {"message", message}};
    if (!id.is_null()) out["id"] = id;
    send(client, client.connection->request().connection, feed_text(out));
}

void Feed::authenticate(std::uint64_t number, const Json& message) {
    const auto token = message.find("token");
    const auto session =
        token != message.end() && token->is_string() ? api_->sessions().use(token->get<std::string>()) : std::nullopt;
    auto scopes = Json::array({"self"});
    if (session)
        for (const auto& pool : api_->pools_of(session->address)) scopes.push_back("operate:" + to_checksum(pool));
    const std::lock_guard lock(mutex_);
    const auto found = clients_.find(number);
    if (found == clients_.end()) return;
    auto& client = found->second;
    client.heard_ms = sys::steady_ms();
    client.session = session;
    if (!session)
        return refuse(client, nullptr, "AUTH_INVALID",
                      "This token is of no open session; open one with POST /v1/session.");
    send(client, number,
         feed_text({{"op", "auth"}, {"address", to_checksum(session->address)}, {"scopes", std::move(scopes)}}));
}

void Feed::end_session(Client& client, std::uint64_t number) {
    client.session.reset();
    const auto all = client.subscriptions;
    for (const auto& [id, key] : all) {
        if (key.find(kOfWallet) == std::string::npos) continue;
        unsubscribe(client, number, id);
        refuse(client, id, "SESSION_ENDED", "The session has ended; open another one, auth and subscribe again.");
    }
}

// ---- subscriptions

Json Feed::status() const {
    const auto facts = api_->envelope();
    const std::lock_guard lock(mutex_);
    const auto& head = recent_.empty() ? client::BlockHead{} : recent_.front();
    return {{"height", facts.height},
            {"headTime", head.time_s * 1'000},
            {"lag", std::max<std::int64_t>(0, static_cast<std::int64_t>(head.number) - facts.height)},
            {"node", true},
            {"build", api_->build()},
            {"sockets", clients_.size()}};
}

Json Feed::blocks() const {
    const std::lock_guard lock(mutex_);
    auto rows = Json::array();
    for (const auto& block : recent_)
        rows.push_back({{"number", block.number}, {"hash", to_hex(block.hash)}, {"time", block.time_s * 1'000}});
    return rows;
}

/// Without the lock.
Result<Feed::ChannelPtr> Feed::make_channel(const std::string& name, const std::optional<Address>& who) {
    BOURSE_TRY(auto spec, channel_spec(
                              *api_, name, who, [this] { return status(); }, [this] { return blocks(); }));
    BOURSE_TRY(auto content, spec.compute());
    auto made = std::make_shared<Channel>();
    made->name = name;
    made->spec = std::move(spec);
    made->content = std::move(content);
    made->text = feed_text(made->content);
    // A number that no earlier life of this channel reached: a client that comes back is not taken for up to date.
    made->seq = sys::unix_time_ms() * 1'000;
    return made;
}

void Feed::subscribe(Lock& lock, std::uint64_t number, const Json& message) {
    auto* client = &clients_.at(number);
    const auto id_member = message.find("id");
    const auto name_member = message.find("ch");
    if (id_member == message.end() || !id_member->is_string() || name_member == message.end() ||
        !name_member->is_string())
        return refuse(*client, id_member == message.end() ? Json(nullptr) : *id_member, "BAD_MESSAGE",
                      "sub needs id and ch, both texts.");
    const auto id = id_member->get<std::string>();
    const auto name = name_member->get<std::string>();
    unsubscribe(*client, number, id);
    if (client->subscriptions.size() >= config_.max_subscriptions)
        return refuse(*client, id, "TOO_MANY_SUBSCRIPTIONS",
                      fmt::format("A connection has at most {} subscriptions.", config_.max_subscriptions));
    std::optional<Address> who;
    if (client->session) who = client->session->address;
    const auto key = key_of(name, who);
    if (!channels_.contains(key)) {
        const auto version = changes_;
        lock.unlock();
        auto made = make_channel(name, who);
        lock.lock();
        const auto still = clients_.find(number);
        if (still == clients_.end()) return;
        client = &still->second;
        if (!made) return refuse(*client, id, made.error().code, made.error().message);
        const auto at = channels_.try_emplace(key, *std::move(made)).first;
        if (changes_ != version) at->second->dirty = true;  // it may have been computed before the change
    }
    auto& channel = *channels_.at(key);
    client->subscriptions[id] = key;
    channel.subscribers.emplace(number, id);
    const auto since = message.find("since");
    if (since != message.end() && since->is_number_unsigned()) {
        const auto known = since->get<std::uint64_t>();
        const auto next = std::ranges::find(channel.ring, known, &Message::prev);
        if (known == channel.seq || next != channel.ring.end()) {
            for (auto at = next; at != channel.ring.end(); ++at)
                send(*client, number, delta_text(id, at->seq, at->prev, at->data));
            return;
        }
    }
    send(*client, number,
         fmt::format(R"({{"op":"snap","id":{},"seq":{},"data":{}}})", feed_text(id), channel.seq, channel.text));
}

void Feed::unsubscribe(Client& client, std::uint64_t number, const std::string& id) {
    const auto found = client.subscriptions.find(id);
    if (found == client.subscriptions.end()) return;
    if (const auto at = channels_.find(found->second); at != channels_.end()) {
        at->second->subscribers.erase({number, id});
        if (at->second->subscribers.empty()) at->second->unused_since_ms = sys::steady_ms();
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
    if (client.overflows.size() >= kOverflowsAllowed || client.listens_only) {
        client.connection->close(kTooSlow, "too slow: the backlog is full");
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
    if ((trigger & (ChannelSpec::kBlock | ChannelSpec::kChain | ChannelSpec::kOrders)) != 0) ++changes_;
    for (auto& [name, channel] : channels_)
        if ((channel->spec.triggers & trigger) != 0) {
            channel->dirty = true;
            if ((trigger & (ChannelSpec::kChain | ChannelSpec::kBlock)) != 0) channel->by_block = true;
        }
}

void Feed::on_block(const client::BlockHead& head, bool changed, bool caught_up) {
    {
        Lock lock(mutex_);
        if (reverted_ && caught_up) {
            tell_reverted(lock);
            changed = true;
        }
        recent_.push_front(head);
        if (recent_.size() > kRecentBlocks) recent_.pop_back();
        block_tick_ = true;
        mark(changed ? ChannelSpec::kBlock | ChannelSpec::kChain : unsigned{ChannelSpec::kBlock});
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

void Feed::on_rollback(const explorer::Reverted& reverted) {
    Lock lock(mutex_);
    reverted_ = reverted;
    std::erase_if(recent_,
                  [&](const auto& block) { return static_cast<std::int64_t>(block.number) > reverted.height; });
    ++changes_;
    idle_.wait(lock, [this] {
        return stop_ || std::ranges::none_of(channels_, [](const auto& entry) {
                   return entry.second->busy && !entry.second->spec.slow;
               });
    });
}

/// What came again with the new blocks is not void.
void Feed::tell_reverted(Lock& lock) {
    auto reverted = *reverted_;
    const auto& index = api_->parts().index;
    lock.unlock();
    std::erase_if(reverted.deals, [&](const Hash& id) { return index.deal(id).has_value(); });
    std::erase_if(reverted.tasks, [&](const Hash& id) { return index.task(id).has_value(); });
    std::erase_if(reverted.resources, [&](const Address& address) { return index.resource(address).has_value(); });
    lock.lock();
    for (auto& [key, channel] : channels_) {
        if (channel->spec.slow) continue;
        auto gone = take_reverted(channel->spec, channel->name, channel->content, reverted);
        if (gone.empty()) continue;
        publish(*channel, feed_text(channel->content),
                feed_text({{"revert", std::move(gone)}, {"height", reverted.height}}));
    }
    reverted_.reset();
}

void Feed::refresh(Lock& lock, const ChannelPtr& channel, std::uint64_t now_ms) {
    channel->dirty = channel->by_block = false;
    channel->sent_ms = now_ms;
    channel->busy = true;
    lock.unlock();
    std::string text, delta;
    try {
        const auto& spec = channel->spec;
        auto content = spec.follow ? spec.follow(channel->content) : spec.compute();
        // A refusal: the node or the scheduler is away; the next change tries again.
        Json change = !content      ? Json(nullptr)
                      : spec.follow ? *content
                                    : channel_delta(spec, channel->content, *content);
        if (!change.is_null()) {
            if (!spec.follow) channel->content = *std::move(content);
            text = feed_text(channel->content);
            delta = feed_text(change);
        }
    } catch (const std::exception& error) {
        sys::log_error("feed: channel not computed", {{"channel", channel->name}, {"message", error.what()}});
    }
    lock.lock();
    channel->busy = false;
    idle_.notify_all();
    if (!delta.empty()) publish(*channel, std::move(text), std::move(delta));
}

void Feed::publish(Channel& channel, std::string text, std::string delta) {
    channel.text = std::move(text);
    channel.ring.push_back({channel.seq + 1, channel.seq, std::move(delta)});
    ++channel.seq;
    if (channel.ring.size() > config_.ring) channel.ring.pop_front();
    const auto message = channel.ring.back();
    const auto subscribers = channel.subscribers;  // sending may end a subscription
    for (const auto& [number, id] : subscribers)
        if (const auto client = clients_.find(number); client != clients_.end())
            send(client->second, number, delta_text(id, message.seq, message.prev, message.data));
}

void Feed::heartbeat(std::uint64_t now_ms, bool block) {
    if (!block && last_tick_ms_ + config_.tick_ms > now_ms) return;
    last_tick_ms_ = now_ms;
    const auto text = feed_text(tick());
    for (auto& [number, client] : clients_) {
        // To be connected is to use the session; one that was closed elsewhere ends here too.
        if (client.session && !api_->sessions().use(client.session->token)) end_session(client, number);
        if (!client.listens_only && client.heard_ms + config_.silence_ms < now_ms)
            client.connection->close(1001, "nothing heard for too long: send ping");
        else
            send(client, number, text);
    }
    std::erase_if(channels_, [&](const auto& entry) {
        const auto& channel = *entry.second;
        return channel.subscribers.empty() && !channel.busy && channel.unused_since_ms + config_.unused_ms < now_ms;
    });
}

// ---- the two threads

/// When the channel may be computed next; nothing: it need not.
std::optional<std::uint64_t> Feed::due_ms(const Channel& channel, bool slow) const {
    if (!channel.dirty || channel.busy || channel.spec.slow != slow || (reverted_ && !slow)) return std::nullopt;
    return channel.by_block ? 0 : channel.sent_ms + config_.conflate_ms;
}

Feed::ChannelPtr Feed::next_channel(bool slow, std::uint64_t now_ms) const {
    for (const auto& [key, channel] : channels_)
        if (const auto due = due_ms(*channel, slow); due && *due <= now_ms) return channel;
    return nullptr;
}

std::uint64_t Feed::wait_ms(bool slow, std::uint64_t now_ms) const {
    auto until = now_ms + config_.timer_ms;
    if (!slow) until = std::min(until, last_log_ms_ + config_.log_ms);
    for (const auto& [key, channel] : channels_)
        if (const auto due = due_ms(*channel, slow)) until = std::min(until, *due);
    return until > now_ms ? until - now_ms : 0;
}

void Feed::run_timers(std::uint64_t now_ms) {
    if (last_log_ms_ + config_.log_ms <= now_ms) {
        last_log_ms_ = now_ms;
        mark(ChannelSpec::kLog);
    }
    if (last_timer_ms_ + config_.timer_ms <= now_ms) {
        last_timer_ms_ = now_ms;
        mark(ChannelSpec::kTimer);
    }
    changed_.notify_all();  // the other thread's channels may be due now
}

void Feed::loop(bool slow) {
    Lock lock(mutex_);
    while (!stop_) {
        const auto now = sys::steady_ms();
        if (!slow) run_timers(now);
        for (auto channel = next_channel(slow, now); channel && !stop_; channel = next_channel(slow, now))
            refresh(lock, channel, now);
        if (!slow) heartbeat(now, std::exchange(block_tick_, false));
        const auto pause = wait_ms(slow, sys::steady_ms());
        changed_.wait_for(lock, std::chrono::milliseconds(pause), [&] {
            return stop_ || (!slow && block_tick_) || next_channel(slow, sys::steady_ms()) != nullptr;
        });
    }
}

}  // namespace bourse::market
