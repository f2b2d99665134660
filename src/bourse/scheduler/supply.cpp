#include <bourse/scheduler/supply.hpp>

#include <bourse/base/assert.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/poco/categories.hpp>

#include <arpa/inet.h>
#include <algorithm>
#include <array>

namespace bourse::scheduler {
namespace {

bool shares_task(const Task& task, const State& state, const Offer& offer, const SupplyPolicy& policy, bool by_owner) {
    return std::ranges::any_of(task.replicates, [&](const Replicate& replicate) {
        if (replicate.worker == offer.worker || replicate.dropped) return false;
        const auto* other = state.worker(replicate.worker);
        if (other == nullptr) return false;
        if (by_owner) return other->owner == offer.owner;
        return !policy.private_pool && !offer.prefix.empty() && other->prefix == offer.prefix;
    });
}

std::uint64_t draw_number(const Hash& seed, const TaskId& task, std::uint64_t n, std::uint64_t below) {
    std::array<std::uint8_t, 8> count{};
    for (std::size_t i = 0; i < 8; ++i) count[i] = static_cast<std::uint8_t>(n >> (56 - 8 * i));
    const auto hash = crypto::keccak256({seed, task, ByteView(count)});
    return (uint256_from_be(hash) % Uint256{below}).low_u64();
}

}  // namespace

std::string_view to_text(Refusal refusal) noexcept {
    switch (refusal) {
        case Refusal::kNotConnected:
            return "not connected";
        case Refusal::kNoSlot:
            return "no free slot";
        case Refusal::kTag:
            return "tag";
        case Refusal::kMemory:
            return "memory";
        case Refusal::kStake:
            return "stake";
        case Refusal::kInTask:
            return "in task";
        case Refusal::kFailedHere:
            return "failed here";
        case Refusal::kSameOwner:
            return "same owner";
        case Refusal::kSamePrefix:
            return "same prefix";
    }
    BOURSE_UNREACHABLE();
}

std::optional<Refusal> refusal(const Task& task, const Deal& deal, const State& state, const Offer& offer,
                               const SupplyPolicy& policy) {
    if (!offer.connected) return Refusal::kNotConnected;
    if (offer.free == 0) return Refusal::kNoSlot;
    if (!poco::is_subset(deal.facts.tag, offer.tags)) return Refusal::kTag;
    const auto limits = poco::limits_for(Uint256{deal.facts.time_ref_s});
    if (offer.memory_mib != 0 && offer.memory_mib < limits.memory_bytes / poco::kMiB) return Refusal::kMemory;
    if (offer.spendable < deal.facts.worker_stake) return Refusal::kStake;
    if (const auto* replicate = task.replicate_of(offer.worker)) {
        const bool unset = replicate->chain == poco::ContributionStatus::kUnset;
        return unset && (replicate->dropped || replicate->ended) ? Refusal::kFailedHere : Refusal::kInTask;
    }
    if (shares_task(task, state, offer, policy, true)) return Refusal::kSameOwner;
    if (shares_task(task, state, offer, policy, false)) return Refusal::kSamePrefix;
    return std::nullopt;
}

bool may_try_again(const Task& task, const Address& worker, const SupplyPolicy& policy, std::uint64_t now_ms) {
    const auto times = static_cast<std::uint64_t>(std::ranges::count(task.replicates, worker, &Replicate::worker));
    const auto* last = task.replicate_of(worker);
    if (last == nullptr || times >= policy.max_engagements) return false;
    return now_ms >= last->dropped_ms + (policy.again_after_ms << (times - 1));
}

Draw draw_workers(const Task& task, Need need, std::vector<Offer> offers, const Hash& seed,
                  const SupplyPolicy& policy) {
    std::ranges::sort(offers, {}, &Offer::worker);
    Draw draw;
    std::uint64_t n = 0;
    while (!need.is_met() && !offers.empty()) {
        std::uint64_t tickets = 0;
        for (const auto& offer : offers) tickets += offer.free;
        if (tickets == 0) break;
        auto number = draw_number(seed, task.id, n++, tickets);
        const auto at = std::ranges::find_if(offers, [&](const Offer& offer) {
            if (number < offer.free) return true;
            number -= offer.free;
            return false;
        });
        const auto winner = *at;
        draw.chosen.push_back(winner.worker);
        need.add(winner.weight);
        std::erase_if(offers, [&](const Offer& offer) {
            const bool same_prefix = !policy.private_pool && !offer.prefix.empty() && offer.prefix == winner.prefix;
            return offer.owner == winner.owner || offer.worker == winner.worker || same_prefix;
        });
    }
    draw.enough = need.is_met();
    return draw;
}

Uint256 reachable_trust(const std::vector<Offer>& offers, const Uint256& wanted) {
    std::map<Address, Uint256> best;
    for (const auto& offer : offers) {
        auto& weight = best[offer.owner];
        weight = std::max(weight, offer.weight);
    }
    if (best.empty()) return {};
    Uint256 product{1};
    for (const auto& [owner, weight] : best) {
        const auto next = checked_mul(product, weight);
        if (!next || *next >= wanted) return wanted;
        product = *next;
    }
    return std::min(product, wanted);
}

std::string address_prefix(std::string_view address) {
    const std::string text(address);
    in_addr v4{};
    if (inet_pton(AF_INET, text.c_str(), &v4) == 1) {
        const auto host = ntohl(v4.s_addr);
        const bool is_private = host >> 24 == 10 || host >> 24 == 127 || host >> 20 == 0xAC1 || host >> 16 == 0xC0A8 ||
                                host >> 16 == 0xA9FE || host >> 22 == 0x191;
        return is_private ? std::string() : text.substr(0, text.rfind('.'));
    }
    in6_addr v6{};
    if (inet_pton(AF_INET6, text.c_str(), &v6) != 1) return {};
    const auto* bytes = v6.s6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&v6)) {
        std::array<char, INET_ADDRSTRLEN> mapped{};
        inet_ntop(AF_INET, bytes + 12, mapped.data(), mapped.size());
        return address_prefix(mapped.data());
    }
    const bool is_private =
        IN6_IS_ADDR_LOOPBACK(&v6) || (bytes[0] & 0xFE) == 0xFC || (bytes[0] == 0xFE && (bytes[1] & 0xC0) == 0x80);
    return is_private ? std::string() : to_hex_plain(ByteView(bytes, 6));
}

}  // namespace bourse::scheduler
