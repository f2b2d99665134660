// ABI structs of the hub and the registries (poco.md §2). Members are named as in the ABI.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/uint256.hpp>
#include <bourse/codec/abi.hpp>
#include <bourse/poco/events.hpp>
#include <bourse/poco/ids.hpp>
#include <bourse/poco/selectors.hpp>

#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace bourse::poco {

enum class TaskStatus : std::uint8_t { kUnset = 0, kActive = 1, kRevealing = 2, kCompleted = 3, kFailed = 4 };
enum class ContributionStatus : std::uint8_t { kUnset = 0, kContributed = 1, kProved = 2, kRejected = 3 };
/// "UNSET", "ACTIVE", "REVEALING", "COMPLETED", "FAILED".
std::string_view to_text(TaskStatus status) noexcept;
/// "UNSET", "CONTRIBUTED", "PROVED", "REJECTED".
std::string_view to_text(ContributionStatus status) noexcept;

/// viewAccount: nRLC that can be spent, and nRLC locked in deals and stakes.
struct Account {
    Uint256 stake;
    Uint256 locked;

    bool operator==(const Account&) const = default;
};

struct Category {
    std::string name;
    std::string description;
    Uint256 work_clock_time_ref;  ///< seconds

    bool operator==(const Category&) const = default;
};

struct Resource {
    Address pointer;
    Address owner;  ///< at the time of the match
    Uint256 price;  ///< nRLC a task

    bool operator==(const Resource&) const = default;
};

/// viewDeal. A deal exists iff bot_size > 0.
struct Deal {
    Resource app;
    Resource dataset;  ///< zero without dataset
    Resource workerpool;
    Uint256 trust;
    Uint256 category;
    Bytes32 tag;
    Address requester;
    Address beneficiary;
    Address callback;
    std::string params;
    Uint256 start_time;  ///< seconds
    Uint256 bot_first;
    Uint256 bot_size;
    Uint256 worker_stake;            ///< nRLC a contribution
    Uint256 scheduler_reward_ratio;  ///< percent
    Address sponsor;

    bool operator==(const Deal&) const = default;
    bool exists() const noexcept { return !bot_size.is_zero(); }
};

/// viewTask. Times in seconds.
struct Task {
    TaskStatus status = TaskStatus::kUnset;
    DealId dealid;
    Uint256 idx;
    Uint256 timeref;
    Uint256 contribution_deadline;
    Uint256 reveal_deadline;
    Uint256 final_deadline;
    Bytes32 consensus_value;
    Uint256 reveal_counter;
    Uint256 winner_counter;
    std::vector<Address> contributors;
    Bytes32 result_digest;
    Bytes results;
    Uint256 results_timestamp;  ///< never written: always 0
    Bytes results_callback;

    bool operator==(const Task&) const = default;
};

struct Contribution {
    ContributionStatus status = ContributionStatus::kUnset;
    Bytes32 result_hash;
    Bytes32 result_seal;
    Address enclave_challenge;
    Uint256 weight;  ///< floor(log2) of the worker's weight

    bool operator==(const Contribution&) const = default;
};

struct AppInfo {
    Address owner;
    std::string name;
    std::string type;
    Bytes multiaddr;
    Bytes32 checksum;
    Bytes mrenclave;

    bool operator==(const AppInfo&) const = default;
};

struct DatasetInfo {
    Address owner;
    std::string name;
    Bytes multiaddr;
    Bytes32 checksum;

    bool operator==(const DatasetInfo&) const = default;
};

struct WorkerpoolInfo {
    Address owner;
    std::string description;
    Uint256 worker_stake_ratio_policy;
    Uint256 scheduler_reward_ratio_policy;

    bool operator==(const WorkerpoolInfo&) const = default;
};

/// Constants of poco.md §1.6.
inline constexpr std::uint64_t kContributionDeadlineRatio = 7;
inline constexpr std::uint64_t kRevealDeadlineRatio = 2;
inline constexpr std::uint64_t kFinalDeadlineRatio = 10;
inline constexpr std::uint64_t kWorkerpoolStakeRatio = 30;
inline constexpr std::uint64_t kKittyRatio = 10;
inline constexpr std::uint64_t kKittyMin = 1'000'000'000;
inline constexpr std::uint64_t kGroupMemberPurpose = 4;

#define BOURSE_ABI_FIELDS(Type, ...)                                  \
    inline auto abi_fields(Type& o) { return std::tie(__VA_ARGS__); } \
    inline auto abi_fields(const Type& o) { return std::tie(__VA_ARGS__); }

BOURSE_ABI_FIELDS(Account, o.stake, o.locked)
BOURSE_ABI_FIELDS(Category, o.name, o.description, o.work_clock_time_ref)
BOURSE_ABI_FIELDS(Resource, o.pointer, o.owner, o.price)
BOURSE_ABI_FIELDS(Deal, o.app, o.dataset, o.workerpool, o.trust, o.category, o.tag, o.requester, o.beneficiary,
                  o.callback, o.params, o.start_time, o.bot_first, o.bot_size, o.worker_stake, o.scheduler_reward_ratio,
                  o.sponsor)
BOURSE_ABI_FIELDS(Task, o.status, o.dealid, o.idx, o.timeref, o.contribution_deadline, o.reveal_deadline,
                  o.final_deadline, o.consensus_value, o.reveal_counter, o.winner_counter, o.contributors,
                  o.result_digest, o.results, o.results_timestamp, o.results_callback)
BOURSE_ABI_FIELDS(Contribution, o.status, o.result_hash, o.result_seal, o.enclave_challenge, o.weight)
BOURSE_ABI_FIELDS(AppInfo, o.owner, o.name, o.type, o.multiaddr, o.checksum, o.mrenclave)
BOURSE_ABI_FIELDS(DatasetInfo, o.owner, o.name, o.multiaddr, o.checksum)
BOURSE_ABI_FIELDS(WorkerpoolInfo, o.owner, o.description, o.worker_stake_ratio_policy, o.scheduler_reward_ratio_policy)

#undef BOURSE_ABI_FIELDS

/// Arguments of the registries' create functions, owner first, as in the ABI.
Bytes create_app_call(const AppInfo& app);
Bytes create_dataset_call(const DatasetInfo& dataset);
Bytes create_workerpool_call(const Address& owner, const std::string& description);

/// Initialiser calls, which the CREATE2 address of a resource depends on (poco.md §4.2).
Bytes app_initializer(const AppInfo& app);
Bytes dataset_initializer(const DatasetInfo& dataset);
Bytes workerpool_initializer(const std::string& description);
/// Address of a resource in its registry.
Address resource_address(const Address& registry, ByteView initializer, const Address& owner) noexcept;

/// Seconds from the start of a deal: 7, 2 and 10 times the category's time; nullopt where it does not fit.
std::optional<Uint256> deadline(const Uint256& start, const Uint256& timeref, std::uint64_t ratio) noexcept;

}  // namespace bourse::poco

template <>
inline constexpr std::uint64_t bourse::abi::enum_count<bourse::poco::TaskStatus> = 5;
template <>
inline constexpr std::uint64_t bourse::abi::enum_count<bourse::poco::ContributionStatus> = 4;
