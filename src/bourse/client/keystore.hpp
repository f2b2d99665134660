// Private keys in files: Web3 Secret Storage (version 3) and plain 0x-hex key files of development accounts.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/crypto/secp256k1.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace bourse::client {

/// scrypt N of new wallets: about a second of work and 128 MiB, or a few milliseconds for `--light`.
inline constexpr std::uint64_t kStandardScryptN = 131072;
inline constexpr std::uint64_t kLightScryptN = 4096;

/// The JSON text of a version 3 wallet: scrypt (r = 8, p = 1), AES-128-CTR, keccak MAC. Errors: SCRYPT_FAILED.
Result<std::string> encrypt_key(const crypto::PrivateKey& key, std::string_view password,
                                std::uint64_t scrypt_n = kStandardScryptN);
/// Reads scrypt and pbkdf2 (hmac-sha256) wallets. Errors: WALLET_INVALID, WALLET_UNSUPPORTED, PASSWORD_WRONG.
Result<crypto::PrivateKey> decrypt_key(std::string_view wallet_json, std::string_view password);
/// The address field of a wallet, without a password. Errors: WALLET_INVALID.
Result<Address> wallet_address(std::string_view wallet_json);

struct WalletFile {
    std::filesystem::path path;
    Address address;
};
/// $BOURSE_HOME/keystore.
std::filesystem::path default_keystore();
/// Every readable wallet of a folder, oldest name first; an absent folder is empty. Other files are passed over.
std::vector<WalletFile> list_wallets(const std::filesystem::path& folder);
/// Writes UTC--<time>--<address>, mode 0600, folder 0700. Errors: FILE_UNWRITABLE, SCRYPT_FAILED.
Result<WalletFile> store_wallet(const std::filesystem::path& folder, const crypto::PrivateKey& key,
                                std::string_view password, std::uint64_t scrypt_n = kStandardScryptN);

/// A key file: 0x-hex text of 32 bytes; refused (KEY_FILE_OPEN) when others than its owner may read it.
/// Errors: FILE_NOT_FOUND, FILE_UNREADABLE, KEY_INVALID, KEY_FILE_OPEN.
Result<crypto::PrivateKey> read_key_file(const std::filesystem::path& path);
/// Mode 0600, atomically. Errors: FILE_UNWRITABLE.
Status<> write_key_file(const std::filesystem::path& path, const crypto::PrivateKey& key);
/// A fresh key from the system's random source.
crypto::PrivateKey generate_key();

/// Where a role or a verb takes its key from; exactly one of key_file and wallet_file.
struct KeySource {
    std::filesystem::path key_file;
    std::filesystem::path wallet_file;
    std::filesystem::path password_file;  ///< first line; else BOURSE_PASSWORD; else a prompt where one is possible
    bool may_prompt = false;
};
/// Errors: KEY_MISSING (none given), KEY_AMBIGUOUS (both), PASSWORD_MISSING, and those of the readers above.
Result<crypto::PrivateKey> load_key(const KeySource& source);
/// The password of a source: file, BOURSE_PASSWORD, prompt on the terminal without echo.
Result<std::string> load_password(const KeySource& source, std::string_view prompt);
/// Reads one line from the terminal with echo off. Errors: PASSWORD_MISSING when there is no terminal.
Result<std::string> prompt_password(std::string_view prompt);

}  // namespace bourse::client
