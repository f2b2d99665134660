// Encrypted datasets, format v1 (sdk-interop §5.4): a 16-byte IV, then AES-256-CBC with PKCS#7 padding. The key's text
// is what the SDK writes into its key files and what a secret service is given.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>

#include <filesystem>
#include <string>

namespace bourse::client {

/// 32 random bytes, and their text: 44 characters of base64.
Bytes32 new_dataset_key();
std::string dataset_key_text(const Bytes32& key);
/// A line end behind it is allowed. Errors: KEY_INVALID.
Result<Bytes32> parse_dataset_key(std::string_view text);

/// Writes `to` anew, in memory that does not grow with the file. Errors: FILE_NOT_FOUND, FILE_UNREADABLE,
/// FILE_UNWRITABLE (nothing is left behind).
Status<> encrypt_dataset(const std::filesystem::path& from, const std::filesystem::path& to, const Bytes32& key);

}  // namespace bourse::client
