#include <bourse/sys/log.hpp>

#include <bourse/sys/file.hpp>
#include <bourse/sys/metrics.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

namespace bourse::sys {
namespace {

TEST(Log, each_event_is_one_json_object) {
    const TempDir dir;
    const auto path = (dir.path() / "log").string();
    init_log({.role = "market", .level = LogLevel::kInfo, .file = path, .json = true});
    log_debug("hidden");
    log_info("order \"x\"\npublished", {{"hash", "0x1"}, {"broken", std::string("\xff\x01")}});
    init_log({.role = "", .level = LogLevel::kInfo, .file = "", .json = false});
    std::istringstream lines(*read_file(path));
    std::string line;
    ASSERT_TRUE(std::getline(lines, line));
    const auto event = nlohmann::json::parse(line);
    EXPECT_EQ(event["level"], "info");
    EXPECT_EQ(event["role"], "market");
    EXPECT_EQ(event["event"], "order \"x\"\npublished");
    EXPECT_EQ(event["hash"], "0x1");
    EXPECT_TRUE(event["ts"].get<std::string>().ends_with("Z"));
    EXPECT_FALSE(std::getline(lines, line));
}

TEST(Log, threads_do_not_mix_lines) {
    const TempDir dir;
    const auto path = (dir.path() / "log").string();
    init_log({.role = "x", .level = LogLevel::kInfo, .file = path, .json = true});
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([] {
            for (int i = 0; i < 100; ++i) log_info("event", {{"i", std::to_string(i)}});
        });
    for (auto& thread : threads) thread.join();
    init_log({.role = "", .level = LogLevel::kInfo, .file = "", .json = false});
    std::istringstream lines(*read_file(path));
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count) EXPECT_TRUE(nlohmann::json::accept(line)) << line;
    EXPECT_EQ(count, 400);
}

TEST(Metrics, text_has_all_kinds_and_the_process) {
    static int run = 0;  // the registry lives as long as the process, also when tests are repeated
    const auto name = "bourse_test" + std::to_string(++run);
    auto& metrics = Metrics::global();
    metrics.count(name + "_orders_total", "Orders.", 2, {{"kind", "app"}});
    metrics.count(name + "_orders_total", "Orders.", 1, {{"kind", "app"}});
    metrics.gauge(name + "_open_orders", "Open.", 5);
    metrics.observe(name + "_seconds", "Time.", 0.2, {0.1, 1});
    const auto text = metrics.text();
    EXPECT_NE(text.find(name + "_orders_total{kind=\"app\"} 3"), std::string::npos) << text;
    EXPECT_NE(text.find("# HELP " + name + "_open_orders Open."), std::string::npos);
    EXPECT_NE(text.find(name + "_seconds_bucket{le=\"1\"} 1"), std::string::npos);
    EXPECT_NE(text.find("process_resident_memory_bytes"), std::string::npos);
    EXPECT_NE(text.find("process_cpu_seconds_total"), std::string::npos);
}

}  // namespace
}  // namespace bourse::sys
