#include <bourse/client/result_digest.hpp>

#include <bourse/crypto/hash.hpp>
#include <bourse/poco/messages.hpp>
#include <bourse/sys/file.hpp>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>
#include <fstream>

namespace bourse::client {
namespace {

namespace fs = std::filesystem;

class ResultDigestTest : public testing::Test {
protected:
    void put(const std::string& path, std::string_view content) const {
        fs::create_directories((out() / path).parent_path());
        std::ofstream(out() / path, std::ios::binary) << content;
    }
    fs::path out() const { return dir_.path() / "iexec_out"; }
    fs::path zip() const { return dir_.path() / "result.zip"; }
    void SetUp() override { fs::create_directories(out()); }

    /// Folder and archive must agree on facts and on errors.
    Result<ResultFacts> facts(bool has_callback = false) const {
        auto of_folder = result_of_folder(out(), has_callback);
        if (!of_folder && of_folder.error().code == "APP_OUTPUT_INVALID" && !check_output_folder(out()))
            return of_folder;
        EXPECT_TRUE(create_zip(out(), zip()).has_value());
        const auto of_zip = result_of_zip(zip(), has_callback);
        EXPECT_EQ(of_folder.has_value(), of_zip.has_value());
        if (of_folder && of_zip) {
            EXPECT_EQ(of_folder->digest, of_zip->digest);
            EXPECT_EQ(of_folder->error_cause, of_zip->error_cause);
            EXPECT_EQ(of_folder->callback_data, of_zip->callback_data);
        } else if (!of_folder && !of_zip) {
            EXPECT_EQ(of_folder.error().code, of_zip.error().code);
        }
        return of_folder;
    }
    std::string digest(bool has_callback = false) const {
        const auto f = facts(has_callback);
        return f ? to_hex(f->digest) : f.error().code;
    }

    sys::TempDir dir_;
};

// The table of middleware §3.10.
TEST_F(ResultDigestTest, row_1_callback_data) {
    put("computed.json", R"({"callback-data":"0x48656c6c6f"})");
    EXPECT_EQ(digest(true), "0x06b3dfaec148fb1bb2b066f10ec285e7c9bf402ab32aa78a5d38e34566810cd2");
    EXPECT_EQ(digest(false), "0x06b3dfaec148fb1bb2b066f10ec285e7c9bf402ab32aa78a5d38e34566810cd2");
    EXPECT_EQ(to_hex(facts(true)->callback_data), "0x48656c6c6f");
}
TEST_F(ResultDigestTest, row_2_file) {
    put("computed.json", R"({"deterministic-output-path":"/iexec_out/r.txt"})");
    put("r.txt", "hello\n");
    EXPECT_EQ(digest(), "0x5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03");
    EXPECT_EQ(facts()->deterministic_path, "r.txt");
}
TEST_F(ResultDigestTest, row_3_empty_file) {
    put("computed.json", R"({"deterministic-output-path":"/iexec_out/r.txt"})");
    put("r.txt", "");
    EXPECT_EQ(digest(), "0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
TEST_F(ResultDigestTest, row_4_empty_directory) {
    put("computed.json", R"({"deterministic-output-path":"/iexec_out/d/"})");
    fs::create_directory(out() / "d");
    EXPECT_EQ(digest(), "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
    fs::create_directories(out() / "d" / "sub" / "deeper");
    EXPECT_EQ(digest(), "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
}
TEST_F(ResultDigestTest, row_5_directory_with_hash_and_seal) {
    put("computed.json", R"({"deterministic-output-path":"/iexec_out/d"})");
    put("d/b.txt", "B");
    put("d/a.txt", "A");
    put("d/sub/whatever", "not counted");
    EXPECT_EQ(digest(), "0x3e414b345ce4e8d016eff459b112b41de5bc488237863d83187f93ba096a9666");
    Hash id;
    id.data.fill(0x11);
    const poco::TaskId task(id);
    const auto worker = *address_from_hex("0x14dC79964da2C08b23698B3D3cc7Ca32193d9955");
    EXPECT_EQ(to_hex(poco::result_hash(task, facts()->digest)),
              "0x59692560d6d8e2bc54a88b7db283b5f2f9eb2c989d0b46153b72cc4c1bf9be06");
    EXPECT_EQ(to_hex(poco::result_seal(worker, task, facts()->digest)),
              "0x8c2f1b5f201e5676774b1aacdf22860baa91462daf7983916a1e3f756ce6b40c");
}
TEST_F(ResultDigestTest, row_6_the_output_folder_itself) {
    put("computed.json", R"({"deterministic-output-path":"/iexec_out"})");
    put("result.txt", "42\n");
    EXPECT_EQ(digest(), "0x04235dd6f07b95fb3e02d9b301815e7a4e6d763ffc408f8f6e6d66c6025c97b7");
    // The worker's logs are added afterwards and do not count.
    std::ofstream(dir_.path() / "log") << "printed";
    ASSERT_TRUE(create_zip(out(), zip(), {{"stdout.txt", dir_.path() / "log"}, {"stderr.txt", dir_.path() / "log"}}));
    EXPECT_EQ(to_hex(result_of_zip(zip(), false)->digest),
              "0x04235dd6f07b95fb3e02d9b301815e7a4e6d763ffc408f8f6e6d66c6025c97b7");
}

TEST_F(ResultDigestTest, a_log_that_the_app_wrote_itself_counts_and_is_kept) {
    put("computed.json", R"({"deterministic-output-path":"/iexec_out/stdout.txt"})");
    put("stdout.txt", "hello\n");
    std::ofstream(dir_.path() / "log") << "printed";
    ASSERT_TRUE(create_zip(out(), zip(), {{"stdout.txt", dir_.path() / "log"}}));
    EXPECT_EQ(to_hex(result_of_zip(zip(), false)->digest),
              "0x5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03");
}
TEST_F(ResultDigestTest, consensus_file_counts_without_computed_json) {
    put("consensus.iexec", "hello\n");
    EXPECT_EQ(digest(), "0x5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03");
    EXPECT_EQ(digest(true), "DETERMINISM_HASH_NOT_FOUND");
    put("computed.json", R"({"deterministic-output-path":"/iexec_out/empty"})");
    put("empty", "");
    EXPECT_EQ(digest(), "0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
TEST_F(ResultDigestTest, missing_or_broken_computed_json) {
    EXPECT_EQ(digest(), "DETERMINISM_HASH_NOT_FOUND");
    for (const char* text :
         {"", "{", "[]", "{}", R"({"deterministic-output-path":7})", R"({"deterministic-output-path":""})",
          R"({"callback-data":"0xzz"})", R"({"callback-data":"0x123"})"}) {
        put("computed.json", text);
        EXPECT_EQ(digest(), "DETERMINISM_HASH_NOT_FOUND") << text;
    }
    put("computed.json", R"({"deterministic-output-path":"/iexec_out/r"})");
    put("r", "x");
    EXPECT_EQ(digest(true), "DETERMINISM_HASH_NOT_FOUND");
}
TEST_F(ResultDigestTest, paths_outside_are_refused) {
    for (const char* path :
         {"/etc/passwd", "/iexec_out/../etc/passwd", "relative", "/iexec_outside", "/iexec_out/missing", "/"}) {
        put("computed.json", std::string(R"({"deterministic-output-path":")") + path + "\"}");
        EXPECT_EQ(digest(), "APP_OUTPUT_INVALID") << path;
    }
    put("computed.json", R"({"deterministic-output-path":"/iexec_out/./a/../r"})");
    put("r", "");
    EXPECT_EQ(digest(), "0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
TEST_F(ResultDigestTest, links_and_special_files_are_refused_anywhere) {
    put("computed.json", R"({"deterministic-output-path":"/iexec_out/r"})");
    put("r", "x");
    fs::create_directory(out() / "deep");
    fs::create_symlink("/etc/passwd", out() / "deep" / "link");
    EXPECT_EQ(digest(), "APP_OUTPUT_INVALID");
    EXPECT_EQ(create_zip(out(), zip()).error().code, "APP_OUTPUT_INVALID");
    fs::remove(out() / "deep" / "link");
    ASSERT_EQ(::mkfifo((out() / "deep" / "fifo").c_str(), 0644), 0);
    EXPECT_EQ(digest(), "APP_OUTPUT_INVALID");
}
TEST_F(ResultDigestTest, error_results_carry_their_cause) {
    ASSERT_TRUE(write_error_result(out(), "APP_COMPUTE_TIMEOUT"));
    EXPECT_EQ(*sys::read_file(out() / "error.txt"), "APP_COMPUTE_TIMEOUT");
    EXPECT_EQ(facts()->error_cause, "APP_COMPUTE_TIMEOUT");
    EXPECT_EQ(facts()->digest, crypto::sha256(as_bytes("APP_COMPUTE_TIMEOUT")));
    EXPECT_EQ(facts(true)->digest, crypto::keccak256(std::string_view("APP_COMPUTE_TIMEOUT")));
    EXPECT_EQ(facts(true)->error_cause, "APP_COMPUTE_TIMEOUT");
}
TEST_F(ResultDigestTest, an_apps_own_error_file_is_no_error_result_unless_it_names_a_cause) {
    put("computed.json", R"({"deterministic-output-path":"/iexec_out/error.txt"})");
    put("error.txt", "it went wrong");
    EXPECT_FALSE(facts()->error_cause.has_value());
}
TEST_F(ResultDigestTest, names_are_sorted_bytewise_and_any_byte_survives) {
    put("computed.json", R"({"deterministic-output-path":"/iexec_out/d"})");
    put("d/\xC3\x89mile", "1");
    put("d/B", "2");
    put("d/a", "3");
    put("d/bad\xFFutf", "4");
    Bytes joined;
    for (const char* content : {"2", "3", "4", "1"}) append(joined, crypto::sha256(as_bytes(content)));
    EXPECT_EQ(digest(), to_hex(crypto::keccak256(ByteView(joined))));
}

}  // namespace
}  // namespace bourse::client
