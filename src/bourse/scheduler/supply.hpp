// Which workers get a task (middleware.md §9.2): who may, and a weighted draw that anybody can repeat.
#pragma once

#include <bourse/poco/tags.hpp>
#include <bourse/scheduler/need.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace bourse::scheduler {

/// A worker as the supply sees it at one moment.
struct Offer {
    Address worker;
    Address owner;
    std::string prefix;  ///< /24 or /48; empty: loopback or private, never compared
    Uint256 weight;      ///< poco::worker_weight of its score
    Bytes32 tags;
    std::uint64_t slots = 0;  ///< capacity
    std::uint64_t free = 0;
    std::uint64_t memory_mib = 0;  ///< 0: not said
    Uint256 spendable;             ///< deposit not yet spoken for by engagements
    bool connected = false;
};

enum class Refusal : std::uint8_t {
    kNotConnected,
    kNoSlot,
    kTag,
    kMemory,
    kStake,
    kInTask,      ///< engaged for this task already, in any round
    kFailedHere,  ///< dropped out of this task: again only when nobody else is left, after a while
    kSameOwner,
    kSamePrefix,
};
std::string_view to_text(Refusal refusal) noexcept;

struct SupplyPolicy {
    bool private_pool = false;              ///< address prefixes are not compared
    std::uint64_t again_after_ms = 10'000;  ///< for kFailedHere
    std::uint64_t max_engagements = 5;      ///< of one worker for one task
};

/// Why this worker may not take the task now; nullopt if it may.
std::optional<Refusal> refusal(const Task& task, const Deal& deal, const State& state, const Offer& offer,
                               const SupplyPolicy& policy);
/// For a worker refused as kFailedHere: may it be asked again, nobody else being left?
bool may_try_again(const Task& task, const Address& worker, const SupplyPolicy& policy, std::uint64_t now_ms);

struct Draw {
    std::vector<Address> chosen;
    bool enough = false;  ///< with these the task's need is met
};
/// Draws workers until the need is met or nobody is left. The n-th draw is keccak(seed ‖ task ‖ uint64be n) modulo the
/// sum of the free slots of those that remain, in order of address. Nobody is drawn beside a worker of the same owner
/// or (public pools) the same prefix.
Draw draw_workers(const Task& task, Need need, std::vector<Offer> offers, const Hash& seed, const SupplyPolicy& policy);

/// Greatest trust T with product of weights > T − 1, at most `wanted`; 0 without any worker. One weight an owner.
Uint256 reachable_trust(const std::vector<Offer>& offers, const Uint256& wanted);

/// "a.b.c" of an IPv4 address, the first three groups of an IPv6 one; empty for loopback, private and link-local ones.
std::string address_prefix(std::string_view address);

}  // namespace bourse::scheduler
