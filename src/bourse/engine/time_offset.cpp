#include <bourse/engine/time_offset.hpp>

#include <bourse/engine/engine_keys.hpp>
#include <bourse/engine/packing.hpp>

namespace bourse::engine {

std::int64_t read_time_offset(const db::KvStore& kv) {
    const auto stored = kv.get(as_bytes(kTimeOffsetKey));
    return stored ? static_cast<std::int64_t>(Unpacker(*stored).u64()) : 0;
}

void put_time_offset(db::Batch& batch, std::int64_t offset_ms) {
    Bytes value;
    append_u64(value, static_cast<std::uint64_t>(offset_ms));
    batch.put(as_bytes(kTimeOffsetKey), value);
}

}  // namespace bourse::engine
