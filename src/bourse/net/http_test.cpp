#include <bourse/net/file_answer.hpp>
#include <bourse/net/http.hpp>
#include <bourse/net/router.hpp>

#include <gtest/gtest.h>

namespace bourse::net {
namespace {

TEST(Url, parts_are_taken_apart) {
    const auto url = parse_url("HTTP://example.org:8080/a/b?c=d#e");
    ASSERT_TRUE(url);
    EXPECT_EQ(url->scheme, "http");
    EXPECT_EQ(url->host, "example.org");
    EXPECT_EQ(url->port, 8080);
    EXPECT_EQ(url->target, "/a/b?c=d");
    EXPECT_EQ(url->origin(), "http://example.org:8080");
    EXPECT_EQ(parse_url("wss://h")->port, 443);
    EXPECT_EQ(parse_url("http://h?x=1")->target, "/?x=1");
    EXPECT_EQ(parse_url("ws://[::1]:9/x")->host, "::1");
    EXPECT_EQ(parse_url("ws://[::1]:9/x")->origin(), "ws://[::1]:9");
}

TEST(Url, illegal_ones_are_refused) {
    for (const auto* bad : {"", "example.org", "ftp://x", "http://", "http://:80", "http://h:0", "http://h:65536",
                            "http://h:8x", "http://user@h/", "http://h/a b", "http://[::1", "http://[::1]x"}) {
        const auto url = parse_url(bad);
        ASSERT_FALSE(url) << bad;
        EXPECT_EQ(url.error().code, "URL_INVALID");
    }
}

TEST(Percent, coding_goes_both_ways) {
    EXPECT_EQ(percent_encode("a b/ä~"), "a%20b%2F%C3%A4~");
    EXPECT_EQ(percent_decode("a%20b%2F%C3%A4~"), "a b/ä~");
    EXPECT_EQ(percent_decode("100%"), "100%");
    EXPECT_EQ(percent_decode("%zz%4"), "%zz%4");
}

TEST(Headers, names_are_case_insensitive) {
    Request request;
    request.headers["Content-Type"] = "x";
    EXPECT_EQ(request.header("content-type"), "x");
    EXPECT_EQ(request.header("absent"), "");
}

TEST(Target, path_and_query_are_decoded) {
    Request request;
    ASSERT_TRUE(parse_target("/a%20b?x=1&y=a+b%2B&x=2&flag", request));
    EXPECT_EQ(request.path, "/a b");
    EXPECT_EQ(request.query_value("x"), "1");
    EXPECT_EQ(request.query.count("x"), 2U);
    EXPECT_EQ(request.query_value("y"), "a b+");
    EXPECT_EQ(request.query_value("flag"), "");
    EXPECT_FALSE(request.query_value("none"));
    Request other;
    EXPECT_FALSE(parse_target("a", other));
    EXPECT_FALSE(parse_target("/a%00", other));
}

Router sample_router() {
    Router router;
    for (const auto& [method, pattern] : std::vector<std::pair<std::string, std::string>>{{"GET", "/"},
                                                                                          {"GET", "/v1/tasks/:id"},
                                                                                          {"GET", "/v1/tasks/:id/logs"},
                                                                                          {"POST", "/v1/tasks/:id"},
                                                                                          {"GET", "/ipfs/*"}})
        router.add(Route{method, pattern, {}, {}, {}});
    return router;
}

TEST(Router, patterns_match_whole_paths) {
    const auto router = sample_router();
    EXPECT_EQ(router.find("GET", "/").route->pattern, "/");
    const auto task = router.find("GET", "/v1/tasks/0xab");
    EXPECT_EQ(task.route->pattern, "/v1/tasks/:id");
    EXPECT_EQ(task.params.at("id"), "0xab");
    EXPECT_EQ(router.find("GET", "/v1/tasks/7/logs").params.at("id"), "7");
    EXPECT_EQ(router.find("GET", "/ipfs/bafy/a/b").params.at("*"), "bafy/a/b");
    EXPECT_EQ(router.find("GET", "/v1/tasks/").route, nullptr);
    EXPECT_EQ(router.find("GET", "/v1/tasks/7/").route, nullptr);
    EXPECT_EQ(router.find("GET", "/v1").route, nullptr);
}

TEST(Router, head_falls_back_and_wrong_methods_are_told_apart) {
    const auto router = sample_router();
    EXPECT_EQ(router.find("HEAD", "/v1/tasks/7").params.at("id"), "7");
    const auto wrong = router.find("PUT", "/v1/tasks/7");
    EXPECT_EQ(wrong.route, nullptr);
    EXPECT_EQ(wrong.allow, "GET, POST");
    EXPECT_EQ(router.find("PUT", "/nowhere").allow, "");
}

TEST(HostRule, names_must_be_known) {
    EXPECT_TRUE(host_is_allowed("127.0.0.1:80", {}));
    EXPECT_TRUE(host_is_allowed("localhost", {}));
    EXPECT_TRUE(host_is_allowed("[::1]:8545", {}));
    EXPECT_TRUE(host_is_allowed("192.168.1.2:1", {}));
    EXPECT_FALSE(host_is_allowed("evil.example:8545", {}));
    EXPECT_FALSE(host_is_allowed("127.evil.example", {}));
    EXPECT_TRUE(host_is_allowed("Node.example:8545", {"node.example"}));
    EXPECT_TRUE(host_is_allowed("any.example", {"*"}));
}

TEST(OriginRule, other_sites_are_refused) {
    EXPECT_TRUE(origin_is_allowed("", "127.0.0.1:1", {}));
    EXPECT_TRUE(origin_is_allowed("http://localhost:3000", "127.0.0.1:1", {}));
    EXPECT_TRUE(origin_is_allowed("chrome-extension://abc", "127.0.0.1:1", {}));
    EXPECT_TRUE(origin_is_allowed("https://node.example", "node.example", {}));
    EXPECT_FALSE(origin_is_allowed("https://evil.example", "127.0.0.1:1", {}));
    EXPECT_FALSE(origin_is_allowed("null", "127.0.0.1:1", {}));
    EXPECT_TRUE(origin_is_allowed("https://app.example", "127.0.0.1:1", {"app.example"}));
}

TEST(Range, one_range_is_understood) {
    ByteRange range;
    EXPECT_EQ(parse_range("bytes=2-4", 10, range), RangeKind::kValid);
    EXPECT_EQ(range.first, 2U);
    EXPECT_EQ(range.last, 4U);
    EXPECT_EQ(parse_range("bytes=7-", 10, range), RangeKind::kValid);
    EXPECT_EQ(range.last, 9U);
    EXPECT_EQ(parse_range("bytes=-3", 10, range), RangeKind::kValid);
    EXPECT_EQ(range.first, 7U);
    EXPECT_EQ(parse_range("bytes=-30", 10, range), RangeKind::kValid);
    EXPECT_EQ(range.first, 0U);
    EXPECT_EQ(parse_range("bytes=5-99", 10, range), RangeKind::kValid);
    EXPECT_EQ(range.last, 9U);
}

TEST(Range, others_are_ignored_or_unsatisfiable) {
    ByteRange range;
    for (const auto* header :
         {"", "bytes=", "bytes=a-b", "bytes=4-2", "items=1-2", "bytes=1-2,4-5", "bytes=99999999999999999999-"})
        EXPECT_EQ(parse_range(header, 10, range), RangeKind::kNone) << header;
    EXPECT_EQ(parse_range("bytes=10-", 10, range), RangeKind::kUnsatisfiable);
    EXPECT_EQ(parse_range("bytes=-0", 10, range), RangeKind::kUnsatisfiable);
    EXPECT_EQ(parse_range("bytes=0-", 0, range), RangeKind::kUnsatisfiable);
}

}  // namespace
}  // namespace bourse::net
