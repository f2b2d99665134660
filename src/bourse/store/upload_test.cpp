// Uploads of data providers: rules, breaks, restarts, what stays and what goes.
#include <bourse/client/cid.hpp>
#include <bourse/client/signing.hpp>
#include <bourse/client/store_client.hpp>
#include <bourse/net/http_client.hpp>
#include <bourse/net/http_server.hpp>
#include <bourse/store/service.hpp>
#include <bourse/store/store_fixture.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/file.hpp>

#include <gtest/gtest.h>
#include <atomic>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

namespace bourse::store {
namespace {

constexpr std::uint64_t kDayMs = 24ULL * 3'600'000;

std::string content_of(std::size_t size, unsigned seed = 1) {
    std::string out(size, '\0');
    for (auto& c : out) c = static_cast<char>((seed = seed * 1'103'515'245U + 12'345U) >> 16);
    return out;
}

/// The store without HTTP, by a clock of the test's own.
class UploadsTest : public ::testing::Test {
protected:
    UploadsTest() { open(); }
    void open() {
        uploads_.reset();
        blobs_.reset();
        db_.reset();
        db_ = db::Database::open("sqlite://" + (dir_.path() / "index.db").string()).value();
        ASSERT_TRUE(db_->migrate({kStoreSchema, std::string(DatasetFiles::kSchema) + ";" + Uploads::kSchema}));
        blobs_ = BlobStore::open({dir_.path(), max_bytes_, 0}, *db_).value();
        uploads_ =
            Uploads::open(dir_.path() / "uploads", rules_, *blobs_, *db_, chain_, [this] { return now_ms_; }).value();
    }
    client::UploadRequest request_for(const std::string& content, const char* owner = "provider") const {
        return {key_of(owner).address(), crypto::sha256(as_bytes(content)), content.size(), now_ms_ / 1000 + 600};
    }
    Result<UploadState> begin(const client::UploadRequest& request, const char* signer = "provider") {
        return uploads_->begin(request, client::sign_text(key_of(signer), client::upload_text(request)));
    }
    Result<UploadState> begin(const std::string& content, const char* owner = "provider") {
        return begin(request_for(content, owner), owner);
    }
    Result<UploadState> append(const Hash& id, std::uint64_t offset, const std::string& chunk) {
        std::ofstream(dir_.path() / "chunk", std::ios::binary) << chunk;
        return uploads_->append(id, offset, dir_.path() / "chunk");
    }
    UploadState store(const std::string& content, const char* owner = "provider") {
        const auto id = begin(content, owner).value().id;
        EXPECT_TRUE(append(id, 0, content));
        return uploads_->complete(id).value();
    }
    template <class T>
    static std::string code(const Result<T>& result) {
        return result ? "done" : result.error().code;
    }
    std::size_t parts() const {
        return static_cast<std::size_t>(
            std::distance(std::filesystem::directory_iterator(dir_.path() / "uploads"), {}));
    }

    sys::TempDir dir_;
    FakeStoreChain chain_;
    UploadRules rules_{.from = "anyone"};
    std::uint64_t max_bytes_ = 1 << 30;
    std::uint64_t now_ms_ = 1'790'000'000'000;
    std::unique_ptr<db::Database> db_;
    std::unique_ptr<BlobStore> blobs_;
    std::unique_ptr<Uploads> uploads_;
};

TEST_F(UploadsTest, chunks_make_the_file) {
    const auto content = content_of(300'000);
    const auto begun = begin(content).value();
    EXPECT_EQ(begun.received_bytes, 0U);
    EXPECT_EQ(append(begun.id, 0, content.substr(0, 100'000)).value().received_bytes, 100'000U);
    EXPECT_EQ(append(begun.id, 100'000, content.substr(100'000)).value().received_bytes, 300'000U);
    const auto whole = uploads_->complete(begun.id).value();
    EXPECT_EQ(whole.cid, client::cid_of(as_bytes(content)));
    EXPECT_EQ(uploads_->complete(begun.id).value().cid, whole.cid);
    EXPECT_EQ(*sys::read_file(blobs_->find(*client::cid_digest(whole.cid))->file), content);
    EXPECT_EQ(parts(), 0U);
}

TEST_F(UploadsTest, only_the_owner_begins_and_only_for_a_while) {
    const auto request = request_for("text");
    EXPECT_EQ(code(begin(request, "somebody")), "SIGNATURE_INVALID");
    EXPECT_EQ(code(uploads_->begin(request, Bytes(65, 1))), "SIGNATURE_INVALID");
    EXPECT_EQ(code(uploads_->begin(request, Bytes{})), "SIGNATURE_INVALID");
    auto other = request;
    other.size_bytes = 5;
    const auto signature = client::sign_text(key_of("provider"), client::upload_text(request));
    EXPECT_EQ(code(uploads_->begin(other, signature)), "SIGNATURE_INVALID");
    EXPECT_EQ(code(uploads_->begin(request, signature)), "done");
    now_ms_ += 600'000;
    EXPECT_EQ(code(uploads_->begin(request, signature)), "SIGNATURE_EXPIRED");
    auto late = request_for("text");
    late.expiry_s += kDayMs / 1000;
    EXPECT_EQ(code(begin(late)), "SIGNATURE_EXPIRED");
}

TEST_F(UploadsTest, same_file_of_the_same_owner_is_the_same_upload) {
    const auto content = content_of(1000);
    const auto first = begin(content).value();
    ASSERT_TRUE(append(first.id, 0, content.substr(0, 400)));
    const auto again = begin(content).value();
    EXPECT_EQ(again.id, first.id);
    EXPECT_EQ(again.received_bytes, 400U);
    const auto others = begin(content, "somebody").value();
    EXPECT_NE(others.id, first.id);
    EXPECT_EQ(others.received_bytes, 0U);
}

TEST_F(UploadsTest, chunks_out_of_place_are_refused_and_change_nothing) {
    const auto content = content_of(1000);
    const auto id = begin(content).value().id;
    ASSERT_TRUE(append(id, 0, content.substr(0, 400)));
    EXPECT_EQ(code(append(id, 0, content.substr(0, 400))), "OFFSET_WRONG");
    EXPECT_EQ(code(append(id, 500, content.substr(500))), "OFFSET_WRONG");
    EXPECT_EQ(code(append(id, 400, "")), "CHUNK_INVALID");
    EXPECT_EQ(code(append(id, 400, content.substr(400) + "x")), "CHUNK_INVALID");
    EXPECT_EQ(code(append(crypto::keccak256("another's"), 0, content)), "UPLOAD_NOT_FOUND");
    EXPECT_EQ(code(uploads_->complete(id)), "UPLOAD_INCOMPLETE");
    ASSERT_TRUE(append(id, 400, content.substr(400)));
    ASSERT_TRUE(uploads_->complete(id));
    EXPECT_EQ(code(append(id, 1000, "x")), "UPLOAD_COMPLETE");
    EXPECT_EQ(code(append(id, 0, content)), "UPLOAD_COMPLETE");
}

TEST_F(UploadsTest, other_content_than_announced_is_deleted) {
    const auto id = begin("what was announced").value().id;
    ASSERT_TRUE(append(id, 0, "what has been sent"));
    EXPECT_EQ(code(uploads_->complete(id)), "CHECKSUM_MISMATCH");
    EXPECT_EQ(code(uploads_->find(id)), "UPLOAD_NOT_FOUND");
    EXPECT_EQ(parts(), 0U);
    EXPECT_EQ(blobs_->count(), 0U);
}

TEST_F(UploadsTest, empty_file_is_whole_at_once) {
    const auto id = begin("").value().id;
    EXPECT_EQ(uploads_->complete(id).value().cid, client::cid_of({}));
}

TEST_F(UploadsTest, who_may_upload_is_the_operators_choice) {
    rules_.from = "nobody";
    open();
    EXPECT_EQ(code(begin("text")), "UPLOADS_CLOSED");
    rules_.from = "staked";
    open();
    EXPECT_EQ(code(begin("text")), "STAKE_NEEDED");
    chain_.down = true;
    EXPECT_EQ(code(begin("text")), "CHAIN_UNREACHABLE");
    chain_.down = false;
    chain_.accounts[key_of("provider").address()].stake = 1;
    EXPECT_EQ(code(begin("text")), "done");
    chain_.accounts[key_of("somebody").address()].locked = 1;
    EXPECT_EQ(code(begin("text", "somebody")), "done");
    // What has begun goes on although the deposit is gone.
    chain_.accounts.clear();
    EXPECT_EQ(code(begin("text")), "done");
}

TEST_F(UploadsTest, quotas_count_what_was_announced) {
    rules_.max_bytes = 20'000;
    rules_.owner_bytes = 30'000;
    rules_.total_bytes = 45'000;
    open();
    EXPECT_EQ(code(begin(content_of(20'001))), "FILE_TOO_LARGE");
    EXPECT_EQ(code(begin(content_of(20'000))), "done");
    EXPECT_EQ(code(begin(content_of(20'000, 2))), "QUOTA_EXCEEDED");
    EXPECT_EQ(code(begin("tiny 1")), "done");
    EXPECT_EQ(code(begin("tiny 2")), "done");
    EXPECT_EQ(code(begin("tiny 3")), "QUOTA_EXCEEDED");
    EXPECT_EQ(code(begin(content_of(20'000, 3), "somebody")), "STORE_FULL");
    EXPECT_EQ(code(begin("tiny 4", "somebody")), "done");
    max_bytes_ = 10'000;
    rules_.total_bytes = 1 << 30;
    open();
    EXPECT_EQ(code(begin(content_of(15'000, 4), "somebody")), "STORE_FULL");
}

TEST_F(UploadsTest, unfinished_uploads_expire_after_their_last_chunk) {
    const auto content = content_of(1000);
    const auto id = begin(content).value().id;
    now_ms_ += kDayMs - 1;
    ASSERT_TRUE(append(id, 0, content.substr(0, 10)));
    now_ms_ += kDayMs - 1;
    EXPECT_EQ(uploads_->sweep().value(), 0U);
    now_ms_ += 1;
    chain_.down = true;  // which does not matter for them
    EXPECT_EQ(code(uploads_->sweep()), "CHAIN_UNREACHABLE");
    EXPECT_EQ(code(uploads_->find(id)), "UPLOAD_NOT_FOUND");
    EXPECT_EQ(parts(), 0U);
}

TEST_F(UploadsTest, files_stay_while_a_dataset_refers_to_them) {
    const auto kept = store("of a dataset"), by_url = store("of one by its URL"), lost = store("of none");
    chain_.places = {to_bytes("/ipfs/" + kept.cid), to_bytes("https://store.example/ipfs/" + by_url.cid + "?x"),
                     to_bytes("https://example.org/elsewhere"), Bytes{0xFF, 0x00}};
    now_ms_ += kDayMs;
    chain_.down = true;
    EXPECT_EQ(code(uploads_->sweep()), "CHAIN_UNREACHABLE");
    EXPECT_EQ(blobs_->count(), 3U);
    chain_.down = false;
    EXPECT_EQ(uploads_->sweep().value(), 1U);
    EXPECT_EQ(blobs_->count(), 2U);
    EXPECT_FALSE(uploads_->find(kept.id).value().expires_ms);
    EXPECT_EQ(code(uploads_->remove(by_url.id)), "UPLOAD_IN_USE");
    EXPECT_EQ(code(uploads_->find(lost.id)), "UPLOAD_NOT_FOUND");
    // A dataset may come before its file, too.
    chain_.places.push_back(to_bytes("/ipfs/" + lost.cid));
    ASSERT_TRUE(uploads_->sweep());
    store("of none");
    now_ms_ += 10 * kDayMs;
    EXPECT_EQ(uploads_->sweep().value(), 0U);
    EXPECT_EQ(blobs_->count(), 3U);
}

TEST_F(UploadsTest, another_chain_is_read_from_its_beginning) {
    chain_.places.assign(9, to_bytes("nowhere"));
    ASSERT_TRUE(uploads_->sweep());
    const auto kept = store("text");
    chain_.places = {to_bytes("/ipfs/" + kept.cid)};
    now_ms_ += kDayMs;
    EXPECT_EQ(uploads_->sweep().value(), 0U);
    EXPECT_FALSE(uploads_->find(kept.id).value().expires_ms);
}

TEST_F(UploadsTest, owners_share_a_content_and_the_last_one_takes_it_along) {
    const auto mine = store("same"), theirs = store("same", "somebody");
    EXPECT_EQ(mine.cid, theirs.cid);
    ASSERT_TRUE(uploads_->remove(mine.id));
    EXPECT_EQ(uploads_->sweep().value(), 1U);
    EXPECT_EQ(blobs_->count(), 1U);
    ASSERT_TRUE(uploads_->remove(theirs.id));
    EXPECT_EQ(uploads_->sweep().value(), 1U);
    EXPECT_EQ(blobs_->count(), 0U);
}

TEST_F(UploadsTest, given_up_is_gone) {
    const auto id = begin("text").value().id;
    ASSERT_TRUE(uploads_->remove(id));
    EXPECT_EQ(code(uploads_->remove(id)), "UPLOAD_NOT_FOUND");
    EXPECT_EQ(parts(), 0U);
}

TEST_F(UploadsTest, killed_store_goes_on_from_what_it_told) {
    const auto content = content_of(1000);
    const auto id = begin(content).value().id;
    const auto part = dir_.path() / "uploads" / to_hex_plain(id);
    ASSERT_TRUE(append(id, 0, content.substr(0, 400)));
    // Killed after a chunk was written and before it was counted; a part without a row beside it.
    std::ofstream(part, std::ios::binary | std::ios::app) << content.substr(400, 300);
    std::ofstream(dir_.path() / "uploads" / std::string(64, 'a')) << "begun, but never told";
    open();
    EXPECT_EQ(parts(), 1U);
    EXPECT_EQ(uploads_->find(id).value().received_bytes, 400U);
    ASSERT_TRUE(append(id, 400, content.substr(400)));
    EXPECT_EQ(uploads_->complete(id).value().cid, client::cid_of(as_bytes(content)));
}

TEST_F(UploadsTest, part_lost_in_a_completion_is_sent_again) {
    const auto content = content_of(1000);
    const auto id = begin(content).value().id;
    ASSERT_TRUE(append(id, 0, content));
    std::filesystem::remove(dir_.path() / "uploads" / to_hex_plain(id));  // moved in, and cleared without its row
    open();
    EXPECT_EQ(uploads_->find(id).value().received_bytes, 0U);
    ASSERT_TRUE(append(id, 0, content));
    EXPECT_TRUE(uploads_->complete(id));
}

/// The store as clients see it.
class UploadServiceTest : public ::testing::Test {
protected:
    UploadServiceTest() { start(); }
    void start(std::uint16_t port = 0) {
        service_.reset();
        auto config = open_store(dir_.path() / "store");
        config.port = port;
        auto service = StoreService::start(config, chain_);
        ASSERT_TRUE(service) << service.error().message;
        service_ = std::move(*service);
        url_ = "http://127.0.0.1:" + std::to_string(service_->port());
    }
    std::filesystem::path file_of(const std::string& content) {
        const auto file = dir_.path() / "file";
        std::ofstream(file, std::ios::binary) << content;
        return file;
    }
    struct Answer {
        int status = 0;
        nlohmann::json body;
    };
    Answer ask(const std::string& method, const std::string& path, const std::string& body = {},
               const net::Headers& headers = {}) const {
        net::ClientRequest request;
        request.method = method;
        request.url = url_ + "/v1/uploads" + path;
        request.body = body;
        request.headers = headers;
        const auto answer = net::http_request(request);
        if (!answer) return {0, {}};
        return {answer->status, nlohmann::json::parse(answer->body, nullptr, false)};
    }
    std::string begin_body(const std::string& content) const {
        const auto key = key_of("provider");
        const client::UploadRequest request{key.address(), crypto::sha256(as_bytes(content)), content.size(),
                                            sys::unix_time_s() + 600};
        return nlohmann::json{{"owner", to_hex(request.owner)},
                              {"sha256", to_hex(request.sha256)},
                              {"size", request.size_bytes},
                              {"expiry", request.expiry_s},
                              {"signature", to_hex(client::sign_text(key, client::upload_text(request)))}}
            .dump();
    }

    sys::TempDir dir_;
    FakeStoreChain chain_;
    std::string url_;
    std::unique_ptr<StoreService> service_;
};

TEST_F(UploadServiceTest, interface_end_to_end) {
    EXPECT_EQ(ask("GET", "").body["chunkBytes"], client::kUploadChunkBytes);
    const auto begun = ask("POST", "", begin_body("hello"));
    ASSERT_EQ(begun.status, 200) << begun.body;
    const auto path = "/" + begun.body["id"].get<std::string>();
    EXPECT_EQ(ask("PUT", path + "?offset=0", "hel").body["received"], 3);
    EXPECT_EQ(ask("PUT", path + "?offset=1", "lo").status, 409);
    EXPECT_EQ(ask("PUT", path + "?offset=-1", "lo").body["code"], "OFFSET_INVALID");
    EXPECT_EQ(ask("PUT", path, "lo").body["code"], "OFFSET_INVALID");
    EXPECT_EQ(ask("POST", path + "/complete").status, 409);
    EXPECT_EQ(ask("PUT", path + "?offset=3", "lo").body["received"], 5);
    const auto whole = ask("POST", path + "/complete");
    EXPECT_EQ(whole.body["location"], "/ipfs/" + client::cid_of(as_bytes("hello")));
    EXPECT_TRUE(whole.body["expires"].is_number());
    EXPECT_EQ(ask("GET", path).body, whole.body);
    EXPECT_EQ(ask("DELETE", path).status, 200);
}

TEST_F(UploadServiceTest, nonsense_is_refused_in_words) {
    for (const auto* body : {"", "[]", "{}", "nonsense", R"({"owner":"0x12"})"}) {
        const auto answer = ask("POST", "", body);
        EXPECT_EQ(answer.status, 400) << body;
        EXPECT_EQ(answer.body["code"], "BODY_INVALID") << body;
    }
    EXPECT_EQ(ask("POST", "", std::string(10'000, 'x')).status, 413);
    EXPECT_EQ(ask("GET", "/..%2f..%2findex.db").status, 404);
    EXPECT_EQ(ask("GET", "/index.db").body["code"], "UPLOAD_NOT_FOUND");
    const auto unknown = "/" + to_hex(crypto::keccak256("no upload"));
    EXPECT_EQ(ask("PUT", unknown + "?offset=0", "x").status, 404);
    EXPECT_EQ(ask("PUT", unknown + "?offset=0", std::string(client::kUploadChunkBytes + 1, 'x')).status, 413);
    EXPECT_EQ(ask("POST", unknown + "/complete").status, 404);
    EXPECT_EQ(ask("DELETE", unknown).status, 404);
}

TEST_F(UploadServiceTest, pages_of_other_origins_cannot_upload) {
    EXPECT_EQ(ask("POST", "", begin_body("text"), {{"Origin", "https://example.org"}}).body["code"], "ORIGIN_REFUSED");
    EXPECT_EQ(ask("POST", "", begin_body("text"), {{"Origin", "http://localhost:8080"}}).status, 200);
}

TEST_F(UploadServiceTest, client_sends_many_chunks_and_finds_them_again) {
    const auto content = content_of(3 * client::kUploadChunkBytes + 7);
    const auto file = file_of(content);
    const client::StoreClient store(url_);
    std::uint64_t seen = 0;
    const auto stored = store.upload(file, key_of("provider"), [&](std::uint64_t done, std::uint64_t) { seen = done; });
    ASSERT_TRUE(stored) << stored.error().message;
    EXPECT_EQ(stored->digests.cid, client::cid_of(as_bytes(content)));
    EXPECT_EQ(seen, content.size());
    EXPECT_TRUE(stored->expires_ms);
    EXPECT_EQ(store.upload(file, key_of("provider")).value().resumed_bytes, content.size());
}

TEST_F(UploadServiceTest, client_goes_on_where_an_earlier_one_stopped) {
    const auto content = content_of(client::kUploadChunkBytes + 7);
    const auto id = ask("POST", "", begin_body(content)).body["id"].get<std::string>();
    ASSERT_EQ(ask("PUT", "/" + id + "?offset=0", content.substr(0, 1000)).status, 200);
    const auto stored = client::StoreClient(url_).upload(file_of(content), key_of("provider"));
    ASSERT_TRUE(stored) << stored.error().message;
    EXPECT_EQ(stored->resumed_bytes, 1000U);
}

TEST_F(UploadServiceTest, client_waits_for_a_store_that_starts_again) {
    const auto content = content_of(4 * client::kUploadChunkBytes);
    const auto file = file_of(content);
    const auto port = service_->port();
    std::atomic<bool> restarted{false};
    std::thread operator_thread;
    const auto stored =
        client::StoreClient(url_).upload(file, key_of("provider"), [&](std::uint64_t done, std::uint64_t) {
            if (done < client::kUploadChunkBytes || restarted.exchange(true)) return;
            service_.reset();
            operator_thread = std::thread([&] { start(port); });
        });
    operator_thread.join();
    ASSERT_TRUE(stored) << stored.error().message;
    EXPECT_EQ(stored->digests.cid, client::cid_of(as_bytes(content)));
}

TEST_F(UploadServiceTest, client_tells_why_a_store_refuses) {
    const auto file = file_of("text");
    chain_.down = true;
    EXPECT_TRUE(client::StoreClient(url_).upload(file, key_of("provider")));
    service_.reset();
    const auto away = client::StoreClient(url_).upload(file, key_of("provider"));
    EXPECT_EQ(away.error().code, "STORE_UNREACHABLE");
    EXPECT_EQ(client::StoreClient(url_).upload(dir_.path() / "none", key_of("provider")).error().code,
              "FILE_NOT_FOUND");
}

}  // namespace
}  // namespace bourse::store
