// Proofs of a Merkle-Patricia trie, as eth_getProof gives them (EIP-1186): checked without the trie.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>

#include <optional>
#include <span>

namespace bourse {

/// The value that the trie with this root has under the key, as the nodes on the way from the root prove it; nullopt
/// where they prove that it has none. The key is as it stands in the trie: the state's keys are hashed. Nodes below 32
/// bytes stand inside their parent and are not listed; a list with a node too many is refused, so that a proof has one
/// form. Errors: PROOF_INVALID.
Result<std::optional<Bytes>> verify_trie_proof(const Hash& root, ByteView key, std::span<const Bytes> nodes);

}  // namespace bourse
