#include <bourse/orderbook/challenges.hpp>

#include <bourse/client/signing.hpp>
#include <bourse/codec/eip712.hpp>
#include <bourse/crypto/cipher.hpp>

#include <nlohmann/json.hpp>

namespace bourse::orderbook {

Challenges::Challenges(std::function<std::uint64_t()> now_ms) : now_ms_(std::move(now_ms)) {}

void Challenges::drop_old(std::uint64_t now_ms) {
    while (!by_age_.empty() && (by_age_.begin()->first + kLifeMs <= now_ms || pending_.size() > kMaxPending)) {
        pending_.erase(by_age_.begin()->second);
        by_age_.erase(by_age_.begin());
    }
}

nlohmann::json Challenges::create(std::uint64_t chain_id, const Address& address) {
    const auto text = to_hex_plain(crypto::random_bytes32());
    auto typed_data = client::challenge_typed_data("iExec Gateway", chain_id, text);
    const auto digest = eip712::typed_data_digest(typed_data);
    const auto now_ms = now_ms_();
    const std::lock_guard lock(mutex_);
    pending_[digest.value()] = {address, chain_id, now_ms};
    by_age_.emplace(now_ms, digest.value());
    drop_old(now_ms);
    return typed_data;
}

Result<Address> Challenges::redeem(std::string_view header, std::uint64_t chain_id) {
    const auto refused = fail("AUTHORIZATION_INVALID", "invalid authorization");
    const auto authorization = client::verify_authorization(header);
    if (!authorization) return refused;
    const std::lock_guard lock(mutex_);
    drop_old(now_ms_());
    const auto found = pending_.find(authorization->digest);
    if (found == pending_.end() || found->second.address != authorization->address ||
        found->second.chain_id != chain_id)
        return refused;
    pending_.erase(found);  // its entry in by_age_ ages out
    return authorization->address;
}

std::size_t Challenges::pending() const {
    const std::lock_guard lock(mutex_);
    return pending_.size();
}

}  // namespace bourse::orderbook
