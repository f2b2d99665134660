#include <bourse/scheduler/rest.hpp>

#include <bourse/client/signing.hpp>
#include <bourse/codec/eip712.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/crypto/cipher.hpp>
#include <bourse/net/standard_routes.hpp>
#include <bourse/scheduler/rest_json.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/metrics.hpp>

namespace bourse::scheduler {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kChallengeLifeMs = 60ULL * 60 * 1000;
constexpr std::size_t kMaxChallenges = 10'000;
constexpr const char* kLogDomain = "iExec Core";
constexpr std::uint64_t kMostLines = 5'000;
constexpr std::uint64_t kMostPlaces = 1'025;

net::Response rest_refusal(int status, const std::string& code, const std::string& message) {
    return net::Response::json(status, dump_json({{"ok", false}, {"code", code}, {"error", message}}));
}

net::Response unknown_task() {
    return rest_refusal(404, "TASK_NOT_FOUND",
                        "This pool has no such task (yet): tasks of a bag appear as workers come free for them.");
}

net::Response refused_reader(const Error& error) {
    return rest_refusal(error.code == "AUTHORIZATION_MISSING" ? 401 : 403, error.code, error.message);
}

std::optional<TaskId> task_in(const net::Request& request) {
    const auto id = hash_from_hex(request.params.at("id"));
    if (!id) return std::nullopt;
    return TaskId(*id);
}

/// All four members, in their ranges.
std::optional<Terms> terms_in(std::string_view body) {
    const auto json = Json::parse(body, nullptr, false);
    if (!json.is_object()) return std::nullopt;
    const auto number = [&](const char* name, std::uint64_t below) -> std::optional<std::uint64_t> {
        const auto found = json.find(name);
        if (found == json.end() || !found->is_number_unsigned() || found->get<std::uint64_t>() >= below)
            return std::nullopt;
        return found->get<std::uint64_t>();
    };
    const auto places = number("places", kMostPlaces);
    const auto from = number("from_min", Terms::kMinutesADay), to = number("to_min", Terms::kMinutesADay);
    const auto idle = json.find("only_idle");
    if (!places || !from || !to || idle == json.end() || !idle->is_boolean()) return std::nullopt;
    return Terms{*places, *from, *to, idle->get<bool>()};
}

bool is_admin(const net::Request& request) {
    // The header makes a browser ask first (and be refused), so that no web page can send this.
    const bool loopback = request.remote_address.starts_with("127.") || request.remote_address == "::1";
    return loopback && !request.header("x-bourse-admin").empty();
}

}  // namespace

// ---- challenges
// ------------------------------------------------------------------------------------------------------

Json LogChallenges::create(const Address& address, std::uint64_t now_ms) {
    auto document = client::challenge_typed_data(kLogDomain, chain_id_, to_hex(crypto::random_bytes32()));
    const auto digest = eip712::typed_data_digest(document);
    const std::lock_guard lock(mutex_);
    std::erase_if(pending_, [&](const auto& row) { return row.second.until_ms <= now_ms; });
    if (pending_.size() >= kMaxChallenges) pending_.erase(pending_.begin());
    if (digest) pending_[*digest] = {address, now_ms + kChallengeLifeMs};
    return document;
}

Result<Address> LogChallenges::redeem(std::string_view header, std::uint64_t now_ms) {
    BOURSE_TRY(const auto authorization, client::verify_authorization(header));
    const std::lock_guard lock(mutex_);
    const auto found = pending_.find(authorization.digest);
    const bool good =
        found != pending_.end() && found->second.address == authorization.address && found->second.until_ms > now_ms;
    if (!good) return fail("AUTHORIZATION_INVALID", "invalid authorization");
    pending_.erase(found);
    return authorization.address;
}

// ---- routes
// ----------------------------------------------------------------------------------------------------------

RestApi::RestApi(RestConfig config, Core& core, EventStore& store)
    : config_(config), core_(&core), store_(&store), challenges_(config.chain_id) {}

void RestApi::add_routes(net::HttpServer& server) {
    server.route("GET", "/v1/tasks/:id", [this](const net::Request& r) { return show_task(r); });
    server.route("GET", "/v1/tasks/:id/logs", [this](const net::Request& r) { return logs(r, false); });
    server.route("GET", "/v1/tasks/:id/lines", [this](const net::Request& r) { return lines_of_task(r); });
    server.route("GET", "/v1/workers/:id/lines", [this](const net::Request& r) { return lines_of_worker(r); });
    server.route("GET", "/v1/challenge", [this](const net::Request& r) { return challenge(r, false); });
    server.route("GET", "/v1/workers", [this](const net::Request&) { return workers(); });
    server.route("GET", "/v1/pool", [this](const net::Request&) { return pool(); });
    server.route("GET", "/v1/figures", [this](const net::Request&) { return figures(); });
    server.route("GET", "/v1/usage", [this](const net::Request& r) { return usage(r); });
    server.route("GET", "/tasks/logs/challenge", [this](const net::Request& r) { return challenge(r, true); });
    server.route("GET", "/tasks/:id", [this](const net::Request& r) { return show_task_for_sdk(r); });
    server.route("GET", "/tasks/:id/logs", [this](const net::Request& r) { return logs(r, true); });
    server.route("GET", "/tasks/:id/replicates/:wallet",
                 [this](const net::Request& r) { return show_replicate_for_sdk(r); });
    // The SDK's directory of pools ("compass"): each scheduler answers for its own pool.
    server.route("GET", "/:chain/workerpools/:pool", [this](const net::Request& r) { return api_of_pool_for_sdk(r); });
    server.route("POST", "/v1/admin/drain", [this](const net::Request& r) { return drain(r, true); });
    server.route("POST", "/v1/admin/resume", [this](const net::Request& r) { return drain(r, false); });
    const auto worker_order = [&](const char* name, std::function<void(const Address&)> order) {
        server.route("POST", std::string("/v1/admin/workers/:id/") + name,
                     [this, order = std::move(order)](const net::Request& r) { return order_worker(r, order); });
    };
    worker_order("drain", [this](const Address& worker) { core_->set_draining(worker, true); });
    worker_order("resume", [this](const Address& worker) { core_->set_draining(worker, false); });
    worker_order("pause", [this](const Address& worker) { core_->set_paused(worker, true); });
    worker_order("unpause", [this](const Address& worker) { core_->set_paused(worker, false); });
    worker_order("ban", [this](const Address& worker) { core_->set_banned(worker, true); });
    worker_order("unban", [this](const Address& worker) { core_->set_banned(worker, false); });
    server.route("POST", "/v1/admin/workers/:id/terms", [this](const net::Request& r) { return set_terms(r); });
    server.route("GET", "/metrics", [this](const net::Request&) {
        publish_gauges(*core_);
        auto answer = net::Response::text(200, sys::Metrics::global().text());
        answer.headers["content-type"] = "text/plain; version=0.0.4";
        return answer;
    });
    net::serve_version(server, "scheduler");
}

net::Response RestApi::show_task(const net::Request& request) const {
    const auto id = task_in(request);
    if (!id) return rest_refusal(400, "TASK_INVALID", "A task id is 32 bytes of 0x hex.");
    const auto now_s = core_->chain_now_s();
    const auto json = core_->read([&](const State& state) -> std::optional<Json> {
        const auto* task = state.task(*id);
        if (task == nullptr) return std::nullopt;
        return task_to_json(*task, *state.deal(task->deal), state, now_s);
    });
    return json ? net::Response::json(200, dump_json(*json)) : unknown_task();
}

net::Response RestApi::show_task_for_sdk(const net::Request& request) const {
    const auto id = task_in(request);
    const auto json = core_->read([&](const State& state) -> std::optional<Json> {
        const auto* task = id ? state.task(*id) : nullptr;
        if (task == nullptr) return std::nullopt;
        return task_to_sdk_json(*task);
    });
    return json ? net::Response::json(200, dump_json(*json)) : unknown_task();
}

net::Response RestApi::show_replicate_for_sdk(const net::Request& request) const {
    const auto id = task_in(request);
    const auto wallet = address_from_hex(request.params.at("wallet"));
    const auto json = core_->read([&](const State& state) -> std::optional<Json> {
        const auto* task = id ? state.task(*id) : nullptr;
        const auto* replicate = task != nullptr && wallet ? task->replicate_of(*wallet) : nullptr;
        if (replicate == nullptr) return std::nullopt;
        return replicate_to_sdk_json(*task, *replicate);
    });
    return json ? net::Response::json(200, dump_json(*json)) : unknown_task();
}

net::Response RestApi::api_of_pool_for_sdk(const net::Request& request) const {
    const auto pool = address_from_hex(request.params.at("pool"));
    if (request.params.at("chain") != std::to_string(config_.chain_id) || pool != config_.pool)
        return rest_refusal(404, "POOL_UNKNOWN", "This scheduler serves the pool " + to_checksum(config_.pool) + ".");
    return net::Response::json(200, dump_json({{"ok", true}, {"apiUrl", "http://" + request.header("host")}}));
}

net::Response RestApi::challenge(const net::Request& request, bool for_sdk) {
    const auto address = address_from_hex(request.query_value("address").value_or(""));
    if (!address) return rest_refusal(400, "ADDRESS_INVALID", "Give the address that asks: ?address=0x….");
    auto document = challenges_.create(*address, sys::steady_ms());
    if (for_sdk) return net::Response::json(200, document.dump());
    return net::Response::json(200, Json{{"ok", true}, {"data", std::move(document)}}.dump());
}

std::optional<Address> RestApi::requester_of(const std::optional<poco::TaskId>& id) const {
    return core_->read([&](const State& state) -> std::optional<Address> {
        const auto* task = id ? state.task(*id) : nullptr;
        if (task == nullptr) return std::nullopt;
        return state.deal(task->deal)->facts.requester;
    });
}

net::Response RestApi::logs(const net::Request& request, bool for_sdk) {
    const auto id = task_in(request);
    const auto requester = requester_of(id);
    if (!requester) return unknown_task();
    const auto signer = reader_of(request);
    if (!signer) return refused_reader(signer.error());
    if (*signer != *requester) {
        return rest_refusal(403, "NOT_THE_REQUESTER",
                            "Logs are for the task's requester, " + to_checksum(*requester) + ".");
    }
    auto list = Json::array();
    for (const auto& log : store_->logs(*id)) {
        Json row{{for_sdk ? "walletAddress" : "worker", to_checksum(log.worker)},
                 {"stdout", std::string(as_text(log.out))},
                 {"stderr", std::string(as_text(log.err))}};
        if (!for_sdk) row["exit_code"] = log.exit_code;
        list.push_back(std::move(row));
    }
    if (for_sdk) return net::Response::json(200, dump_json({{"computeLogsList", std::move(list)}}));
    return net::Response::json(200, dump_json({{"ok", true}, {"task", to_hex(*id)}, {"logs", std::move(list)}}));
}

/// Who asks for logs. Errors: AUTHORIZATION_MISSING, AUTHORIZATION_INVALID.
Result<Address> RestApi::reader_of(const net::Request& request) {
    // A market on this machine has authenticated the reader by a session of its own.
    if (is_admin(request))
        if (const auto vouched = address_from_hex(request.header("x-bourse-for"))) return *vouched;
    const auto header = request.header("authorization");
    if (header.empty())
        return fail("AUTHORIZATION_MISSING",
                    "Logs are for the task's requester: sign the challenge of /v1/challenge and send it as "
                    "authorization.");
    return challenges_.redeem(header, sys::steady_ms());
}

net::Response RestApi::lines_of_task(const net::Request& request) {
    const auto id = task_in(request);
    const auto requester = requester_of(id);
    if (!requester) return unknown_task();
    const auto reader = reader_of(request);
    if (!reader) return refused_reader(reader.error());
    if (*reader != *requester && *reader != config_.scheduler) {
        return rest_refusal(
            403, "NOT_THE_REQUESTER",
            "Lines of a task are for its requester, " + to_checksum(*requester) + ", and the pool's owner.");
    }
    LineQuery query;
    query.task = *id;
    return lines(request, query);
}

net::Response RestApi::lines_of_worker(const net::Request& request) {
    const auto worker = address_from_hex(request.params.at("id"));
    if (!worker) return rest_refusal(400, "ADDRESS_INVALID", "A worker is an address of 0x hex.");
    const auto reader = reader_of(request);
    if (!reader) return refused_reader(reader.error());
    const auto owner = core_->read([&](const State& state) {
        const auto* known = state.worker(*worker);
        return known == nullptr ? *worker : known->owner;
    });
    if (*reader != config_.scheduler && *reader != *worker && *reader != owner)
        return rest_refusal(403, "NOT_THE_OWNER", "Lines of a worker are for its owner and the pool's.");
    LineQuery query;
    query.worker = *worker;
    return lines(request, query);
}

net::Response RestApi::lines(const net::Request& request, LineQuery query) const {
    const auto number = [&](const char* name) -> std::optional<std::uint64_t> {
        const auto value = uint256_from_decimal(request.query_value(name).value_or(""));
        if (!value) return std::nullopt;
        return value->saturated_u64();
    };
    query.after = number("after");
    query.before = number("before");
    query.limit = static_cast<std::size_t>(std::clamp<std::uint64_t>(number("limit").value_or(200), 1, kMostLines));
    auto rows = Json::array();
    for (const auto& line : store_->lines().read(query)) {
        Json row{{"position", line.position}, {"ms", line.ms}, {"source", line.source}, {"text", line.text}};
        row["task"] = line.task.hash.is_zero() ? Json(nullptr) : Json(to_hex(line.task));
        row["worker"] = line.worker.is_zero() ? Json(nullptr) : Json(to_checksum(line.worker));
        row["level"] = line.level.empty() ? Json(nullptr) : Json(line.level);
        rows.push_back(std::move(row));
    }
    return net::Response::json(200, dump_json({{"ok", true}, {"lines", std::move(rows)}, {"kept_ms", kLinesKeptMs}}));
}

net::Response RestApi::pool() const {
    const auto offers = core_->offers();
    const auto figures = core_->figures();
    auto json = core_->read([&](const State& state) {
        std::uint64_t open_deals = 0;
        for (const auto& [id, deal] : state.deals())
            open_deals += deal.open > 0 || deal.unfolded < deal.facts.count ? 1 : 0;
        return Json{{"ok", true},
                    {"deals", state.deals().size()},
                    {"open_deals", open_deals},
                    {"tasks", state.tasks().size()},
                    {"open_tasks", state.open_tasks().size()},
                    {"workers", state.workers().size()},
                    {"transactions", state.intents().size()},
                    {"draining", state.draining()}};
    });
    json["pool"] = to_checksum(config_.pool);
    json["scheduler"] = to_checksum(config_.scheduler);
    json["hub"] = to_checksum(config_.hub);
    json["chain_id"] = config_.chain_id;
    json["connected_workers"] = offers.size();
    json["waiting_for_workers"] = figures.waiting_for_workers;
    json["reachable_trust"] = to_decimal(reachable_trust(offers, Uint256{1'000'000}));
    json["chain_time_s"] = core_->chain_now_s();
    const auto node = core_->node_ahead_ms();
    json["node_ahead_ms"] = node ? Json(*node) : Json(nullptr);
    json["started_ms"] = core_->started_ms();
    return net::Response::json(200, dump_json(json));
}

net::Response RestApi::drain(const net::Request& request, bool draining) {
    if (!is_admin(request)) {
        return rest_refusal(403, "ADMIN_ONLY", "Only from this machine, with the header x-bourse-admin: 1.");
    }
    core_->set_draining(draining);
    return net::Response::json(200, dump_json({{"ok", true}, {"draining", draining}}));
}

net::Response RestApi::order_worker(const net::Request& request, const std::function<void(const Address&)>& order) {
    if (!is_admin(request))
        return rest_refusal(403, "ADMIN_ONLY", "Only from this machine, with the header x-bourse-admin: 1.");
    const auto worker = address_from_hex(request.params.at("id"));
    const bool known = worker && core_->read([&](const State& state) { return state.worker(*worker) != nullptr; });
    if (!known) return rest_refusal(404, "WORKER_UNKNOWN", "This worker has never joined the pool.");
    order(*worker);
    return net::Response::json(200, dump_json({{"ok", true}}));
}

net::Response RestApi::set_terms(const net::Request& request) {
    const auto terms = terms_in(request.body);
    if (!terms)
        return rest_refusal(400, "TERMS_INVALID",
                            "Terms are {places, from_min, to_min, only_idle}: tasks at a time (0: all), minutes of the "
                            "UTC day below 1440, true or false.");
    return order_worker(request, [&](const Address& worker) { core_->set_terms(worker, *terms); });
}

}  // namespace bourse::scheduler
