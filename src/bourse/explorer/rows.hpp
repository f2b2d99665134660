// What the index knows, as rows. Amounts are nRLC and fit 63 bits, for the token's whole supply does; other numbers of
// the protocol (trust, volume, indices) are cut at 2^63 − 1. Times are seconds of the chain. Account and resource names
// are untrusted text.
#pragma once

#include <bourse/base/bytes.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bourse::explorer {

enum class ResourceKind : std::uint8_t { kApp = 0, kDataset = 1, kWorkerpool = 2 };
std::string_view to_text(ResourceKind kind) noexcept;

/// Status as people see it (web-ui §4.1), of a task or of a deal.
enum class ShownStatus : std::uint8_t { kNotStarted, kRunning, kLate, kRevealing, kComplete, kClaimable, kFailed };
/// "NOT_STARTED", "RUNNING", …
std::string_view to_text(ShownStatus status) noexcept;
std::optional<ShownStatus> shown_status_from(std::string_view text) noexcept;

struct ResourceUse {
    Address address;
    Address owner;  ///< when the deal was sealed
    std::int64_t price = 0;
    std::string name;
};

/// Tasks of a deal by state on chain.
struct TaskCounts {
    std::int64_t total = 0, initialised = 0, revealing = 0, complete = 0, failed = 0;
};

/// Status of a deal: of its tasks taken together.
ShownStatus shown_status(const TaskCounts& tasks, std::int64_t contribution_s, std::int64_t final_s,
                         std::int64_t now_s) noexcept;
/// Status of a task whose status on chain is 0 unset, 1 active, 2 revealing, 3 completed, 4 failed.
ShownStatus shown_status(int status, std::int64_t contribution_s, std::int64_t final_s, std::int64_t now_s) noexcept;

struct DealRow {
    std::int64_t seq = 0;  ///< 1, 2, … in the order of the chain
    Hash id, tx;
    std::int64_t block = 0, sealed_s = 0;
    ResourceUse app, dataset, pool;  ///< dataset: zero address without one
    Address requester, beneficiary, callback, payer;
    std::string params;
    std::int64_t category = 0, trust = 0, volume = 0, first_index = 0, worker_stake = 0, scheduler_share = 0;
    Hash tag;
    std::array<Hash, 4> orders;  ///< app, dataset, workerpool, request
    std::int64_t contribution_s = 0, final_s = 0;
    TaskCounts tasks;

    std::int64_t price() const noexcept { return app.price + dataset.price + pool.price; }
    ShownStatus status(std::int64_t now_s) const noexcept;
};

struct TaskRow {
    std::int64_t seq = 0;  ///< 0: not initialised yet
    Hash id, deal;
    std::int64_t deal_seq = 0, index = 0;
    int status = 0;
    std::int64_t category = 0, trust = 0;
    Address app, pool, requester;
    std::int64_t initialised_s = 0, ended_s = 0;
    std::int64_t contribution_s = 0, reveal_s = 0, final_s = 0;
    std::int64_t contributions = 0, winners = 0, revealed = 0;
    std::optional<Hash> consensus, digest;
    Bytes results, callback;

    ShownStatus shown(std::int64_t now_s) const noexcept;
};

struct ContributionRow {
    std::int64_t seq = 0;
    Hash task;
    Address worker;
    int status = 0;       ///< 1 contributed, 2 proved, 3 rejected by a reopening
    bool faulty = false;  ///< lost its stake at finalisation
    Hash hash;
    std::int64_t weight = 0;  ///< factor for its group; 0: contributed and finalised at once
    std::optional<Address> enclave;
    std::int64_t time_s = 0, revealed_s = 0, block = 0;
    Hash tx;
    std::int64_t stake = 0, reward = 0, loss = 0;
    std::optional<std::int64_t> score_before, score_after;
    int task_status = 0;
};

struct EventRow {
    std::int64_t block = 0, log_index = 0, time_s = 0;
    Hash tx;
    std::string name;
    std::optional<Address> actor;
    std::string value;
};

struct MoneyRow {
    Address account;
    std::string role;
    std::int64_t locked = 0, returned = 0, received = 0, slashed = 0;
};

struct ResourceRow {
    std::int64_t seq = 0;
    ResourceKind kind = ResourceKind::kApp;
    Address address, owner;
    std::string name, type;
    Bytes multiaddr, mrenclave;
    Hash checksum;
    std::int64_t stake_ratio = 0, scheduler_share = 0;
    std::int64_t block = 0, time_s = 0;
    Hash tx;
    std::int64_t deals = 0, runs = 0, completed = 0, failed = 0, requesters = 0, revenue = 0, last_used_s = 0;
};

struct OwnerRow {
    Address owner;
    std::int64_t block = 0, time_s = 0;
    Hash tx;
};
struct PolicyRow {
    std::int64_t stake_ratio = 0, scheduler_share = 0, block = 0, time_s = 0;
    Hash tx;
};
struct UseRow {
    Address address;
    std::string name;
    std::int64_t deals = 0, runs = 0;
};

/// Bits of AccountRow::roles.
enum Role : std::uint32_t {
    kRequester = 1,
    kBeneficiary = 2,
    kPayer = 4,
    kAppOwner = 8,
    kDatasetOwner = 16,
    kPoolOwner = 32,
    kWorkerRole = 64
};

struct AccountRow {
    std::int64_t seq = 0;
    Address address;
    std::int64_t staked = 0, locked = 0, score = 0, deals = 0, contributions = 0, proved = 0, rewards = 0, slashed = 0;
    std::int64_t first_s = 0, last_contribution_s = 0;
    std::uint32_t roles = 0;
};

enum class EntryKind : std::uint8_t { kDeposit, kWithdraw, kSend, kReceive, kLock, kUnlock, kReward, kSeize };
std::string_view to_text(EntryKind kind) noexcept;
std::optional<EntryKind> entry_kind_from(std::string_view text) noexcept;

/// A movement on an account in the market.
struct EntryRow {
    std::int64_t seq = 0;
    EntryKind kind = EntryKind::kDeposit;
    Address account;
    std::optional<Address> other;
    std::int64_t amount = 0;
    std::optional<Hash> task;
    std::int64_t block = 0, time_s = 0;
    Hash tx;
};

struct TransferRow {
    std::int64_t seq = 0;
    bool stake = false;  ///< of stake in the market; else of the token
    Address from, to;    ///< zero: made or destroyed
    std::int64_t amount = 0, block = 0, time_s = 0;
    Hash tx;
};

struct ScoreRow {
    std::int64_t time_s = 0, score = 0, block = 0;
    Hash task;
    bool accurate = false;
};

struct CategoryRow {
    std::int64_t id = 0, time_s = 0, block = 0;  ///< time_s: the reference time
    std::int64_t created_s = 0;                  ///< time of the block; 0: the genesis
    std::string name, description;
    std::optional<Hash> tx;
};

/// One page of a list, newest first unless said otherwise.
template <class Row>
struct Page {
    std::vector<Row> rows;
    std::int64_t total = 0;            ///< rows of the filter at `as_of`
    std::optional<std::int64_t> next;  ///< give it as Paging::after; nothing: the last page
    std::int64_t as_of = 0;            ///< height
};

/// Keyset paging: rows below `after`, of blocks up to `as_of`.
struct Paging {
    std::int64_t limit = 20;
    std::int64_t offset = 0;  ///< of deals: rows to skip first, for callers that count pages
    std::optional<std::int64_t> after;
    std::optional<std::int64_t> as_of;
    bool count = true;  ///< false: Page::total is not wanted, for walks over everything
};

}  // namespace bourse::explorer
