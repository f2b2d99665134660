#include <bourse/poco/events.hpp>

#include <gtest/gtest.h>

namespace bourse::poco {
namespace {

/// Gives each member of an event a value of its own.
class Filler {
public:
    void operator()(Address& value) { value.data[19] = next(); }
    void operator()(Bytes32& value) { value.data[0] = value.data[31] = next(); }
    void operator()(Uint256& value) { value = Uint256(next(), 0, 0, next()); }
    void operator()(bool& value) { value = true; }
    void operator()(std::string& value) { value = "text " + std::to_string(next()); }
    void operator()(Bytes& value) { value = {next(), next()}; }
    template <class Tag>
    void operator()(Id<Tag>& value) {
        (*this)(value.hash);
    }
    template <class Order>
    void operator()(Order& order) {
        std::apply([this](auto&... members) { ((*this)(members), ...); }, abi_fields(order));
    }

private:
    std::uint8_t next() { return ++last_; }
    std::uint8_t last_ = 0;
};

template <class Event>
Event filled() {
    Event event;
    Filler fill;
    std::apply([&](auto&... members) { (fill(members), ...); }, indexed_members(event));
    std::apply([&](auto&... members) { (fill(members), ...); }, data_members(event));
    return event;
}

template <class Event>
class EventShape : public testing::Test {};

using AllEvents =
    testing::Types<events::OwnershipTransferred, events::CreateCategory, events::Approval, events::Lock, events::Reward,
                   events::Seize, events::Transfer, events::Unlock, events::ClosedAppOrder, events::ClosedDatasetOrder,
                   events::ClosedRequestOrder, events::ClosedWorkerpoolOrder, events::SignedAppOrder,
                   events::SignedDatasetOrder, events::SignedRequestOrder, events::SignedWorkerpoolOrder,
                   events::DealSponsored, events::OrdersMatched, events::SchedulerNotice, events::AccurateContribution,
                   events::FaultyContribution, events::TaskClaimed, events::TaskConsensus, events::TaskContribute,
                   events::TaskFinalize, events::TaskInitialize, events::TaskReopen, events::TaskReveal,
                   events::BroadcastAppOrder, events::BroadcastDatasetOrder, events::BroadcastRequestOrder,
                   events::BroadcastWorkerpoolOrder, events::Erc721Transfer, events::Erc721Approval,
                   events::ApprovalForAll, events::PolicyUpdate>;
TYPED_TEST_SUITE(EventShape, AllEvents);

TYPED_TEST(EventShape, comes_back_as_it_was) {
    const auto event = filled<TypeParam>();
    const auto encoded = encode_event(event);
    EXPECT_EQ(encoded.topics.front(), TypeParam::kTopic);
    EXPECT_FALSE(event_name(TypeParam::kTopic).empty());
    const auto decoded = decode_event<TypeParam>(encoded.topics, encoded.data);
    ASSERT_TRUE(decoded);
    EXPECT_TRUE(indexed_members(*decoded) == indexed_members(event));
    EXPECT_TRUE(data_members(*decoded) == data_members(event));
}

TYPED_TEST(EventShape, is_refused_with_other_topics_or_less_data) {
    auto encoded = encode_event(filled<TypeParam>());
    if (!encoded.data.empty()) {
        const auto shorter = ByteView(encoded.data).first(encoded.data.size() - 32);
        EXPECT_FALSE(decode_event<TypeParam>(encoded.topics, shorter));
    }
    auto more = encoded.topics;
    more.emplace_back();
    EXPECT_FALSE(decode_event<TypeParam>(more, encoded.data));
    EXPECT_FALSE(decode_event<TypeParam>({}, encoded.data));
    encoded.topics[0].data[0] ^= 1;
    EXPECT_FALSE(decode_event<TypeParam>(encoded.topics, encoded.data));
    EXPECT_TRUE(event_name(encoded.topics[0]).empty());
}

TEST(Events, an_address_with_dirty_upper_bytes_is_refused) {
    auto encoded = encode_event(filled<events::Transfer>());
    encoded.topics[1].data[0] = 1;
    EXPECT_FALSE(decode_event<events::Transfer>(encoded.topics, encoded.data));
}

}  // namespace
}  // namespace bourse::poco
