// What an owner signs to have a file kept by a store, and a file's two names: its SHA-256 (on chain) and its CID.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>

#include <cstdint>
#include <filesystem>
#include <string>

namespace bourse::client {

/// A store takes expiries up to this far ahead.
constexpr std::uint64_t kMaxUploadExpiryS = 24 * 3600;

/// Most in one chunk, for stores and those before them.
constexpr std::uint64_t kUploadChunkBytes = 4 << 20;

struct UploadRequest {
    Address owner;
    Hash sha256;
    std::uint64_t size_bytes = 0;
    std::uint64_t expiry_s = 0;  ///< unix time until which the signature may begin or resume the upload
};

/// The text that the owner signs (EIP-191): "Bourse upload/1" and a line for each member.
std::string upload_text(const UploadRequest& request);

struct FileDigests {
    Hash sha256;
    std::string cid;
    std::uint64_t size_bytes = 0;
};
/// Reads the file once. Errors: FILE_NOT_FOUND, FILE_UNREADABLE.
Result<FileDigests> digests_of_file(const std::filesystem::path& path);

}  // namespace bourse::client
