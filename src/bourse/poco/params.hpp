// The `params` text of a deal (middleware.md §4.1). One parser for client, market and worker.
#pragma once

#include <bourse/base/result.hpp>
#include <bourse/base/uint256.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace bourse::poco {

inline constexpr std::size_t kMaxParamsBytes = 8 * 1024;

struct TaskParams {
    std::string args;                         ///< iexec_args, for every task that per_task does not name
    std::map<Uint256, std::string> per_task;  ///< `{"0": "…"}`: arguments by index on chain
    bool is_per_task = false;                 ///< the object's keys were all decimal numbers
    std::vector<std::string> input_files;     ///< URLs
    bool result_encryption = false;
    std::string result_storage_provider = "ipfs";  ///< or "dropbox"
    std::string result_storage_proxy;
    std::map<std::uint64_t, std::string> secrets;  ///< index ≥ 1 → name at the SMS
    std::string bulk_cid;
    std::vector<std::string> warnings;  ///< what was ignored or taken otherwise than it may be meant

    bool operator==(const TaskParams&) const = default;
    /// Arguments of the task with this index on chain; a task that per_task leaves out gets none.
    std::string args_of(const Uint256& index) const;
    /// Canonical JSON for a request order: only keys with other than default values; "" for none.
    std::string to_text() const;
};

/// Tolerant, for texts found on chain: what is no JSON object is the command line; unknown keys are warned of and
/// ignored. Malformed confidentiality keys (encryption, secrets) are an error instead. Errors: PARAMS_INVALID,
/// PARAMS_TOO_LONG.
Result<TaskParams> parse_params(std::string_view text);
/// Strict, before signing: unknown and historic keys are refused too. Errors as above and PARAMS_UNKNOWN_KEY.
Result<TaskParams> parse_params_strict(std::string_view text);

/// Shell-like splitting of a command line (quotes and backslashes, no expansion). Errors: ARGS_UNTERMINATED.
Result<std::vector<std::string>> split_args(std::string_view text);

}  // namespace bourse::poco
