#include <bourse/crypto/cipher.hpp>

#include <bourse/base/assert.hpp>

#include <cryptopp/scrypt.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <bit>
#include <climits>

namespace bourse::crypto {
namespace {

const char* as_chars(ByteView bytes) noexcept { return reinterpret_cast<const char*>(bytes.data()); }

/// Memory that scrypt may take: 128 · N · r bytes and a little.
constexpr std::uint64_t kScryptMaxMemory = 1ULL << 30;

Error illegal_scrypt() {
    return {"SCRYPT_FAILED", "The key file asks for scrypt parameters that are illegal or need more than 1 GiB."};
}

/// N of 2^(16 r) and more: RFC 7914 forbids it and OpenSSL refuses it, but the test vector of the Web3 Secret Storage
/// definition and old wallets have it (N = 262144, r = 1).
Result<Bytes> scrypt_beyond_rfc(ByteView password, ByteView salt, std::uint64_t n, std::uint32_t r, std::uint32_t p,
                                Bytes out) {
    if (!std::has_single_bit(n) || p == 0 || p > 64 || n > kScryptMaxMemory / (128 * std::uint64_t{r}))
        return fail(illegal_scrypt());
    CryptoPP::Scrypt().DeriveKey(out.data(), out.size(), password.data(), password.size(), salt.data(), salt.size(), n,
                                 r, p);
    return out;
}

}  // namespace

Bytes aes128_ctr(ByteView key, ByteView iv, ByteView data) {
    BOURSE_ASSERT(key.size() == 16 && iv.size() == 16 && data.size() <= INT_MAX);
    Bytes out(data.size());
    EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
    BOURSE_ASSERT(context != nullptr);
    int written = 0;
    BOURSE_ASSERT(EVP_EncryptInit_ex(context, EVP_aes_128_ctr(), nullptr, key.data(), iv.data()) == 1);
    BOURSE_ASSERT(EVP_EncryptUpdate(context, out.data(), &written, data.data(), static_cast<int>(data.size())) == 1);
    EVP_CIPHER_CTX_free(context);
    BOURSE_ASSERT(static_cast<std::size_t>(written) == data.size());
    return out;
}

Aes256CbcEncryptor::Aes256CbcEncryptor(ByteView key, ByteView iv) : context_(EVP_CIPHER_CTX_new()) {
    BOURSE_ASSERT(key.size() == 32 && iv.size() == 16 && context_ != nullptr);
    BOURSE_ASSERT(EVP_EncryptInit_ex(static_cast<EVP_CIPHER_CTX*>(context_), EVP_aes_256_cbc(), nullptr, key.data(),
                                     iv.data()) == 1);
}

Aes256CbcEncryptor::~Aes256CbcEncryptor() { EVP_CIPHER_CTX_free(static_cast<EVP_CIPHER_CTX*>(context_)); }

Bytes Aes256CbcEncryptor::update(ByteView data) {
    BOURSE_ASSERT(data.size() <= INT_MAX - EVP_MAX_BLOCK_LENGTH);
    Bytes out(data.size() + EVP_MAX_BLOCK_LENGTH);
    int written = 0;
    BOURSE_ASSERT(EVP_EncryptUpdate(static_cast<EVP_CIPHER_CTX*>(context_), out.data(), &written, data.data(),
                                    static_cast<int>(data.size())) == 1);
    out.resize(static_cast<std::size_t>(written));
    return out;
}

Bytes Aes256CbcEncryptor::finish() {
    Bytes out(EVP_MAX_BLOCK_LENGTH);
    int written = 0;
    BOURSE_ASSERT(EVP_EncryptFinal_ex(static_cast<EVP_CIPHER_CTX*>(context_), out.data(), &written) == 1);
    out.resize(static_cast<std::size_t>(written));
    return out;
}

Result<Bytes> scrypt(ByteView password, ByteView salt, std::uint64_t n, std::uint32_t r, std::uint32_t p,
                     std::size_t length) {
    Bytes out(length);
    if (r > 0 && r < 4 && n >> (16 * r) != 0) return scrypt_beyond_rfc(password, salt, n, r, p, std::move(out));
    if (EVP_PBE_scrypt(as_chars(password), password.size(), salt.data(), salt.size(), n, r, p, kScryptMaxMemory,
                       out.data(), out.size()) != 1)
        return fail(illegal_scrypt());
    return out;
}

Bytes pbkdf2_sha256(ByteView password, ByteView salt, std::uint32_t iterations, std::size_t length) {
    BOURSE_ASSERT(iterations > 0 && iterations <= INT_MAX && length <= INT_MAX);
    Bytes out(length);
    BOURSE_ASSERT(PKCS5_PBKDF2_HMAC(as_chars(password), static_cast<int>(password.size()), salt.data(),
                                    static_cast<int>(salt.size()), static_cast<int>(iterations), EVP_sha256(),
                                    static_cast<int>(length), out.data()) == 1);
    return out;
}

Bytes random_bytes(std::size_t n) {
    BOURSE_ASSERT(n <= INT_MAX);
    Bytes out(n);
    BOURSE_ASSERT(RAND_bytes(out.data(), static_cast<int>(n)) == 1);
    return out;
}

Bytes32 random_bytes32() { return *Bytes32::from(random_bytes(32)); }

bool constant_time_equal(ByteView a, ByteView b) noexcept {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace bourse::crypto
