// Who a data folder belongs to: written with the first block, checked at every start.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/db/kv.hpp>

#include <optional>

namespace bourse::engine {

/// Layout of keys and values (docs/decisions/0002-state-layout.md). Rises when an older program could not read it.
inline constexpr std::uint32_t kDataFormat = 1;

struct DataFormat {
    std::uint32_t version = kDataFormat;
    Hash genesis_hash;  ///< of block 0
};

/// nullopt: the store is empty. Errors: DATA_FOREIGN (it holds something else), DATA_NEWER (written by a later
/// program), DATA_DAMAGED.
Result<std::optional<DataFormat>> read_data_format(const db::KvStore& kv);
/// Goes into the batch of block 0.
void put_data_format(db::Batch& batch, const Hash& genesis_hash);

}  // namespace bourse::engine
