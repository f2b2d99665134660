// Tasks, replicates and workers as JSON. Private to the scheduler's REST interface.
#pragma once

#include <bourse/scheduler/state.hpp>

#include <nlohmann/json.hpp>

namespace bourse::scheduler {

/// Ours: `{task, deal, index, status, verdict, replicates: […], …}`.
nlohmann::json task_to_json(const Task& task, const Deal& deal, const State& state, std::uint64_t chain_now_s);
/// The SDK's: `{chainTaskId, currentStatus, dateStatusList, replicates: […]}`.
nlohmann::json task_to_sdk_json(const Task& task);
nlohmann::json replicate_to_sdk_json(const Task& task, const Replicate& replicate);
/// JSON text; broken UTF-8 from outside is replaced.
std::string dump_json(const nlohmann::json& json);

}  // namespace bourse::scheduler
