// Which logs an address or a topic occurs in: one key for each distinct one and block, with a list of positions.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/db/kv.hpp>
#include <bourse/state/state.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace bourse::engine {

/// As in eth_getLogs: alternatives of addresses, and for each topic position; an empty list accepts everything.
struct LogFilter {
    std::uint64_t from_block = 0;
    std::uint64_t to_block = 0;  ///< inclusive
    std::vector<Address> addresses;
    std::vector<std::vector<Hash>> topics;  ///< at most four positions

    bool accepts(const state::Log& log) const noexcept;
    /// Whether the index can narrow the search: an address or topic is given.
    bool is_selective() const noexcept;
};

/// Puts the index of one block. Logs in the order of the block.
void put_log_index(db::Batch& batch, std::uint64_t block_number, const std::vector<const state::Log*>& logs);

/// Calls `visit` for each block in the range that may hold matching logs, in order, with the positions (within the
/// block) of the candidates, until it returns false. A candidate holds one alternative of each given list somewhere:
/// the visitor reads the log and asks filter.accepts(). Unselective filters are the caller's to handle (asserted).
void visit_candidates(const db::KvStore& kv, const LogFilter& filter,
                      const std::function<bool(std::uint64_t block_number, const std::vector<std::uint32_t>&)>& visit);

}  // namespace bourse::engine
