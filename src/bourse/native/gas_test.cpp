// Gas (chain.md §2): a constant of function and arguments, whatever the state; the bounds that clients count on. The
// model run (tests/model) demands the same of every step it plays.
#include <bourse/codec/transaction.hpp>
#include <bourse/native/core/gas.hpp>
#include <bourse/native/dispatch.hpp>
#include <bourse/native/registry/registry.hpp>
#include <bourse/native/test_world.hpp>
#include <bourse/native/token/rlc.hpp>

#include <rapidcheck/gtest.h>

namespace bourse::native::test {
namespace {

using Status = state::CallResult::Status;

/// What a transaction with this input costs in all.
std::uint64_t transaction_gas(TestWorld& world, const Address& to, const Bytes& input) {
    Transaction tx;
    tx.to = to;
    tx.data = input;
    return intrinsic_gas(tx) + call_gas(world.state(), to, input);
}

state::CallResult call_with(TestWorld& world, const Address& from, const Address& to, const Bytes& input,
                            std::uint64_t gas) {
    state::Message message;
    message.sender = from;
    message.to = to;
    message.input = input;
    message.gas = gas;
    TestHost host(world.state(), world.block, from);
    auto result = host.call(message);
    EXPECT_EQ(broken_invariant(world.state()), std::nullopt);
    static_cast<void>(world.state().end_transaction());
    return result;
}

struct Function {
    Address target;
    Bytes4 selector;
};
std::vector<Function> every_function(const TestWorld& world) {
    std::vector<Function> out;
    const auto add = [&](const Address& target, std::span<const Entry> table) {
        for (const auto& entry : table) {
            Bytes4 selector;
            for (unsigned i = 0; i < 4; ++i)
                selector.data[i] = static_cast<std::uint8_t>(entry.selector >> (24 - 8 * i));
            out.push_back({target, selector});
        }
    };
    for (const auto table : hub_tables()) add(poco::kHub, table);
    add(poco::kRlc, rlc_table());
    add(poco::kAppRegistry, registry_table(ResourceKind::kApp));
    add(poco::kDatasetRegistry, registry_table(ResourceKind::kDataset));
    add(poco::kWorkerpoolRegistry, registry_table(ResourceKind::kWorkerpool));
    add(world.app, resource_table(ResourceKind::kApp));
    add(world.dataset, resource_table(ResourceKind::kDataset));
    add(world.pool, resource_table(ResourceKind::kWorkerpool));
    return out;
}

/// A state with deals, tasks in every status, closed orders, other settings.
void make_busy(TestWorld& world) {
    for (std::uint64_t round = 0; round < 4; ++round) {
        Terms terms;
        terms.trust = round == 0 ? 1 : 3;
        terms.with_dataset = round == 1;
        terms.params = std::string(static_cast<std::size_t>(100 * round), 'x');
        const auto task = open_one(world, terms);
        if (round == 0) continue;
        for (const auto* worker : {"worker1", "worker2"})
            EXPECT_TRUE(contribute(world, role(worker), task, to_be32(round)).ok());
        if (round == 1) continue;
        EXPECT_TRUE(world.hub_call(role("worker1"), hub::kReveal, task, Hash(to_be32(round))).ok());
    }
    EXPECT_TRUE(world.hub_call(role("admin"), hub::kSetTeeBroker, role("worker3")).ok());
    EXPECT_TRUE(world.hub_call(role("worker1"), hub::kApprove, role("worker2"), Uint256(5)).ok());
}

Bytes random_arguments(const std::vector<std::uint32_t>& randoms, std::size_t& next, std::size_t words) {
    Bytes out;
    for (std::size_t i = 0; i < words; ++i) {
        const std::uint32_t draw = randoms[next++ % randoms.size()];
        const Bytes32 word = draw % 3 == 0   ? to_be32(32 * (draw / 3 % 20))
                             : draw % 3 == 1 ? to_be32(draw / 3 % 5)
                                             : to_be32(Uint256(draw) << (draw % 220));
        append(out, word);
    }
    return out;
}

RC_GTEST_PROP(Gas, DoesNotDependOnState, ()) {
    TestWorld fresh;
    TestWorld busy;
    make_busy(busy);
    const auto number = rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint32_t>());
    const auto randoms = *rc::gen::container<std::vector<std::uint32_t>>(997, number);
    std::size_t next = 0;
    for (const auto& function : every_function(fresh)) {
        Bytes input = to_bytes(function.selector);
        append(input, random_arguments(randoms, next, randoms[next % randoms.size()] % 24));
        const std::uint64_t gas = call_gas(fresh.state(), function.target, input);
        RC_ASSERT(call_gas(busy.state(), function.target, input) == gas);
        // Whatever the call does, it takes this and no more.
        constexpr std::uint64_t kPlenty = 1'000'000'000;
        for (auto* world : {&fresh, &busy}) {
            const auto result = call_with(*world, role("requester"), function.target, input, kPlenty);
            RC_ASSERT(result.status != Status::kFailure);
            RC_ASSERT(kPlenty - result.gas_left == gas);
        }
    }
}

TEST(Gas, BoundsThatClientsSliceArraysBy) {
    TestWorld world;
    for (const std::size_t count : {1U, 2U, 7U, 100U, 1'000U}) {
        const std::vector<Bytes32> ids(count, to_be32(Uint256::max()));
        const std::vector<Uint256> indexes(count, Uint256::max());
        EXPECT_LE(transaction_gas(world, poco::kHub, abi::encode_call(hub::kClaimArray, ids)), 55'000 * count);
        EXPECT_LE(transaction_gas(world, poco::kHub, abi::encode_call(hub::kInitializeAndClaimArray, ids, indexes)),
                  250'000 * count);
    }
    EXPECT_LE(transaction_gas(world, poco::kHub, abi::encode_call(hub::kClaim, to_be32(Uint256::max()))), 55'000U);
}

/// Estimated while nobody has contributed; sent unchanged when it completes the consensus among many.
TEST(Gas, TheEstimateOfAContributionCoversTheConsensus) {
    TestWorld world;
    Terms terms;
    terms.trust = 1'000'000'000'000;
    const auto task = open_one(world, terms);
    const auto input_of = [&](const crypto::PrivateKey& key) {
        const auto authorization =
            crypto::sign(key_of_role("scheduler"), poco::signed_hash(poco::authorization_message(key.address(), task)));
        const Hash digest = to_be32(1);
        return abi::encode_call(hub::kContribute, task, poco::result_hash(task, digest),
                                poco::result_seal(key.address(), task, digest), Address{}, Bytes{},
                                authorization.to_rsv());
    };
    const auto estimate = call_gas(world.state(), poco::kHub, input_of(numbered_key(0)));
    poco::TaskStatus status = poco::TaskStatus::kActive;
    for (std::uint64_t worker = 0; status == poco::TaskStatus::kActive; ++worker) {
        const auto key = numbered_key(worker);
        ASSERT_TRUE(world.hub_call(role("requester"), hub::kTransfer, key.address(), Uint256(1'000)).ok());
        const auto result = call_with(world, key.address(), poco::kHub, input_of(key), estimate);
        ASSERT_TRUE(result.ok()) << worker;
        EXPECT_EQ(result.gas_left, 0U);
        status = world.view<poco::Task>(hub::kViewTask, task.hash).status;
    }
    EXPECT_EQ(status, poco::TaskStatus::kRevealing);
    EXPECT_EQ(world.view<poco::Task>(hub::kViewTask, task.hash).winner_counter, Uint256(40));  // 2^40 > 10^12 > 2^39
}

/// Every call of a task's life with exactly what was estimated for it in an empty market.
TEST(Gas, EstimatesOfAnEmptyMarketSufficeForAWholeTask) {
    TestWorld empty;
    TestWorld world;
    const auto exactly = [&](const char* from, const Bytes& input) {
        return call_with(world, role(from), poco::kHub, input, call_gas(empty.state(), poco::kHub, input));
    };
    Terms terms;
    terms.trust = 2;
    const auto matched = exactly("requester", match_input(world, terms));
    ASSERT_TRUE(matched.ok());
    const poco::DealId deal(Hash::from(matched.output).value());
    ASSERT_TRUE(exactly("worker1", abi::encode_call(hub::kInitialize, deal, Uint256(0))).ok());
    const auto task = poco::task_id(deal, 0);
    ASSERT_TRUE(contribute(world, role("worker1"), task, to_be32(1)).ok());
    ASSERT_TRUE(exactly("worker1", abi::encode_call(hub::kReveal, task, to_be32(1))).ok());
    ASSERT_TRUE(exactly("scheduler", abi::encode_call(hub::kFinalize, task, Bytes(100), Bytes{})).ok());
}

}  // namespace
}  // namespace bourse::native::test
