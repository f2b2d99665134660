// The Merkle tree of CometBFT (RFC 6962 with SHA-256; spec/abci.md §6).
#pragma once

#include <bourse/base/bytes.hpp>

#include <span>

namespace bourse::engine {

Hash merkle_root(std::span<const Bytes> leaves);

}  // namespace bourse::engine
