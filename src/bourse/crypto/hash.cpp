#include <bourse/crypto/hash.hpp>

#include <bourse/base/assert.hpp>

#include <cryptopp/keccak.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

namespace bourse::crypto {
namespace {

/// Final() leaves the state ready for the next message.
CryptoPP::Keccak_256& keccak_state() noexcept {
    thread_local CryptoPP::Keccak_256 state;
    return state;
}

}  // namespace

Hash keccak256(ByteView data) noexcept {
    Hash out;
    auto& state = keccak_state();
    state.Update(data.data(), data.size());
    state.Final(out.data.data());
    return out;
}

Hash keccak256(std::initializer_list<ByteView> parts) noexcept {
    Hash out;
    auto& state = keccak_state();
    for (const ByteView part : parts) state.Update(part.data(), part.size());
    state.Final(out.data.data());
    return out;
}

Hash sha256(ByteView data) noexcept {
    Hash out;
    SHA256(data.data(), data.size(), out.data.data());
    return out;
}

Hash hmac_sha256(ByteView key, ByteView data) noexcept {
    Hash out;
    const auto* done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data.data(), data.size(),
                            out.data.data(), nullptr);
    BOURSE_ASSERT(done != nullptr);
    return out;
}

struct Sha256::Impl {
    EVP_MD_CTX* context = EVP_MD_CTX_new();

    Impl() { BOURSE_ASSERT(context != nullptr && EVP_DigestInit_ex(context, EVP_sha256(), nullptr) == 1); }
    ~Impl() { EVP_MD_CTX_free(context); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
};

Sha256::Sha256() : impl_(std::make_unique<Impl>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(ByteView data) noexcept {
    BOURSE_ASSERT(EVP_DigestUpdate(impl_->context, data.data(), data.size()) == 1);
}

Hash Sha256::finish() noexcept {
    Hash out;
    BOURSE_ASSERT(EVP_DigestFinal_ex(impl_->context, out.data.data(), nullptr) == 1);
    return out;
}

}  // namespace bourse::crypto
