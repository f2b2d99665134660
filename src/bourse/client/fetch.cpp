#include <bourse/client/fetch.hpp>

#include <bourse/crypto/hash.hpp>
#include <bourse/net/http_client.hpp>
#include <bourse/sys/clock.hpp>

#include <arpa/inet.h>
#include <fmt/core.h>

#include <array>
#include <fstream>

namespace bourse::client {
namespace {

namespace fs = std::filesystem;

struct Ipv4Range {
    std::uint32_t network;
    int bits;
};

/// IANA special-purpose registry: everything that is not globally reachable, and multicast.
constexpr std::array<Ipv4Range, 15> kClosedIpv4 = {{{0x00000000, 8},
                                                    {0x0A000000, 8},
                                                    {0x64400000, 10},
                                                    {0x7F000000, 8},
                                                    {0xA9FE0000, 16},
                                                    {0xAC100000, 12},
                                                    {0xC0000000, 24},
                                                    {0xC0000200, 24},
                                                    {0xC0586300, 24},
                                                    {0xC0A80000, 16},
                                                    {0xC6120000, 15},
                                                    {0xC6336400, 24},
                                                    {0xCB007100, 24},
                                                    {0xE0000000, 4},
                                                    {0xF0000000, 4}}};

bool is_public_ipv4(std::uint32_t address) noexcept {
    for (const auto& range : kClosedIpv4)
        if (((address ^ range.network) >> (32 - range.bits)) == 0) return false;
    return true;
}

std::uint32_t be32_at(const std::uint8_t* bytes) noexcept {
    return (std::uint32_t{bytes[0]} << 24) | (std::uint32_t{bytes[1]} << 16) | (std::uint32_t{bytes[2]} << 8) |
           bytes[3];
}

bool is_public_ipv6(const std::array<std::uint8_t, 16>& ip) noexcept {
    const std::uint32_t head = be32_at(ip.data());
    const bool zero_middle = be32_at(ip.data() + 4) == 0;
    // ::ffff:a.b.c.d, ::a.b.c.d and 64:ff9b::a.b.c.d carry an IPv4 address that must be public itself.
    if (head == 0 && zero_middle)
        return be32_at(ip.data() + 8) == 0x0000FFFF && is_public_ipv4(be32_at(ip.data() + 12));
    if (head == 0x0064FF9B)
        return zero_middle && be32_at(ip.data() + 8) == 0 && is_public_ipv4(be32_at(ip.data() + 12));
    if ((head >> 16) == 0x2002) return is_public_ipv4((head << 16) | (be32_at(ip.data() + 4) >> 16));  // 6to4
    if (head == 0x20010DB8 || head == 0x20010000) return false;  // documentation, Teredo
    return (head >> 29) == 1;                                    // 2000::/3 is all that is global unicast
}

bool is_listed(const std::string& origin, const FetchPolicy& policy) {
    for (const auto& allowed : policy.allowed_origins) {
        const auto url = net::parse_url(allowed);
        if (origin == allowed || (url && url->origin() == origin)) return true;
    }
    return false;
}

tl::unexpected<Error> fetch_forbidden(const std::string& url) {
    return fail(
        "FETCH_FORBIDDEN",
        fmt::format("{} may not be fetched: only https to public addresses, or an origin that the worker lists.", url));
}

/// Target of a Location header, seen from `base`.
std::string resolve_location(const net::Url& base, const std::string& location) {
    if (location.find("://") != std::string::npos) return location;
    if (location.starts_with("//")) return base.scheme + ":" + location;
    if (location.starts_with("/")) return base.origin() + location;
    const std::string path = base.target.substr(0, base.target.find_first_of("?#"));
    return base.origin() + path.substr(0, path.rfind('/') + 1) + location;
}

bool is_redirect(int status) noexcept {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

Error fetch_error_from(const Error& error, const std::string& url) {
    if (error.code == "HTTP_FORBIDDEN_ADDRESS") return fetch_forbidden(url).value();
    if (error.code == "HTTP_TOO_LARGE")
        return {"FETCH_TOO_LARGE", fmt::format("{} is larger than the category's limit for downloads.", url)};
    return {"FETCH_FAILED", fmt::format("{} cannot be fetched: {}", url, error.message)};
}

Result<Fetched> hash_of_download(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) return fail("FETCH_FAILED", fmt::format("{} cannot be read after the download.", file.string()));
    crypto::Sha256 hash;
    Fetched fetched;
    std::array<char, 64 * 1024> buffer{};
    while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())), in.gcount() > 0) {
        hash.update(as_bytes({buffer.data(), static_cast<std::size_t>(in.gcount())}));
        fetched.size_bytes += static_cast<std::uint64_t>(in.gcount());
    }
    fetched.sha256 = hash.finish();
    return fetched;
}

/// One exchange. An empty text means that the file is complete, else it is the next address to ask.
Result<std::string> fetch_hop(const std::string& text, const fs::path& to, const FetchPolicy& policy,
                              std::uint64_t deadline_ms) {
    const auto url = net::parse_url(text);
    if (!url || (url->scheme != "http" && url->scheme != "https")) return fetch_forbidden(text);
    const bool listed = is_listed(url->origin(), policy);
    if (url->scheme == "http" && !listed) return fetch_forbidden(text);
    const auto now = sys::steady_ms();
    if (now >= deadline_ms) return fail("FETCH_FAILED", fmt::format("{} took longer than its time limit.", text));
    net::ClientRequest request;
    request.url = text;
    request.timeout_ms = deadline_ms - now;
    request.max_body_bytes = policy.max_bytes;
    request.save_to = to;
    request.allow_address = [listed](const std::string& ip, std::uint16_t) { return listed || is_public_address(ip); };
    const auto response = net::http_request(request);
    if (!response) return fail(fetch_error_from(response.error(), text));
    if (is_redirect(response->status)) {
        const auto location = response->headers.find("location");
        if (location == response->headers.end() || location->second.empty())
            return fail("FETCH_FAILED", fmt::format("{} redirects to nowhere.", text));
        return resolve_location(*url, location->second);
    }
    if (response->status != 200) return fail("FETCH_FAILED", fmt::format("{} answered {}.", text, response->status));
    return std::string();
}

Result<Fetched> fetch_url(std::string url, const fs::path& to, const FetchPolicy& policy, std::uint64_t deadline_ms) {
    const fs::path part = to.native() + ".part";
    std::error_code ignored;
    for (int hop = 0; hop <= policy.max_redirects; ++hop) {
        fs::remove(part, ignored);
        auto next = fetch_hop(url, part, policy, deadline_ms);
        if (!next || next->empty()) {
            if (!next) {
                fs::remove(part, ignored);
                return fail(std::move(next).error());
            }
            if (!fs::exists(part, ignored)) std::ofstream(part, std::ios::binary);  // an empty body leaves no file
            BOURSE_TRY(const Fetched fetched, hash_of_download(part));
            std::error_code ec;
            fs::rename(part, to, ec);
            if (ec) return fail("FETCH_FAILED", fmt::format("Cannot write {}: {}.", to.string(), ec.message()));
            return fetched;
        }
        url = *next;
    }
    fs::remove(part, ignored);
    return fail("FETCH_FAILED", fmt::format("{} redirects more than {} times.", url, policy.max_redirects));
}

constexpr std::string_view kBase58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

std::string base58(ByteView bytes) {
    std::vector<int> digits;
    for (const auto byte : bytes) {
        int carry = byte;
        for (auto& digit : digits) {
            carry += digit * 256;
            digit = carry % 58;
            carry /= 58;
        }
        for (; carry > 0; carry /= 58) digits.push_back(carry % 58);
    }
    std::string out;
    for (std::size_t i = 0; i < bytes.size() && bytes[i] == 0; ++i) out += '1';
    for (auto it = digits.rbegin(); it != digits.rend(); ++it) out += kBase58[static_cast<std::size_t>(*it)];
    return out;
}

}  // namespace

bool is_public_address(std::string_view ip) noexcept {
    std::array<char, INET6_ADDRSTRLEN + 1> text{};
    if (ip.size() >= text.size()) return false;
    std::copy(ip.begin(), ip.end(), text.begin());
    std::array<std::uint8_t, 16> bytes{};
    if (inet_pton(AF_INET, text.data(), bytes.data()) == 1) return is_public_ipv4(be32_at(bytes.data()));
    if (inet_pton(AF_INET6, text.data(), bytes.data()) == 1) return is_public_ipv6(bytes);
    return false;
}

Result<Fetched> fetch_file(const std::string& reference, const fs::path& to, const FetchPolicy& policy) {
    const auto deadline_ms = sys::steady_ms() + policy.timeout_ms;
    std::string ipfs_path;
    if (reference.starts_with("/ipfs/")) ipfs_path = reference;
    if (reference.starts_with("ipfs://")) ipfs_path = "/ipfs/" + reference.substr(7);
    if (ipfs_path.empty()) return fetch_url(reference, to, policy, deadline_ms);
    Error last{"FETCH_FAILED", "No IPFS gateway is configured (worker.ipfs_gateways)."};
    for (const auto& gateway : policy.ipfs_gateways) {
        auto fetched = fetch_url(gateway + ipfs_path, to, policy, deadline_ms);
        if (fetched) return fetched;
        last = std::move(fetched).error();
        // A gateway is the operator's choice: that it is closed is no misdeed of the requester.
        if (last.code == "FETCH_FORBIDDEN") last.code = "FETCH_FAILED";
    }
    return fail(std::move(last));
}

std::optional<std::string> reference_of_multiaddr(ByteView multiaddr) {
    if (multiaddr.empty()) return std::nullopt;
    const bool printable = std::ranges::all_of(multiaddr, [](std::uint8_t c) { return c >= 0x21 && c <= 0x7E; });
    if (printable) {
        std::string text(as_text(multiaddr));
        return text.starts_with("/p2p/") ? "/ipfs/" + text.substr(5) : text;
    }
    // varint(421) = protocol ipfs/p2p, then the length of the multihash and the multihash itself.
    if (multiaddr.size() < 5 || multiaddr[0] != 0xA5 || multiaddr[1] != 0x03 || multiaddr[2] >= 0x80)
        return std::nullopt;
    const auto hash = multiaddr.subspan(3);
    if (hash.size() != multiaddr[2]) return std::nullopt;
    return "/ipfs/" + base58(hash);
}

}  // namespace bourse::client
