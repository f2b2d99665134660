// Tasks in storage: one record with the head and the first 16 contributions; further contributions in records of 16,
// with slots from worker and from value to their places, so that no call reads more than it must.
//
// Contributions of one value form a group; its first contributor, the leader, carries value and weight.
#pragma once

#include <bourse/native/core/layout.hpp>
#include <bourse/poco/contracts.hpp>
#include <bourse/state/state.hpp>

#include <map>
#include <optional>
#include <vector>

namespace bourse::native {

struct Contributor {
    Address worker;
    poco::ContributionStatus status = poco::ContributionStatus::kUnset;
    std::uint8_t log_weight = 0;
    Bytes32 seal;
    Address enclave;
    std::uint64_t leader = 0;  ///< index of the group's leader, itself for a leader

    // Of leaders only.
    Bytes32 value;  ///< result hash of the group
    Uint256 group_weight;
    std::uint64_t members = 0;  ///< contributions of the group with status CONTRIBUTED

    bool operator==(const Contributor&) const = default;
};

/// One task, loaded for a call. Changes reach the state by store().
class TaskFile {
public:
    static constexpr std::uint64_t kChunk = 16;
    static constexpr std::uint64_t kNone = ~std::uint64_t{0};

    /// status is kUnset where there is no task.
    TaskFile(const state::State& state, const Address& hub, const poco::TaskId& id);

    poco::TaskStatus status = poco::TaskStatus::kUnset;
    poco::DealId deal;
    Uint256 index;
    Uint256 reveal_deadline;
    std::uint64_t reveal_counter = 0;
    std::uint64_t winner_counter = 0;
    Uint256 total;                           ///< 1 + weights of all groups
    std::uint64_t consensus_leader = kNone;  ///< leader of the group that won
    Bytes32 result_digest;
    Bytes results;
    Bytes results_callback;

    std::uint64_t contributor_count() const noexcept { return count_; }
    const Contributor& contributor(std::uint64_t place);
    void set_contributor(std::uint64_t place, const Contributor& value);
    /// Appends; `value.leader` and group fields are the caller's. Returns the place.
    std::uint64_t append(const Contributor& value);

    std::optional<std::uint64_t> find_worker(const Address& worker);
    /// Leader of the group of this value.
    std::optional<std::uint64_t> find_group(const Bytes32& value);
    /// Result hash of a contribution.
    const Bytes32& value_of(std::uint64_t place) { return contributor(contributor(place).leader).value; }

    const poco::TaskId& id() const noexcept { return id_; }
    void store(state::State& state);

private:
    struct Chunk {
        std::vector<Contributor> entries;
        bool dirty = false;
    };
    void decode_head(ByteView record);
    Chunk& chunk_at(std::uint64_t place);
    Bytes32 chunk_key(std::uint64_t chunk) const noexcept;
    Bytes encode_head();

    const state::State& state_;
    Address hub_;
    poco::TaskId id_;
    std::uint64_t count_ = 0;
    std::map<std::uint64_t, Chunk> chunks_;  ///< loaded ones; 0 is part of the task's record
    std::vector<std::pair<Bytes32, std::uint64_t>> new_places_;
};

}  // namespace bourse::native
