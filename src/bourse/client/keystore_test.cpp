#include <bourse/client/keystore.hpp>

#include <bourse/sys/file.hpp>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace bourse::client {
namespace {

// Test vectors of the Web3 Secret Storage definition (version 3): both wallets hold the same key.
constexpr std::string_view kVectorKey = "0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";
constexpr std::string_view kVectorPassword = "testpassword";
constexpr std::string_view kPbkdf2Wallet = R"({
  "crypto": {"cipher": "aes-128-ctr", "cipherparams": {"iv": "6087dab2f9fdbbfaddc31a909735c1e6"},
    "ciphertext": "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
    "kdf": "pbkdf2",
    "kdfparams": {"c": 262144, "dklen": 32, "prf": "hmac-sha256",
      "salt": "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"},
    "mac": "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"},
  "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6", "version": 3})";
constexpr std::string_view kScryptWallet = R"({
  "crypto": {"cipher": "aes-128-ctr", "cipherparams": {"iv": "83dbcc02d8ccb40e466191a123791e0e"},
    "ciphertext": "d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c",
    "kdf": "scrypt",
    "kdfparams": {"dklen": 32, "n": 262144, "p": 8, "r": 1,
      "salt": "ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19"},
    "mac": "2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097"},
  "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6", "version": 3})";

crypto::PrivateKey test_key() { return *crypto::PrivateKey::from(*from_hex(kVectorKey)); }

TEST(Keystore, pbkdf2_vector_of_the_definition_opens) {
    const auto key = decrypt_key(kPbkdf2Wallet, kVectorPassword);
    ASSERT_TRUE(key) << key.error().message;
    EXPECT_EQ(to_hex(key->bytes()), kVectorKey);
}

TEST(Keystore, scrypt_vector_of_the_definition_opens) {
    const auto key = decrypt_key(kScryptWallet, kVectorPassword);
    ASSERT_TRUE(key) << key.error().message;
    EXPECT_EQ(to_hex(key->bytes()), kVectorKey);
}

TEST(Keystore, wrong_password_is_refused) {
    const auto key = decrypt_key(kPbkdf2Wallet, "Testpassword");
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().code, "PASSWORD_WRONG");
}

TEST(Keystore, written_wallet_opens_again_and_names_its_address) {
    const auto text = encrypt_key(test_key(), "päss wörd", kLightScryptN);
    ASSERT_TRUE(text);
    const auto key = decrypt_key(*text, "päss wörd");
    ASSERT_TRUE(key) << key.error().message;
    EXPECT_EQ(to_hex(key->bytes()), kVectorKey);
    EXPECT_EQ(wallet_address(*text).value(), test_key().address());
    EXPECT_FALSE(decrypt_key(*text, "pass word"));
}

TEST(Keystore, address_that_does_not_fit_the_key_is_refused) {
    auto wallet = nlohmann::json::parse(*encrypt_key(test_key(), "x", kLightScryptN));
    wallet["address"] = "70997970c51812dc3a010c7d01b50e0d17dc79c8";
    EXPECT_EQ(decrypt_key(wallet.dump(), "x").error().code, "WALLET_INVALID");
}

TEST(Keystore, broken_and_absurd_wallets_are_refused_with_a_code) {
    EXPECT_EQ(decrypt_key("{", "x").error().code, "WALLET_INVALID");
    EXPECT_EQ(decrypt_key(R"({"version":1})", "x").error().code, "WALLET_INVALID");
    auto wallet = nlohmann::json::parse(kScryptWallet);
    wallet["crypto"]["kdfparams"]["n"] = std::uint64_t{1} << 40;
    EXPECT_EQ(decrypt_key(wallet.dump(), "x").error().code, "WALLET_UNSUPPORTED");
    wallet["crypto"]["kdf"] = "argon2";
    EXPECT_EQ(decrypt_key(wallet.dump(), "x").error().code, "WALLET_UNSUPPORTED");
    wallet["crypto"].erase("mac");
    EXPECT_EQ(decrypt_key(wallet.dump(), "x").error().code, "WALLET_INVALID");
}

TEST(Keystore, stored_wallet_is_private_and_listed) {
    const sys::TempDir folder;
    const auto wallet = store_wallet(folder.path() / "keys", test_key(), "x", kLightScryptN);
    ASSERT_TRUE(wallet) << wallet.error().message;
    const std::string name = wallet->path.filename().string();
    EXPECT_TRUE(name.starts_with("UTC--20")) << name;
    EXPECT_TRUE(name.ends_with("--" + to_hex_plain(test_key().address()))) << name;
    struct stat status {};
    ASSERT_EQ(::stat(wallet->path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
    const auto listed = list_wallets(folder.path() / "keys");
    ASSERT_EQ(listed.size(), 1U);
    EXPECT_EQ(listed[0].address, test_key().address());
    EXPECT_TRUE(list_wallets(folder.path() / "nowhere").empty());
}

TEST(Keystore, key_file_readable_by_others_is_refused) {
    const sys::TempDir folder;
    const auto path = folder.path() / "key";
    ASSERT_TRUE(write_key_file(path, test_key()));
    ASSERT_TRUE(read_key_file(path));
    ::chmod(path.c_str(), 0644);
    EXPECT_EQ(read_key_file(path).error().code, "KEY_FILE_OPEN");
}

TEST(Keystore, source_needs_exactly_one_file) {
    EXPECT_EQ(load_key({}).error().code, "KEY_MISSING");
    EXPECT_EQ(load_key({"a", "b", {}, false}).error().code, "KEY_AMBIGUOUS");
}

TEST(Keystore, password_comes_from_file_before_environment) {
    const sys::TempDir folder;
    ASSERT_TRUE(sys::write_file_atomic(folder.path() / "password", "from file\nsecond line\n", 0600));
    ::setenv("BOURSE_PASSWORD", "from environment", 1);
    KeySource source;
    EXPECT_EQ(load_password(source, "").value(), "from environment");
    source.password_file = folder.path() / "password";
    EXPECT_EQ(load_password(source, "").value(), "from file");
    ::unsetenv("BOURSE_PASSWORD");
    EXPECT_EQ(load_password({}, "").error().code, "PASSWORD_MISSING");
}

}  // namespace
}  // namespace bourse::client
