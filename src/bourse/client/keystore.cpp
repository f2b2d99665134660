#include <bourse/client/keystore.hpp>

#include <bourse/codec/text.hpp>
#include <bourse/crypto/cipher.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/file.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace bourse::client {

using nlohmann::json;

namespace {

constexpr std::size_t kDerivedBytes = 32;
constexpr std::uint32_t kScryptR = 8;
constexpr std::uint32_t kScryptP = 1;
/// Above this a wallet file would ask for more than a gibibyte: refused rather than tried.
constexpr std::uint64_t kMaxScryptCost = 1ULL << 20;

tl::unexpected<Error> invalid_wallet(std::string_view what) {
    return fail("WALLET_INVALID",
                fmt::format("The wallet file is not a Web3 Secret Storage file of version 3: {}.", what));
}

const json* member(const json& object, std::string_view name) {
    if (!object.is_object()) return nullptr;
    auto it = object.find(name);
    return it == object.end() ? nullptr : &*it;
}

std::optional<Bytes> hex_member(const json& object, std::string_view name) {
    const json* value = member(object, name);
    if (!value || !value->is_string()) return std::nullopt;
    return from_hex(value->get_ref<const std::string&>());
}

std::optional<std::uint64_t> number_member(const json& object, std::string_view name) {
    const json* value = member(object, name);
    if (!value || !value->is_number_unsigned()) return std::nullopt;
    return value->get<std::uint64_t>();
}

std::string text_member(const json& object, std::string_view name) {
    const json* value = member(object, name);
    return value && value->is_string() ? value->get<std::string>() : std::string();
}

Result<Bytes> derive(const json& crypto, std::string_view password) {
    const std::string kdf = text_member(crypto, "kdf");
    const json* params = member(crypto, "kdfparams");
    if (!params) return invalid_wallet("kdfparams is missing");
    auto salt = hex_member(*params, "salt");
    auto length = number_member(*params, "dklen");
    if (!salt || !length || *length < kDerivedBytes || *length > 1024) return invalid_wallet("salt or dklen is wrong");
    if (kdf == "scrypt") {
        auto n = number_member(*params, "n"), r = number_member(*params, "r"), p = number_member(*params, "p");
        if (!n || !r || !p || *r == 0 || *r > 64 || *p == 0 || *p > 64)
            return invalid_wallet("scrypt parameters are wrong");
        if (*n > kMaxScryptCost)
            return fail(
                "WALLET_UNSUPPORTED",
                fmt::format("The wallet asks for scrypt with N = {}; at most {} is accepted.", *n, kMaxScryptCost));
        return crypto::scrypt(as_bytes(password), *salt, *n, static_cast<std::uint32_t>(*r),
                              static_cast<std::uint32_t>(*p), *length);
    }
    if (kdf == "pbkdf2") {
        auto iterations = number_member(*params, "c");
        if (!iterations || *iterations == 0 || *iterations > 100'000'000)
            return invalid_wallet("the number of pbkdf2 rounds is wrong");
        if (text_member(*params, "prf") != "hmac-sha256")
            return fail("WALLET_UNSUPPORTED", "The wallet uses pbkdf2 with another function than hmac-sha256.");
        return crypto::pbkdf2_sha256(as_bytes(password), *salt, static_cast<std::uint32_t>(*iterations), *length);
    }
    return fail("WALLET_UNSUPPORTED",
                fmt::format("The wallet derives its key by '{}'; scrypt and pbkdf2 are known.", kdf));
}

std::string random_uuid() {
    Bytes id = crypto::random_bytes(16);
    id[6] = static_cast<std::uint8_t>((id[6] & 0x0F) | 0x40);
    id[8] = static_cast<std::uint8_t>((id[8] & 0x3F) | 0x80);
    const std::string hex = to_hex_plain(id);
    return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4), hex.substr(16, 4),
                       hex.substr(20));
}

std::string first_line(std::string text) {
    text.erase(std::find_if(text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }), text.end());
    return text;
}

std::string trimmed_text(std::string text) {
    const auto is_space = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
    text.erase(std::find_if_not(text.rbegin(), text.rend(), is_space).base(), text.end());
    text.erase(text.begin(), std::find_if_not(text.begin(), text.end(), is_space));
    return text;
}

}  // namespace

Result<std::string> encrypt_key(const crypto::PrivateKey& key, std::string_view password, std::uint64_t scrypt_n) {
    const Bytes salt = crypto::random_bytes(32);
    const Bytes iv = crypto::random_bytes(16);
    BOURSE_TRY(auto derived, crypto::scrypt(as_bytes(password), salt, scrypt_n, kScryptR, kScryptP, kDerivedBytes));
    const ByteView view = derived;
    const Bytes cipher_text = crypto::aes128_ctr(view.first(16), iv, key.bytes());
    const Hash mac = crypto::keccak256({view.subspan(16, 16), ByteView(cipher_text)});
    const json wallet{
        {"version", 3},
        {"id", random_uuid()},
        {"address", to_hex_plain(key.address())},
        {"crypto",
         {{"cipher", "aes-128-ctr"},
          {"ciphertext", to_hex_plain(cipher_text)},
          {"cipherparams", {{"iv", to_hex_plain(iv)}}},
          {"kdf", "scrypt"},
          {"kdfparams",
           {{"dklen", kDerivedBytes}, {"n", scrypt_n}, {"r", kScryptR}, {"p", kScryptP}, {"salt", to_hex_plain(salt)}}},
          {"mac", to_hex_plain(mac)}}},
    };
    return wallet.dump();
}

Result<crypto::PrivateKey> decrypt_key(std::string_view wallet_json, std::string_view password) {
    const json wallet = json::parse(wallet_json, nullptr, false);
    if (wallet.is_discarded()) return invalid_wallet("it is no JSON");
    if (number_member(wallet, "version") != 3) return invalid_wallet("\"version\" is not 3");
    const json* crypto_part = member(wallet, "crypto");
    if (!crypto_part) crypto_part = member(wallet, "Crypto");  // spelling of early writers
    if (!crypto_part) return invalid_wallet("\"crypto\" is missing");
    if (text_member(*crypto_part, "cipher") != "aes-128-ctr")
        return fail("WALLET_UNSUPPORTED", "The wallet uses another cipher than aes-128-ctr.");
    auto cipher_text = hex_member(*crypto_part, "ciphertext");
    auto mac = hex_member(*crypto_part, "mac");
    const json* cipher_params = member(*crypto_part, "cipherparams");
    auto iv = cipher_params ? hex_member(*cipher_params, "iv") : std::nullopt;
    if (!cipher_text || cipher_text->size() != 32 || !mac || !iv || iv->size() != 16)
        return invalid_wallet("ciphertext, mac or iv is missing or has a wrong length");
    BOURSE_TRY(auto derived, derive(*crypto_part, password));
    const ByteView view = derived;
    const Hash expected = crypto::keccak256({view.subspan(16, 16), ByteView(*cipher_text)});
    if (!crypto::constant_time_equal(expected, *mac))
        return fail("PASSWORD_WRONG", "The password does not open this wallet.");
    auto key = crypto::PrivateKey::from(crypto::aes128_ctr(view.first(16), *iv, *cipher_text));
    if (!key) return invalid_wallet("it holds no legal key");
    auto stated = wallet_address(wallet_json);
    if (stated && *stated != key->address()) return invalid_wallet("its address is not the address of its key");
    return *key;
}

Result<Address> wallet_address(std::string_view wallet_json) {
    const json wallet = json::parse(wallet_json, nullptr, false);
    if (wallet.is_discarded()) return invalid_wallet("it is no JSON");
    auto address = address_from_hex(text_member(wallet, "address"));
    if (!address) return invalid_wallet("\"address\" is missing");
    return *address;
}

std::filesystem::path default_keystore() { return sys::bourse_home() / "keystore"; }

std::vector<WalletFile> list_wallets(const std::filesystem::path& folder) {
    std::vector<WalletFile> out;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        if (!entry.is_regular_file(error)) continue;
        auto text = sys::read_file(entry.path(), 1 << 20);
        if (!text) continue;
        auto address = wallet_address(*text);
        if (address) out.push_back({entry.path(), *address});
    }
    std::ranges::sort(out, {}, [](const WalletFile& wallet) { return wallet.path.filename().string(); });
    return out;
}

Result<WalletFile> store_wallet(const std::filesystem::path& folder, const crypto::PrivateKey& key,
                                std::string_view password, std::uint64_t scrypt_n) {
    BOURSE_TRY(auto text, encrypt_key(key, password, scrypt_n));
    std::error_code error;
    const bool made = std::filesystem::create_directories(folder, error);
    if (error)
        return fail("FILE_UNWRITABLE",
                    fmt::format("The folder {} cannot be made: {}.", folder.string(), error.message()));
    if (made) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
    std::string time = sys::iso8601_ms(sys::unix_time_ms());
    std::ranges::replace(time, ':', '-');
    const auto path = folder / fmt::format("UTC--{}--{}", time, to_hex_plain(key.address()));
    BOURSE_CHECK(sys::write_file_atomic(path, text, 0600, true));
    return WalletFile{path, key.address()};
}

Result<crypto::PrivateKey> read_key_file(const std::filesystem::path& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0 && (status.st_mode & 077) != 0)
        return fail("KEY_FILE_OPEN",
                    fmt::format("Others than its owner may read the key file {}. Close it: chmod 600 {}", path.string(),
                                path.string()));
    BOURSE_TRY(auto text, sys::read_file(path, 4096));
    auto bytes = from_hex(trimmed_text(std::move(text)));
    auto key = bytes ? crypto::PrivateKey::from(*bytes) : std::nullopt;
    if (!key)
        return fail("KEY_INVALID",
                    fmt::format("The file {} holds no private key: 0x and 64 hex digits are expected.", path.string()));
    return *key;
}

Status<> write_key_file(const std::filesystem::path& path, const crypto::PrivateKey& key) {
    return sys::write_file_atomic(path, to_hex(key.bytes()) + "\n", 0600, true);
}

crypto::PrivateKey generate_key() {
    for (;;) {
        // A random value is outside the group with a probability of 2^-128.
        if (auto key = crypto::PrivateKey::from(crypto::random_bytes(32))) return *key;
    }
}

Result<std::string> prompt_password(std::string_view prompt) {
    const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (terminal < 0)
        return fail("PASSWORD_MISSING",
                    "A password is needed and there is no terminal to ask on. Give --password-file FILE or set "
                    "BOURSE_PASSWORD.");
    const std::string text(prompt);
    termios before{};
    ::tcgetattr(terminal, &before);
    termios silent = before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(terminal, TCSAFLUSH, &silent);
    [[maybe_unused]] auto written = ::write(terminal, text.data(), text.size());
    std::string line;
    char c = 0;
    while (line.size() < 4096 && ::read(terminal, &c, 1) == 1 && c != '\n') line.push_back(c);
    ::tcsetattr(terminal, TCSAFLUSH, &before);
    written = ::write(terminal, "\n", 1);
    ::close(terminal);
    return line;
}

Result<std::string> load_password(const KeySource& source, std::string_view prompt) {
    if (!source.password_file.empty()) {
        BOURSE_TRY(auto text, sys::read_file(source.password_file, 64 << 10));
        return first_line(std::move(text));
    }
    if (const char* value = std::getenv("BOURSE_PASSWORD")) return std::string(value);
    if (source.may_prompt) return prompt_password(prompt);
    return fail("PASSWORD_MISSING", "The wallet needs a password: give --password-file FILE or set BOURSE_PASSWORD.");
}

Result<crypto::PrivateKey> load_key(const KeySource& source) {
    if (!source.key_file.empty() && !source.wallet_file.empty())
        return fail("KEY_AMBIGUOUS", "Both a key file and a wallet file are given. Give one of them.");
    if (!source.key_file.empty()) return read_key_file(source.key_file);
    if (source.wallet_file.empty())
        return fail("KEY_MISSING", "No wallet is given. Give --key-file FILE or --wallet-file FILE.");
    BOURSE_TRY(auto text, sys::read_file(source.wallet_file, 1 << 20));
    BOURSE_TRY(auto address, wallet_address(text));
    BOURSE_TRY(auto password, load_password(source, fmt::format("Password of {}: ", to_checksum(address))));
    return decrypt_key(text, password);
}

}  // namespace bourse::client
