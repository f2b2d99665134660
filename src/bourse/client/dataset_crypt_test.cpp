#include <bourse/client/dataset_crypt.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/sys/file.hpp>
#include <bourse/sys/process.hpp>

#include <gtest/gtest.h>
#include <fstream>

namespace bourse::client {
namespace {

TEST(DatasetCrypt, KeysAreTheSdksText) {
    const auto key = new_dataset_key();
    EXPECT_EQ(dataset_key_text(key).size(), 44U);
    EXPECT_EQ(parse_dataset_key(dataset_key_text(key) + "\n").value(), key);
    EXPECT_EQ(dataset_key_text(Bytes32{}), std::string(43, 'A') + "=");
    for (const auto* wrong : {"", "AAAA", "not base64 at all, but of forty-four letters"})
        EXPECT_EQ(parse_dataset_key(wrong).error().code, "KEY_INVALID") << wrong;
}

/// Another program opens what was made, whatever the length.
TEST(DatasetCrypt, OpensslOpensIt) {
    const sys::TempDir dir;
    const auto key = new_dataset_key();
    for (const std::size_t size : {0UL, 1UL, 15UL, 16UL, 17UL, (1UL << 20) - 1, 1UL << 20, (2UL << 20) + 5}) {
        std::string content(size, '\0');
        for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<char>(i * 31 + (i >> 8));
        std::ofstream(dir.path() / "clear", std::ios::binary) << content;
        ASSERT_TRUE(encrypt_dataset(dir.path() / "clear", dir.path() / "enc", key));
        const auto encrypted = sys::read_file(dir.path() / "enc").value();
        EXPECT_EQ(encrypted.size(), 16 + size / 16 * 16 + 16);
        std::ofstream(dir.path() / "body", std::ios::binary) << encrypted.substr(16);
        sys::ProcessSpec open;
        open.argv = {"openssl", "enc",
                     "-d",      "-aes-256-cbc",
                     "-K",      to_hex_plain(key),
                     "-iv",     to_hex_plain(as_bytes(encrypted.substr(0, 16))),
                     "-in",     (dir.path() / "body").string(),
                     "-out",    (dir.path() / "opened").string()};
        const auto done = sys::run_process(open);
        ASSERT_TRUE(done && done->ok()) << (done ? done->err : done.error().message);
        EXPECT_EQ(sys::read_file(dir.path() / "opened").value(), content) << size;
    }
}

TEST(DatasetCrypt, FailuresLeaveNothing) {
    const sys::TempDir dir;
    EXPECT_EQ(encrypt_dataset(dir.path() / "none", dir.path() / "enc", Bytes32{}).error().code, "FILE_NOT_FOUND");
    std::ofstream(dir.path() / "clear") << "text";
    EXPECT_EQ(encrypt_dataset(dir.path() / "clear", dir.path() / "no folder" / "enc", Bytes32{}).error().code,
              "FILE_UNWRITABLE");
}

}  // namespace
}  // namespace bourse::client
