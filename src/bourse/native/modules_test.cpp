#include <bourse/native/gas.hpp>
#include <bourse/native/hub.hpp>
#include <bourse/native/registry.hpp>
#include <bourse/native/resources.hpp>
#include <bourse/native/rlc.hpp>
#include <bourse/native/test_world.hpp>
#include <bourse/poco/error_text.hpp>

namespace bourse::native::test {
namespace {

using Status = state::CallResult::Status;

TEST(Dispatch, EveryFunctionOfTheInterfaceIsServed) {
    for (const auto& function : poco::selectors::hub_functions())
        EXPECT_NE(find_hub_entry(poco::selectors::number(function.selector)), nullptr) << function.signature;
    for (const auto& function : poco::selectors::rlc_functions())
        EXPECT_NE(find_entry(rlc_table(), poco::selectors::number(function.selector)), nullptr) << function.signature;
    const std::size_t hub_entries = hub_escrow_entries().size() + hub_order_entries().size() +
                                    hub_match_entries().size() + hub_config_entries().size() +
                                    hub_task_entries().size() + hub_view_entries().size();
    EXPECT_EQ(hub_entries, poco::selectors::hub_functions().size());
}

TEST(Dispatch, RegistriesServeTheirOwnCreation) {
    for (const auto& function : poco::selectors::registry_functions()) {
        int served = 0;
        for (const auto kind : {ResourceKind::kApp, ResourceKind::kDataset, ResourceKind::kWorkerpool})
            served += find_entry(registry_table(kind), poco::selectors::number(function.selector)) != nullptr ? 1 : 0;
        const bool own = function.signature.starts_with("create") || function.signature.starts_with("predict");
        EXPECT_EQ(served, own ? 1 : 3) << function.signature;
    }
    for (const auto& function : poco::selectors::resource_functions()) {
        int served = 0;
        for (const auto kind : {ResourceKind::kApp, ResourceKind::kDataset, ResourceKind::kWorkerpool})
            served += find_entry(resource_table(kind), poco::selectors::number(function.selector)) != nullptr ? 1 : 0;
        EXPECT_GE(served, 1) << function.signature;
    }
}

state::CallResult raw_call(TestWorld& world, const Address& to, Bytes input, std::uint64_t gas, bool is_static,
                           const Uint256& value = 0) {
    state::Message message;
    message.sender = role("requester");
    message.to = to;
    message.input = std::move(input);
    message.gas = gas;
    message.is_static = is_static;
    message.value = value;
    TestHost host(world.state(), world.block, message.sender);
    auto result = host.call(message);
    static_cast<void>(world.state().end_transaction());
    return result;
}

TEST(Dispatch, StaticCallsMustNotWrite) {
    TestWorld world;
    const auto write = abi::encode_call(hub::kTransfer, role("worker1"), Uint256(1));
    EXPECT_EQ(raw_call(world, poco::kHub, write, 1'000'000, true).status, Status::kFailure);
    EXPECT_EQ(raw_call(world, poco::kHub, write, 1'000'000, false).status, Status::kSuccess);
    const auto view = abi::encode_call(hub::kBalanceOf, role("worker1"));
    EXPECT_EQ(raw_call(world, poco::kHub, view, 1'000'000, true).status, Status::kSuccess);
}

TEST(Dispatch, ValueAndUnknownFunctionsAreRefused) {
    TestWorld world;
    const auto view = abi::encode_call(hub::kBalanceOf, role("worker1"));
    EXPECT_EQ(raw_call(world, poco::kHub, view, 1'000'000, false, 1).output, Bytes{});
    EXPECT_EQ(raw_call(world, poco::kHub, {1, 2, 3}, 1'000'000, false).output,
              abi::encode_error(poco::texts::kFallbackDisabled));
    EXPECT_EQ(raw_call(world, poco::kRlc, {1, 2, 3, 4}, 1'000'000, false).status, Status::kRevert);
    EXPECT_EQ(raw_call(world, world.app, {1, 2, 3, 4}, 1'000'000, false).status, Status::kRevert);
}

TEST(Gas, IsAConstantOfFunctionAndArguments) {
    TestWorld world;
    const auto gas_of = [&](const Bytes& input) { return call_gas(world.state(), poco::kHub, input); };
    EXPECT_EQ(gas_of(abi::encode_call(hub::kTransfer, Address{}, Uint256(1))), 10'000U);
    EXPECT_EQ(gas_of(abi::encode_call(hub::kBalanceOf, Address{})), 5'000U);
    EXPECT_EQ(gas_of(match_input(world, {})), 100'000U);
    EXPECT_EQ(gas_of(match_input(world, {.params = std::string(33, 'x')})), 100'400U);
    const std::vector<Bytes32> three(3);
    EXPECT_EQ(gas_of(abi::encode_call(hub::kClaimArray, three)), 5'000U + 3 * 25'000U);
    EXPECT_EQ(gas_of(abi::encode_call(hub::kInitializeArray, three, std::vector<Uint256>(3))), 5'000U + 3 * 20'000U);
    EXPECT_EQ(gas_of(abi::encode_call(hub::kFinalize, Bytes32{}, Bytes(64), Bytes{})), 60'400U);
    EXPECT_EQ(gas_of({}), 5'000U);
    EXPECT_EQ(call_gas(world.state(), role("worker1"), {}), 0U);
    const auto app = abi::encode_call(poco::selectors::registry::kCreateApp, role("admin"), std::string("n"),
                                      std::string(), Bytes(65), Bytes32{}, Bytes{});
    EXPECT_EQ(call_gas(world.state(), poco::kAppRegistry, app), 60'000U + 200 + 3 * 200);
}

TEST(Gas, ACallbackIsPrepaid) {
    TestWorld world;
    const auto task = open_one(world, {.callback = role("worker3")});
    const auto input = abi::encode_call(hub::kFinalize, task, Bytes{}, Bytes{});
    EXPECT_EQ(call_gas(world.state(), poco::kHub, input), 60'000U + 200'000U * 64 / 63 + 5'000U);
}

TEST(Gas, TooLittleFailsAndTakesAll) {
    TestWorld world;
    const auto input = abi::encode_call(hub::kTransfer, role("worker1"), Uint256(1));
    const auto result = raw_call(world, poco::kHub, input, 9'999, false);
    EXPECT_EQ(result.status, Status::kFailure);
    EXPECT_EQ(result.gas_left, 0U);
    EXPECT_EQ(raw_call(world, poco::kHub, input, 10'001, false).gas_left, 1U);
}

TEST(Gas, HostileOffsetsCostNothingMore) {
    TestWorld world;
    Bytes input = to_bytes(hub::kClaimArray);
    append(input, to_be32(Uint256::max()));
    EXPECT_EQ(call_gas(world.state(), poco::kHub, input), 5'000U);
    EXPECT_EQ(world.send(role("requester"), poco::kHub, input).status, Status::kRevert);
}

TEST(Rlc, SelfTransferAndBurn) {
    TestWorld world;
    namespace rlc = poco::selectors::rlc;
    const Address me = role("requester");
    EXPECT_TRUE(world.send(me, poco::kRlc, abi::encode_call(rlc::kTransfer, me, Uint256(1'000'000))).ok());
    EXPECT_EQ(rlc_balance(world.state(), poco::kRlc, me), Uint256(1'000'000));
    EXPECT_TRUE(world.send(me, poco::kRlc, abi::encode_call(rlc::kBurn, Uint256(1))).ok());
    EXPECT_FALSE(world.send(me, poco::kRlc, abi::encode_call(rlc::kBurn, Uint256(1'000'000))).ok());
}

TEST(Registry, TokensMoveWithTheirListsAndNativeAccountsReceiveNone) {
    TestWorld world;
    namespace reg = poco::selectors::registry;
    const Address owner = role("app_provider");
    const Uint256 id = uint256_from_be(world.app);
    const auto to_hub = abi::encode_call(reg::kSafeTransferFrom, owner, poco::kHub, id);
    EXPECT_EQ(world.send(owner, poco::kAppRegistry, to_hub).output,
              abi::encode_error("ERC721: transfer to non ERC721Receiver implementer"));
    EXPECT_EQ(token_owner(world.state(), poco::kAppRegistry, world.app), owner);
    const auto to_worker = abi::encode_call(reg::kTransferFrom, owner, role("worker1"), id);
    EXPECT_TRUE(world.send(owner, poco::kAppRegistry, to_worker).ok());
    EXPECT_EQ(token_owner(world.state(), poco::kAppRegistry, world.app), role("worker1"));
}

TEST(Resources, CodeAloneMakesNoResource) {
    TestWorld world;
    EXPECT_TRUE(has_native_code(world.state(), world.app));
    EXPECT_FALSE(has_native_code(world.state(), role("worker1")));
    world.state().set_code(role("worker1"), Bytes{kCodeByte});
    EXPECT_FALSE(has_native_code(world.state(), role("worker1")));
}

}  // namespace
}  // namespace bourse::native::test
