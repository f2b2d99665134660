#include <bourse/native/core/gas.hpp>
#include <bourse/native/dispatch.hpp>
#include <bourse/native/registry/registry.hpp>
#include <bourse/native/registry/resources.hpp>
#include <bourse/native/test_world.hpp>
#include <bourse/native/token/rlc.hpp>
#include <bourse/poco/error_text.hpp>

#include <rapidcheck/gtest.h>

namespace bourse::native::test {
namespace {

using Status = state::CallResult::Status;

TEST(Dispatch, EveryFunctionOfTheInterfaceIsServed) {
    for (const auto& function : poco::selectors::hub_functions())
        EXPECT_NE(find_hub_entry(poco::selectors::number(function.selector)), nullptr) << function.signature;
    for (const auto& function : poco::selectors::rlc_functions())
        EXPECT_NE(find_entry(rlc_table(), poco::selectors::number(function.selector)), nullptr) << function.signature;
    std::size_t hub_entries = 0;
    for (const auto table : hub_tables()) hub_entries += table.size();
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

/// Words that calldata is made of: offsets, lengths, addresses that exist, hostile values.
Bytes32 calldata_word(const TestWorld& world, std::uint32_t random) {
    switch (random % 12) {
        case 0:
            return {};
        case 1:
            return to_be32(1);
        case 2:
        case 3:
        case 4:
            return to_be32(32 * (random / 12 % 24));
        case 5:
            return word_of(role("requester"));
        case 6:
            return word_of(role("scheduler"));
        case 7:
            return word_of(world.app);
        case 8:
            return word_of(world.pool);
        case 9:
            return to_be32(Uint256::max());
        case 10:
            return to_be32(Uint256(random) << (random % 250));
        default:
            return word_of(poco::kHub);
    }
}

/// Functions of everything that is native, with their targets.
std::vector<std::pair<Address, Bytes4>> all_functions(const TestWorld& world) {
    std::vector<std::pair<Address, Bytes4>> out;
    const auto add = [&](const Address& target, std::span<const poco::selectors::Named> table) {
        for (const auto& function : table) out.emplace_back(target, function.selector);
    };
    add(poco::kHub, poco::selectors::hub_functions());
    add(poco::kRlc, poco::selectors::rlc_functions());
    for (const auto& registry : {poco::kAppRegistry, poco::kDatasetRegistry, poco::kWorkerpoolRegistry})
        add(registry, poco::selectors::registry_functions());
    for (const auto& resource : {world.app, world.dataset, world.pool})
        add(resource, poco::selectors::resource_functions());
    return out;
}

RC_GTEST_PROP(Dispatch, NoCalldataHaltsTheNode, ()) {
    TestWorld world;
    const auto functions = all_functions(world);
    static_cast<void>(open_one(world, {}));
    const auto number = rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint32_t>());
    const auto randoms = *rc::gen::container<std::vector<std::uint32_t>>(600, number);
    const char* senders[] = {"admin", "requester", "scheduler", "app_provider", "worker1"};
    std::size_t next = 0;
    while (next + 30 < randoms.size()) {
        const auto& [target, selector] = functions[randoms[next] % functions.size()];
        const std::size_t words = randoms[next + 1] % 28;
        const auto* sender = senders[randoms[next + 2] % std::size(senders)];
        Bytes input = to_bytes(selector);
        for (std::size_t i = 0; i < words; ++i) append(input, calldata_word(world, randoms[next + 3 + i]));
        input.resize(input.size() - std::min<std::size_t>(input.size(), randoms[next] / 7 % 3));
        world.send(role(sender), target, input);  // checks the invariants
        next += 3 + words;
    }
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
