// What the hub makes of answers of contracts that are not its own (poco.md §3.3, §4.5, §5.3, §5.5, §11, §12.4), as the
// vectors' malformedContractAnswers recorded it. The contracts are played by functions: there is no EVM yet.
#include <bourse/crypto/hash.hpp>
#include <bourse/native/clerk/hub_state.hpp>
#include <bourse/native/core/layout.hpp>
#include <bourse/native/registry/registry.hpp>
#include <bourse/native/test_world.hpp>
#include <bourse/poco/error_text.hpp>

namespace bourse::native::test {
namespace {

namespace ext = poco::selectors::external;
namespace reg = poco::selectors::registry;
namespace res = poco::selectors::resource;
using Status = state::CallResult::Status;

const Address kContract = *address_from_hex("0x00000000000000000000000000000000c0ffee00");

state::CallResult answer(const state::Message& message, Bytes output, Status status = Status::kSuccess) {
    return {status, message.gas, std::move(output)};
}
/// Puts a contract at the address that answers every call so.
void play(TestWorld& world, const Address& address, Bytes output, Status status = Status::kSuccess) {
    world.state().set_code(address, Bytes{0x60});
    world.contracts[address] = [=](const state::Message& message) { return answer(message, output, status); };
}
Bytes first_bytes(const Bytes4& selector) {
    Bytes word = to_bytes(selector);
    word.resize(32);
    return word;
}
Bytes error_of(const state::CallResult& result) {
    EXPECT_EQ(result.status, Status::kRevert);
    return result.output;
}

struct Case {
    const char* name;
    Bytes output;
    Status status;
    std::optional<bool> meaning;  ///< nullopt: the whole call reverts empty
};

class Signers : public testing::TestWithParam<Case> {};
TEST_P(Signers, AnswerIsMagicOrNotOrNoAnswer) {
    TestWorld world;
    play(world, kContract, GetParam().output, GetParam().status);
    for (const std::size_t length : {0U, 65U, 200U}) {  // any length is the contract's business
        const auto result =
            world.hub_call(role("worker1"), hub::kVerifySignature, kContract, to_be32(1), Bytes(length));
        if (GetParam().meaning)
            EXPECT_EQ(result.output, abi::encode(*GetParam().meaning));
        else
            EXPECT_EQ(error_of(result), Bytes{});
    }
}
Bytes dirty_magic() {
    Bytes word = first_bytes(ext::kIsValidSignature);
    word[31] = 1;
    return word;
}
INSTANTIATE_TEST_SUITE_P(Answers, Signers,
                         testing::Values(Case{"Magic", first_bytes(ext::kIsValidSignature), Status::kSuccess, true},
                                         Case{"Other", first_bytes(ext::kKeyHasPurpose), Status::kSuccess, false},
                                         Case{"Reverts", {}, Status::kRevert, false},
                                         Case{"RunsOut", {}, Status::kFailure, false},
                                         Case{"Nothing", {}, Status::kSuccess, std::nullopt},
                                         Case{"Short", Bytes(31), Status::kSuccess, std::nullopt},
                                         Case{"Dirty", dirty_magic(), Status::kSuccess, std::nullopt}),
                         [](const auto& each) { return each.param.name; });

class Groups : public testing::TestWithParam<Case> {};
TEST_P(Groups, MembershipDecidesOnTheRestriction) {
    TestWorld world;
    play(world, kContract, GetParam().output, GetParam().status);
    poco::DatasetOrder order;
    order.dataset = world.dataset;
    order.volume = 1;
    order.requesterrestrict = kContract;
    world.sign(order, key_of_role("dataset_provider"));
    const auto task = open_one(world, {});
    const auto deal = world.view<poco::Task>(hub::kViewTask, task.hash).dealid;
    const auto result = world.hub_call(role("worker1"), hub::kAssertDatasetDealCompatibility, order, deal);
    if (!GetParam().meaning)
        EXPECT_EQ(error_of(result), Bytes{});
    else
        EXPECT_EQ(result.ok(), *GetParam().meaning);
}
INSTANTIATE_TEST_SUITE_P(Answers, Groups,
                         testing::Values(Case{"Member", abi::encode(true), Status::kSuccess, true},
                                         Case{"Stranger", abi::encode(false), Status::kSuccess, false},
                                         Case{"Reverts", Bytes{1}, Status::kRevert, false},
                                         Case{"Nothing", {}, Status::kSuccess, std::nullopt},
                                         Case{"Two", abi::encode(Uint256(2)), Status::kSuccess, std::nullopt}),
                         [](const auto& each) { return each.param.name; });

TEST(Groups, AreAskedForTheMembersPurpose) {
    TestWorld world;
    play(world, kContract, {});
    Bytes asked;
    bool is_static = false;
    world.contracts[kContract] = [&](const state::Message& message) {
        asked = message.input;
        is_static = message.is_static;
        return answer(message, abi::encode(true));
    };
    poco::DatasetOrder order;
    order.dataset = world.dataset;
    order.volume = 1;
    order.apprestrict = kContract;
    world.sign(order, key_of_role("dataset_provider"));
    const auto task = open_one(world, {});
    const auto deal = world.view<poco::Task>(hub::kViewTask, task.hash).dealid;
    EXPECT_TRUE(world.hub_call(role("worker1"), hub::kAssertDatasetDealCompatibility, order, deal).ok());
    EXPECT_EQ(asked, abi::encode_call(ext::kKeyHasPurpose, word_of(world.app), Uint256(4)));
    EXPECT_TRUE(is_static);
}

TEST(Receivers, OfApproveAndCallAcceptRefuseOrRevert) {
    TestWorld world;
    const auto call = [&] {
        return world.hub_call(role("worker1"), hub::kApproveAndCall, kContract, Uint256(5), Bytes{1});
    };
    EXPECT_EQ(error_of(call()), Bytes{});  // no code
    play(world, kContract, abi::encode(true));
    EXPECT_EQ(call().output, abi::encode(true));
    play(world, kContract, abi::encode(false));
    EXPECT_EQ(error_of(call()), abi::encode_error(poco::texts::kApprovalRefused));
    play(world, kContract, abi::encode_error("mine"), Status::kRevert);
    EXPECT_EQ(error_of(call()), abi::encode_error("mine"));
    play(world, kContract, Bytes(5));
    EXPECT_EQ(error_of(call()), Bytes{});
}

TEST(Receivers, OfTheTokenAnswerNothing) {
    TestWorld world;
    const auto input = abi::encode_call(poco::selectors::rlc::kApproveAndCall, kContract, Uint256(5), Bytes{1});
    EXPECT_EQ(error_of(world.send(role("requester"), poco::kRlc, input)), Bytes{});
    play(world, kContract, {});
    EXPECT_TRUE(world.send(role("requester"), poco::kRlc, input).ok());
    play(world, kContract, abi::encode_error("mine"), Status::kRevert);
    EXPECT_EQ(error_of(world.send(role("requester"), poco::kRlc, input)), abi::encode_error("mine"));
}

TEST(Receivers, OfResourceTokens) {
    constexpr std::string_view kNoReceiver = "ERC721: transfer to non ERC721Receiver implementer";
    TestWorld world;
    const Address owner = role("app_provider");
    const auto send = [&] {
        return world.send(
            owner, poco::kAppRegistry,
            abi::encode_call(reg::kSafeTransferFromData, owner, kContract, uint256_from_be(world.app), Bytes{7}));
    };
    play(world, kContract, {}, Status::kRevert);
    EXPECT_EQ(error_of(send()), abi::encode_error(kNoReceiver));
    play(world, kContract, abi::encode_error("mine"), Status::kRevert);
    EXPECT_EQ(error_of(send()), abi::encode_error("mine"));
    play(world, kContract, Bytes(4));
    EXPECT_EQ(error_of(send()), Bytes{});
    play(world, kContract, first_bytes(ext::kKeyHasPurpose));
    EXPECT_EQ(error_of(send()), abi::encode_error(kNoReceiver));
    play(world, kContract, first_bytes(ext::kOnERC721Received));
    EXPECT_TRUE(send().ok());
    EXPECT_EQ(token_owner(world.state(), poco::kAppRegistry, world.app), kContract);
}

/// The callee runs last, with exactly the configured gas; what it answers changes nothing.
TEST(Callbacks, GetTheirGasAndCannotBlock) {
    for (const auto status : {Status::kSuccess, Status::kRevert, Status::kFailure}) {
        TestWorld world;
        Bytes asked;
        std::uint64_t gas = 0;
        world.state().set_code(kContract, Bytes{0x60});
        world.contracts[kContract] = [&](const state::Message& message) {
            asked = message.input;
            gas = message.gas;
            return state::CallResult{status, 0, {}};
        };
        const Bytes payload{1, 2, 3};
        const auto task = open_one(world, {.callback = kContract});
        EXPECT_TRUE(contribute(world, role("worker1"), task, crypto::keccak256(payload)).ok());
        EXPECT_TRUE(world.hub_call(role("worker1"), hub::kReveal, task, crypto::keccak256(payload)).ok());
        EXPECT_TRUE(world.hub_call(role("scheduler"), hub::kFinalize, task, Bytes{}, payload).ok());
        EXPECT_EQ(asked, abi::encode_call(ext::kReceiveResult, task, payload));
        EXPECT_EQ(gas, 200'000U);
        EXPECT_EQ(world.hub_call({}, hub::kResultFor, task).output, abi::encode(payload));
    }
}

TEST(Scores, AreImportedOnceFromTheOlderHub) {
    TestWorld world;
    const Address worker = role("worker1");
    const auto import = [&] { return world.hub_call(role("worker2"), hub::kImportScore, worker); };
    EXPECT_EQ(error_of(import()), Bytes{});  // none configured
    auto config = load_hub_config(world.state(), poco::kHub);
    config.v3_hub = kContract;
    store_hub_config(world.state(), poco::kHub, config);
    EXPECT_EQ(error_of(import()), Bytes{});  // nothing there
    play(world, kContract, abi::encode_error("mine"), Status::kRevert);
    EXPECT_EQ(error_of(import()), abi::encode_error("mine"));
    play(world, kContract, Bytes(3));
    EXPECT_EQ(error_of(import()), Bytes{});
    play(world, kContract, abi::encode(Uint256(12)));
    EXPECT_TRUE(import().ok());
    EXPECT_EQ(world.account(worker).score, Uint256(12));
    EXPECT_EQ(error_of(import()), abi::encode_error(poco::texts::kScoreImported));
}

TEST(Registry, AsksItsPredecessor) {
    TestWorld world;
    auto config = load_registry(world.state(), poco::kAppRegistry);
    config.previous = kContract;
    store_registry(world.state(), poco::kAppRegistry, config);
    const auto ask = [&](const Address& entry) {
        return world.send({}, poco::kAppRegistry, abi::encode_call(reg::kIsRegistered, entry));
    };
    play(world, kContract, abi::encode(true));
    EXPECT_EQ(ask(role("worker1")).output, abi::encode(true));
    play(world, kContract, abi::encode(false));
    EXPECT_EQ(ask(role("worker1")).output, abi::encode(false));
    EXPECT_EQ(ask(world.app).output, abi::encode(true));
    play(world, kContract, Bytes{1}, Status::kRevert);
    EXPECT_EQ(error_of(ask(role("worker1"))), Bytes{1});
    play(world, kContract, abi::encode(Uint256(2)));
    EXPECT_EQ(error_of(ask(role("worker1"))), Bytes{});
}

/// Another build's resources and registries work by their functions alone.
class ForeignMarket : public testing::Test {
protected:
    TestWorld world;
    const Address pool = *address_from_hex("0x000000000000000000000000000000000000f001");
    const Address registry = *address_from_hex("0x000000000000000000000000000000000000f002");
    Uint256 stake_ratio = 50;
    bool has_ratio = true;

    ForeignMarket() {
        play(world, registry, abi::encode(true));
        play(world, pool, {});
        world.contracts[pool] = [this](const state::Message& message) { return answer_of_pool(message); };
        EXPECT_TRUE(
            world.hub_call(role("admin"), hub::kChangeRegistries, poco::kAppRegistry, poco::kDatasetRegistry, registry)
                .ok());
    }

    state::CallResult answer_of_pool(const state::Message& message) const {
        const Bytes4 selector = *Bytes4::from(ByteView(message.input).first(4));
        if (selector == res::kOwner) return answer(message, abi::encode(role("scheduler")));
        if (selector == res::kMWorkerStakeRatioPolicy && has_ratio) return answer(message, abi::encode(stake_ratio));
        if (selector == res::kMSchedulerRewardRatioPolicy) return answer(message, abi::encode(Uint256(9)));
        if (selector == res::kMWorkerpoolDescription) return answer(message, abi::encode(std::string("elsewhere")));
        return answer(message, {}, Status::kRevert);
    }
    state::CallResult match() {
        const Address native_pool = world.pool;
        world.pool = pool;
        const auto input = match_input(world, {});
        world.pool = native_pool;
        return world.send(role("requester"), poco::kHub, input);
    }
};

TEST_F(ForeignMarket, PoolsAreAskedForOwnerAndPolicy) {
    const auto matched = match();
    ASSERT_TRUE(matched.ok()) << to_hex(matched.output);
    const auto deal = world.view<poco::Deal>(hub::kViewDeal, *Hash::from(matched.output));
    EXPECT_EQ(deal.worker_stake, Uint256(50));
    EXPECT_EQ(deal.scheduler_reward_ratio, Uint256(9));
    EXPECT_EQ(deal.workerpool.owner, role("scheduler"));
    const auto shown = world.hub_call({}, hub::kViewWorkerpool, pool);
    const poco::WorkerpoolInfo expected{role("scheduler"), "elsewhere", 50, 9};
    EXPECT_EQ(shown.output, abi::encode(expected));
}

TEST_F(ForeignMarket, WhatDoesNotAnswerReverts) {
    has_ratio = false;
    EXPECT_EQ(error_of(match()), Bytes{});
    EXPECT_EQ(error_of(world.hub_call({}, hub::kViewApp, pool)), Bytes{});
    EXPECT_EQ(error_of(world.hub_call({}, hub::kViewDataset, role("worker1"))), Bytes{});
    play(world, registry, abi::encode(false));
    EXPECT_EQ(error_of(match()), abi::encode_error("iExecV5-matchOrders-0x40"));
}

}  // namespace
}  // namespace bourse::native::test
