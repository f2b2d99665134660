#include <bourse/cli/task_stages.hpp>

#include <bourse/net/http_client.hpp>
#include <bourse/sys/clock.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <map>

namespace bourse::cli {

namespace {

constexpr std::uint64_t kAskSchedulerMs = 1'000;
/// Bags above this size are told in sums only.
constexpr std::size_t kMostLinedTasks = 20;

}  // namespace

StageReporter::StageReporter(Progress& progress, const std::vector<poco::TaskId>& tasks, bool is_quiet,
                             std::string scheduler_url)
    : progress_(&progress),
      is_quiet_(is_quiet),
      scheduler_url_(std::move(scheduler_url)),
      started_ms_(sys::steady_ms()),
      asked_ms_(sys::steady_ms()) {
    for (const auto& task : tasks) entries_.push_back({task, poco::TaskStatus::kUnset, 0, false});
}

void StageReporter::line(const Entry& entry, const std::string& text) {
    if (is_quiet_ || entries_.size() > kMostLinedTasks) return;
    progress_->note(fmt::format("{:7.1f} s  task {}  {}", static_cast<double>(sys::steady_ms() - started_ms_) / 1000.0,
                                to_hex(entry.id).substr(0, 10), text));
}

void StageReporter::update(std::size_t index, const poco::Task& task) {
    Entry& entry = entries_[index];
    if (task.status != poco::TaskStatus::kUnset && entry.status == poco::TaskStatus::kUnset)
        line(entry, "initialised by the scheduler");
    if (task.contributors.size() > entry.contributions)
        line(entry,
             fmt::format("{} contribution{}", task.contributors.size(), task.contributors.size() == 1 ? "" : "s"));
    if (task.status == poco::TaskStatus::kRevealing && entry.status != poco::TaskStatus::kRevealing)
        line(entry, "consensus reached, revealing");
    if (task.status == poco::TaskStatus::kActive && entry.status == poco::TaskStatus::kRevealing)
        line(entry, "nobody revealed: reopened");
    entry.status = task.status;
    entry.contributions = task.contributors.size();
}

void StageReporter::downloading(std::size_t index) {
    if (entries_[index].is_over) return;
    progress_->stage(fmt::format("Downloading the result of task {}", to_hex(entries_[index].id).substr(0, 10)));
}

void StageReporter::ended(std::size_t index, const std::string& verdict) {
    entries_[index].is_over = true;
    line(entries_[index], "over: " + verdict);
}

std::string StageReporter::workers_at(const poco::TaskId& task) {
    if (scheduler_url_.empty()) return {};
    net::ClientRequest request;
    request.url = fmt::format("{}/v1/tasks/{}", scheduler_url_, to_hex(task));
    request.timeout_ms = 500;
    request.connect_timeout_ms = 200;
    const auto response = net::http_request(request);
    if (!response || response->status != 200) return {};
    const auto body = nlohmann::json::parse(response->body, nullptr, false);
    if (!body.is_object() || !body.contains("replicates") || !body["replicates"].is_array()) return {};
    std::map<std::string, int> by_status;
    for (const auto& replicate : body["replicates"])
        if (replicate.is_object() && replicate.contains("status") && replicate["status"].is_string())
            ++by_status[replicate["status"].get<std::string>()];
    std::vector<std::string> parts;
    for (const auto& [status, count] : by_status) parts.push_back(fmt::format("{} {}", count, status));
    return parts.empty() ? "no worker yet" : fmt::format("workers: {}", fmt::join(parts, ", "));
}

void StageReporter::show() {
    std::size_t over = 0, revealing = 0, active = 0;
    const Entry* first_open = nullptr;
    for (const auto& entry : entries_) {
        if (entry.is_over) {
            ++over;
            continue;
        }
        if (!first_open) first_open = &entry;
        if (entry.status == poco::TaskStatus::kRevealing) ++revealing;
        if (entry.status == poco::TaskStatus::kActive) ++active;
    }
    if (first_open && sys::steady_ms() - asked_ms_ > kAskSchedulerMs) {
        workers_ = workers_at(first_open->id);
        asked_ms_ = sys::steady_ms();
    }
    const std::size_t waiting = entries_.size() - over - revealing - active;
    std::string text = fmt::format("{} of {} tasks over ({} waiting, {} computing, {} revealing)", over,
                                   entries_.size(), waiting, active, revealing);
    if (entries_.size() == 1)
        text = waiting == 1 ? "Waiting for the scheduler" : revealing == 1 ? "Revealing" : "Computing";
    progress_->stage(std::move(text), workers_);
}

}  // namespace bourse::cli
