#include <bourse/db/kv.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include <unistd.h>

namespace bourse::db {
namespace {

namespace fs = std::filesystem;

class KvFolder : public ::testing::Test {
protected:
    KvFolder() {
        std::string name = (fs::temp_directory_path() / "bourse-kv-XXXXXX").string();
        folder_ = ::mkdtemp(name.data());
    }
    ~KvFolder() override { fs::remove_all(folder_); }

    fs::path folder_;
};

void put(KvStore& store, std::string_view key, std::string_view value) {
    Batch batch;
    batch.put(as_bytes(key), as_bytes(value));
    store.write(batch, true);
}

std::string keys(const KvStore& store, std::string_view prefix, std::string_view from, std::size_t limit = 100) {
    std::string out;
    std::size_t count = 0;
    store.scan(as_bytes(prefix), as_bytes(from), [&](ByteView key, ByteView value) {
        out += std::string(as_text(key)) + "=" + std::string(as_text(value)) + " ";
        return ++count < limit;
    });
    return out;
}

void check_store(KvStore& store) {
    EXPECT_EQ(store.get(as_bytes("a1")), std::nullopt);
    Batch batch;
    for (const char* key : {"b2", "a2", "a1", "a3", "b1"}) batch.put(as_bytes(key), as_bytes(key));
    batch.put(as_bytes("\xff\xff"), as_bytes("end"));
    batch.put(as_bytes("a2"), as_bytes("later"));
    batch.sort();
    EXPECT_EQ(as_text(batch.ops().front().key), "a1");
    store.write(batch, true);
    EXPECT_EQ(store.get(as_bytes("a2")), to_bytes("later"));
    EXPECT_EQ(keys(store, "a", ""), "a1=a1 a2=later a3=a3 ");
    EXPECT_EQ(keys(store, "a", "a2"), "a2=later a3=a3 ");
    EXPECT_EQ(keys(store, "a", "", 1), "a1=a1 ");
    EXPECT_EQ(keys(store, "\xff", ""), "\xff\xff=end ");
    EXPECT_EQ(keys(store, "", "b2"), "b2=b2 \xff\xff=end ");
    EXPECT_EQ(keys(store, "c", ""), "");
    Batch removal;
    removal.remove(as_bytes("a2"));
    removal.remove(as_bytes("missing"));
    store.write(removal, false);
    EXPECT_EQ(keys(store, "a", ""), "a1=a1 a3=a3 ");
}

TEST(KvMemory, reads_writes_and_scans) { check_store(*make_memory_store()); }

TEST_F(KvFolder, rocksdb_reads_writes_and_scans) {
    auto store = open_rocksdb(folder_ / "new" / "store");
    ASSERT_TRUE(store) << store.error().message;
    check_store(**store);
}

TEST_F(KvFolder, values_of_every_size_survive_a_restart) {
    {
        auto store = open_rocksdb(folder_);
        ASSERT_TRUE(store) << store.error().message;
        put(**store, "empty", "");
        put(**store, "large", std::string(3'000'000, 'x'));
    }
    auto store = open_rocksdb(folder_);
    ASSERT_TRUE(store) << store.error().message;
    EXPECT_EQ((*store)->get(as_bytes("empty")), Bytes());
    EXPECT_EQ((*store)->get(as_bytes("large"))->size(), 3'000'000U);
}

TEST_F(KvFolder, a_folder_in_use_is_refused) {
    auto first = open_rocksdb(folder_);
    ASSERT_TRUE(first);
    auto second = open_rocksdb(folder_);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, "DATA_LOCKED");
}

TEST_F(KvFolder, a_foreign_folder_is_refused) {
    std::ofstream(folder_ / "holiday.jpg") << "sea";
    auto store = open_rocksdb(folder_);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, "DATA_FOREIGN");
    EXPECT_NE(store.error().message.find("holiday.jpg"), std::string::npos);
}

TEST_F(KvFolder, a_path_that_is_a_file_is_refused) {
    std::ofstream(folder_ / "file") << "text";
    auto store = open_rocksdb(folder_ / "file");
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, "DATA_UNWRITABLE");
}

/// Fills a store so that it has table files, a blob file and a log.
void fill(const fs::path& folder) {
    RocksDbOptions options;
    options.write_buffer_bytes = 64UL << 10;
    auto store = open_rocksdb(folder, options);
    ASSERT_TRUE(store) << store.error().message;
    for (int i = 0; i < 400; ++i) put(**store, "key" + std::to_string(i), std::string(1000, 'v'));
    put(**store, "blob", std::string(100'000, 'b'));
    put(**store, "last", "value");
}

fs::path find_file(const fs::path& folder, const std::string& extension) {
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.path().extension() == extension && fs::file_size(entry) > 0) return entry.path();
    return {};
}

void flip_byte(const fs::path& file, std::uintmax_t offset) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(offset));
    const int byte = stream.get();
    stream.seekp(static_cast<std::streamoff>(offset));
    stream.put(static_cast<char>(byte ^ 0x55));
}

TEST_F(KvFolder, a_missing_CURRENT_is_damage_and_starts_no_new_store) {
    fill(folder_);
    fs::remove(folder_ / "CURRENT");
    auto store = open_rocksdb(folder_);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, "DATA_DAMAGED");
}

TEST_F(KvFolder, a_flipped_bit_in_a_table_is_damage) {
    fill(folder_);
    const auto file = find_file(folder_, ".sst");
    ASSERT_FALSE(file.empty());
    flip_byte(file, fs::file_size(file) / 3);
    auto store = open_rocksdb(folder_);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, "DATA_DAMAGED");
}

TEST_F(KvFolder, a_missing_table_is_damage) {
    fill(folder_);
    fs::remove(find_file(folder_, ".sst"));
    auto store = open_rocksdb(folder_);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, "DATA_DAMAGED");
}

TEST_F(KvFolder, a_torn_end_of_the_log_is_no_damage) {
    {
        auto store = open_rocksdb(folder_);
        ASSERT_TRUE(store);
        put(**store, "first", "1");
        put(**store, "second", "2");
    }
    const auto log = find_file(folder_, ".log");
    ASSERT_FALSE(log.empty());
    fs::resize_file(log, fs::file_size(log) - 3);
    auto store = open_rocksdb(folder_);
    ASSERT_TRUE(store) << store.error().message;
    EXPECT_EQ((*store)->get(as_bytes("first")), to_bytes("1"));
    EXPECT_EQ((*store)->get(as_bytes("second")), std::nullopt);
}

TEST_F(KvFolder, a_flipped_bit_in_the_middle_of_the_log_is_damage) {
    {
        auto store = open_rocksdb(folder_);
        ASSERT_TRUE(store);
        put(**store, "first", std::string(5000, '1'));
        put(**store, "second", std::string(5000, '2'));
    }
    const auto log = find_file(folder_, ".log");
    ASSERT_FALSE(log.empty());
    flip_byte(log, 1000);
    auto store = open_rocksdb(folder_);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, "DATA_DAMAGED");
}

}  // namespace
}  // namespace bourse::db
