#include <bourse/store/service.hpp>
#include <bourse/store/store_fixture.hpp>

#include <bourse/client/archive.hpp>
#include <bourse/client/cid.hpp>
#include <bourse/client/result_digest.hpp>
#include <bourse/client/signing.hpp>
#include <bourse/client/store_client.hpp>
#include <bourse/net/http_client.hpp>
#include <bourse/poco/messages.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/file.hpp>

#include <gtest/gtest.h>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

namespace bourse::store {
namespace {

class StoreTest : public ::testing::Test {
protected:
    StoreTest() {
        std::filesystem::create_directories(dir_.path() / "out");
        std::ofstream(dir_.path() / "out" / "result.txt") << "42";
        std::ofstream(dir_.path() / "out" / "computed.json")
            << R"({"deterministic-output-path":"/iexec_out/result.txt"})";
        make_archive("out", "result.zip");
        digest_ = client::result_of_folder(dir_.path() / "out", false).value().digest;
        auto& task = chain_.tasks[task_.hash];
        task.status = poco::TaskStatus::kRevealing;
        task.dealid = poco::DealId(crypto::keccak256("deal"));
        task.final_deadline = 2000;
        task.consensus_value = poco::result_hash(task_, digest_);
        chain_.deals[task.dealid.hash].workerpool.owner = key_of("scheduler").address();
    }
    void make_archive(const std::string& folder, const std::string& zip) {
        EXPECT_TRUE(client::create_zip(dir_.path() / folder, dir_.path() / zip));
    }
    void start(std::uint64_t max_bytes = 1 << 30) {
        service_.reset();
        auto config = open_store(dir_.path() / "store");
        config.max_bytes = max_bytes;
        auto service = StoreService::start(config, chain_);
        ASSERT_TRUE(service) << service.error().message;
        service_ = std::move(*service);
        url_ = "http://127.0.0.1:" + std::to_string(service_->port());
    }
    /// What an honest worker sends.
    net::ClientRequest upload_request(const std::string& zip = "result.zip") const {
        net::ClientRequest request;
        request.method = "POST";
        request.url = url_ + "/v1/results";
        request.body_file = dir_.path() / zip;
        const auto worker = key_of("worker");
        const auto size = std::filesystem::file_size(request.body_file);
        const auto authorization = poco::authorization_message(worker.address(), task_);
        request.headers["x-bourse-task"] = to_hex(task_);
        request.headers["x-bourse-worker"] = to_hex(worker.address());
        request.headers["x-bourse-digest"] = to_hex(digest_);
        request.headers["x-bourse-authorization"] =
            to_hex(client::sign_digest(key_of("scheduler"), poco::signed_hash(authorization)));
        request.headers["x-bourse-signature"] =
            to_hex(client::sign_digest(worker, poco::signed_hash(poco::upload_message(task_, digest_, size))));
        return request;
    }
    struct Answer {
        int status = 0;
        nlohmann::json body;
        net::Headers headers;
    };
    static Answer send(const net::ClientRequest& request) {
        const auto answer = net::http_request(request);
        EXPECT_TRUE(answer) << (answer ? "" : answer.error().message);
        if (!answer) return {};
        return {answer->status, nlohmann::json::parse(answer->body, nullptr, false), answer->headers};
    }
    net::Response get(const std::string& target, const net::Headers& headers = {},
                      const std::string& method = "GET") const {
        net::ClientRequest request;
        request.method = method;
        request.url = url_ + target;
        request.headers = headers;
        return net::http_request(request).value_or(net::Response{});
    }
    /// Contents kept. (A spooled body goes only after its answer.)
    std::size_t files() const {
        std::size_t count = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(dir_.path() / "store" / "blobs"))
            count += entry.is_regular_file() ? 1U : 0U;
        return count;
    }

    sys::TempDir dir_;
    FakeStoreChain chain_;
    poco::TaskId task_{crypto::keccak256("task")};
    Hash digest_;
    std::string url_;
    std::unique_ptr<StoreService> service_;
};

TEST_F(StoreTest, result_of_the_consensus_is_verified_and_served) {
    start();
    const auto answer = send(upload_request());
    ASSERT_EQ(answer.status, 200) << answer.body.dump();
    EXPECT_EQ(answer.body["verified"], true);
    EXPECT_EQ(answer.body["cid"], client::cid_of_file(dir_.path() / "result.zip").value());
    const std::string link = answer.body["link"];
    const auto got = dir_.path() / "got.zip";
    const auto facts = client::StoreClient(url_).download_result(link, digest_, false, got);
    ASSERT_TRUE(facts) << facts.error().message;
    EXPECT_EQ(*sys::read_file(got), *sys::read_file(dir_.path() / "result.zip"));
    const auto shown = nlohmann::json::parse(get("/v1/results/" + to_hex(task_)).body);
    EXPECT_EQ(shown["cid"], answer.body["cid"]);
    EXPECT_EQ(shown["digest"], to_hex(digest_));
}

TEST_F(StoreTest, same_upload_again_gives_the_same_answer_even_after_the_task) {
    start();
    const auto first = send(upload_request());
    chain_.tasks[task_.hash].status = poco::TaskStatus::kCompleted;
    const auto second = send(upload_request());
    EXPECT_EQ(second.status, 200);
    EXPECT_EQ(first.body, second.body);
    EXPECT_EQ(files(), 1U);
}

TEST_F(StoreTest, upload_is_refused_unless_everything_holds) {
    start();
    const auto code = [&](const std::function<void(net::ClientRequest&)>& change) {
        auto request = upload_request();
        change(request);
        return send(request).body.value("code", "stored");
    };
    EXPECT_EQ(code([](auto& r) { r.headers.erase("x-bourse-task"); }), "HEADERS_INVALID");
    EXPECT_EQ(code([](auto& r) { r.headers["x-bourse-task"] = to_hex(crypto::keccak256("other")); }),
              "SIGNATURE_INVALID");
    EXPECT_EQ(code([](auto& r) { r.headers["x-bourse-signature"] = "0x" + std::string(130, '1'); }),
              "SIGNATURE_INVALID");
    EXPECT_EQ(code([](auto& r) { r.headers["x-bourse-authorization"] = "0x" + std::string(130, '1'); }),
              "AUTHORIZATION_INVALID");
    EXPECT_EQ(code([&](auto& r) {  // signed by somebody else
                  const auto message =
                      poco::signed_hash(poco::authorization_message(key_of("worker").address(), task_));
                  r.headers["x-bourse-authorization"] = to_hex(client::sign_digest(key_of("worker"), message));
              }),
              "AUTHORIZATION_INVALID");
    EXPECT_EQ(files(), 0U);
}

TEST_F(StoreTest, task_must_be_open_by_the_chains_clock) {
    start();
    auto& task = chain_.tasks[task_.hash];
    chain_.now_s = 2000;
    EXPECT_EQ(send(upload_request()).body["code"], "TASK_NOT_OPEN");
    chain_.now_s = 1999;
    for (const auto status : {poco::TaskStatus::kUnset, poco::TaskStatus::kCompleted, poco::TaskStatus::kFailed}) {
        task.status = status;
        EXPECT_EQ(send(upload_request()).body["code"], "TASK_NOT_OPEN");
    }
    chain_.tasks.clear();
    EXPECT_EQ(send(upload_request()).status, 404);
}

TEST_F(StoreTest, digest_is_recomputed) {
    start();
    std::ofstream(dir_.path() / "out" / "result.txt") << "43";
    make_archive("out", "other.zip");
    const auto wrong = send(upload_request("other.zip"));
    EXPECT_EQ(wrong.body["code"], "RESULT_DIGEST_MISMATCH");
    std::ofstream(dir_.path() / "noise.zip") << "no archive at all";
    EXPECT_EQ(send(upload_request("noise.zip")).status, 400);
    chain_.tasks[task_.hash].consensus_value = crypto::keccak256("others agreed");
    EXPECT_EQ(send(upload_request()).body["code"], "RESULT_NOT_CONSENSUS");
    EXPECT_EQ(files(), 0U);
}

TEST_F(StoreTest, upload_before_consensus_is_unverified_until_it_is_reached) {
    start();
    auto& task = chain_.tasks[task_.hash];
    task.status = poco::TaskStatus::kActive;
    task.consensus_value = {};
    EXPECT_EQ(send(upload_request()).body["verified"], false);
    EXPECT_EQ(service_->results().sweep().value(), 0U);
    task.status = poco::TaskStatus::kRevealing;
    task.consensus_value = poco::result_hash(task_, digest_);
    EXPECT_EQ(service_->results().sweep().value(), 1U);
    chain_.now_s = 5000;
    EXPECT_EQ(service_->results().sweep().value(), 0U);
    EXPECT_EQ(nlohmann::json::parse(get("/v1/results/" + to_hex(task_)).body)["verified"], true);
}

TEST_F(StoreTest, one_unverified_upload_a_worker_and_none_after_the_final_deadline) {
    start();
    auto& task = chain_.tasks[task_.hash];
    task.status = poco::TaskStatus::kActive;
    ASSERT_EQ(send(upload_request()).status, 200);
    std::ofstream(dir_.path() / "out" / "extra.txt") << "not part of the digest";
    make_archive("out", "second.zip");
    ASSERT_EQ(send(upload_request("second.zip")).status, 200);
    EXPECT_EQ(files(), 1U);
    EXPECT_EQ(service_->results().count(false), 1U);
    chain_.now_s = 2000;
    EXPECT_EQ(service_->results().sweep().value(), 1U);
    EXPECT_EQ(files(), 0U);
    EXPECT_EQ(get("/v1/results/" + to_hex(task_)).status, 404);
}

TEST_F(StoreTest, result_of_a_reopened_task_replaces_the_one_of_its_first_consensus) {
    start();
    ASSERT_EQ(send(upload_request()).body["verified"], true);
    std::ofstream(dir_.path() / "out" / "result.txt") << "43";
    make_archive("out", "second.zip");
    digest_ = client::result_of_folder(dir_.path() / "out", false).value().digest;
    EXPECT_EQ(send(upload_request("second.zip")).body["code"], "RESULT_NOT_CONSENSUS");
    chain_.tasks[task_.hash].consensus_value = poco::result_hash(task_, digest_);
    ASSERT_EQ(send(upload_request("second.zip")).body["verified"], true);
    EXPECT_EQ(nlohmann::json::parse(get("/v1/results/" + to_hex(task_)).body)["digest"], to_hex(digest_));
    EXPECT_EQ(files(), 1U);
}

TEST_F(StoreTest, later_is_said_with_a_time) {
    start(10);
    const auto full = send(upload_request());
    EXPECT_EQ(full.status, 507);
    EXPECT_TRUE(full.headers.contains("Retry-After"));
    start();
    chain_.down = true;
    const auto away = send(upload_request());
    EXPECT_EQ(away.status, 503);
    EXPECT_TRUE(away.headers.contains("Retry-After"));
    chain_.down = false;
    EXPECT_EQ(send(upload_request()).status, 200);
}

TEST_F(StoreTest, contents_are_found_by_any_spelling) {
    start();
    std::ofstream(dir_.path() / "data.bin") << std::string(300'000, 'x');
    const auto stored = client::StoreClient(url_).upload(dir_.path() / "data.bin", key_of("provider"));
    ASSERT_TRUE(stored) << stored.error().message;
    const auto digest = *client::cid_digest(stored->digests.cid);
    for (const auto codec : {0x55, 0x70})
        EXPECT_EQ(get("/ipfs/" + client::make_cid(digest, static_cast<std::uint8_t>(codec))).status, 200);
    EXPECT_EQ(get("/ipfs/" + client::cid_of(as_bytes("else"))).status, 404);
    EXPECT_EQ(get("/ipfs/nonsense").status, 400);
}

TEST_F(StoreTest, empty_content_has_an_identifier_and_is_no_archive) {
    start();
    std::ofstream(dir_.path() / "empty").close();
    EXPECT_EQ(client::StoreClient(url_).upload(dir_.path() / "empty", key_of("provider")).value().digests.cid,
              client::cid_of({}));
    EXPECT_EQ(get("/ipfs/" + client::cid_of({})).status, 200);
    EXPECT_EQ(send(upload_request("empty")).status, 400);
}

TEST_F(StoreTest, range_head_and_etag) {
    start();
    std::ofstream(dir_.path() / "data.bin") << "0123456789";
    const auto cid = client::StoreClient(url_).upload(dir_.path() / "data.bin", key_of("provider")).value().digests.cid;
    const auto part = get("/ipfs/" + cid, {{"Range", "bytes=2-4"}});
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.body, "234");
    const auto whole = get("/ipfs/" + cid);
    EXPECT_EQ(whole.headers.at("ETag"), "\"" + cid + "\"");
    EXPECT_EQ(get("/ipfs/" + cid, {{"If-None-Match", whole.headers.at("ETag")}}).status, 304);
    const auto head = get("/ipfs/" + cid, {}, "HEAD");
    EXPECT_EQ(head.status, 200);
    EXPECT_TRUE(head.body.empty());
    EXPECT_EQ(head.headers.at("Content-Length"), "10");
}

TEST_F(StoreTest, content_survives_a_restart_and_leftovers_do_not) {
    start();
    ASSERT_EQ(send(upload_request()).status, 200);
    service_.reset();
    const auto blobs = dir_.path() / "store" / "blobs" / "aa";
    std::filesystem::create_directories(blobs);
    std::ofstream(blobs / std::string(64, 'a')) << "moved in, but its row was never committed";
    std::ofstream(dir_.path() / "store" / "tmp" / "half") << "half an upload";
    start();
    EXPECT_EQ(files(), 1U);
    EXPECT_FALSE(std::filesystem::exists(dir_.path() / "store" / "tmp" / "half"));
    EXPECT_EQ(get("/v1/results/" + to_hex(task_)).status, 200);
    EXPECT_EQ(get("/metrics").status, 200);
}

}  // namespace
}  // namespace bourse::store
