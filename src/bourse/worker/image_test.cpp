#include <bourse/sys/file.hpp>
#include <bourse/worker/app_contract.hpp>
#include <bourse/worker/image_config.hpp>
#include <bourse/worker/image_reference.hpp>
#include <bourse/worker/image_source.hpp>
#include <bourse/worker/sandbox.hpp>

#include <gtest/gtest.h>
#include <algorithm>
#include <fstream>

namespace bourse::worker {
namespace {

namespace fs = std::filesystem;

TEST(ImageReferenceTest, names_as_docker_reads_them) {
    const auto parsed = [](std::string_view text, const std::string& registry = {}) {
        const auto r = parse_image_reference(text, registry);
        return r ? r->registry + " " + r->repository : r.error().code;
    };
    EXPECT_EQ(parsed("127.0.0.1:5000/bourse/hello:1.0"), "127.0.0.1:5000 bourse/hello");
    EXPECT_EQ(parsed("registry.example.org/a/b/c@sha256:00"), "registry.example.org a/b/c");
    EXPECT_EQ(parsed("docker://localhost/app:v1"), "localhost app");
    EXPECT_EQ(parsed("[::1]:5000/app"), "[::1]:5000 app");
    EXPECT_EQ(parsed("iexechub/python-hello-world:8.0"), "IMAGE_NAME_INVALID");
    EXPECT_EQ(parsed("iexechub/python-hello-world:8.0", "docker.io"), "docker.io iexechub/python-hello-world");
    EXPECT_EQ(parsed("debian:12", "docker.io"), "docker.io library/debian");
    for (const char* text :
         {"", "host.io/", "host.io//x", "host.io/../x", "host.io/UPPER", "host.io/x y", "ho st.io/x", "host.io/x;rm"})
        EXPECT_EQ(parsed(text), "IMAGE_NAME_INVALID") << text;
}
TEST(ImageReferenceTest, pulled_by_digest) {
    Hash hash;
    hash.data[31] = 0xAB;
    EXPECT_EQ(parse_image_reference("h.io/x:tag")->at_digest(hash),
              "docker://h.io/x@sha256:" + std::string(62, '0') + "ab");
    EXPECT_TRUE(is_loopback_registry("127.0.0.1:5000") && is_loopback_registry("localhost:1") &&
                is_loopback_registry("[::1]:5"));
    EXPECT_FALSE(is_loopback_registry("registry.example.org") || is_loopback_registry("10.0.0.1:5000"));
}

TEST(ImageCauseTest, what_skopeo_says) {
    EXPECT_EQ(image_cause_of("reading manifest sha256:ab in 127.0.0.1:5000/x: manifest unknown: manifest unknown"),
              "APP_IMAGE_DOWNLOAD_FAILED");
    EXPECT_EQ(image_cause_of("requested access to the resource is denied"), "APP_IMAGE_DOWNLOAD_FAILED");
    EXPECT_EQ(
        image_cause_of("pinging container registry 127.0.0.1:1: dial tcp 127.0.0.1:1: connect: connection refused"),
        "APP_REGISTRY_UNREACHABLE");
    EXPECT_EQ(image_cause_of("dial tcp: lookup nowhere.invalid: no such host"), "APP_REGISTRY_UNREACHABLE");
    EXPECT_EQ(image_cause_of("x509: certificate signed by unknown authority"), "APP_REGISTRY_UNREACHABLE");
    EXPECT_EQ(image_cause_of("received unexpected HTTP status: 503 Service Unavailable"), "APP_REGISTRY_UNREACHABLE");
    EXPECT_EQ(image_cause_of("Digest did not match, expected sha256:a, got sha256:b"), "APP_IMAGE_DIGEST_MISMATCH");
    EXPECT_EQ(image_cause_of("write /cache/blob: no space left on device"), "WORKER_DISK_FULL");
}

TEST(ImageConfigTest, process_of_an_image) {
    const auto config = parse_image_config(
        R"({"config":{"Entrypoint":["/app"],"Cmd":["a"],"Env":["A=1"],"User":"app","WorkingDir":"/w"}})");
    ASSERT_TRUE(config);
    EXPECT_EQ(config->entrypoint, std::vector<std::string>{"/app"});
    EXPECT_EQ(config->working_dir, "/w");
    EXPECT_EQ(app_arguments(*config, "")->at(1), "a");
    EXPECT_EQ(*app_arguments(*config, R"(one "two words" 'three')"),
              (std::vector<std::string>{"/app", "one", "two words", "three"}));
    EXPECT_EQ(app_arguments(*config, "\"open").error().code, "ARGS_UNTERMINATED");
    EXPECT_EQ(app_arguments(ImageConfig{}, "").error().code, "APP_PROGRAM_MISSING");
    EXPECT_TRUE(parse_image_config("{}"));
    EXPECT_EQ(parse_image_config("[").error().code, "IMAGE_CONFIG_INVALID");
}
TEST(ImageConfigTest, users_of_an_image) {
    const sys::TempDir root;
    fs::create_directories(root.path() / "etc");
    std::ofstream(root.path() / "etc/passwd") << "root:x:0:0::/:/bin/sh\napp:x:1000:1001::/:/bin/sh\n";
    std::ofstream(root.path() / "etc/group") << "app:x:1001:\naudio:x:29:app,other\n";
    const auto user = [&](const std::string& text) { return resolve_user(root.path(), text); };
    EXPECT_EQ(*user(""), ImageUser{});
    EXPECT_EQ(*user("app"), (ImageUser{1000, 1001, {29}}));
    EXPECT_EQ(*user("1000"), (ImageUser{1000, 1001, {29}}));
    EXPECT_EQ(*user("4242"), (ImageUser{4242, 0, {}}));
    EXPECT_EQ(*user("4242:77"), (ImageUser{4242, 77, {}}));
    EXPECT_EQ(*user("app:audio"), (ImageUser{1000, 29, {}}));
    EXPECT_EQ(user("nobody").error().code, "IMAGE_USER_UNKNOWN");
    EXPECT_EQ(user("app:nogroup").error().code, "IMAGE_USER_UNKNOWN");
}
TEST(ImageConfigTest, a_link_in_the_image_does_not_lead_to_the_machines_files) {
    const sys::TempDir root;
    fs::create_directories(root.path() / "etc");
    fs::create_symlink("/etc/passwd", root.path() / "etc/link");
    fs::create_symlink("../../../../../../etc/passwd", root.path() / "etc/passwd");
    EXPECT_EQ(resolve_user(root.path(), "root").error().code, "IMAGE_USER_UNKNOWN");
}

TEST(AppContractTest, environment_of_the_image_then_ours) {
    ImageConfig image;
    image.env = {"A=1", "IEXEC_OUT=/elsewhere", "HOME=/root", "broken"};
    AppContract contract;
    contract.index = 7;
    contract.bot_size = Uint256{3};
    contract.bot_first = Uint256{5};
    contract.input_names = {input_file_name("https://example.org/a")};
    const auto env = app_environment(image, contract);
    const auto has = [&](const std::string& entry) { return std::ranges::count(env, entry) == 1; };
    EXPECT_TRUE(has("A=1") && has("IEXEC_OUT=/iexec_out") && has("IEXEC_IN=/iexec_in") && has("HOME=/tmp"));
    EXPECT_TRUE(has("IEXEC_TASK_INDEX=7") && has("IEXEC_BOT_TASK_INDEX=7") && has("IEXEC_BOT_SIZE=3") &&
                has("IEXEC_BOT_FIRST_INDEX=5"));
    EXPECT_TRUE(has("IEXEC_DATASET_ADDRESS=") && has("IEXEC_DATASET_FILENAME=") && has("IEXEC_INPUT_FILES_NUMBER=1"));
    EXPECT_TRUE(has("IEXEC_INPUT_FILE_NAME_1=0x4f1a8e3ed7d7c1d5f5e0c8be2f1c37b0b0f1a2a9e4f6a7a0b5d2c3e4f5a6b7c8") ||
                std::ranges::any_of(env, [](const std::string& e) {
                    return e.starts_with("IEXEC_INPUT_FILE_NAME_1=0x") && e.size() == 24 + 66;
                }));
    EXPECT_TRUE(std::ranges::any_of(env, [](const std::string& e) { return e.starts_with("PATH="); }));
    EXPECT_FALSE(has("broken"));
}

TEST(FindProgramTest, inside_the_image_only) {
    const sys::TempDir root;
    fs::create_directories(root.path() / "bin");
    std::ofstream(root.path() / "bin/app") << "x";
    fs::permissions(root.path() / "bin/app", fs::perms::owner_all);
    std::ofstream(root.path() / "bin/data") << "x";
    fs::create_symlink("/bin/app", root.path() / "bin/link");
    fs::create_symlink("/bin/sh", root.path() / "bin/away");
    const auto find = [&](const std::string& name) {
        const auto found = find_program(root.path(), name, {"PATH=/usr/bin:/bin"}, "/bin");
        return found ? *found : found.error().code;
    };
    EXPECT_EQ(find("app"), "/bin/app");
    EXPECT_EQ(find("/bin/link"), "/bin/link");
    EXPECT_EQ(find("./app"), "/bin/app");
    EXPECT_EQ(find("data"), "APP_PROGRAM_NOT_EXECUTABLE");
    EXPECT_EQ(find("/bin/away"), "APP_PROGRAM_MISSING");
    EXPECT_EQ(find("nothing"), "APP_PROGRAM_MISSING");
    EXPECT_EQ(find(""), "APP_PROGRAM_MISSING");
}

}  // namespace
}  // namespace bourse::worker
