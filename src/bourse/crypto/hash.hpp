// Keccak-256 (the Ethereum variant), SHA-256 and HMAC over it.
#pragma once

#include <bourse/base/bytes.hpp>

#include <memory>

namespace bourse::crypto {

/// Keccak-256 of one or several views, as if joined. One state a thread; about 0.4 µs for up to 135 bytes.
Hash keccak256(ByteView data) noexcept;
Hash keccak256(std::initializer_list<ByteView> parts) noexcept;
inline Hash keccak256(std::string_view text) noexcept { return keccak256(as_bytes(text)); }

Hash sha256(ByteView data) noexcept;
/// RFC 2104 with SHA-256.
Hash hmac_sha256(ByteView key, ByteView data) noexcept;

/// Incremental SHA-256 for streams.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;
    void update(ByteView data) noexcept;
    /// Ends the stream; the object must not be used afterwards.
    Hash finish() noexcept;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// keccak256 of nothing.
inline constexpr std::string_view kEmptyKeccakHex =
    "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470";

}  // namespace bourse::crypto
