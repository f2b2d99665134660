#include <bourse/poco/signatures.hpp>

namespace bourse::poco {

std::optional<crypto::Signature> parse_signature(ByteView signature) noexcept {
    if (!has_signature_length(signature)) return std::nullopt;
    crypto::Signature out;
    std::copy_n(signature.begin(), 32, out.r.begin());
    std::copy_n(signature.begin() + 32, 32, out.s.begin());
    if (signature.size() == 65) {
        const std::uint8_t v = signature[64];
        if (v != 27 && v != 28) return std::nullopt;
        out.parity = static_cast<std::uint8_t>(v - 27);
    } else {
        out.parity = static_cast<std::uint8_t>(out.s.data[0] >> 7);
        out.s.data[0] = static_cast<std::uint8_t>(out.s.data[0] & 0x7F);
    }
    if (!crypto::is_low_s(out.s)) return std::nullopt;
    return out;
}

std::optional<Address> recover_signer(const Hash& hash, ByteView signature) noexcept {
    const auto parsed = parse_signature(signature);
    if (!parsed) return std::nullopt;
    return crypto::recover(hash, *parsed);
}

SignatureVerdict verify_signature(const Address& account, const Hash& hash, ByteView signature) noexcept {
    if (!has_signature_length(signature)) return SignatureVerdict::kBadFormat;
    const Address signer = recover_signer(hash, signature).value_or(Address{});
    return signer == account ? SignatureVerdict::kValid : SignatureVerdict::kInvalid;
}

}  // namespace bourse::poco
