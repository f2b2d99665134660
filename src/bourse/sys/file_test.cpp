#include <bourse/sys/file.hpp>

#include <bourse/sys/clock.hpp>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cstdlib>

namespace bourse::sys {
namespace {

TEST(File, written_content_and_mode_come_back) {
    const TempDir dir;
    const auto path = dir.path() / "a";
    ASSERT_TRUE(write_file_atomic(path, "one", 0600, true));
    ASSERT_TRUE(write_file_atomic(path, "two", 0600));
    EXPECT_EQ(*read_file(path), "two");
    struct stat info {};
    ASSERT_EQ(::stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir.path()), std::filesystem::directory_iterator()), 1);
}

TEST(File, refusals_have_codes) {
    const TempDir dir;
    EXPECT_EQ(read_file(dir.path() / "none").error().code, "FILE_NOT_FOUND");
    EXPECT_EQ(read_file(dir.path()).error().code, "FILE_UNREADABLE");
    ASSERT_TRUE(write_file_atomic(dir.path() / "big", "12345"));
    EXPECT_EQ(read_file(dir.path() / "big", 4).error().code, "FILE_TOO_LARGE");
    EXPECT_EQ(write_file_atomic(dir.path() / "no" / "x", "").error().code, "FILE_UNWRITABLE");
}

TEST(File, lock_keeps_others_out_until_released) {
    const TempDir dir;
    const auto path = dir.path() / "lock";
    {
        const auto first = FileLock::acquire(path);
        ASSERT_TRUE(first);
        const auto second = FileLock::acquire(path);
        ASSERT_FALSE(second);
        EXPECT_EQ(second.error().code, "DATA_LOCKED");
    }
    EXPECT_TRUE(FileLock::acquire(path));
}

TEST(File, temporary_folder_goes_with_its_content) {
    std::filesystem::path path;
    {
        const TempDir dir;
        path = dir.path();
        std::filesystem::create_directories(path / "a" / "b");
    }
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Clock, iso_time_has_milliseconds) {
    EXPECT_EQ(iso8601_ms(1'780'315'200'007), "2026-06-01T12:00:00.007Z");
    EXPECT_EQ(iso8601_ms(0), "1970-01-01T00:00:00.000Z");
}

}  // namespace
}  // namespace bourse::sys
