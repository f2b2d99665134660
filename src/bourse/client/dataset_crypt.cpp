#include <bourse/client/dataset_crypt.hpp>

#include <bourse/client/stream_json.hpp>
#include <bourse/crypto/cipher.hpp>

#include <fmt/format.h>
#include <fstream>
#include <vector>

namespace bourse::client {

namespace {

constexpr std::size_t kIvBytes = 16;
constexpr std::size_t kKeyTextBytes = 44;
constexpr std::size_t kEncryptStepBytes = 1 << 20;

void write_bytes(std::ofstream& file, ByteView bytes) {
    file.write(as_text(bytes).data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace

Bytes32 new_dataset_key() { return crypto::random_bytes32(); }

std::string dataset_key_text(const Bytes32& key) { return stream::base64_encode(key); }

Result<Bytes32> parse_dataset_key(std::string_view text) {
    while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
    const auto bytes = text.size() == kKeyTextBytes ? stream::base64_decode(text) : std::nullopt;
    const auto key = bytes ? Bytes32::from(*bytes) : std::nullopt;
    if (!key) return fail("KEY_INVALID", "A dataset's key is 32 bytes in base64: 44 characters.");
    return *key;
}

Status<> encrypt_dataset(const std::filesystem::path& from, const std::filesystem::path& to, const Bytes32& key) {
    std::ifstream in(from, std::ios::binary);
    if (!in) return fail("FILE_NOT_FOUND", fmt::format("The file {} cannot be opened.", from.string()));
    std::ofstream out(to, std::ios::binary | std::ios::trunc);
    const auto iv = crypto::random_bytes(kIvBytes);
    crypto::Aes256CbcEncryptor encryptor(key, iv);
    write_bytes(out, iv);
    std::vector<char> buffer(kEncryptStepBytes);
    while (out && (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || in.gcount() > 0))
        write_bytes(out, encryptor.update(as_bytes({buffer.data(), static_cast<std::size_t>(in.gcount())})));
    write_bytes(out, encryptor.finish());
    out.close();
    if (out && !in.bad()) return {};
    std::error_code ignored;
    std::filesystem::remove(to, ignored);
    if (in.bad()) return fail("FILE_UNREADABLE", fmt::format("The file {} cannot be read.", from.string()));
    return fail("FILE_UNWRITABLE", fmt::format("The file {} cannot be written. Is the disk full?", to.string()));
}

}  // namespace bourse::client
