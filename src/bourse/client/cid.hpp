// Content identifiers as `ipfs add --cid-version=1` makes them: raw leaves, chunks of 262,144 bytes, a balanced tree of
// 174 links (UnixFS in dag-pb above the leaves). Nothing is kept but one node a level.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/crypto/hash.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace bourse::client {

/// Streaming computation of a file's CID; memory does not grow with the file beyond some bytes a chunk of 45 MiB.
class CidBuilder {
public:
    CidBuilder();
    ~CidBuilder();
    CidBuilder(CidBuilder&&) noexcept;
    CidBuilder& operator=(CidBuilder&&) noexcept;
    void update(ByteView data);
    /// Version 1, base32 lower case ("bafkrei…" for one chunk, "bafybei…" above). Ends the stream.
    std::string finish();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

std::string cid_of(ByteView data);
/// Errors: FILE_NOT_FOUND, FILE_UNREADABLE.
Result<std::string> cid_of_file(const std::filesystem::path& path);

/// The SHA-256 multihash digest of a CID of version 0 (base58) or 1 (base32, lower or upper case, base58 "z"), whatever
/// its codec; nullopt for anything else. Two spellings of the same content have the same digest.
std::optional<Hash> cid_digest(std::string_view cid);
/// Version 1 base32 of a digest under the given codec (0x55 raw, 0x70 dag-pb).
std::string make_cid(const Hash& digest, std::uint8_t codec);

}  // namespace bourse::client
