#include <bourse/market/v1/hooks.hpp>

#include <bourse/client/fetch.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/crypto/cipher.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/net/http_client.hpp>
#include <bourse/net/router.hpp>
#include <bourse/sys/log.hpp>

#include <arpa/inet.h>
#include <algorithm>
#include <array>
#include <chrono>
#include <nlohmann/json.hpp>

namespace bourse::market {

const char* const kHooksSchema =
    "CREATE TABLE ops_hooks(id TEXT PRIMARY KEY, pool TEXT NOT NULL, url TEXT NOT NULL, secret TEXT NOT NULL,"
    " created_ms BIGINT NOT NULL, last_ms BIGINT NOT NULL DEFAULT 0, last_status BIGINT NOT NULL DEFAULT 0,"
    " last_error TEXT NOT NULL DEFAULT '', failed BIGINT NOT NULL DEFAULT 0);"
    "CREATE TABLE ops_deliveries(seq BIGINT PRIMARY KEY, hook TEXT NOT NULL, id TEXT NOT NULL, event TEXT NOT NULL,"
    " body TEXT NOT NULL, tries BIGINT NOT NULL DEFAULT 0, next_ms BIGINT NOT NULL);"
    "CREATE INDEX ops_deliveries_hook ON ops_deliveries(hook, seq)";

namespace {

constexpr std::uint64_t kLongestPauseMs = 60'000;
constexpr std::uint64_t kTroubleMs = 1'000;  ///< after the database has failed
constexpr std::size_t kMaxUrl = 2'000;
constexpr std::size_t kMaxAnswerBytes = 1 << 16;  ///< nobody reads it

/// The heads of the hooks' queues.
constexpr const char* kHeads =
    " FROM ops_deliveries d JOIN ops_hooks h ON h.id=d.hook"
    " WHERE d.seq=(SELECT MIN(x.seq) FROM ops_deliveries x WHERE x.hook=d.hook)";

bool is_literal_ip(const std::string& host) {
    std::array<unsigned char, 16> bytes{};
    return ::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
           ::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

std::string without_brackets(const std::string& host) {
    return host.starts_with('[') && host.ends_with(']') ? host.substr(1, host.size() - 2) : host;
}

Error refused_receiver() {
    return {"HOOK_ADDRESS_REFUSED",
            "This market does not send to loopback, private or link-local addresses. Name a public receiver, or start "
            "the market with --private-hooks."};
}

}  // namespace

struct Hooks::Delivery {
    std::int64_t seq = 0;
    std::string hook, id, event, body, url, secret;
    std::uint64_t tries = 0;
};

std::string Hooks::signature(const std::string& secret, std::uint64_t ms, const std::string& body) {
    const auto time = std::to_string(ms);
    return "t=" + time + ",v1=" + to_hex_plain(crypto::hmac_sha256(as_bytes(secret), as_bytes(time + "." + body)));
}

bool Hooks::may_reach(const std::string& ip) const { return rules_.to_private || client::is_public_address(ip); }

Status<> Hooks::check_url(const std::string& url) const {
    const auto parsed = net::parse_url(url);
    const bool plain = std::ranges::all_of(url, [](char c) { return c > ' ' && c < 0x7F; });
    if (!parsed || !plain || url.size() > kMaxUrl || url.find('@') != std::string::npos ||
        (parsed->scheme != "http" && parsed->scheme != "https"))
        return fail("HOOK_URL_INVALID",
                    "url must be an http or https address of at most 2000 characters, without a user name.");
    const auto host = without_brackets(parsed->host);
    if (!rules_.to_private && (net::is_loopback_name(parsed->host) || (is_literal_ip(host) && !may_reach(host))))
        return fail(refused_receiver());
    return {};
}

Result<nlohmann::json> Hooks::add(const Address& pool, const std::string& url, std::optional<std::string> secret) {
    BOURSE_CHECK(check_url(url));
    if (!secret) secret = to_hex_plain(crypto::random_bytes32());
    if (secret->size() < kMinSecret || secret->size() > kMaxSecret)
        return fail("HOOK_SECRET_INVALID", "secret must have 16 to 200 characters; leave it out to get one.");
    const std::lock_guard lock(mutex_);
    if (list(pool).size() >= kMostHooks) return fail("HOOK_LIMIT", "A pool has at most 10 webhooks; remove one first.");
    const auto id = to_hex_plain(crypto::random_bytes(8));
    const auto now = static_cast<std::int64_t>(now_ms_());
    db_->execute("INSERT INTO ops_hooks(id, pool, url, secret, created_ms) VALUES(?1,?2,?3,?4,?5)",
                 {id, to_hex(pool), url, *secret, now});
    auto all = list(pool);
    const auto made = std::ranges::find_if(all, [&](const nlohmann::json& hook) { return hook["id"] == id; });
    (*made)["secret"] = *secret;
    return *made;
}

std::vector<nlohmann::json> Hooks::list(const Address& pool) const {
    std::vector<nlohmann::json> out;
    for (const auto& row : db_->query("SELECT id, url, created_ms, last_ms, last_status, last_error, failed,"
                                      " (SELECT COUNT(*) FROM ops_deliveries d WHERE d.hook=ops_hooks.id)"
                                      " FROM ops_hooks WHERE pool=?1 ORDER BY created_ms, id",
                                      {to_hex(pool)})) {
        const auto number_or_null = [&](std::size_t i) {
            return db::sql_int(row[i]) == 0 ? nlohmann::json(nullptr) : nlohmann::json(db::sql_int(row[i]));
        };
        const auto error = db::sql_text(row[5]);
        out.push_back({{"id", db::sql_text(row[0])},
                       {"url", db::sql_text(row[1])},
                       {"created", db::sql_int(row[2])},
                       {"lastTime", number_or_null(3)},
                       {"lastStatus", number_or_null(4)},
                       {"lastError", error.empty() ? nlohmann::json(nullptr) : nlohmann::json(error)},
                       {"waiting", db::sql_int(row[7])},
                       {"failed", db::sql_int(row[6])}});
    }
    return out;
}

Status<> Hooks::remove(const Address& pool, const std::string& id) {
    std::int64_t removed = 0;
    db_->transaction([&] {
        removed = db_->execute("DELETE FROM ops_hooks WHERE id=?1 AND pool=?2", {id, to_hex(pool)});
        if (removed > 0) db_->execute("DELETE FROM ops_deliveries WHERE hook=?1", {id});
    });
    if (removed == 0) return fail("NOT_FOUND", "This pool has no webhook " + id.substr(0, 40) + ".");
    return {};
}

void Hooks::post(const Address& pool, const std::string& event, const nlohmann::json& alert) {
    const std::lock_guard lock(mutex_);
    const auto now = static_cast<std::int64_t>(now_ms_());
    for (const auto& hook : db_->query("SELECT id FROM ops_hooks WHERE pool=?1", {to_hex(pool)})) {
        const auto delivery = to_hex_plain(crypto::random_bytes(16));
        const nlohmann::json body = {{"delivery", delivery},
                                     {"event", event},
                                     {"time", now},
                                     {"workerpool", to_checksum(pool)},
                                     {"alert", alert}};
        db_->transaction([&] {
            const auto last = db_->query("SELECT seq FROM ops_deliveries ORDER BY seq DESC LIMIT 1");
            const auto seq = last.empty() ? std::int64_t{1} : db::sql_int(last[0][0]) + 1;
            db_->execute("INSERT INTO ops_deliveries(seq, hook, id, event, body, next_ms) VALUES(?1,?2,?3,?4,?5,?6)",
                         {seq, hook[0], delivery, event,
                          body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), now});
            const auto given_up = db_->execute(
                "DELETE FROM ops_deliveries WHERE hook=?1 AND seq NOT IN"
                " (SELECT seq FROM ops_deliveries WHERE hook=?1 ORDER BY seq DESC LIMIT ?2)",
                {hook[0], static_cast<std::int64_t>(kMostWaiting)});
            if (given_up > 0) db_->execute("UPDATE ops_hooks SET failed=failed+?1 WHERE id=?2", {given_up, hook[0]});
        });
    }
    fresh_ = true;
    changed_.notify_all();
}

std::optional<Hooks::Delivery> Hooks::next_due() const {
    const auto rows = db_->query("SELECT d.seq, d.hook, d.id, d.event, d.body, h.url, h.secret, d.tries" +
                                     std::string(kHeads) + " AND d.next_ms<=?1 ORDER BY d.next_ms, d.seq LIMIT 1",
                                 {static_cast<std::int64_t>(now_ms_())});
    if (rows.empty()) return std::nullopt;
    const auto text = [&](std::size_t i) { return db::sql_text(rows[0][i]); };
    return Delivery{db::sql_int(rows[0][0]),
                    text(1),
                    text(2),
                    text(3),
                    text(4),
                    text(5),
                    text(6),
                    static_cast<std::uint64_t>(db::sql_int(rows[0][7]))};
}

void Hooks::deliver(const Delivery& delivery) {
    const auto now = now_ms_();
    net::ClientRequest request;
    request.method = "POST";
    request.url = delivery.url;
    request.body = delivery.body;
    request.timeout_ms = rules_.timeout_ms;
    request.connect_timeout_ms = rules_.timeout_ms;
    request.max_body_bytes = kMaxAnswerBytes;
    request.headers = {{"content-type", "application/json"},
                       {"user-agent", "bourse-market"},
                       {"x-bourse-event", delivery.event},
                       {"x-bourse-delivery", delivery.id},
                       {"x-bourse-signature", signature(delivery.secret, now, delivery.body)}};
    request.allow_address = [this](const std::string& ip, std::uint16_t) { return may_reach(ip); };
    request.progress = [this](std::uint64_t, std::uint64_t) {
        const std::lock_guard lock(mutex_);
        return !stop_;
    };
    const auto answer = net::http_request(request);
    if (!answer) {
        if (answer.error().code == "HTTP_CANCELLED") return;  // the market ends; it is sent again after the start
        const bool forbidden = answer.error().code == "HTTP_FORBIDDEN_ADDRESS";
        return note_failure(delivery, forbidden ? refused_receiver().message : answer.error().message, 0);
    }
    if (answer->status < 200 || answer->status > 299)
        return note_failure(delivery, "The receiver answered " + std::to_string(answer->status) + ".", answer->status);
    db_->transaction([&] {
        db_->execute("DELETE FROM ops_deliveries WHERE seq=?1", {delivery.seq});
        db_->execute("UPDATE ops_hooks SET last_ms=?1, last_status=?2, last_error='' WHERE id=?3",
                     {static_cast<std::int64_t>(now_ms_()), std::int64_t{answer->status}, delivery.hook});
    });
}

void Hooks::note_failure(const Delivery& delivery, const std::string& why, std::int64_t status) {
    const auto now = now_ms_();
    const auto tries = delivery.tries + 1;
    const auto wait =
        std::min(rules_.longest_retry_ms, rules_.first_retry_ms << std::min<std::uint64_t>(tries - 1, 20));
    const bool last = tries >= rules_.max_tries;
    sys::log_warn("webhook not delivered", {{"hook", delivery.hook}, {"try", std::to_string(tries)}, {"message", why}});
    db_->transaction([&] {
        if (last)
            db_->execute("DELETE FROM ops_deliveries WHERE seq=?1", {delivery.seq});
        else
            db_->execute("UPDATE ops_deliveries SET tries=?1, next_ms=?2 WHERE seq=?3",
                         {static_cast<std::int64_t>(tries), static_cast<std::int64_t>(now + wait), delivery.seq});
        db_->execute(
            "UPDATE ops_hooks SET last_ms=?1, last_status=?2, last_error=?3, failed=failed+?4 WHERE id=?5",
            {static_cast<std::int64_t>(now), status, why.substr(0, 300), std::int64_t{last ? 1 : 0}, delivery.hook});
    });
}

std::uint64_t Hooks::pause_ms() const {
    const auto rows = db_->query("SELECT MIN(d.next_ms)" + std::string(kHeads));
    if (rows.empty() || db::sql_null(rows[0][0])) return kLongestPauseMs;
    const auto due = static_cast<std::uint64_t>(db::sql_int(rows[0][0])), now = now_ms_();
    return due > now ? std::min(due - now, kLongestPauseMs) : 0;
}

/// Sends what is due; returns how long to wait for more.
std::uint64_t Hooks::step() {
    try {
        const auto delivery = next_due();
        if (!delivery) return pause_ms();
        deliver(*delivery);
        return 0;
    } catch (const std::exception& error) {
        sys::log_error("webhooks are held up", {{"message", error.what()}});
        return kTroubleMs;
    }
}

void Hooks::run() {
    std::unique_lock lock(mutex_);
    while (!stop_) {
        fresh_ = false;
        lock.unlock();
        const auto pause = step();
        lock.lock();
        changed_.wait_for(lock, std::chrono::milliseconds(pause), [this] { return stop_ || fresh_; });
    }
}

void Hooks::start() {
    thread_ = std::thread([this] { run(); });
}

void Hooks::stop() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

}  // namespace bourse::market
