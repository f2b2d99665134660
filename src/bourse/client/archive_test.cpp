#include <bourse/client/archive.hpp>

#include <bourse/sys/file.hpp>

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>
#include <fstream>

namespace bourse::client {
namespace {

namespace fs = std::filesystem;

struct RawEntry {
    std::string path, content, link;
};

/// A zip as somebody else could have made it.
void write_raw_zip(const fs::path& zip, const std::vector<RawEntry>& entries) {
    archive* out = archive_write_new();
    archive_write_set_format_zip(out);
    archive_write_open_filename(out, zip.c_str());
    for (const auto& e : entries) {
        archive_entry* entry = archive_entry_new();
        archive_entry_set_pathname(entry, e.path.c_str());
        archive_entry_set_perm(entry, 0644);
        if (e.link.empty()) {
            archive_entry_set_filetype(entry, AE_IFREG);
            archive_entry_set_size(entry, static_cast<la_int64_t>(e.content.size()));
        } else {
            archive_entry_set_filetype(entry, AE_IFLNK);
            archive_entry_set_symlink(entry, e.link.c_str());
        }
        archive_write_header(out, entry);
        if (e.link.empty()) archive_write_data(out, e.content.data(), e.content.size());
        archive_entry_free(entry);
    }
    archive_write_close(out);
    archive_write_free(out);
}

class ArchiveTest : public testing::Test {
protected:
    fs::path at(const std::string& name) const { return dir_.path() / name; }
    sys::TempDir dir_;
};

TEST_F(ArchiveTest, round_trip_keeps_content_and_empty_folders) {
    fs::create_directories(at("in/sub/empty"));
    std::ofstream(at("in/a")) << "A";
    std::ofstream(at("in/sub/b")) << std::string(300'000, 'b');
    ASSERT_TRUE(create_zip(at("in"), at("z.zip")));
    ASSERT_TRUE(extract_zip(at("z.zip"), at("out")));
    EXPECT_EQ(*sys::read_file(at("out/a")), "A");
    EXPECT_EQ(sys::read_file(at("out/sub/b"))->size(), 300'000U);
    EXPECT_TRUE(fs::is_directory(at("out/sub/empty")));
}
TEST_F(ArchiveTest, equal_content_gives_equal_bytes) {
    for (const char* name : {"one", "two"}) {
        fs::create_directories(at(name));
        std::ofstream(at(std::string(name) + "/b")) << "B";
        std::ofstream(at(std::string(name) + "/a")) << "A";
        ASSERT_TRUE(create_zip(at(name), at(std::string(name) + ".zip")));
    }
    fs::last_write_time(at("two/a"), fs::file_time_type::clock::now() - std::chrono::hours(1000));
    ASSERT_TRUE(create_zip(at("two"), at("two.zip")));
    EXPECT_EQ(*sys::read_file(at("one.zip")), *sys::read_file(at("two.zip")));
}
TEST_F(ArchiveTest, an_empty_folder_makes_a_readable_archive) {
    fs::create_directories(at("in"));
    ASSERT_TRUE(create_zip(at("in"), at("z.zip")));
    EXPECT_TRUE(extract_zip(at("z.zip"), at("out")));
}
TEST_F(ArchiveTest, paths_that_climb_out_are_refused) {
    for (const char* path : {"../evil", "/etc/evil", "a/../../evil", "a//b", "./a"}) {
        write_raw_zip(at("z.zip"), {{path, "x", ""}});
        EXPECT_EQ(extract_zip(at("z.zip"), at("out")).error().code, "ARCHIVE_INVALID") << path;
    }
    EXPECT_FALSE(fs::exists(at("evil")));
}
TEST_F(ArchiveTest, links_doubles_and_files_as_folders_are_refused) {
    write_raw_zip(at("z.zip"), {{"link", "", "/etc/passwd"}});
    EXPECT_EQ(extract_zip(at("z.zip"), at("out")).error().code, "ARCHIVE_INVALID");
    write_raw_zip(at("z.zip"), {{"a", "1", ""}, {"a", "2", ""}});
    EXPECT_EQ(extract_zip(at("z.zip"), at("out")).error().code, "ARCHIVE_INVALID");
    write_raw_zip(at("z.zip"), {{"a", "1", ""}, {"a/b", "2", ""}});
    EXPECT_EQ(extract_zip(at("z.zip"), at("out2")).error().code, "ARCHIVE_INVALID");
}
TEST_F(ArchiveTest, bombs_stop_at_the_limit) {
    fs::create_directories(at("in"));
    std::ofstream(at("in/zeros")) << std::string(4 << 20, '\0');
    ASSERT_TRUE(create_zip(at("in"), at("z.zip")));
    EXPECT_LT(fs::file_size(at("z.zip")), 100'000U);
    ArchiveLimits limits;
    limits.max_total_bytes = 1 << 20;
    EXPECT_EQ(extract_zip(at("z.zip"), at("out"), limits).error().code, "ARCHIVE_TOO_LARGE");
    EXPECT_EQ(create_zip(at("in"), at("y.zip"), {}, limits).error().code, "ARCHIVE_TOO_LARGE");
    limits = {};
    limits.max_entries = 0;
    EXPECT_EQ(extract_zip(at("z.zip"), at("out"), limits).error().code, "ARCHIVE_TOO_LARGE");
}
TEST_F(ArchiveTest, other_files_are_no_archives) {
    std::ofstream(at("text")) << "hello";
    EXPECT_EQ(extract_zip(at("text"), at("out")).error().code, "ARCHIVE_INVALID");
    EXPECT_EQ(extract_zip(at("missing"), at("out")).error().code, "ARCHIVE_INVALID");
    fs::create_directories(at("in"));
    std::ofstream(at("in/a")) << std::string(100'000, 'a');
    ASSERT_TRUE(create_zip(at("in"), at("z.zip")));
    fs::resize_file(at("z.zip"), fs::file_size(at("z.zip")) / 2);
    EXPECT_EQ(extract_zip(at("z.zip"), at("out")).error().code, "ARCHIVE_INVALID");
}

}  // namespace
}  // namespace bourse::client
