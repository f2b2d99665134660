// zstd for the values of the data folder.
#pragma once

#include <bourse/base/bytes.hpp>

#include <cstddef>

namespace bourse::engine {

/// With a checksum, at the level that keeps up with block making.
Bytes compress(ByteView plain);
/// Ends the process where the bytes are not what compress() made of so many: they come from our own folder.
Bytes decompress(ByteView packed, std::size_t size);

}  // namespace bourse::engine
