#include <bourse/client/cid.hpp>

#include <bourse/base/assert.hpp>

#include <fmt/format.h>
#include <array>
#include <fstream>
#include <vector>

namespace bourse::client {

namespace {

constexpr std::size_t kChunkBytes = 262'144;
constexpr std::size_t kLinksPerNode = 174;
constexpr std::uint8_t kRawCodec = 0x55;
constexpr std::uint8_t kDagPbCodec = 0x70;
constexpr std::string_view kBase32 = "abcdefghijklmnopqrstuvwxyz234567";
constexpr std::string_view kBase58Digits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

void append_varint(Bytes& out, std::uint64_t value) {
    while (value >= 0x80) {
        out.push_back(static_cast<std::uint8_t>(value | 0x80));
        value >>= 7;
    }
    out.push_back(static_cast<std::uint8_t>(value));
}

void append_field(Bytes& out, std::uint8_t tag, ByteView bytes) {
    out.push_back(tag);
    append_varint(out, bytes.size());
    append(out, bytes);
}

Bytes binary_cid(const Hash& digest, std::uint8_t codec) {
    Bytes out{0x01, codec, 0x12, 0x20};
    append(out, digest);
    return out;
}

/// A finished subtree: its identifier, the bytes of file below it, and the bytes of all blocks below it.
struct Link {
    Hash digest;
    std::uint8_t codec = kRawCodec;
    std::uint64_t file_bytes = 0;
    std::uint64_t total_bytes = 0;
};

/// A dag-pb node (links first, as the canonical form has it) with UnixFS data of type file.
Link make_node(const std::vector<Link>& children) {
    Bytes node;
    Bytes unixfs{0x08, 0x02};
    Link out{{}, kDagPbCodec, 0, 0};
    Bytes sizes;
    for (const auto& child : children) {
        Bytes link;
        append_field(link, 0x0A, binary_cid(child.digest, child.codec));
        append_field(link, 0x12, {});
        link.push_back(0x18);
        append_varint(link, child.total_bytes);
        append_field(node, 0x12, link);
        sizes.push_back(0x20);
        append_varint(sizes, child.file_bytes);
        out.file_bytes += child.file_bytes;
        out.total_bytes += child.total_bytes;
    }
    unixfs.push_back(0x18);
    append_varint(unixfs, out.file_bytes);
    append(unixfs, sizes);
    append_field(node, 0x0A, unixfs);
    out.digest = crypto::sha256(node);
    out.total_bytes += node.size();
    return out;
}

std::string base32(ByteView bytes) {
    std::string out;
    std::uint32_t buffer = 0;
    unsigned bits = 0;
    for (auto byte : bytes) {
        buffer = (buffer << 8) | byte;
        bits += 8;
        while (bits >= 5) {
            bits -= 5;
            out.push_back(kBase32[(buffer >> bits) & 31]);
        }
    }
    if (bits > 0) out.push_back(kBase32[(buffer << (5 - bits)) & 31]);
    return out;
}

std::optional<Bytes> from_base32(std::string_view text) {
    Bytes out;
    std::uint32_t buffer = 0;
    unsigned bits = 0;
    for (char c : text) {
        const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        const auto value = kBase32.find(lower);
        if (value == std::string_view::npos) return std::nullopt;
        buffer = (buffer << 5) | static_cast<std::uint32_t>(value);
        bits += 5;
        if (bits < 8) continue;
        bits -= 8;
        out.push_back(static_cast<std::uint8_t>(buffer >> bits));
        buffer &= (1U << bits) - 1;
    }
    if (buffer != 0) return std::nullopt;
    return out;
}

std::optional<Bytes> from_base58(std::string_view text) {
    if (text.size() > 128) return std::nullopt;
    Bytes big_endian;
    for (char c : text) {
        const auto digit = kBase58Digits.find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        auto carry = static_cast<std::uint32_t>(digit);
        for (auto it = big_endian.rbegin(); it != big_endian.rend(); ++it) {
            carry += std::uint32_t{*it} * 58;
            *it = static_cast<std::uint8_t>(carry);
            carry >>= 8;
        }
        if (carry != 0) big_endian.insert(big_endian.begin(), static_cast<std::uint8_t>(carry));
    }
    const auto zeros = text.find_first_not_of('1');
    big_endian.insert(big_endian.begin(), zeros == std::string_view::npos ? text.size() : zeros, 0);
    return big_endian;
}

std::optional<Hash> multihash_digest(ByteView multihash) {
    if (multihash.size() != 34 || multihash[0] != 0x12 || multihash[1] != 0x20) return std::nullopt;
    return Hash::from(multihash.subspan(2));
}

}  // namespace

struct CidBuilder::Impl {
    crypto::Sha256 chunk;
    std::size_t chunk_bytes = 0;
    std::vector<std::vector<Link>> levels;  ///< open nodes, leaves' parents first

    void end_chunk() {
        add(0, Link{chunk.finish(), kRawCodec, chunk_bytes, chunk_bytes});
        chunk = crypto::Sha256();
        chunk_bytes = 0;
    }

    void add(std::size_t level, const Link& link) {
        if (levels.size() <= level) levels.emplace_back();
        // A full node is closed only when another sibling comes, so that the root never has a single child.
        if (levels[level].size() == kLinksPerNode) {
            const Link node = make_node(levels[level]);
            levels[level].clear();
            add(level + 1, node);
        }
        levels[level].push_back(link);
    }

    Link root() {
        if (chunk_bytes > 0 || levels.empty()) end_chunk();
        for (std::size_t level = 0;; ++level) {
            const bool is_top = level + 1 == levels.size();
            if (is_top && levels[level].size() == 1) return levels[level][0];
            const Link node = make_node(levels[level]);
            if (is_top) return node;
            add(level + 1, node);
        }
    }
};

CidBuilder::CidBuilder() : impl_(std::make_unique<Impl>()) {}
CidBuilder::~CidBuilder() = default;
CidBuilder::CidBuilder(CidBuilder&&) noexcept = default;
CidBuilder& CidBuilder::operator=(CidBuilder&&) noexcept = default;

void CidBuilder::update(ByteView data) {
    while (!data.empty()) {
        if (impl_->chunk_bytes == kChunkBytes) impl_->end_chunk();
        const std::size_t take = std::min(kChunkBytes - impl_->chunk_bytes, data.size());
        impl_->chunk.update(data.first(take));
        impl_->chunk_bytes += take;
        data = data.subspan(take);
    }
}

std::string CidBuilder::finish() {
    const Link root = impl_->root();
    return make_cid(root.digest, root.codec);
}

std::string cid_of(ByteView data) {
    CidBuilder builder;
    builder.update(data);
    return builder.finish();
}

Result<std::string> cid_of_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return fail("FILE_NOT_FOUND", fmt::format("The file {} cannot be opened.", path.string()));
    CidBuilder builder;
    std::vector<char> buffer(kChunkBytes);
    while (file.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || file.gcount() > 0)
        builder.update(as_bytes({buffer.data(), static_cast<std::size_t>(file.gcount())}));
    if (file.bad()) return fail("FILE_UNREADABLE", fmt::format("The file {} cannot be read.", path.string()));
    return builder.finish();
}

std::optional<Hash> cid_digest(std::string_view cid) {
    if (cid.size() == 46 && cid.starts_with("Qm")) {
        auto bytes = from_base58(cid);
        return bytes ? multihash_digest(*bytes) : std::nullopt;
    }
    if (cid.size() < 2 || cid.size() > 128) return std::nullopt;
    std::optional<Bytes> bytes;
    if (cid[0] == 'b' || cid[0] == 'B')
        bytes = from_base32(cid.substr(1));
    else if (cid[0] == 'z')
        bytes = from_base58(cid.substr(1));
    if (!bytes || bytes->size() != 36 || (*bytes)[0] != 0x01 || (*bytes)[1] >= 0x80) return std::nullopt;
    return multihash_digest(ByteView(*bytes).subspan(2));
}

std::string make_cid(const Hash& digest, std::uint8_t codec) { return "b" + base32(binary_cid(digest, codec)); }

}  // namespace bourse::client
