// A task's life as bars (web-ui E-26): what the chain did, and what each worker did for it.
#include <bourse/codec/text.hpp>
#include <bourse/market/v1/api.hpp>
#include <bourse/market/v1/render.hpp>

#include <algorithm>
#include <array>

namespace bourse::market {

namespace {

/// The phase that a report begins (middleware §2.6).
constexpr std::pair<std::string_view, std::string_view> kPhases[] = {{"ASSIGNED", "assigned"},
                                                                     {"STARTED", "assigned"},
                                                                     {"APP_DOWNLOADING", "download"},
                                                                     {"APP_DOWNLOADED", "download"},
                                                                     {"DATA_DOWNLOADED", "download"},
                                                                     {"COMPUTING", "compute"},
                                                                     {"COMPUTED", "contribute"},
                                                                     {"CONTRIBUTING", "contribute"},
                                                                     {"CONTRIBUTED", "wait"},
                                                                     {"REVEALING", "reveal"},
                                                                     {"REVEALED", "wait"},
                                                                     {"RESULT_UPLOADING", "upload"},
                                                                     {"RESULT_UPLOADED", "wait"},
                                                                     {"CONTRIBUTE_AND_FINALIZE_DONE", "done"},
                                                                     {"COMPLETED", "done"},
                                                                     {"ABORTED", "done"}};

std::string_view phase_of(const std::string& status) {
    const auto* found = std::ranges::find(kPhases, std::string_view(status), [](const auto& row) { return row.first; });
    return found == std::end(kPhases) ? std::string_view() : found->second;
}

void begin_phase(Json& phases, std::string_view phase, std::int64_t ms) {
    if (phase.empty() || (!phases.empty() && phases.back()["phase"] == phase)) return;
    if (!phases.empty()) phases.back()["to"] = ms;
    phases.push_back({{"phase", phase}, {"from", ms}, {"to", nullptr}});
}

Json replica_bar(const Json& replicate, bool task_ended) {
    auto phases = Json::array();
    std::int64_t last = replicate.value("assigned_ms", std::int64_t{0});
    for (const auto& step : replicate.value("history", Json::array())) {
        last = step.value("ms", last);
        begin_phase(phases, phase_of(step.value("status", std::string())), last);
    }
    const bool dropped = replicate.value("dropped", false), lost = replicate.value("lost", false);
    const bool done = task_ended || (!phases.empty() && phases.back()["phase"] == "done");
    if (done && !phases.empty() && phases.back()["to"].is_null()) phases.back()["to"] = last;
    return {{"worker", replicate.value("worker", Json(nullptr))},
            {"name", replicate.value("name", std::string())},
            {"round", replicate.value("round", std::uint64_t{0})},
            {"outcome", dropped ? "dropped"
                        : lost  ? "lost"
                        : done  ? "done"
                                : "open"},
            {"cause", replicate.value("cause", Json(nullptr))},
            {"exitCode", replicate.value("exit_code", Json(nullptr))},
            {"phases", std::move(phases)}};
}

}  // namespace

Result<Json> Api::timeline(Call& call) const {
    BOURSE_TRY(const auto id, call.segment_hash("id"));
    const auto task = parts_.index.task(id);
    if (!task) return fail("NOT_FOUND", "There is no task " + to_hex(id) + " on this chain yet.");
    const auto deal = parts_.index.deal(task->deal_seq);
    auto chain = Json::array();
    if (deal) begin_phase(chain, "queue", deal->sealed_s * 1'000);
    constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kOnChain{{{"TaskInitialize", "contribute"},
                                                                                     {"TaskReopen", "contribute"},
                                                                                     {"TaskConsensus", "reveal"},
                                                                                     {"TaskReveal", "finalise"}}};
    const bool ended = task->status == 3 || task->status == 4;
    for (const auto& event : parts_.index.events_of_task(*task))
        for (const auto& [name, phase] : kOnChain)
            if (event.name == name) begin_phase(chain, phase, event.time_s * 1'000);
    if (ended && !chain.empty()) chain.back()["to"] = task->ended_s * 1'000;
    BOURSE_TRY(const auto record, ops_.task(id));
    auto replicas = Json::array();
    for (const auto& replicate : record.value("replicates", Json::array()))
        replicas.push_back(replica_bar(replicate, ended));
    std::int64_t from = chain.empty() ? 0 : chain[0]["from"].get<std::int64_t>(), to = from;
    const auto reach = [&](const Json& phases) {
        for (const auto& phase : phases)
            to = std::max({to, phase["from"].get<std::int64_t>(),
                           phase["to"].is_number() ? phase["to"].get<std::int64_t>() : std::int64_t{0}});
    };
    reach(chain);
    for (const auto& replica : replicas) reach(replica["phases"]);
    return Json{{"task", to_hex(id)},
                {"from", from},
                {"to", ended ? to : std::max(to, call.now_s() * 1'000)},
                {"phases", std::move(chain)},
                {"replicas", std::move(replicas)}};
}

}  // namespace bourse::market
