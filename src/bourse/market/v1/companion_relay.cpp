#include <bourse/market/v1/companion_relay.hpp>

#include <bourse/crypto/cipher.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace bourse::market {

namespace {

using nlohmann::json;

constexpr std::uint64_t kMinuteMs = 60'000;
constexpr std::uint32_t kCodes = 1'000'000;

void say(const net::WsConnectionPtr& connection, const json& message) {
    if (connection) connection->send(message.dump());
}

void refuse(const net::WsConnectionPtr& connection, std::string_view code, std::string_view message) {
    say(connection, {{"op", "error"}, {"code", code}, {"message", message}});
}

std::string fresh_token() { return "c-" + to_hex_plain(crypto::random_bytes32()); }

std::string text_member(const json& message, const char* name) {
    const auto found = message.find(name);
    return found != message.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

CompanionRelay::CompanionRelay(std::function<std::uint64_t()> now_ms, CompanionLimits limits)
    : now_ms_(std::move(now_ms)), limits_(limits) {}

net::WsHandlers CompanionRelay::handlers() {
    net::WsHandlers out;
    out.on_open = [](const net::WsConnectionPtr&) {};
    out.on_message = [this](const net::WsConnectionPtr& connection, std::string_view text) {
        receive(connection, text);
    };
    out.on_close = [this](const net::WsConnectionPtr& connection) { closed(connection); };
    return out;
}

void CompanionRelay::receive(const net::WsConnectionPtr& connection, std::string_view text) {
    const auto message = json::parse(text, nullptr, false);
    const std::lock_guard lock(mutex_);
    forget_old();
    const auto op = message.is_object() ? text_member(message, "op") : std::string();
    if (op == "open") return open(connection);
    if (op == "join") return join(connection, text_member(message, "code"));
    if (op == "resume") return resume(connection, text_member(message, "token"));
    if (op == "send" && message.contains("data"))
        return pass(connection, json{{"op", "data"}, {"data", message.at("data")}}.dump());
    refuse(connection, "MESSAGE_INVALID",
           R"(Send {"op":"open"}, "join" with a code, "resume" with a token, or "send" with data.)");
}

void CompanionRelay::closed(const net::WsConnectionPtr& connection) {
    const std::lock_guard lock(mutex_);
    leave(connection.get());
}

std::size_t CompanionRelay::pairings() const {
    const std::lock_guard lock(mutex_);
    return by_token_.size() / 2;
}

void CompanionRelay::open(const net::WsConnectionPtr& connection) {
    if (by_token_.size() / 2 >= limits_.pairings || open_codes() >= limits_.open_codes)
        return refuse(connection, "TOO_MANY", "Too many companions are being paired. Try again in two minutes.");
    const auto pairing = std::make_shared<Pairing>();
    pairing->code = fresh_code();
    pairing->tokens[0] = fresh_token();
    pairing->tokens[1] = fresh_token();
    pairing->since_ms = now_ms_();
    by_token_[pairing->tokens[0]] = {pairing, Side::kPage};
    by_token_[pairing->tokens[1]] = {pairing, Side::kTerminal};
    take_place(connection, pairing, Side::kPage);
    say(connection, {{"op", "code"},
                     {"code", pairing->code},
                     {"token", pairing->tokens[0]},
                     {"expires_s", limits_.code_ms / 1000}});
}

void CompanionRelay::join(const net::WsConnectionPtr& connection, const std::string& code) {
    const auto& address = connection->request().remote_address;
    if (!may_try(address))
        return refuse(connection, "RATE_LIMITED", "Too many wrong codes were tried here. Try again in a minute.");
    const auto found = std::find_if(by_token_.begin(), by_token_.end(), [&](const auto& entry) {
        return !code.empty() && entry.second.pairing->code == code;
    });
    if (found == by_token_.end()) {
        ++wrong_codes_[address];
        ++wrong_codes_[{}];
        return refuse(connection, "CODE_UNKNOWN", "No page waits with this code. Let the page show a new one.");
    }
    const auto pairing = found->second.pairing;
    pairing->code.clear();
    take_place(connection, pairing, Side::kTerminal);
    say(connection, {{"op", "paired"}, {"token", pairing->tokens[1]}});
    say(pairing->sides[0], {{"op", "paired"}});
}

void CompanionRelay::resume(const net::WsConnectionPtr& connection, const std::string& token) {
    const auto found = by_token_.find(token);
    if (found == by_token_.end() || !found->second.pairing->code.empty())
        return refuse(connection, "PAIRING_UNKNOWN", "This pairing is over. Pair the companion anew.");
    const auto place = found->second;
    take_place(connection, place.pairing, place.side);
    const auto& other = place.pairing->sides[place.side == Side::kPage ? 1 : 0];
    say(connection, {{"op", "paired"}});
    say(other ? other : connection, {{"op", other ? "back" : "away"}});
}

void CompanionRelay::pass(const net::WsConnectionPtr& connection, std::string data) {
    const auto found = by_connection_.find(connection.get());
    if (found == by_connection_.end()) return refuse(connection, "NOT_PAIRED", "Open, join or resume a pairing first.");
    const auto& [pairing, side] = found->second;
    if (const auto& other = pairing->sides[side == Side::kPage ? 1 : 0])
        other->send(std::move(data));
    else
        say(connection, {{"op", "away"}});
}

/// A side that comes twice replaces the first; a connection has one place.
void CompanionRelay::take_place(const net::WsConnectionPtr& connection, const PairingPtr& pairing, Side side) {
    leave(connection.get());
    auto& seat = pairing->sides[side == Side::kPage ? 0 : 1];
    if (seat) by_connection_.erase(seat.get());
    if (seat && seat != connection) seat->close(1000, "resumed elsewhere");
    seat = connection;
    by_connection_[connection.get()] = {pairing, side};
}

void CompanionRelay::leave(const net::WsConnection* connection) {
    const auto found = by_connection_.find(connection);
    if (found == by_connection_.end()) return;
    const auto [pairing, side] = found->second;
    by_connection_.erase(found);
    pairing->sides[side == Side::kPage ? 0 : 1].reset();
    pairing->since_ms = now_ms_();
    say(pairing->sides[side == Side::kPage ? 1 : 0], {{"op", "away"}});
}

void CompanionRelay::forget_old() {
    const auto now = now_ms_();
    std::erase_if(by_token_, [&](const auto& entry) {
        const auto& pairing = *entry.second.pairing;
        const bool complete = pairing.sides[0] && pairing.sides[1];
        const bool over = now >= pairing.since_ms + (pairing.code.empty() ? limits_.absence_ms : limits_.code_ms);
        if (!over || complete) return false;
        for (const auto& side : pairing.sides) by_connection_.erase(side.get());
        return true;
    });
}

bool CompanionRelay::may_try(const std::string& address) {
    const auto now = now_ms_();
    if (now >= wrong_since_ms_ + kMinuteMs) {
        wrong_since_ms_ = now;
        wrong_codes_.clear();
    }
    return wrong_codes_[address] < limits_.wrong_codes_of_one && wrong_codes_[{}] < limits_.wrong_codes_of_all;
}

std::size_t CompanionRelay::open_codes() const {
    const auto waits = [](const auto& entry) { return !entry.second.pairing->code.empty(); };
    return static_cast<std::size_t>(std::count_if(by_token_.begin(), by_token_.end(), waits)) / 2;
}

std::string CompanionRelay::fresh_code() const {
    for (;;) {
        const auto bytes = crypto::random_bytes32();
        std::uint32_t number = 0;
        for (std::size_t i = 0; i < 4; ++i) number = number << 8U | bytes.data[i];
        auto code = fmt::format("{:06}", number % kCodes);
        const auto taken = [&](const auto& entry) { return entry.second.pairing->code == code; };
        if (std::none_of(by_token_.begin(), by_token_.end(), taken)) return code;
    }
}

}  // namespace bourse::market
