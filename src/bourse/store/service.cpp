#include <bourse/store/service.hpp>

#include <bourse/client/cid.hpp>
#include <bourse/net/standard_routes.hpp>
#include <bourse/store/answers.hpp>
#include <bourse/store/upload_routes.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/file.hpp>
#include <bourse/sys/log.hpp>
#include <bourse/sys/metrics.hpp>

#include <nlohmann/json.hpp>

#include <atomic>
#include <chrono>

namespace bourse::store {

namespace {

net::ServerConfig store_server_config(const StoreConfig& config) {
    net::ServerConfig server;
    server.bind = config.bind;
    server.port = config.port;
    server.cors = true;
    server.allowed_hosts = config.allowed_hosts;
    server.spool_dir = config.folder / "tmp";
    return server;
}

Result<Upload> parse_upload(const net::Request& request) {
    Upload upload;
    const auto task = hash_from_hex(request.header("x-bourse-task"));
    const auto worker = address_from_hex(request.header("x-bourse-worker"));
    const auto digest = hash_from_hex(request.header("x-bourse-digest"));
    const auto authorization = from_hex(request.header("x-bourse-authorization"));
    const auto signature = from_hex(request.header("x-bourse-signature"));
    if (!task || !worker || !digest || !authorization || !signature)
        return fail("HEADERS_INVALID",
                    "Send x-bourse-task, x-bourse-worker, x-bourse-digest, x-bourse-authorization and "
                    "x-bourse-signature, each as 0x hex.");
    return Upload{poco::TaskId(*task), *worker, *digest, *authorization, *signature, {}};
}

nlohmann::json result_json(const StoredResult& result) {
    return {{"ok", true},
            {"cid", result.cid},
            {"link", "/ipfs/" + result.cid},
            {"digest", to_hex(result.digest)},
            {"size", result.size_bytes},
            {"verified", result.verified}};
}

}  // namespace

StoreService::StoreService(const StoreConfig& config) : config_(config), server_(store_server_config(config)) {}

Result<std::unique_ptr<StoreService>> StoreService::start(const StoreConfig& config, StoreChain& chain) {
    std::unique_ptr<StoreService> service(new StoreService(config));
    BOURSE_TRY(service->db_, db::Database::open("sqlite://" + (config.folder / "index.db").string() + "?sync=full"));
    BOURSE_CHECK(service->db_->migrate({kStoreSchema, std::string(DatasetFiles::kSchema) + ";" + Uploads::kSchema}));
    BOURSE_TRY(service->blobs_,
               BlobStore::open({config.folder, config.max_bytes, config.keep_free_bytes}, *service->db_));
    service->results_ = std::make_unique<Results>(*service->blobs_, *service->db_, chain);
    BOURSE_TRY(service->uploads_, Uploads::open(config.folder / "uploads", config.uploads, *service->blobs_,
                                                *service->db_, chain, sys::unix_time_ms));
    service->add_routes();
    BOURSE_CHECK(service->server_.start());
    service->sweeper_ = std::thread([raw = service.get()] { raw->sweep_loop(); });
    return service;
}

StoreService::~StoreService() {
    server_.stop();
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    stopping_.notify_all();
    if (sweeper_.joinable()) sweeper_.join();
}

void StoreService::add_routes() {
    // A full disk shows as an exception of the index: the worker must keep its result and come again.
    const auto or_later = [this](auto handler) {
        return [this, handler](const net::Request& r) {
            try {
                return (this->*handler)(r);
            } catch (const std::exception& error) {
                sys::log_error("upload failed", {{"message", error.what()}});
                return refusal({"DATA_UNWRITABLE", "The store cannot write now. Try again later."},
                               config_.retry_after_s);
            }
        };
    };
    const net::RouteOptions spooled{.spool_body = true, .max_body_bytes = config_.max_upload_bytes};
    server_.route("POST", "/v1/results", or_later(&StoreService::upload_result), spooled);
    server_.route("GET", "/v1/results/:task", [this](const net::Request& r) { return show_result(r); });
    add_upload_routes(server_, *uploads_, config_.retry_after_s);
    server_.route("GET", "/ipfs/:cid", [this](const net::Request& r) { return content(r); });
    server_.route("HEAD", "/ipfs/:cid", [this](const net::Request& r) { return content(r); });
    net::serve_metrics(server_);
    net::serve_version(server_, "store");
}

Result<std::filesystem::path> StoreService::body_of(const net::Request& request) const {
    if (!request.body_file.empty()) return request.body_file;
    static std::atomic<std::uint64_t> counter{0};  // an empty body is spooled nowhere
    const auto file = blobs_->spool_folder() / ("empty." + std::to_string(counter++));
    BOURSE_CHECK(sys::write_file_atomic(file, {}));
    return file;
}

net::Response StoreService::upload_result(const net::Request& request) {
    auto upload = parse_upload(request);
    if (!upload) return refusal(upload.error(), config_.retry_after_s);
    const auto file = body_of(request);
    if (!file) return refusal({"DATA_UNWRITABLE", file.error().message}, config_.retry_after_s);
    upload->archive = *file;
    const auto stored = results_->upload(*upload);
    if (request.body_file.empty()) {
        std::error_code ignored;
        std::filesystem::remove(*file, ignored);
    }
    if (!stored) return refusal(stored.error(), config_.retry_after_s);
    report_metrics();
    sys::log_info("result stored", {{"task", to_hex(stored->task)},
                                    {"worker", to_hex(stored->worker)},
                                    {"cid", stored->cid},
                                    {"size", std::to_string(stored->size_bytes)},
                                    {"verified", stored->verified ? "true" : "false"}});
    return net::Response::json(200, result_json(*stored).dump());
}

net::Response StoreService::show_result(const net::Request& request) const {
    const auto task = hash_from_hex(request.params.at("task"));
    if (!task) return refusal({"TASK_INVALID", "A task id is 32 bytes of 0x hex."}, config_.retry_after_s);
    const auto result = results_->find(poco::TaskId(*task));
    if (!result) return refusal({"NOT_FOUND", "No result of this task is stored here."}, config_.retry_after_s);
    return net::Response::json(200, result_json(*result).dump());
}

net::Response StoreService::content(const net::Request& request) const {
    const auto multihash = client::cid_digest(request.params.at("cid"));
    if (!multihash)
        return refusal({"CID_INVALID", "This is no content identifier of version 0 or 1 with SHA-256."},
                       config_.retry_after_s);
    const auto blob = blobs_->find(*multihash);
    if (!blob) return refusal({"NOT_FOUND", "The store does not have this content."}, config_.retry_after_s);
    net::Response response;
    response.headers["ETag"] = "\"" + blob->cid + "\"";
    response.headers["Cache-Control"] = "public, max-age=29030400, immutable";
    response.headers["X-Content-Type-Options"] = "nosniff";
    response.headers["Content-Type"] = "application/octet-stream";
    const auto known = request.header("if-none-match");
    if (known.find(response.headers["ETag"]) != std::string::npos || known == "*") {
        response.status = 304;
        return response;
    }
    response.file = blob->file;
    return response;
}

void StoreService::report_metrics() const {
    auto& metrics = sys::Metrics::global();
    metrics.gauge("bourse_store_used_bytes", "Bytes of content kept.", static_cast<double>(blobs_->used_bytes()));
    metrics.gauge("bourse_store_budget_bytes", "Bytes of content that may be kept.",
                  static_cast<double>(config_.max_bytes));
    metrics.gauge("bourse_store_blobs", "Contents kept.", static_cast<double>(blobs_->count()));
    for (const bool verified : {false, true})
        metrics.gauge("bourse_store_results", "Results kept.", static_cast<double>(results_->count(verified)),
                      {{"verified", verified ? "true" : "false"}});
    for (const bool completed : {false, true})
        metrics.gauge("bourse_store_uploads", "Files of data providers.",
                      static_cast<double>(uploads_->count(completed)), {{"completed", completed ? "true" : "false"}});
}

void StoreService::sweep_loop() {
    report_metrics();
    std::unique_lock lock(mutex_);
    while (!stopping_.wait_for(lock, std::chrono::milliseconds(config_.sweep_interval_ms), [this] { return stop_; })) {
        lock.unlock();
        try {
            const auto changed = results_->sweep();
            if (!changed) sys::log_warn("unverified results not checked", {{"message", changed.error().message}});
            const auto removed = uploads_->sweep();
            if (!removed) sys::log_warn("expired files not checked", {{"message", removed.error().message}});
            report_metrics();
        } catch (const std::exception& error) {
            sys::log_error("sweep failed", {{"message", error.what()}});
        }
        lock.lock();
    }
}

}  // namespace bourse::store
