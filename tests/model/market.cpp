#include "market.hpp"

#include <bourse/base/assert.hpp>

namespace bourse::model {
namespace {

constexpr std::uint64_t kChainId = 31337;
constexpr std::uint64_t kStart = 1'700'000'000;
constexpr std::size_t kActors = 22;

crypto::PrivateKey actor_key(std::uint64_t number) {
    return *crypto::PrivateKey::from(to_be32(Uint256(1000 + number)));
}
Address keyless() { return *address_from_hex("0x00000000000000000000000000000000deadbeef"); }

/// n − s: the other signature of the same key, which the hub refuses.
Bytes32 high_s(const Bytes32& s) {
    const Uint256 order(0xBFD25E8CD0364141ULL, 0xBAAEDCE6AF48A03BULL, 0xFFFFFFFFFFFFFFFEULL, 0xFFFFFFFFFFFFFFFFULL);
    return to_be32(order - uint256_from_be(s));
}

}  // namespace

Market::Market(std::uint64_t seed) : random(seed), now_(kStart) {
    const std::vector<unsigned> magnitudes{0, 0, 0, 20, 40, 64, 130, 210};
    unit = (Uint256(1) << random.pick(magnitudes)) * Uint256(1'000'000);
    make_actors();
    chain::GenesisConfig genesis;
    make_genesis(genesis);
    chain = std::make_unique<Chain>(genesis);
}

void Market::make_actors() {
    for (std::uint64_t i = 0; i < kActors; ++i) {
        const auto key = actor_key(i);
        actors.push_back(key.address());
        keys_.emplace(key.address(), key);
    }
    accounts = actors;
    for (const auto& other : {poco::kHub, poco::kKitty, Address{}, keyless()}) accounts.push_back(other);
}

void Market::make_genesis(chain::GenesisConfig& genesis) {
    genesis.kind = chain::ChainKind::kConformance;
    genesis.chain_id = kChainId;
    genesis.time_s = kStart;
    auto& hub = genesis.hub;
    hub.chain_id = kChainId;
    hub.owner = model.admin = actors[0];
    model.separator = eip712::domain_separator(poco::hub_domain(kChainId, poco::kHub));
    model.callback_gas = 200'000;
    Uint256 stakes;
    for (std::size_t i = 0; i < actors.size(); ++i) {
        const Uint256 rlc = unit * Uint256(2'000) + Uint256(random.below(1'000));
        hub.rlc.emplace_back(actors[i], rlc);
        model.rlc[actors[i]] = rlc;
        model.rlc_supply += rlc;
        if (i % 5 == 4) continue;  // some begin with nothing at the hub
        const Uint256 stake = unit * Uint256(5'000) + Uint256(random.below(1'000));
        hub.stakes.emplace_back(actors[i], stake);
        model.accounts[actors[i]].stake = stake;
        stakes += stake;
        const std::vector<Uint256> scores{
            0, 0, 8, 9, 11, 12, 15, 30, 100, 3'000'000, Uint256(1) << 128, Uint256::max()};
        const Uint256 score = random.chance(75) ? Uint256(random.below(40)) : random.pick(scores);
        hub.scores.emplace_back(actors[i], score);
        model.accounts[actors[i]].score = score;
    }
    if (random.chance(50)) hub.kitty = random.chance(50) ? Uint256(random.below(3'000'000'000)) : unit * Uint256(30);
    model.accounts[poco::kKitty].locked = hub.kitty;
    model.accounts[poco::kHub].stake = hub.kitty;
    model.supply = stakes + hub.kitty;
    model.rlc[poco::kHub] = model.supply;
    model.rlc_supply += model.supply;

    const std::vector<Uint256> times{60, 100, 200, 30, 400, 0, 7};
    for (const auto& seconds : times) {
        hub.categories.push_back({"category", "", seconds});
        model.categories.push_back(seconds);
    }
    endless_category = model.categories.size();
    hub.categories.push_back({"endless", "", Uint256::max() / 8});
    model.categories.push_back(Uint256::max() / 8);

    for (int i = 0; i < 3; ++i) {
        const std::string name = "r" + std::to_string(i);
        const Address owner = random.pick(actors);
        const poco::AppInfo app{owner, name, "DOCKER", {}, {}, {}};
        const poco::DatasetInfo dataset{owner, name, {}, {}};
        const std::vector<Uint256> ratios{0, 1, 30, 35, 100, 250};
        const poco::WorkerpoolInfo pool{owner, name, random.pick(ratios), Uint256(random.below(101))};
        hub.apps.push_back(app);
        hub.datasets.push_back(dataset);
        hub.workerpools.push_back(pool);
        apps.push_back(poco::resource_address(poco::kAppRegistry, poco::app_initializer(app), owner));
        datasets.push_back(poco::resource_address(poco::kDatasetRegistry, poco::dataset_initializer(dataset), owner));
        pools.push_back(poco::resource_address(poco::kWorkerpoolRegistry, poco::workerpool_initializer(name), owner));
        model.resources[apps.back()] = {Kind::kApp, owner, {}, {}};
        model.resources[datasets.back()] = {Kind::kDataset, owner, {}, {}};
        model.resources[pools.back()] = {Kind::kWorkerpool, owner, pool.worker_stake_ratio_policy,
                                         pool.scheduler_reward_ratio_policy};
    }
}

std::uint64_t Market::next_time() {
    if (!tasks.empty() && random.chance(1)) {
        const auto& task = model.tasks.at(random.recent(tasks, 12)).shown;
        const std::vector<Uint256> edges{task.contribution_deadline, task.reveal_deadline, task.final_deadline};
        const Uint256 time = random.pick(edges) + Uint256(random.below(3)) - Uint256(1);
        if (time >= Uint256(now_) && time <= Uint256(now_ + 60)) return time.low_u64();
    }
    return now_ + (random.chance(15) ? random.below(3) : 0);
}

std::uint64_t Market::time_near(const Uint256& edge, unsigned percent_before) {
    const std::uint64_t offset = random.chance(percent_before) ? 0 : 1 + random.below(2);  // −1, or 0 and +1
    const Uint256 time = edge + Uint256(offset) - Uint256(1);
    if (time < Uint256(now_) || time > Uint256(now_ + 150)) return next_time();
    return time.low_u64();
}

Uint256 Market::amount(const Uint256& have) {
    const auto draw = random.below(100);
    if (draw < 50) return have.is_zero() ? have : Uint256(random.next()) % have;
    if (draw < 58) return Uint256(random.below(5));
    if (draw < 66) return have / Uint256(1 + random.below(50));
    if (draw < 72) return have;
    if (draw < 78) return have + 1;
    if (draw < 82) return have - 1;
    if (draw < 88) return 0;
    if (draw < 91) return Uint256(1) << 255;
    if (draw < 94) return Uint256::max();
    if (draw < 96) return Uint256::max() - have;
    return unit;
}

Uint256 Market::price() {
    const auto draw = random.below(100);
    if (draw < 12) return 0;
    if (draw < 30) return Uint256(1 + random.below(1'000));
    if (draw < 92) return unit / Uint256(1 + random.below(200)) + Uint256(random.below(7));
    if (draw < 96) return unit * Uint256(1 + random.below(200));
    if (draw < 97) return Uint256::max();
    if (draw < 98) return Uint256(1) << 255;
    if (draw < 99) return Uint256::max() / Uint256(30);
    return Uint256::max() / Uint256(100 + random.below(3));
}

Address Market::somebody() { return random.pick(actors); }
Address Market::anybody() { return random.chance(80) ? somebody() : random.pick(accounts); }

Hash Market::digest(const Hash& struct_hash) const {
    const Bytes prefix{0x19, 0x01};
    return keccak({prefix, model.separator, struct_hash});
}
Bytes32 Market::fresh_salt() { return to_be32(Uint256(++salt_)); }

Bytes Market::good_signature(const Address& signer, const Hash& hash) {
    const auto key = keys_.find(signer);
    if (key == keys_.end()) {  // nobody can sign for it; recovery number 0x11 is none
        model.unrecoverable.insert(Bytes(65, 0x11));
        return Bytes(65, 0x11);
    }
    const auto signature = crypto::sign(key->second, hash);
    const Bytes bytes = random.chance(25) ? signature.to_compact() : signature.to_rsv();
    model.signatures[{hash, bytes}] = signer;
    return bytes;
}

Bytes Market::bad_signature(const Address& signer, const Hash& hash) {
    const auto signature = crypto::sign(keys_.at(actors[1]), hash);
    Bytes bytes = signature.to_rsv();
    switch (random.below(6)) {
        case 0: {  // by somebody else
            const Address other = somebody();
            return other == signer ? good_signature(actors[2], hash) : good_signature(other, hash);
        }
        case 1:  // recovery number as 0 and 1
            bytes[64] = static_cast<std::uint8_t>(bytes[64] - 27);
            break;
        case 2: {  // the high half
            const Bytes32 s = high_s(signature.s);
            std::copy(s.begin(), s.end(), bytes.begin() + 32);
            bytes[64] = static_cast<std::uint8_t>(27 + 28 - bytes[64]);
            break;
        }
        case 3:
            bytes.assign(random.chance(50) ? 65 : 64, 0);
            break;
        case 4:
            bytes.resize(random.chance(50) ? 63 : 66);
            return bytes;
        default:
            return {};
    }
    model.unrecoverable.insert(bytes);
    return bytes;
}

Bytes Market::sign(const Address& signer, const Hash& hash, unsigned percent_good) {
    return random.chance(percent_good) ? good_signature(signer, hash) : bad_signature(signer, hash);
}

}  // namespace bourse::model
