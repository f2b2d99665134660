// Events of the hub, the token, the registries and the pools (poco.md §15.1): topic 0, encoding and decoding.
// A unit test compares every topic with spec/data.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/uint256.hpp>
#include <bourse/codec/abi.hpp>
#include <bourse/poco/addresses.hpp>
#include <bourse/poco/ids.hpp>
#include <bourse/poco/orders.hpp>

#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

namespace bourse::poco {

/// Each event struct has kTopic (topic 0), kIndexed and kData: pointers to its members in ABI order.
namespace events {

namespace detail {
consteval Hash topic_literal(std::string_view text) { return fixed_literal<Hash>(text); }
}  // namespace detail

struct OwnershipTransferred {
    static constexpr Hash kTopic =
        detail::topic_literal("0x8be0079c531659141344cd1fd0a4f28419497f9722a3daafe3b4186f6b6457e0");
    Address previous_owner;
    Address new_owner;
    static constexpr auto kIndexed =
        std::tuple(&OwnershipTransferred::previous_owner, &OwnershipTransferred::new_owner);
    static constexpr auto kData = std::tuple();
};
struct CreateCategory {
    static constexpr Hash kTopic =
        detail::topic_literal("0x62bf08360c9d561749c54eaf4f8bf8cb6c8b6f4f40607bcec39a8172e714d25c");
    Uint256 catid;
    std::string name;
    std::string description;
    Uint256 work_clock_time_ref;
    static constexpr auto kIndexed = std::tuple();
    static constexpr auto kData = std::tuple(&CreateCategory::catid, &CreateCategory::name,
                                             &CreateCategory::description, &CreateCategory::work_clock_time_ref);
};
struct Approval {
    static constexpr Hash kTopic =
        detail::topic_literal("0x8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925");
    Address owner;
    Address spender;
    Uint256 value;
    static constexpr auto kIndexed = std::tuple(&Approval::owner, &Approval::spender);
    static constexpr auto kData = std::tuple(&Approval::value);
};
struct Lock {
    static constexpr Hash kTopic =
        detail::topic_literal("0x625fed9875dada8643f2418b838ae0bc78d9a148a18eee4ee1979ff0f3f5d427");
    Address owner;
    Uint256 amount;
    static constexpr auto kIndexed = std::tuple();
    static constexpr auto kData = std::tuple(&Lock::owner, &Lock::amount);
};
struct Reward {
    static constexpr Hash kTopic =
        detail::topic_literal("0xc2aca55aa696938c7e95842e8939ca0fbb2120a3eeb8948cdcee2b70da566672");
    Address owner;
    Uint256 amount;
    TaskId ref;
    static constexpr auto kIndexed = std::tuple();
    static constexpr auto kData = std::tuple(&Reward::owner, &Reward::amount, &Reward::ref);
};
struct Seize {
    static constexpr Hash kTopic =
        detail::topic_literal("0x1bccc549c38561cd5b57f0db11ceb8dde1b0b6ee05ab5e155b51c7c5ba64becb");
    Address owner;
    Uint256 amount;
    TaskId ref;
    static constexpr auto kIndexed = std::tuple();
    static constexpr auto kData = std::tuple(&Seize::owner, &Seize::amount, &Seize::ref);
};
struct Transfer {
    static constexpr Hash kTopic =
        detail::topic_literal("0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");
    Address from;
    Address to;
    Uint256 value;
    static constexpr auto kIndexed = std::tuple(&Transfer::from, &Transfer::to);
    static constexpr auto kData = std::tuple(&Transfer::value);
};
struct Unlock {
    static constexpr Hash kTopic =
        detail::topic_literal("0x6381d9813cabeb57471b5a7e05078e64845ccdb563146a6911d536f24ce960f1");
    Address owner;
    Uint256 amount;
    static constexpr auto kIndexed = std::tuple();
    static constexpr auto kData = std::tuple(&Unlock::owner, &Unlock::amount);
};
struct ClosedAppOrder {
    static constexpr Hash kTopic =
        detail::topic_literal("0x7343f75be43aba524f85326508cd975d016ef7884676377366c69a7c32e30668");
    OrderHash app_hash;
    static constexpr auto kIndexed = std::tuple();
    static constexpr auto kData = std::tuple(&ClosedAppOrder::app_hash);
};
struct ClosedDatasetOrder {
    static constexpr Hash kTopic =
        detail::topic_literal("0xcf52e3228bc482a6656d8ab56c09888b1c5bf6aaadba0185e96a34836f2bb1d4");
    OrderHash dataset_hash;
    static constexpr auto kIndexed = std::tuple();
    static constexpr auto kData = std::tuple(&ClosedDatasetOrder::dataset_hash);
};
struct ClosedRequestOrder {
    static constexpr Hash kTopic =
        detail::topic_literal("0x582f43f2a741cbe708aae3b8d38a4efc3d09d7e81919697b3ca693f4c444cc05");
    OrderHash request_hash;
    static constexpr auto kIndexed = std::tuple();
    static constexpr auto kData = std::tuple(&ClosedRequestOrder::request_hash);
};
struct ClosedWorkerpoolOrder {
    static constexpr Hash kTopic =
        detail::topic_literal("0x145ad51e4496173bca15e24e7eb46f9ab3a10eea0497e2801a3a6806c06113a3");
    OrderHash workerpool_hash;
    static constexpr auto kIndexed = std::tuple();
    static constexpr auto kData = std::tuple(&ClosedWorkerpoolOrder::workerpool_hash);
};
struct SignedAppOrder {
    static constexpr Hash kTopic =
        detail::topic_literal("0x50933cf5a9c44d5ed66b895deb27212aa33d811b46a7b41093e047e213c0bcab");
    OrderHash app_hash;
    static constexpr auto kIndexed = std::tuple();
    static constexpr auto kData = std::tuple(&SignedAppOrder::app_hash);
};
struct SignedDatasetOrder {
    static constexpr Hash kTopic =
        detail::topic_literal("0x79ce85909be2c590a728d1634ce6ec8a7cbf815260bacc05387890a313da8130");
    OrderHash dataset_hash;
    static constexpr auto kIndexed = std::tuple();
    static constexpr auto kData = std::tuple(&SignedDatasetOrder::dataset_hash);
};
struct SignedRequestOrder {
    static constexpr Hash kTopic =
        detail::topic_literal("0x3b0ac04165536d6b11d04220f998c840bd6e439d59c5d8721bba8a4e1fb9ebfd");
    OrderHash request_hash;
    static constexpr auto kIndexed = std::tuple();
    static constexpr auto kData = std::tuple(&SignedRequestOrder::request_hash);
};
struct SignedWorkerpoolOrder {
    static constexpr Hash kTopic =
        detail::topic_literal("0x3a61aabf2ab04790d082ff1e332853b2f66944c2e951a146121f80272812a476");
    OrderHash workerpool_hash;
    static constexpr auto kIndexed = std::tuple();
    static constexpr auto kData = std::tuple(&SignedWorkerpoolOrder::workerpool_hash);
};
struct DealSponsored {
    static constexpr Hash kTopic =
        detail::topic_literal("0x81eec3d5401bb1693dbef61f0800bc16602905d6677d691c1262d6f08456e9a0");
    DealId dealid;
    Address sponsor;
    static constexpr auto kIndexed = std::tuple();
    static constexpr auto kData = std::tuple(&DealSponsored::dealid, &DealSponsored::sponsor);
};
struct OrdersMatched {
    static constexpr Hash kTopic =
        detail::topic_literal("0xd811b592ed0899225773e8933d8df64bd0b62761a9d7aad4ed5b22735f4610a4");
    DealId dealid;
    OrderHash app_hash;
    OrderHash dataset_hash;
    OrderHash workerpool_hash;
    OrderHash request_hash;
    Uint256 volume;
    static constexpr auto kIndexed = std::tuple();
    static constexpr auto kData =
        std::tuple(&OrdersMatched::dealid, &OrdersMatched::app_hash, &OrdersMatched::dataset_hash,
                   &OrdersMatched::workerpool_hash, &OrdersMatched::request_hash, &OrdersMatched::volume);
};
struct SchedulerNotice {
    static constexpr Hash kTopic =
        detail::topic_literal("0x692ad61076dceddd0f1a861f737553dd61fc8501cf4190d29c4e90af6607f765");
    Address workerpool;
    DealId dealid;
    static constexpr auto kIndexed = std::tuple(&SchedulerNotice::workerpool);
    static constexpr auto kData = std::tuple(&SchedulerNotice::dealid);
};
struct AccurateContribution {
    static constexpr Hash kTopic =
        detail::topic_literal("0x9703f4589802246c80b822e63697180da799e363cd1b6fd9465a5e5574d53492");
    Address worker;
    TaskId taskid;
    static constexpr auto kIndexed = std::tuple(&AccurateContribution::worker, &AccurateContribution::taskid);
    static constexpr auto kData = std::tuple();
};
struct FaultyContribution {
    static constexpr Hash kTopic =
        detail::topic_literal("0xf868788948d55240774fdbad06555105ef20bbc70d1b7eccda982b65e11e79bb");
    Address worker;
    TaskId taskid;
    static constexpr auto kIndexed = std::tuple(&FaultyContribution::worker, &FaultyContribution::taskid);
    static constexpr auto kData = std::tuple();
};
struct TaskClaimed {
    static constexpr Hash kTopic =
        detail::topic_literal("0xcbc308b5f91040d2659a5201858344b0b583cd2f9e18e8470c2fa052c5b21ff8");
    TaskId taskid;
    static constexpr auto kIndexed = std::tuple(&TaskClaimed::taskid);
    static constexpr auto kData = std::tuple();
};
struct TaskConsensus {
    static constexpr Hash kTopic =
        detail::topic_literal("0xf6d49bf3e05d33a4bc497d3c793fb5756388bb96b947cf51bb60aaecb0e022e3");
    TaskId taskid;
    Hash consensus;
    static constexpr auto kIndexed = std::tuple(&TaskConsensus::taskid);
    static constexpr auto kData = std::tuple(&TaskConsensus::consensus);
};
struct TaskContribute {
    static constexpr Hash kTopic =
        detail::topic_literal("0x3fdb8d7797562d49a81078dbf7fa1771958ea452f8b13d1148383bd9506aecfb");
    TaskId taskid;
    Address worker;
    Hash hash;
    static constexpr auto kIndexed = std::tuple(&TaskContribute::taskid, &TaskContribute::worker);
    static constexpr auto kData = std::tuple(&TaskContribute::hash);
};
struct TaskFinalize {
    static constexpr Hash kTopic =
        detail::topic_literal("0x78ce8a8bc0fcb704e8ba3b3dbb36aa88002df8038128b4af2f27ef65db665044");
    TaskId taskid;
    Bytes results;
    static constexpr auto kIndexed = std::tuple(&TaskFinalize::taskid);
    static constexpr auto kData = std::tuple(&TaskFinalize::results);
};
struct TaskInitialize {
    static constexpr Hash kTopic =
        detail::topic_literal("0x252992fb0468d68d6a5784ec03214f0d0a362083f2d7ebd157af43b017a22e06");
    TaskId taskid;
    Address workerpool;
    static constexpr auto kIndexed = std::tuple(&TaskInitialize::taskid, &TaskInitialize::workerpool);
    static constexpr auto kData = std::tuple();
};
struct TaskReopen {
    static constexpr Hash kTopic =
        detail::topic_literal("0x3afe0f24796ce653c6ab1f3e7aba5ce564eece5e82aee724aff28253e829f07b");
    TaskId taskid;
    static constexpr auto kIndexed = std::tuple(&TaskReopen::taskid);
    static constexpr auto kData = std::tuple();
};
struct TaskReveal {
    static constexpr Hash kTopic =
        detail::topic_literal("0x4b1763d473ac8fa80b4432ba90047e1b92444d8fabc55e6a002d9b1a316d7959");
    TaskId taskid;
    Address worker;
    Hash digest;
    static constexpr auto kIndexed = std::tuple(&TaskReveal::taskid, &TaskReveal::worker);
    static constexpr auto kData = std::tuple(&TaskReveal::digest);
};
struct BroadcastAppOrder {
    static constexpr Hash kTopic =
        detail::topic_literal("0x6fd493f856b22df174df46975d6dcf0895c7dfb3c63d20179c0dcd5563e2f565");
    AppOrder order;
    static constexpr auto kIndexed = std::tuple();
    static constexpr auto kData = std::tuple(&BroadcastAppOrder::order);
};
struct BroadcastDatasetOrder {
    static constexpr Hash kTopic =
        detail::topic_literal("0xc56d982ad2fd39ebadca073cc88d9bdaee0f4c8e7b2b6be50227169daefc7b3f");
    DatasetOrder order;
    static constexpr auto kIndexed = std::tuple();
    static constexpr auto kData = std::tuple(&BroadcastDatasetOrder::order);
};
struct BroadcastRequestOrder {
    static constexpr Hash kTopic =
        detail::topic_literal("0x54bee205d9b03332d6dc82bc907476dfef6ed4fd86058d49a72994baee781175");
    RequestOrder order;
    static constexpr auto kIndexed = std::tuple();
    static constexpr auto kData = std::tuple(&BroadcastRequestOrder::order);
};
struct BroadcastWorkerpoolOrder {
    static constexpr Hash kTopic =
        detail::topic_literal("0xaf81a046e31ebb2be305579e585ac6b2ee3fdc2dc9dba806bb826879bb2c7851");
    WorkerpoolOrder order;
    static constexpr auto kIndexed = std::tuple();
    static constexpr auto kData = std::tuple(&BroadcastWorkerpoolOrder::order);
};
/// At a registry: the same topic as Transfer, with the token id indexed.
struct Erc721Transfer {
    static constexpr Hash kTopic =
        detail::topic_literal("0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");
    Address from;
    Address to;
    Uint256 token_id;
    static constexpr auto kIndexed = std::tuple(&Erc721Transfer::from, &Erc721Transfer::to, &Erc721Transfer::token_id);
    static constexpr auto kData = std::tuple();
};
/// At a registry.
struct Erc721Approval {
    static constexpr Hash kTopic =
        detail::topic_literal("0x8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925");
    Address owner;
    Address approved;
    Uint256 token_id;
    static constexpr auto kIndexed =
        std::tuple(&Erc721Approval::owner, &Erc721Approval::approved, &Erc721Approval::token_id);
    static constexpr auto kData = std::tuple();
};
/// At a registry.
struct ApprovalForAll {
    static constexpr Hash kTopic =
        detail::topic_literal("0x17307eab39ab6107e8899845ad3d59bd9653f200f220920489ca2b5937696c31");
    Address owner;
    Address operator_;
    bool approved;
    static constexpr auto kIndexed = std::tuple(&ApprovalForAll::owner, &ApprovalForAll::operator_);
    static constexpr auto kData = std::tuple(&ApprovalForAll::approved);
};
/// At a workerpool.
struct PolicyUpdate {
    static constexpr Hash kTopic =
        detail::topic_literal("0x61f37ef3a6d587ce2d6be79492e1fac570f2745787015db7ed95ad4397b05c1e");
    Uint256 old_stake_ratio;
    Uint256 new_stake_ratio;
    Uint256 old_reward_ratio;
    Uint256 new_reward_ratio;
    static constexpr auto kIndexed = std::tuple();
    static constexpr auto kData = std::tuple(&PolicyUpdate::old_stake_ratio, &PolicyUpdate::new_stake_ratio,
                                             &PolicyUpdate::old_reward_ratio, &PolicyUpdate::new_reward_ratio);
};

}  // namespace events

struct EncodedEvent {
    std::vector<Bytes32> topics;
    Bytes data;
};

namespace detail {

inline Bytes32 to_topic(const Address& value) noexcept {
    Bytes32 out;
    std::copy(value.begin(), value.end(), out.begin() + 12);
    return out;
}
inline Bytes32 to_topic(const Bytes32& value) noexcept { return value; }
inline Bytes32 to_topic(const Uint256& value) noexcept { return to_be32(value); }
template <class Tag>
Bytes32 to_topic(const Id<Tag>& value) noexcept {
    return value.hash;
}
inline bool from_topic(const Bytes32& topic, Address& out) noexcept {
    for (std::size_t i = 0; i < 12; ++i)
        if (topic.data[i] != 0) return false;
    std::copy(topic.begin() + 12, topic.end(), out.begin());
    return true;
}
inline bool from_topic(const Bytes32& topic, Bytes32& out) noexcept {
    out = topic;
    return true;
}
inline bool from_topic(const Bytes32& topic, Uint256& out) noexcept {
    out = uint256_from_be(topic);
    return true;
}
template <class Tag>
bool from_topic(const Bytes32& topic, Id<Tag>& out) noexcept {
    out = Id<Tag>(topic);
    return true;
}
template <class... Ts>
bool assign_data(ByteView data, std::tuple<Ts&...> into) {
    auto values = abi::decode<Ts...>(data);
    if (!values) return false;
    into = std::move(*values);
    return true;
}
template <class Event, class... Members>
auto tie_members(Event& event, const std::tuple<Members...>& members) {
    return std::apply([&](auto... member) { return std::tie(event.*member...); }, members);
}

}  // namespace detail

/// References to the members that are topics (behind topic 0), and to those in the data.
template <class Event>
auto indexed_members(Event& event) {
    return detail::tie_members(event, Event::kIndexed);
}
template <class Event>
auto data_members(Event& event) {
    return detail::tie_members(event, Event::kData);
}

template <class Event>
EncodedEvent encode_event(const Event& event) {
    EncodedEvent out;
    out.topics.reserve(1 + std::tuple_size_v<decltype(Event::kIndexed)>);
    out.topics.push_back(Event::kTopic);
    const auto add_topics = [&](const auto&... fields) { (out.topics.push_back(detail::to_topic(fields)), ...); };
    std::apply(add_topics, indexed_members(event));
    out.data = std::apply([](const auto&... fields) { return abi::encode(fields...); }, data_members(event));
    return out;
}

/// nullopt unless topic 0 is the event's, the number of topics fits and all decodes.
template <class Event>
std::optional<Event> decode_event(std::span<const Bytes32> topics, ByteView data) {
    Event event;
    if (topics.size() != 1 + std::tuple_size_v<decltype(Event::kIndexed)> || topics[0] != Event::kTopic)
        return std::nullopt;
    std::size_t next = 1;
    const auto take = [&](auto&... fields) { return (detail::from_topic(topics[next++], fields) && ...); };
    const bool good = std::apply(take, indexed_members(event));
    if (!good || !detail::assign_data(data, data_members(event))) return std::nullopt;
    return event;
}

/// "OrdersMatched" for a topic 0; empty when unknown. (Transfer and Approval of hub, token and registries share one.)
std::string_view event_name(const Bytes32& topic) noexcept;

}  // namespace bourse::poco
