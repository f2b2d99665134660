#include <bourse/client/upload.hpp>

#include <bourse/client/cid.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/crypto/hash.hpp>

#include <fmt/format.h>
#include <fstream>
#include <vector>

namespace bourse::client {

namespace {

constexpr std::size_t kReadBytes = 1 << 20;

}  // namespace

std::string upload_text(const UploadRequest& request) {
    return fmt::format("Bourse upload/1\nowner: {}\nsha256: {}\nsize: {}\nexpiry: {}", to_checksum(request.owner),
                       to_hex(request.sha256), request.size_bytes, request.expiry_s);
}

Result<FileDigests> digests_of_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return fail("FILE_NOT_FOUND", fmt::format("The file {} cannot be opened.", path.string()));
    FileDigests out;
    crypto::Sha256 hash;
    CidBuilder cid;
    std::vector<char> buffer(kReadBytes);
    while (file.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || file.gcount() > 0) {
        const auto read = as_bytes({buffer.data(), static_cast<std::size_t>(file.gcount())});
        hash.update(read);
        cid.update(read);
        out.size_bytes += read.size();
    }
    if (file.bad()) return fail("FILE_UNREADABLE", fmt::format("The file {} cannot be read.", path.string()));
    out.sha256 = hash.finish();
    out.cid = cid.finish();
    return out;
}

}  // namespace bourse::client
