#include <bourse/scheduler/verifier.hpp>

#include <bourse/net/http_client.hpp>

#include <nlohmann/json.hpp>

namespace bourse::scheduler {
namespace {

constexpr std::uint64_t kStoreTimeoutMs = 5'000;
constexpr std::uint64_t kUnreachablePauseMs = 500;

}  // namespace

Verifier::Verifier(std::string store_url, std::function<void(VerifyResult)> sink, unsigned threads)
    : store_url_(std::move(store_url)), sink_(std::move(sink)) {
    for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

Verifier::~Verifier() { stop(); }

void Verifier::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    for (auto& thread : threads_) {
        if (thread.joinable()) thread.join();
    }
}

void Verifier::ask(const TaskId& task, const Address& worker, const std::string& cid) {
    {
        const std::lock_guard lock(mutex_);
        jobs_.push_back({task, worker, cid});
    }
    changed_.notify_one();
}

VerifyResult Verifier::look_up(const Job& job) const {
    VerifyResult out{job.task, job.worker, VerifyResult::Answer::kUnreachable, {}, {}};
    net::ClientRequest request;
    request.url = store_url_ + "/v1/results/" + to_hex(job.task);
    request.timeout_ms = kStoreTimeoutMs;
    const auto answer = net::http_request(request);
    if (!answer) {
        out.reason = answer.error().message;
        return out;
    }
    if (answer->status == 404) {
        out.answer = VerifyResult::Answer::kRefused;
        out.reason = "The store has no result of this task.";
        return out;
    }
    const auto body = nlohmann::json::parse(answer->body, nullptr, false);
    if (answer->status != 200 || !body.is_object() || !body.contains("cid") || !body["cid"].is_string()) {
        out.reason = "The store answered with status " + std::to_string(answer->status) + ".";
        return out;
    }
    const bool verified = body.contains("verified") && body["verified"].is_boolean() && body["verified"].get<bool>();
    out.cid = body["cid"].get<std::string>();
    out.answer = verified ? VerifyResult::Answer::kVerified : VerifyResult::Answer::kRefused;
    if (!verified) out.reason = "The uploaded result is not the consensus.";
    return out;
}

void Verifier::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
        if (stopping_) return;
        const auto job = std::move(jobs_.front());
        jobs_.pop_front();
        lock.unlock();
        auto result = look_up(job);
        const bool unreachable = result.answer == VerifyResult::Answer::kUnreachable;
        lock.lock();
        // A store that is down is asked slowly; stopping ends the pause.
        if (unreachable) {
            changed_.wait_for(lock, std::chrono::milliseconds(kUnreachablePauseMs), [this] { return stopping_; });
        }
        lock.unlock();
        sink_(std::move(result));
        lock.lock();
    }
}

}  // namespace bourse::scheduler
