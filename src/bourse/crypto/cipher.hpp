// Symmetric primitives for the keystore (OpenSSL), and the operating system's random source for keys and salts.
// Not to be used in the deterministic zone.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>

namespace bourse::crypto {

/// AES-128-CTR; encryption and decryption are the same operation. Key 16 bytes, iv 16 bytes.
Bytes aes128_ctr(ByteView key, ByteView iv, ByteView data);
/// AES-256-CBC with PKCS#7 padding, in a stream. Key 32 bytes, iv 16 bytes.
class Aes256CbcEncryptor {
public:
    Aes256CbcEncryptor(ByteView key, ByteView iv);
    ~Aes256CbcEncryptor();
    Aes256CbcEncryptor(const Aes256CbcEncryptor&) = delete;
    Aes256CbcEncryptor& operator=(const Aes256CbcEncryptor&) = delete;
    /// What is ready; up to 15 bytes wait for what follows.
    Bytes update(ByteView data);
    /// The last block; ends the stream.
    Bytes finish();

private:
    void* context_;
};
/// Fails with SCRYPT_FAILED for illegal parameters or lack of memory. N = 131072, r = 8, p = 1 takes 0.7…1.5 s.
Result<Bytes> scrypt(ByteView password, ByteView salt, std::uint64_t n, std::uint32_t r, std::uint32_t p,
                     std::size_t length);
Bytes pbkdf2_sha256(ByteView password, ByteView salt, std::uint32_t iterations, std::size_t length);
/// Cryptographic random bytes; aborts if the system has none.
Bytes random_bytes(std::size_t n);
Bytes32 random_bytes32();
/// Comparison in time that depends on the length only.
bool constant_time_equal(ByteView a, ByteView b) noexcept;

}  // namespace bourse::crypto
