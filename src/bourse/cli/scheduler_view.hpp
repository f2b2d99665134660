// What a pool's scheduler tells about tasks over REST: replicates with their causes, and logs for the requester.
#pragma once

#include <bourse/base/result.hpp>
#include <bourse/crypto/secp256k1.hpp>
#include <bourse/poco/ids.hpp>

#include <nlohmann/json.hpp>
#include <string>

namespace bourse::cli {

struct SchedulerView {
    nlohmann::json data;
    std::string text;
};

/// GET /v1/tasks/:id. Errors: SCHEDULER_UNREACHABLE, SCHEDULER_REFUSED.
Result<SchedulerView> scheduler_task(const std::string& url, const poco::TaskId& task);
/// GET /v1/tasks/:id/logs with a fresh challenge; `worker` empty: of all. Errors as above.
Result<SchedulerView> scheduler_logs(const std::string& url, const poco::TaskId& task, const crypto::PrivateKey& key,
                                     const std::string& worker);

}  // namespace bourse::cli
