// What matching reads of an order comes back unchanged, for all four kinds.
#include <bourse/broker/order.hpp>

#include <bourse/crypto/hash.hpp>
#include <bourse/poco/order_members.hpp>

#include <gtest/gtest.h>
#include <tuple>

namespace bourse::broker {
namespace {

/// A different value in every member that matching reads.
template <class Signed>
Signed numbered() {
    Signed out;
    std::uint64_t next = 1;
    const auto fill = [&](auto* place) {
        if (place == nullptr) return;
        const auto hash = crypto::keccak256(std::to_string(++next));
        using Member = std::remove_pointer_t<decltype(place)>;
        if constexpr (std::is_same_v<Member, Uint256>)
            *place = Uint256(next);
        else if constexpr (std::is_same_v<Member, Address>)
            *place = *Address::from(ByteView(hash).first(20));
        else
            *place = hash;
    };
    const auto m = poco::match_members(out);
    std::apply([&](auto*... places) { (fill(places), ...); },
               std::tuple(m.app, m.dataset, m.workerpool, m.requester, m.price, m.volume, m.tag, m.category, m.trust,
                          m.app_max, m.dataset_max));
    return out;
}

template <class Signed>
class Orders : public ::testing::Test {};
using Kinds = ::testing::Types<poco::AppOrder, poco::DatasetOrder, poco::WorkerpoolOrder, poco::RequestOrder>;
TYPED_TEST_SUITE(Orders, Kinds);

TYPED_TEST(Orders, come_back_as_they_were) {
    const auto signed_order = numbered<TypeParam>();
    const auto order = order_from(signed_order, crypto::keccak256("hash"), Address(), 7, 9);
    EXPECT_EQ(order.kind, poco::OrderTraits<TypeParam>::kKind);
    EXPECT_EQ(order.subject, poco::subject(signed_order));
    EXPECT_EQ(order.remaining, 7U);
    EXPECT_EQ(order.published_ms, 9U);
    EXPECT_EQ(as_order<TypeParam>(order), signed_order);
}

/// The table of members against the ABI's own list: none is named twice, none belongs to another order.
TYPED_TEST(Orders, members_are_the_ones_of_the_abi) {
    TypeParam order;
    const auto m = poco::match_members(order);
    std::size_t found = 0;
    const auto count = [&](const void* place) {
        if (place == nullptr) return;
        bool is_member = false;
        std::apply([&](auto&... fields) { ((is_member = is_member || &fields == place), ...); },
                   poco::abi_fields(order));
        EXPECT_TRUE(is_member);
        ++found;
    };
    for (const void* place :
         {static_cast<const void*>(m.app), static_cast<const void*>(m.dataset), static_cast<const void*>(m.workerpool),
          static_cast<const void*>(m.requester), static_cast<const void*>(m.price), static_cast<const void*>(m.volume),
          static_cast<const void*>(m.tag), static_cast<const void*>(m.category), static_cast<const void*>(m.trust),
          static_cast<const void*>(m.app_max), static_cast<const void*>(m.dataset_max)})
        count(place);
    // All but salt and signature; of a request also without beneficiary, callback and params.
    constexpr bool kIsRequest = std::is_same_v<TypeParam, poco::RequestOrder>;
    EXPECT_EQ(found + (kIsRequest ? 5 : 2), std::tuple_size_v<decltype(poco::abi_fields(order))>);
}

TEST(OrderAmounts, amounts_beyond_what_markets_take_are_cut) {
    poco::AppOrder order;
    order.appprice = Uint256::max();
    EXPECT_EQ(order_from(order, Hash(), Address(), 1, 0).price, kMaxAmount);
}

}  // namespace
}  // namespace bourse::broker
