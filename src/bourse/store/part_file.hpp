// The file in which an upload grows.
#pragma once

#include <bourse/base/result.hpp>

#include <cstdint>
#include <filesystem>

namespace bourse::store {

/// An empty one, in its folder for good. Errors: STORE_FULL, DATA_UNWRITABLE.
Status<> create_part(const std::filesystem::path& part);
/// Writes a chunk's bytes at an offset, on disk when it returns. Errors: STORE_FULL, DATA_UNWRITABLE.
Status<> append_to_part(const std::filesystem::path& part, std::uint64_t offset, const std::filesystem::path& chunk);

}  // namespace bourse::store
