#include <bourse/crypto/hash.hpp>
#include <bourse/native/core/layout.hpp>

namespace bourse::native {
namespace {

Bytes32 blank_key(Space space) noexcept {
    Bytes32 key;
    key.data[0] = static_cast<std::uint8_t>(space);
    return key;
}

}  // namespace

Bytes32 key_of(Space space) noexcept { return blank_key(space); }

Bytes32 key_of(Space space, const Address& address) noexcept {
    Bytes32 key = blank_key(space);
    std::copy(address.begin(), address.end(), key.begin() + 12);
    return key;
}

Bytes32 key_of(Space space, std::uint64_t index) noexcept {
    Bytes32 key = to_be32(index);
    key.data[0] = static_cast<std::uint8_t>(space);
    return key;
}

Bytes32 key_of(Space space, const Hash& id) noexcept {
    Bytes32 key = id;
    key.data[0] = static_cast<std::uint8_t>(space);
    return key;
}

Bytes32 key_of(Space space, ByteView a, ByteView b) noexcept { return key_of(space, crypto::keccak256({a, b})); }

Bytes32 word_of(const Address& address) noexcept {
    Bytes32 word;
    std::copy(address.begin(), address.end(), word.begin() + 12);
    return word;
}

Address address_of(const Bytes32& word) noexcept {
    Address address;
    std::copy(word.begin() + 12, word.end(), address.begin());
    return address;
}

}  // namespace bourse::native
