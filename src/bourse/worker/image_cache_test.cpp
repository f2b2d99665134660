// Fetches images from a real registry (Debian's docker-registry on a free loopback port) into the cache, and computes a
// task with one. Skipped with the reason where skopeo, umoci or the registry are missing.
#include <bourse/client/result_digest.hpp>
#include <bourse/sys/file.hpp>
#include <bourse/sys/process.hpp>
#include <bourse/worker/compute.hpp>
#include <bourse/worker/image_cache.hpp>
#include <bourse/worker/probe_program.hpp>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>
#include <fstream>
#include <thread>

namespace bourse::worker {
namespace {

namespace fs = std::filesystem;

/// A port that nobody else is given while this lives: bound without listening, which SO_REUSEADDR lets the registry
/// share.
class HeldPort {
public:
    HeldPort() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const int shared = 1;
        ::setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &shared, sizeof(shared));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(address);
        ::bind(fd_, reinterpret_cast<sockaddr*>(&address), size);
        ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
        number_ = ntohs(address.sin_port);
    }
    HeldPort(const HeldPort&) = delete;
    HeldPort& operator=(const HeldPort&) = delete;
    ~HeldPort() { ::close(fd_); }
    std::uint16_t number() const { return number_; }

private:
    int fd_;
    std::uint16_t number_ = 0;
};

bool run(std::vector<std::string> argv, std::string* out = nullptr) {
    sys::ProcessSpec spec;
    spec.argv = std::move(argv);
    spec.timeout_ms = 300'000;
    const auto done = sys::run_process(spec);
    if (done && !done->ok()) std::cerr << done->err;
    if (done && out != nullptr) *out = done->out;
    return done && done->ok();
}

class ImageCacheTest : public testing::Test {
protected:
    void SetUp() override {
        for (const char* tool : {"skopeo", "umoci", "docker-registry"})
            if (!run({tool, "--version"}))
                GTEST_SKIP() << "SKIPPED: " << tool << " does not run on this machine (scripts/setup.sh installs it)";
        host_ = "127.0.0.1:" + std::to_string(port_.number());
        std::ofstream(at("registry.yml"))
            << "version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: " << at("store").string()
            << "}}\nhttp: {addr: \"" << host_ << "\"}\n";
        sys::ProcessSpec spec;
        spec.argv = {"docker-registry", "serve", at("registry.yml").string()};
        spec.stderr_file = at("registry.log");
        spec.stdout_file = at("registry.log");
        spec.die_with_parent = true;
        auto started = sys::Child::start(spec);
        ASSERT_TRUE(started);
        registry_.emplace(std::move(*started));
        source_.registries = {host_};
        source_.retry_pause_ms = 10;
        source_.timeout_ms = 120'000;
        checksum_ = push("one", "one");
        ASSERT_TRUE(cache().open());
    }
    fs::path at(const std::string& name) const { return dir_.path() / name; }
    ImageCache cache(std::uint64_t budget = 1 << 30) const { return ImageCache(at("cache"), budget); }

    /// An image with the probe program and a file of its own; the digest of its manifest.
    Hash push(const std::string& name, const std::string& content, std::size_t zeros = 0) {
        const auto layout = at("layout-" + name).string(), image = layout + ":v1";
        fs::create_directories(at("root-" + name));
        std::ofstream(at("root-" + name) / "exit7", std::ios::binary) << exit7_program();
        fs::permissions(at("root-" + name) / "exit7", fs::perms::all);
        std::ofstream(at("root-" + name) / "content") << content << std::string(zeros, '\0');
        EXPECT_TRUE(run({"umoci", "init", "--layout", layout}));
        EXPECT_TRUE(run({"umoci", "new", "--image", image}));
        EXPECT_TRUE(run({"umoci", "insert", "--image", image, at("root-" + name).string(), "/"}));
        EXPECT_TRUE(run({"umoci", "config", "--image", image, "--config.entrypoint", "/exit7"}));
        bool pushed = false;
        for (int i = 0; i < 100 && !pushed; ++i) {  // the registry needs a moment to come up
            pushed = run({"skopeo", "--insecure-policy", "copy", "--quiet", "--dest-tls-verify=false", "oci:" + image,
                          "docker://" + host_ + "/test/" + name + ":v1"});
            if (!pushed) ::usleep(100'000);
        }
        EXPECT_TRUE(pushed);
        std::string digest;
        EXPECT_TRUE(run({"skopeo", "inspect", "--tls-verify=false", "--format", "{{.Digest}}",
                         "docker://" + host_ + "/test/" + name + ":v1"},
                        &digest));
        return *hash_from_hex(digest.substr(7, 64));
    }
    std::string multiaddr(const std::string& name = "one") const { return host_ + "/test/" + name + ":v1"; }
    std::string code(const std::string& address, const Hash& checksum, std::uint64_t max = 1 << 30) {
        const auto got = cache().get(address, "", checksum, max, source_);
        return got ? "" : got.error().code;
    }

    sys::TempDir dir_;
    HeldPort port_;
    std::string host_;
    std::optional<sys::Child> registry_;
    ImageSourceConfig source_;
    Hash checksum_;
};

TEST_F(ImageCacheTest, fetched_once_then_from_the_cache) {
    {
        const auto lease = cache().get(multiaddr(), "", checksum_, 1 << 30, source_);
        ASSERT_TRUE(lease) << lease.error().message;
        EXPECT_EQ(*sys::read_file(lease->rootfs() / "content"), "one");
        EXPECT_EQ(lease->config().entrypoint, std::vector<std::string>{"/exit7"});
        EXPECT_TRUE(fs::is_directory(lease->rootfs() / "iexec_out"));
    }
    registry_.reset();
    EXPECT_EQ(code(multiaddr(), checksum_), "");
    EXPECT_TRUE(fs::is_empty(at("cache/tmp")));
}
TEST_F(ImageCacheTest, one_event_one_cause) {
    Hash other = checksum_;
    other.data[0] = static_cast<std::uint8_t>(other.data[0] ^ 1);
    EXPECT_EQ(code(multiaddr(), other), "APP_IMAGE_DOWNLOAD_FAILED");
    EXPECT_EQ(code(host_ + "/test/nothing:v1", checksum_), "APP_IMAGE_DOWNLOAD_FAILED");
    EXPECT_EQ(code("no-registry/name", checksum_), "APP_IMAGE_DOWNLOAD_FAILED");
    EXPECT_EQ(code("127.0.0.1:1/test/one", checksum_), "APP_REGISTRY_UNREACHABLE");  // not listed
    source_.registries.push_back("127.0.0.1:1");
    EXPECT_EQ(code("127.0.0.1:1/test/one", checksum_), "APP_REGISTRY_UNREACHABLE");  // listed and closed
    EXPECT_EQ(code(multiaddr(), checksum_, 100), "APP_IMAGE_DOWNLOAD_FAILED");
    EXPECT_TRUE(fs::is_empty(at("cache/tmp")));
    EXPECT_TRUE(fs::is_empty(at("cache/images")));
}
TEST_F(ImageCacheTest, altered_blobs_are_noticed) {
    // Layers only: what the registry finds wrong in a manifest it answers by itself.
    for (const auto& entry : fs::recursive_directory_iterator(at("store"))) {
        if (entry.path().filename() != "data") continue;
        auto bytes = *sys::read_file(entry.path());
        if (!bytes.starts_with("\x1F\x8B")) continue;
        bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
        std::ofstream(entry.path(), std::ios::binary) << bytes;
    }
    EXPECT_EQ(code(multiaddr(), checksum_), "APP_IMAGE_DIGEST_MISMATCH");
}
TEST_F(ImageCacheTest, an_unpacking_bomb_stops_at_the_limit) {
    const auto bomb = push("bomb", "zeros", 20 << 20);
    EXPECT_EQ(code(multiaddr("bomb"), bomb, 10 << 20), "APP_IMAGE_DOWNLOAD_FAILED");
    EXPECT_EQ(code(multiaddr("bomb"), bomb, 40 << 20), "");
    EXPECT_EQ(code(multiaddr("bomb"), bomb, 10 << 20), "APP_IMAGE_DOWNLOAD_FAILED");  // the same from the cache
}
TEST_F(ImageCacheTest, the_longest_unused_image_goes_first_and_used_ones_stay) {
    const auto second = push("two", "two", 1 << 20);
    auto held = cache().get(multiaddr(), "", checksum_, 1 << 30, source_);
    ASSERT_TRUE(held);
    EXPECT_EQ(code(multiaddr("two"), second), "");
    ImageCache tight(at("cache"), 1000);
    tight.evict();
    EXPECT_TRUE(fs::exists(held->rootfs()));
    EXPECT_FALSE(fs::exists(at("cache/images/" + to_hex_plain(second))));
    const auto rootfs = held->rootfs();
    { const auto dropped = std::move(*held); }
    tight.evict();
    EXPECT_FALSE(fs::exists(rootfs));
}
TEST_F(ImageCacheTest, half_done_work_of_a_killed_worker_is_removed) {
    fs::create_directories(at("cache/tmp") / (to_hex_plain(checksum_) + ".123") / "image");
    ASSERT_TRUE(cache().open());
    EXPECT_TRUE(fs::is_empty(at("cache/tmp")));
}
TEST_F(ImageCacheTest, several_threads_fetch_it_once) {
    std::vector<std::thread> threads;
    std::atomic<int> good{0};
    for (int i = 0; i < 4; ++i) threads.emplace_back([&] { good += code(multiaddr(), checksum_).empty() ? 1 : 0; });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(good, 4);
}

TEST_F(ImageCacheTest, a_task_is_computed_with_it) {
    SandboxConfig sandbox_config;
    sandbox_config.data_dir = at("data");
    sandbox_config.owner_id = "cachetest" + std::to_string(::getpid());
    sandbox_config.development = true;
    auto sandbox = choose_sandbox(sandbox_config);
    if (!sandbox) GTEST_SKIP() << "SKIPPED: " << sandbox.error().message;
    WorkerConfig config;
    config.data_dir = at("data");
    config.registries = {host_};
    config.registry_retry_ms = 10;
    auto images = cache();
    const ComputeTools tools{&config, &images, sandbox->get()};
    client::stream::Command assignment;
    assignment.limits = {.seconds = 20,
                         .cpus = 1,
                         .memory_bytes = 256 << 20,
                         .processes = 16,
                         .open_files = 64,
                         .disk_bytes = 1 << 20,
                         .inodes = 64,
                         .download_bytes = 1 << 20,
                         .image_bytes = 1 << 30};
    DealFacts facts;
    facts.app.type = "DOCKER";
    facts.app.multiaddr = to_bytes(multiaddr());
    facts.app.checksum = checksum_;
    std::vector<std::string> statuses;
    ComputeHooks hooks;
    hooks.report = [&](client::stream::StatusReport report) { statuses.push_back(report.status); };
    hooks.fetched_elsewhere = [](const std::string&) { return false; };

    const auto ran = compute_task(tools, assignment, facts, hooks);
    ASSERT_TRUE(ran) << ran.error().message;
    EXPECT_EQ(ran->cause, "APP_COMPUTE_FAILED");  // exit code 7
    EXPECT_EQ(ran->exit_code, 7);
    EXPECT_EQ(ran->fetched.size(), 1U);
    EXPECT_EQ(statuses, (std::vector<std::string>{"APP_DOWNLOADING", "APP_DOWNLOADED", "COMPUTING", "COMPUTE_FAILED"}));
    const auto zip = task_folder(config, assignment.task).zip();
    const auto verified = client::result_of_zip(zip, false);
    ASSERT_TRUE(verified);
    EXPECT_EQ(verified->digest, ran->digest);
    EXPECT_EQ(verified->error_cause, "APP_COMPUTE_FAILED");

    facts.app.checksum.data[3] = static_cast<std::uint8_t>(facts.app.checksum.data[3] ^ 1);
    EXPECT_EQ(compute_task(tools, assignment, facts, hooks)->cause, "APP_IMAGE_DOWNLOAD_FAILED");
    hooks.fetched_elsewhere = [](const std::string&) { return true; };
    EXPECT_EQ(compute_task(tools, assignment, facts, hooks).error().code, "APP_IMAGE_DOWNLOAD_FAILED");
    facts.deal.params = R"({"iexec_result_encryption":true})";
    EXPECT_EQ(compute_task(tools, assignment, facts, hooks)->cause, "TASK_DESCRIPTION_INVALID");
}

}  // namespace
}  // namespace bourse::worker
