// Memo of signature recoveries. A recovery costs 32…70 µs and is a pure function, so remembering its result changes no
// outcome anywhere: the pool, the execution of blocks and the native modules share one memo.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/crypto/secp256k1.hpp>

#include <cstdint>
#include <memory>
#include <optional>

namespace bourse::crypto {

/// Safe from any thread; bounded: when full, entries that were not asked for lately go first.
class SignatureCache {
public:
    /// Keeps between `capacity` / 2 and `capacity` recoveries; about 200 bytes each.
    explicit SignatureCache(std::size_t capacity = 1U << 18);
    ~SignatureCache();
    SignatureCache(const SignatureCache&) = delete;
    SignatureCache& operator=(const SignatureCache&) = delete;

    /// The remembered signer; nullopt when this pair is not known.
    std::optional<Address> find(const Hash& hash, const Signature& signature);
    void remember(const Hash& hash, const Signature& signature, const Address& signer);
    /// The signer, remembered or recovered; nullopt (not remembered) when no key can be recovered.
    std::optional<Address> recover(const Hash& hash, const Signature& signature);

    std::uint64_t hits() const noexcept;
    std::uint64_t misses() const noexcept;

    /// The memo of this process.
    static SignatureCache& global();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// recover() through the memo of the process.
inline std::optional<Address> recover_cached(const Hash& hash, const Signature& signature) {
    return SignatureCache::global().recover(hash, signature);
}

}  // namespace bourse::crypto
