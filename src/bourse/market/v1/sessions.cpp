#include <bourse/market/v1/sessions.hpp>

#include <bourse/crypto/cipher.hpp>

#include <algorithm>

namespace bourse::market {

Sessions::Session Sessions::open(const Address& address) {
    Session session{"s-" + to_hex_plain(crypto::random_bytes32()), address, now_ms_() + kLifeMs};
    const std::lock_guard lock(mutex_);
    std::erase_if(sessions_, [&](const auto& entry) { return entry.second.expires_ms <= now_ms_(); });
    if (sessions_.size() >= kMaxSessions)
        sessions_.erase(std::ranges::min_element(sessions_, {}, [](const auto& e) { return e.second.expires_ms; }));
    sessions_[session.token] = session;
    return session;
}

std::optional<Sessions::Session> Sessions::use(const std::string& token) {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(token);
    if (found == sessions_.end()) return std::nullopt;
    if (found->second.expires_ms <= now_ms_()) {
        sessions_.erase(found);
        return std::nullopt;
    }
    found->second.expires_ms = now_ms_() + kLifeMs;
    return found->second;
}

void Sessions::close(const std::string& token) {
    const std::lock_guard lock(mutex_);
    sessions_.erase(token);
}

Result<Sessions::Session> Sessions::of(const net::Request& request) {
    constexpr std::string_view kBearer = "Bearer ";
    const auto header = request.header("authorization");
    if (header.starts_with(kBearer))
        if (const auto session = use(header.substr(kBearer.size()))) return *session;
    return fail("SESSION_NEEDED",
                "Sign the challenge of /v1/challenge, open a session with POST /v1/session, and send its token as "
                "authorization: Bearer …. Sessions end after 15 minutes without use.");
}

}  // namespace bourse::market
