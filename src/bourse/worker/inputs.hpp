// The files of /iexec_in: dataset and input files, fetched under the rules of middleware §9.9 and verified.
#pragma once

#include <bourse/client/fetch.hpp>
#include <bourse/worker/task_facts.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace bourse::worker {

struct InputFailure {
    std::string cause;  ///< of §9.7, or WORKER_DISK_FULL
    std::string message;
    std::string key;  ///< what could not be fetched: "dataset:0x…", "input:<url>"; empty if nobody else could either
};
struct FetchedInputs {
    std::vector<std::string> names;  ///< of the input files, in order
    std::vector<std::string> keys;   ///< of everything fetched and verified
};

/// Fills `folder` (made anew). The policy's max_bytes is the budget for all files together.
Result<FetchedInputs, InputFailure> fetch_inputs(const DealFacts& facts, const std::vector<std::string>& urls,
                                                 const std::filesystem::path& folder, client::FetchPolicy policy);

}  // namespace bourse::worker
