#include <bourse/scheduler/tally.hpp>

#include <bourse/base/assert.hpp>
#include <bourse/scheduler/reconcile.hpp>

#include <algorithm>

namespace bourse::scheduler {
namespace {

using poco::ContributionStatus;
using poco::TaskStatus;

constexpr std::uint64_t kDayMs = 86'400'000;

constexpr std::pair<std::string_view, Stage> kStageOfReport[] = {
    {"APP_DOWNLOADING", Stage::kDownload}, {"APP_DOWNLOADED", Stage::kDownload}, {"DATA_DOWNLOADED", Stage::kDownload},
    {"COMPUTING", Stage::kCompute},        {"COMPUTED", Stage::kContribute},     {"CONTRIBUTING", Stage::kContribute},
    {"REVEALING", Stage::kReveal},         {"RESULT_UPLOADING", Stage::kUpload},
};

constexpr std::size_t index_of(Stage stage) noexcept { return static_cast<std::size_t>(stage); }

bool is_winner(const Task& task, const Replicate& replicate) noexcept {
    return replicate.chain == ContributionStatus::kProved ||
           (replicate.chain == ContributionStatus::kContributed && !task.consensus.is_zero() &&
            replicate.hash == task.consensus);
}

/// How long one engagement was in each stage.
std::array<std::optional<std::uint64_t>, kStages> spans_of(const Replicate& replicate) {
    std::array<std::optional<std::uint64_t>, kStages> out;
    for (std::size_t i = 0; i + 1 < replicate.history.size(); ++i) {
        const auto stage = stage_of(replicate.history[i].first);
        if (!stage) continue;
        const auto begin = replicate.history[i].second;
        auto& span = out[index_of(*stage)];
        span = span.value_or(0) + std::max(replicate.history[i + 1].second, begin) - begin;
    }
    return out;
}

void keep_longest(std::optional<std::uint64_t>& longest, std::optional<std::uint64_t> value) {
    if (value) longest = std::max(longest.value_or(0), *value);
}

}  // namespace

std::string_view to_text(Stage stage) noexcept {
    switch (stage) {
        case Stage::kQueue:
            return "queue";
        case Stage::kDownload:
            return "download";
        case Stage::kCompute:
            return "compute";
        case Stage::kContribute:
            return "contribute";
        case Stage::kReveal:
            return "reveal";
        case Stage::kUpload:
            return "upload";
        case Stage::kFinalise:
            return "finalise";
    }
    BOURSE_UNREACHABLE();
}

std::string_view to_text(Payer payer) noexcept {
    switch (payer) {
        case Payer::kWorker:
            return "worker";
        case Payer::kRequester:
            return "requester";
        case Payer::kPool:
            return "pool";
        case Payer::kNobody:
            return "nobody";
    }
    BOURSE_UNREACHABLE();
}

std::optional<Stage> stage_of(std::string_view status) noexcept {
    const auto* found = std::ranges::find(kStageOfReport, status, [](const auto& row) { return row.first; });
    if (found == std::end(kStageOfReport)) return std::nullopt;
    return found->second;
}

void Tally::task_ended(const Task& task, const Deal& deal, const std::map<Address, Worker>& workers, std::uint64_t ms) {
    if (task.status == TaskStatus::kCompleted) {
        ++completed_;
        note_stages(task, deal, ms);
        // An error result is what the requester paid for: one fault, however many workers agreed on it.
        const auto verdict = verdict_of(task, deal);
        constexpr std::string_view kError = "ERROR(";
        if (verdict.starts_with(kError))
            add_fault({ms, verdict.substr(kError.size(), verdict.size() - kError.size() - 1), Payer::kRequester, {}});
    } else {
        ++failed_;
        add_fault({ms, "DEADLINE", Payer::kPool, {}});
    }
    for (const auto& replicate : task.replicates) {
        note_replicate(task, replicate, ms);
        if (const auto worker = workers.find(replicate.worker); worker != workers.end())
            note_usage(deal, replicate, worker->second, ms);
    }
}

void Tally::note_stages(const Task& task, const Deal& deal, std::uint64_t ms) {
    Times times;
    std::optional<std::uint64_t> engaged, reported;
    for (const auto& replicate : task.replicates) {
        if (replicate.assigned_ms != 0) engaged = std::min(engaged.value_or(UINT64_MAX), replicate.assigned_ms);
        if (!is_winner(task, replicate)) continue;
        const auto spans = spans_of(replicate);
        for (std::size_t i = 0; i < kStages; ++i) keep_longest(times[i], spans[i]);
        if (!replicate.history.empty()) keep_longest(reported, replicate.history.back().second);
    }
    // The chain tells the second of the sealing; where in it, when we saw it.
    const auto second_ms = deal.facts.start_s * 1'000;
    const auto sealed_ms = std::clamp(deal.facts.ms, second_ms, second_ms + 999);
    if (engaged) times[index_of(Stage::kQueue)] = *engaged > sealed_ms ? *engaged - sealed_ms : 0;
    if (reported) times[index_of(Stage::kFinalise)] = ms > *reported ? ms - *reported : 0;
    times_.push_back(times);
    if (times_.size() > kWindow) times_.pop_front();
}

void Tally::note_replicate(const Task& task, const Replicate& replicate, std::uint64_t ms) {
    const auto note = [&](const char* outcome, const std::string& cause = {}, Payer payer = Payer::kNobody) {
        ++outcomes_[outcome];
        if (!cause.empty()) add_fault({ms, cause, payer, replicate.worker});
    };
    if (replicate.chain == ContributionStatus::kRejected) return note("unrevealed", "NOT_REVEALED", Payer::kWorker);
    if (replicate.chain == ContributionStatus::kUnset) {
        if (replicate.dropped) return note("dropped", replicate.cause.empty() ? "DROPPED" : replicate.cause);
        if (replicate.silent_ms != 0) return note("lost", "WORKER_LOST");
        return note("surplus");
    }
    // Where the task failed the chain gives every stake back, and no reward.
    if (task.status == TaskStatus::kFailed) return note("unpaid");
    if (replicate.chain == ContributionStatus::kProved) return note("rewarded");
    if (is_winner(task, replicate)) return note("unrevealed", "NOT_REVEALED", Payer::kWorker);
    note("wrong", "WRONG_RESULT", Payer::kWorker);
}

void Tally::note_usage(const Deal& deal, const Replicate& replicate, const Worker& worker, std::uint64_t ms) {
    const auto span = spans_of(replicate)[index_of(Stage::kCompute)].value_or(0);
    const auto computed = span - std::min(span, replicate.paused_ms);
    if (computed == 0) return;
    const auto day_s = ms / kDayMs * (kDayMs / 1'000);
    const auto cores = std::max<std::uint64_t>(worker.cores, 1), places = std::max<std::uint64_t>(worker.slots, 1);
    usage_[{day_s, replicate.worker, deal.facts.app, deal.facts.category.saturated_u64()}] += computed * cores / places;
    while (usage_.begin()->first.day_s + kUsageKeptS < day_s) usage_.erase(usage_.begin());
}

void Tally::add_fault(Fault fault) {
    const auto ms = fault.ms;
    faults_.push_back(std::move(fault));
    while (faults_.size() > kMostFaults || faults_.front().ms + kFaultsKeptMs < ms) faults_.pop_front();
}

std::array<StageFigures, kStages> Tally::stages() const {
    std::array<StageFigures, kStages> out;
    std::vector<std::uint64_t> values;
    for (std::size_t stage = 0; stage < kStages; ++stage) {
        values.clear();
        for (const auto& times : times_)
            if (times[stage]) values.push_back(*times[stage]);
        if (values.empty()) continue;
        std::ranges::sort(values);
        const auto rank = [&](std::size_t percent) { return values[(values.size() * percent + 99) / 100 - 1]; };
        out[stage] = {rank(50), rank(95), rank(99), values.size()};
    }
    return out;
}

std::uint64_t needed_ms(const Task& task, const std::array<StageFigures, kStages>& usual) {
    const bool agreed = task.status == TaskStatus::kRevealing;
    auto first = agreed ? Stage::kReveal : Stage::kQueue;
    for (const auto& replicate : task.replicates) {
        if (replicate.dropped || replicate.ended) continue;
        const auto stage = stage_of(replicate.status).value_or(agreed ? Stage::kReveal : Stage::kDownload);
        first = std::max(first, stage);
    }
    const auto last = agreed ? Stage::kFinalise : Stage::kContribute;
    std::uint64_t sum = 0;
    for (auto i = index_of(first); i <= index_of(last); ++i) sum += usual[i].p95;
    return sum;
}

}  // namespace bourse::scheduler
