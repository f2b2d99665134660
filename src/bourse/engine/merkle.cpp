#include <bourse/engine/merkle.hpp>

#include <bourse/crypto/hash.hpp>

#include <bit>

namespace bourse::engine {

Hash merkle_root(std::span<const Bytes> leaves) {
    if (leaves.empty()) return crypto::sha256({});
    Bytes content;
    if (leaves.size() == 1) {
        content.push_back(0);
        append(content, leaves.front());
        return crypto::sha256(content);
    }
    const std::size_t left = std::bit_floor(leaves.size() - 1);  // the largest power of two below the size
    content.push_back(1);
    append(content, merkle_root(leaves.first(left)));
    append(content, merkle_root(leaves.subspan(left)));
    return crypto::sha256(content);
}

}  // namespace bourse::engine
