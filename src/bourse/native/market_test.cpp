// The market as a whole: random legal and illegal steps keep the books, values beyond 64 bits are real.
#include <bourse/native/hub/task_store.hpp>
#include <bourse/native/test_world.hpp>
#include <bourse/poco/error_text.hpp>

#include <rapidcheck/gtest.h>

namespace bourse::native::test {
namespace {

struct Step {
    std::uint8_t kind;
    std::uint8_t who;
    std::uint16_t what;
};

/// Random actors, deals and tasks; each step may be legal or not.
class RandomMarket {
public:
    explicit RandomMarket(bool wide) : world_(genesis_of(wide)), wide_(wide) {}

    void run(const Step& step) {
        switch (step.kind % 14) {
            case 0:
                return match(step);
            case 1:
                return initialize(step);
            case 2:
            case 3:
            case 4:
                return contribute_once(step);
            case 5:
            case 6:
                return reveal_once(step);
            case 7:
                return finalize(step);
            case 8:
                return fast(step);
            case 9:
                return reopen(step);
            case 10:
                return claim(step);
            case 11:
                return move_money(step);
            case 12:
                return pass_time(step);
            default:
                return change_policy(step);
        }
    }

    /// Every amount that stands anywhere, summed.
    void check_sums() const {
        Uint256 stake;
        Uint256 locked;
        auto accounts = actors();
        accounts.push_back(poco::kHub);
        accounts.push_back(poco::kKitty);
        for (const auto& address : accounts) {
            stake += world_.account(address).stake;
            locked += world_.account(address).locked;
        }
        RC_ASSERT(stake == world_.books().supply);
        RC_ASSERT(locked == world_.books().locked);
    }

    /// After all deadlines everything that is open is claimed; nothing stays committed.
    void close_all() {
        RC_CLASSIFY(finalized_ > 0, "a task was finalised");
        RC_CLASSIFY(tasks_.size() > 2, "more than two tasks");
        world_.block.time_s += 1'000'000;
        for (const auto& [deal, size] : deals_)
            for (std::uint64_t index = 0; index < size; ++index) {
                world_.hub_call(role("worker1"), hub::kInitialize, deal, Uint256(index));
                world_.hub_call(role("worker1"), hub::kClaim, poco::task_id(deal, index));
            }
        RC_ASSERT(world_.books().committed.is_zero());
        RC_ASSERT(world_.books().locked == world_.account(poco::kKitty).locked);
    }

private:
    static HubGenesis genesis_of(bool wide) {
        auto genesis = small_genesis();
        if (wide)
            for (auto& [account, amount] : genesis.stakes) amount = Uint256(1) << 90;
        genesis.scores = {{role("worker1"), 100}, {role("worker2"), 12}, {role("worker3"), Uint256(1) << 70}};
        return genesis;
    }
    static std::vector<Address> actors() {
        std::vector<Address> out;
        for (const auto& account : poco::kDevAccounts) out.push_back(*address_from_hex(account.address));
        return out;
    }
    static Address worker(std::uint8_t who) { return role("worker" + std::to_string(1 + who % 4)); }

    poco::TaskId task(std::uint16_t what) const {
        return tasks_.empty() ? poco::TaskId{} : tasks_[what % tasks_.size()];
    }

    void match(const Step& step) {
        const std::uint64_t volume = 1 + step.what % 3;
        Terms terms{.app_price = step.what % 5,
                    .pool_price = step.what % 1'000,
                    .volume = volume,
                    .trust = 1 + step.who % 6,
                    .with_dataset = step.who % 2 == 0};
        if (wide_) terms.pool_price = terms.pool_price << 70;
        const bool sponsored = step.who % 5 == 0;
        const auto selector = sponsored ? hub::kSponsorMatchOrders : hub::kMatchOrders;
        const auto result = world_.send(role("sponsor"), poco::kHub, match_input(world_, terms, selector));
        if (result.ok()) deals_.emplace_back(poco::DealId(*Hash::from(result.output)), volume);
    }

    void initialize(const Step& step) {
        if (deals_.empty()) return;
        const auto& [deal, size] = deals_[step.what % deals_.size()];
        const std::uint64_t index = step.who % (size + 1);
        if (world_.hub_call(role("worker1"), hub::kInitialize, deal, Uint256(index)).ok())
            tasks_.push_back(poco::task_id(deal, index));
    }

    static Hash digest(std::uint8_t who) { return to_be32(who / 200); }

    void contribute_once(const Step& step) {
        if (contribute(world_, worker(step.who), task(step.what), digest(step.who)).ok())
            digests_[{task(step.what).hash, worker(step.who)}] = digest(step.who);
    }

    void reveal_once(const Step& step) {
        if (digests_.empty()) return;
        auto found = digests_.begin();
        std::advance(found, static_cast<std::ptrdiff_t>(step.what % digests_.size()));
        const auto& [task, worker] = found->first;
        world_.hub_call(worker, hub::kReveal, task, step.who % 16 == 0 ? Hash{} : found->second);
    }

    void finalize(const Step& step) {
        const auto result = world_.hub_call(role(step.who % 8 == 0 ? "worker1" : "scheduler"), hub::kFinalize,
                                            task(step.what), Bytes(step.who % 50), Bytes{});
        finalized_ += result.ok() ? 1 : 0;
    }

    void fast(const Step& step) {
        const Address who = worker(step.who);
        const auto authorization = crypto::sign(key_of_role("scheduler"),
                                                poco::signed_hash(poco::authorization_message(who, task(step.what))));
        world_.hub_call(who, hub::kContributeAndFinalize, task(step.what), digest(step.who), Bytes{}, Bytes{},
                        Address{}, Bytes{}, authorization.to_rsv());
    }

    void reopen(const Step& step) { world_.hub_call(role("scheduler"), hub::kReopen, task(step.what)); }
    void claim(const Step& step) { world_.hub_call(worker(step.who), hub::kClaim, task(step.what)); }

    void move_money(const Step& step) {
        const Address who = worker(step.who);
        const Uint256 amount = wide_ ? Uint256(step.what) << 60 : Uint256(step.what);
        switch (step.what % 5) {
            case 0:
                world_.hub_call(who, hub::kTransfer, poco::kHub, amount);
                break;  // lost to the hub
            case 1:
                world_.hub_call(who, hub::kTransfer, poco::kKitty, amount);
                break;
            case 2:
                world_.hub_call(who, hub::kWithdraw, amount);
                break;
            case 3: {
                const auto data = abi::encode_call(poco::selectors::rlc::kApproveAndCall, poco::kHub, amount, Bytes{});
                world_.send(role("admin"), poco::kRlc, data);
                break;
            }
            default:
                world_.hub_call(role("admin"), hub::kRecover);
                break;
        }
    }

    void pass_time(const Step& step) { world_.block.time_s += step.what % (step.who % 4 == 0 ? 1'200U : 60U); }

    void change_policy(const Step& step) {
        const auto data = abi::encode_call(poco::selectors::resource::kChangePolicy, Uint256(step.what % 200),
                                           Uint256(step.who % 110));
        world_.send(role("scheduler"), world_.pool, data);
    }

    TestWorld world_;
    bool wide_;
    int finalized_ = 0;
    std::vector<std::pair<poco::DealId, std::uint64_t>> deals_;
    std::vector<poco::TaskId> tasks_;
    std::map<std::pair<Hash, Address>, Hash> digests_;
};

void run_market(bool wide) {
    RandomMarket market(wide);
    // Full-sized numbers from the first case on: small ones would leave most actors and tasks alone.
    const auto step =
        rc::gen::resize(rc::kNominalSize, rc::gen::construct<Step>(rc::gen::inRange<std::uint8_t>(0, 255),
                                                                   rc::gen::inRange<std::uint8_t>(0, 255),
                                                                   rc::gen::inRange<std::uint16_t>(0, 65'535)));
    const auto steps = *rc::gen::container<std::vector<Step>>(wide ? 40 : 80, step);
    for (const auto& next : steps) {
        market.run(next);
        market.check_sums();
    }
    market.close_all();
    market.check_sums();
}

RC_GTEST_PROP(Market, RandomStepsKeepTheBooks, ()) { run_market(false); }
RC_GTEST_PROP(Market, RandomStepsKeepTheBooksBeyond64Bits, ()) { run_market(true); }

TEST(Market, VolumesUpToTheLastValue) {
    TestWorld world;
    const Uint256 all = Uint256::max();
    const auto matched =
        world.send(role("requester"), poco::kHub, match_input(world, {.app_price = 0, .pool_price = 0, .volume = all}));
    ASSERT_TRUE(matched.ok());
    const poco::DealId deal(*Hash::from(matched.output));
    EXPECT_EQ(world.view<poco::Deal>(hub::kViewDeal, deal.hash).bot_size, all);
    EXPECT_TRUE(world.hub_call(role("requester"), hub::kInitialize, deal, all - 1).ok());
    EXPECT_FALSE(world.hub_call(role("requester"), hub::kInitialize, deal, all).ok());
}

TEST(Market, UnboundedWorkerStake) {
    TestWorld world;
    const auto policy = abi::encode_call(poco::selectors::resource::kChangePolicy, Uint256(1) << 240, Uint256(0));
    ASSERT_TRUE(world.send(role("scheduler"), world.pool, policy).ok());
    const auto task = open_one(world, {});
    const auto refused = contribute(world, role("worker1"), task, {});
    EXPECT_EQ(refused.output, abi::encode_error(poco::texts::kEscrowBalance));
    // 2^240 · 100 000 does not fit: the match itself panics.
    const auto input = match_input(world, {.pool_price = 100'000'000});
    EXPECT_EQ(world.send(role("requester"), poco::kHub, input).output, abi::encode_panic(0x11));
}

TEST(Market, HugeTrustMakesContributionsPanic) {
    TestWorld world;
    const auto task = open_one(world, {.trust = Uint256(1) << 255});
    EXPECT_EQ(contribute(world, role("worker1"), task, {}).output, abi::encode_panic(0x11));
}

TEST(Market, FortyContributorsReopenAndFinalize) {
    auto genesis = small_genesis();
    for (std::uint64_t number = 0; number < 40; ++number)
        genesis.stakes.emplace_back(numbered_key(number).address(), 1'000);
    TestWorld world(genesis);
    const auto task = open_one(world, {.trust = 1'000'000});
    const Hash first = to_be32(1);
    const Hash second = to_be32(2);
    std::uint64_t next = 0;
    const auto add_until_consensus = [&](const Hash& digest) {
        while (world.view<poco::Task>(hub::kViewTask, task.hash).status == poco::TaskStatus::kActive)
            ASSERT_TRUE(contribute(world, numbered_key(next++).address(), task, digest).ok());
    };
    add_until_consensus(first);
    EXPECT_EQ(next, 20U);
    world.block.time_s += 601;
    ASSERT_TRUE(world.hub_call(role("scheduler"), hub::kReopen, task).ok());
    EXPECT_EQ(task_consensus(world.state(), task).total, Uint256(1));
    add_until_consensus(second);
    EXPECT_EQ(next, 40U);
    for (std::uint64_t number = 20; number < 40; ++number)
        ASSERT_TRUE(world.hub_call(numbered_key(number).address(), hub::kReveal, task, second).ok());
    ASSERT_TRUE(world.hub_call(role("scheduler"), hub::kFinalize, task, Bytes{}, Bytes{}).ok());
    const auto view = world.view<poco::Task>(hub::kViewTask, task.hash);
    EXPECT_EQ(view.contributors.size(), 40U);
    EXPECT_EQ(view.winner_counter, Uint256(20));
    EXPECT_EQ(world.account(numbered_key(3).address()).locked, Uint256(0));
    EXPECT_EQ(world.account(numbered_key(3).address()).stake, Uint256(1'000 - 35));
    EXPECT_EQ(world.account(numbered_key(33).address()).score, Uint256(1));
    EXPECT_TRUE(world.books().committed.is_zero());
}

TEST(Market, KnownSignaturesAndPresignaturesBothCount) {
    TestWorld world;
    const auto input = match_input(world, {.volume = 2});
    EXPECT_TRUE(world.send(role("requester"), poco::kHub, input).ok());
    EXPECT_EQ(world.send(role("requester"), poco::kHub, input).output, abi::encode_error("iExecV5-matchOrders-0x60"));
}

TEST(Market, DepositAndMatchInOneCall) {
    TestWorld world;
    const auto orders = match_input(world, {});
    const auto data = abi::encode_call(poco::selectors::rlc::kApproveAndCall, poco::kHub, Uint256(101), orders);
    const auto before = world.account(role("requester")).stake;
    const auto result = world.send(role("requester"), poco::kRlc, data);
    ASSERT_TRUE(result.ok()) << to_hex(result.output);
    EXPECT_EQ(world.account(role("requester")).stake, before);
    EXPECT_EQ(world.account(role("requester")).locked, Uint256(101));
}

}  // namespace
}  // namespace bourse::native::test
