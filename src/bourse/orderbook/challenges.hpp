// Pending challenges of the market's authorisation (sdk-interop §3.3). Kept in memory: a restart only makes clients ask
// again.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace bourse::orderbook {

class Challenges {
public:
    static constexpr std::uint64_t kLifeMs = 5 * 60 * 1000;
    static constexpr std::size_t kMaxPending = 20'000;  ///< the oldest go first

    /// `now_ms`: a monotonic clock.
    explicit Challenges(std::function<std::uint64_t()> now_ms);
    /// Typed data of a fresh challenge for this address on this chain. Several may be pending at a time.
    nlohmann::json create(std::uint64_t chain_id, const Address& address);
    /// The signer of a header `hash_signature_address` whose challenge is pending for this chain and address; the
    /// challenge is used up. Errors: AUTHORIZATION_INVALID ("invalid authorization").
    Result<Address> redeem(std::string_view header, std::uint64_t chain_id);
    std::size_t pending() const;

private:
    struct Pending {
        Address address;
        std::uint64_t chain_id = 0;
        std::uint64_t created_ms = 0;
    };
    void drop_old(std::uint64_t now_ms);

    std::function<std::uint64_t()> now_ms_;
    mutable std::mutex mutex_;
    std::map<Hash, Pending> pending_;
    std::multimap<std::uint64_t, Hash> by_age_;
};

}  // namespace bourse::orderbook
