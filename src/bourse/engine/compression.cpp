#include <bourse/engine/compression.hpp>

#include <bourse/base/assert.hpp>
#include <bourse/engine/data_format.hpp>

#include <zstd.h>

#include <memory>

namespace bourse::engine {
namespace {

constexpr int kCompression = 1;
/// Nothing legal comes near: sixteen transactions of 128 KiB, or the logs that 200 M gas can write.
constexpr std::size_t kMaxPlainBytes = 1UL << 30;

struct FreeContext {
    void operator()(ZSTD_CCtx* context) const noexcept { ZSTD_freeCCtx(context); }
    void operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
};

}  // namespace

Bytes compress(ByteView plain) {
    thread_local const std::unique_ptr<ZSTD_CCtx, FreeContext> context = [] {
        std::unique_ptr<ZSTD_CCtx, FreeContext> made(ZSTD_createCCtx());
        ZSTD_CCtx_setParameter(made.get(), ZSTD_c_compressionLevel, kCompression);
        ZSTD_CCtx_setParameter(made.get(), ZSTD_c_checksumFlag, 1);
        return made;
    }();
    Bytes out(ZSTD_compressBound(plain.size()));
    const std::size_t size = ZSTD_compress2(context.get(), out.data(), out.size(), plain.data(), plain.size());
    BOURSE_ASSERT(ZSTD_isError(size) == 0);
    out.resize(size);
    return out;
}

Bytes decompress(ByteView packed, std::size_t size) {
    if (size > kMaxPlainBytes) data_is_damaged("a stored block names an impossible size");
    thread_local const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
    Bytes out(size);
    const std::size_t got = ZSTD_decompressDCtx(context.get(), out.data(), size, packed.data(), packed.size());
    if (ZSTD_isError(got) != 0 || got != size) data_is_damaged("a stored block cannot be unpacked");
    return out;
}

}  // namespace bourse::engine
