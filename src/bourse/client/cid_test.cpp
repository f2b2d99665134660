#include <bourse/client/cid.hpp>

#include <gtest/gtest.h>

namespace bourse::client {
namespace {

std::string cid_of_pattern(std::size_t size) {
    Bytes data(size);
    for (std::size_t i = 0; i < size; ++i) data[i] = static_cast<std::uint8_t>(i * 31 + i / 251);
    return cid_of(data);
}

TEST(Cid, empty_and_small_files_are_one_raw_block) {
    // `ipfs add --cid-version=1` of an empty file, and of "hello world\n".
    EXPECT_EQ(cid_of({}), "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku");
    EXPECT_EQ(cid_of(as_bytes("hello world\n")), "bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4");
}

TEST(Cid, pieces_of_any_size_give_the_same_identifier) {
    Bytes data(700'000);
    for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::uint8_t>(i * 7);
    CidBuilder builder;
    for (std::size_t at = 0; at < data.size(); at += 99'991)
        builder.update(ByteView(data).subspan(at, std::min<std::size_t>(99'991, data.size() - at)));
    EXPECT_EQ(builder.finish(), cid_of(data));
}

TEST(Cid, boundary_of_a_chunk_decides_between_raw_and_tree) {
    EXPECT_TRUE(cid_of_pattern(262'144).starts_with("bafkrei"));
    EXPECT_TRUE(cid_of_pattern(262'145).starts_with("bafybei"));
}

TEST(Cid, other_spellings_mean_the_same_content) {
    const auto digest = cid_digest("QmQp5nG322nnrKbBJw11S8XcLAjevGq7kPBh18sZFYjupv");
    ASSERT_TRUE(digest);
    EXPECT_EQ(to_hex(*digest), "0x24be677d7167fa32e8a23f4af146184b4a9ed3c3b785130eb2a11148699f106b");
    EXPECT_EQ(cid_digest("bafkreibexztx24lh7izorir7jlyumgcljkpnhq5xqujq5mvbcfegthyqnm"), digest);
    EXPECT_EQ(cid_digest("BAFKREIBEXZTX24LH7IZORIR7JLYUMGCLJKPNHQ5XQUJQ5MVBCFEGTHYQNM"), digest);
    EXPECT_EQ(make_cid(*digest, 0x55), "bafkreibexztx24lh7izorir7jlyumgcljkpnhq5xqujq5mvbcfegthyqnm");
}

TEST(Cid, what_is_no_identifier_is_refused) {
    for (const char* text :
         {"", "b", "bafy", "Qm", "hello", "QmQp5nG322nnrKbBJw11S8XcLAjevGq7kPBh18sZFYjup0", "../../etc/passwd"})
        EXPECT_FALSE(cid_digest(text)) << text;
}

}  // namespace
}  // namespace bourse::client
