#include <bourse/engine/data_format.hpp>

#include <bourse/crypto/hash.hpp>
#include <bourse/engine/packing.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

namespace bourse::engine {
namespace {

constexpr std::string_view kFormatName = "format";
constexpr std::string_view kMagic = "bourse";
constexpr std::size_t kChecksumBytes = 8;

}  // namespace

Bytes with_checksum(Bytes value) {
    const Hash hash = crypto::keccak256(ByteView(value));
    append(value, ByteView(hash).first(kChecksumBytes));
    return value;
}

std::optional<Bytes> without_checksum(ByteView stored) {
    if (stored.size() < kChecksumBytes) return std::nullopt;
    const ByteView value = stored.first(stored.size() - kChecksumBytes);
    const Hash hash = crypto::keccak256(value);
    if (!equal(stored.last(kChecksumBytes), ByteView(hash).first(kChecksumBytes))) return std::nullopt;
    return to_bytes(value);
}

Result<std::optional<DataFormat>> read_data_format(const db::KvStore& kv) {
    const auto stored = kv.get(make_key(kMetaKey, as_bytes(kFormatName)));
    if (!stored) {
        bool empty = true;
        kv.scan({}, {}, [&empty](ByteView, ByteView) { return empty = false; });
        if (empty) return std::optional<DataFormat>();
        return fail("DATA_FOREIGN",
                    "The data folder holds a database that Bourse did not write. Choose an empty folder.");
    }
    const auto value = without_checksum(*stored);
    Unpacker in(value ? ByteView(*value) : ByteView());
    const bool ours = equal(in.bytes(kMagic.size()), as_bytes(kMagic));
    DataFormat format;
    format.version = in.u32();
    format.genesis_hash = in.fixed<Hash>();
    if (!ours || !in.ok())
        return fail(
            "DATA_DAMAGED",
            "The data folder is damaged: its format mark cannot be read. Restore it from a backup, or start with "
            "an empty folder.");
    if (format.version > kDataFormat)
        return fail("DATA_NEWER",
                    fmt::format("The data folder has format {}, this program knows up to {}. Use the newer "
                                "program, or another folder.",
                                format.version, kDataFormat));
    if (format.version < kDataFormat)
        return fail(
            "DATA_OLDER",
            fmt::format("The data folder has format {}, this program uses {}. Write the chain to a file with the "
                        "program that made the folder (`bourse node export`), and read it into an empty folder "
                        "with this one (`bourse node import`).",
                        format.version, kDataFormat));
    return std::optional(format);
}

void put_data_format(db::Batch& batch, const Hash& genesis_hash) {
    Bytes value = to_bytes(kMagic);
    append_u32(value, kDataFormat);
    append(value, genesis_hash);
    batch.put(make_key(kMetaKey, as_bytes(kFormatName)), with_checksum(std::move(value)));
}

void data_is_damaged(std::string_view what) {
    std::fprintf(
        stderr,
        "bourse: the data folder is damaged: %.*s. The process stops. Restore the folder from a backup, or start "
        "with an empty one and let the node build it anew.\n",
        static_cast<int>(what.size()), what.data());
    std::_Exit(1);
}

}  // namespace bourse::engine
