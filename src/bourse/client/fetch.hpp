// Downloads of datasets and input files under the rules of middleware §9.9: http(s) only, public addresses only, plus
// listed origins; the resolved address is checked, after each redirect again.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bourse::client {

struct FetchPolicy {
    std::vector<std::string>
        allowed_origins;                     ///< "http://127.0.0.1:8110": any address and plain http are allowed there
    std::vector<std::string> ipfs_gateways;  ///< origins tried in order for /ipfs/… references
    std::uint64_t max_bytes = 256ULL << 20;
    std::uint64_t timeout_ms = 120'000;  ///< for the whole download with its redirects and gateways
    int max_redirects = 5;
};

struct Fetched {
    Hash sha256;  ///< of the bytes as stored (Content-Encoding is not decoded)
    std::uint64_t size_bytes = 0;
};

/// Downloads `reference` (http(s) URL, "/ipfs/<cid>[/path]" or "ipfs://<cid>[/path]") into the file `to`, which exists
/// only after success. No credentials are sent. Errors: FETCH_FORBIDDEN (scheme, address or redirect not allowed),
/// FETCH_TOO_LARGE, FETCH_FAILED (everything else: unreachable, status other than 200, time-out, too many redirects).
Result<Fetched> fetch_file(const std::string& reference, const std::filesystem::path& to, const FetchPolicy& policy);

/// A numeric address that may be asked by anyone: not loopback, private, link-local, shared, multicast, unique-local,
/// reserved, nor one of these mapped into IPv6.
bool is_public_address(std::string_view ip) noexcept;

/// The reference that a dataset's multiaddr bytes mean: their text if printable, "/ipfs/<cid>" for a binary IPFS
/// multiaddr or its textual form /p2p/…; nullopt for anything else.
std::optional<std::string> reference_of_multiaddr(ByteView multiaddr);

}  // namespace bourse::client
