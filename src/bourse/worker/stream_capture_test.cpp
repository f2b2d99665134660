#include <bourse/worker/stream_capture.hpp>

#include <gtest/gtest.h>

namespace bourse::worker {
namespace {

TEST(StreamCaptureTest, short_streams_are_kept_whole) {
    StreamCapture capture(10, 10);
    capture.add("hello ");
    capture.add("wonderful");
    EXPECT_EQ(capture.text(), "hello wonderful");
    EXPECT_EQ(StreamCapture(10, 10).text(), "");
}
TEST(StreamCaptureTest, the_middle_of_a_long_stream_is_left_out) {
    StreamCapture capture(100, 100);
    std::string all;
    for (int i = 0; i < 5000; ++i) all += static_cast<char>('a' + i % 26);
    for (std::size_t at = 0; at < all.size(); at += 37) capture.add(std::string_view(all).substr(at, 37));
    const auto text = capture.text();
    EXPECT_EQ(capture.total_bytes(), 5000U);
    EXPECT_TRUE(text.starts_with(all.substr(0, 100)));
    EXPECT_TRUE(text.ends_with(all.substr(5000 - 60)));
    EXPECT_NE(text.find("4800 bytes left out"), std::string::npos);
    EXPECT_LE(text.size(), 200U);
}
TEST(StreamCaptureTest, one_chunk_larger_than_everything) {
    StreamCapture capture(4, 100);
    capture.add(std::string(1000, 'x') + "END");
    EXPECT_TRUE(capture.text().starts_with("xxxx\n["));
    EXPECT_TRUE(capture.text().ends_with("xEND"));
}
TEST(StreamCaptureTest, any_byte_survives) {
    StreamCapture capture(100, 100);
    const std::string bytes("\0\xFF\x80\n\0", 5);
    capture.add(bytes);
    EXPECT_EQ(capture.text(), bytes);
}

}  // namespace
}  // namespace bourse::worker
