// How far the clock of a development chain is from the system's: kept in its data folder, so that a restarted node goes
// on from it (spec/chain.md §9).
#pragma once

#include <bourse/db/kv.hpp>

#include <cstdint>

namespace bourse::engine {

/// Milliseconds; 0 where none is kept.
std::int64_t read_time_offset(const db::KvStore& kv);
void put_time_offset(db::Batch& batch, std::int64_t offset_ms);

}  // namespace bourse::engine
