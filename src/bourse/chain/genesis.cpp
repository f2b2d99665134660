#include <bourse/chain/genesis.hpp>

#include <bourse/base/assert.hpp>
#include <bourse/codec/abi.hpp>
#include <bourse/codec/ordered_trie.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/codec/transaction.hpp>
#include <bourse/poco/dev_accounts.hpp>
#include <bourse/poco/selectors.hpp>

namespace bourse::chain {
namespace {

constexpr std::uint64_t kDevelopmentChainId = 65535;
constexpr std::uint64_t kConformanceChainId = 31337;
constexpr std::uint64_t kDevelopmentTimeS = 1'767'225'600;  // 2026-01-01T00:00:00Z
constexpr std::uint64_t kConformanceTimeS = 1'700'000'000;  // before the first step of every vector
constexpr std::uint64_t kRlcSupply = 87'000'000;
constexpr std::uint64_t kRlcOfDevAccount = 10'000;
constexpr std::uint64_t kCoinsOfDevAccount = 10'000;
constexpr std::uint64_t kWeiPerCoin = 1'000'000'000'000'000'000;
constexpr std::uint64_t kCategoryGasLimit = 200'000;

struct NamedCategory {
    std::string_view name;
    std::uint64_t time_ref_s;
};
constexpr std::array<NamedCategory, 5> kCategories{
    {{"XS", 300}, {"S", 1'200}, {"M", 3'600}, {"L", 10'800}, {"XL", 36'000}}};
constexpr std::string_view kCategoryDescription;  // empty, as in deployments of version 6 (poco.md §1.5)

Uint256 rlc(std::uint64_t amount) { return Uint256{amount} * kNrlcPerRlc; }

Address dev_address(std::string_view name) {
    const auto* account = poco::find_dev_account(name);
    BOURSE_ASSERT(account != nullptr);
    return *address_from_hex(account->address);
}

/// The admin makes the categories by ordinary transactions, so that indexes built from logs see them.
std::vector<Bytes> category_transactions(std::uint64_t chain_id) {
    const auto key = crypto::PrivateKey::from(*from_hex(poco::find_dev_account("admin")->key));
    BOURSE_ASSERT(key.has_value());
    std::vector<Bytes> out;
    for (const auto& category : kCategories) {
        Transaction tx;
        tx.chain_id = chain_id;
        tx.nonce = out.size();
        tx.gas_limit = kCategoryGasLimit;
        tx.to = poco::kHub;
        tx.data = abi::encode_call(poco::selectors::hub::kCreateCategory, category.name, kCategoryDescription,
                                   Uint256{category.time_ref_s});
        sign_transaction(tx, *key);
        out.push_back(encode_transaction(tx));
    }
    return out;
}

std::vector<std::pair<Address, Uint256>> dev_coins() {
    std::vector<std::pair<Address, Uint256>> out;
    for (const auto& account : poco::kDevAccounts)
        out.emplace_back(*address_from_hex(account.address), Uint256{kCoinsOfDevAccount} * kWeiPerCoin);
    return out;
}

/// Resources of the vectors' baseline (vectors-env.json, "assets").
void add_baseline_resources(native::HubGenesis& hub) {
    const auto bytes32 = [](std::string_view hex) { return *hash_from_hex(hex); };
    hub.apps.push_back({dev_address("app_provider"), "my-app", "DOCKER",
                        *from_hex("0xa503221220359d55f58a43126d4ba446a35940265eb2dab57ecbc439e7f105c558f8774819"),
                        bytes32("0x1234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdef"),
                        *from_hex("0xabcdef1234567890abcdef1234567890abcdef1234567890abcdef1234567890")});
    hub.datasets.push_back({dev_address("dataset_provider"), "my-dataset", to_bytes("dataset data"),
                            bytes32("0xfedcba0987654321fedcba0987654321fedcba0987654321fedcba0987654321")});
    hub.workerpools.push_back({dev_address("scheduler"), "my-workerpool", 35, 5});
    hub.workerpools.push_back({dev_address("scheduler2"), "default-policy-workerpool", poco::kWorkerpoolStakeRatio, 1});
}

void add_baseline_stakes(native::HubGenesis& hub) {
    for (const auto* name : {"requester", "sponsor", "scheduler"})
        hub.stakes.emplace_back(dev_address(name), rlc(1'000));
    for (const auto* name : {"worker1", "worker2", "worker3", "worker4", "worker5"})
        hub.stakes.emplace_back(dev_address(name), rlc(100));
    hub.stakes.emplace_back(dev_address("scheduler2"), rlc(1'000));
}

/// The state before block 0: nothing.
class EmptyReader final : public state::Reader {
public:
    std::optional<state::Account> account(const Address&) const override { return std::nullopt; }
    state::SlotValue slot(const Address&, const Bytes32&) const override { return {}; }
    Bytes code(const Hash&) const override { return {}; }
};

}  // namespace

GenesisConfig development_genesis() {
    GenesisConfig out;
    out.kind = ChainKind::kDevelopment;
    out.chain_id = kDevelopmentChainId;
    out.time_s = kDevelopmentTimeS;
    out.coins = dev_coins();
    out.hub.chain_id = out.chain_id;
    out.hub.owner = dev_address("admin");
    const std::uint64_t others = kRlcOfDevAccount * (poco::kDevAccounts.size() - 1);
    for (const auto& account : poco::kDevAccounts) {
        const bool is_admin = account.name == "admin";
        out.hub.rlc.emplace_back(*address_from_hex(account.address),
                                 rlc(is_admin ? kRlcSupply - others : kRlcOfDevAccount));
    }
    out.transactions = category_transactions(out.chain_id);
    out.archive = true;
    return out;
}

GenesisConfig conformance_genesis() {
    GenesisConfig out;
    out.kind = ChainKind::kConformance;
    out.chain_id = kConformanceChainId;
    out.time_s = kConformanceTimeS;
    out.coins = dev_coins();
    out.hub.chain_id = out.chain_id;
    out.hub.owner = dev_address("admin");
    add_baseline_stakes(out.hub);
    Uint256 rest = rlc(kRlcSupply);
    for (const auto& [address, stake] : out.hub.stakes) rest -= stake;
    out.hub.rlc.emplace_back(out.hub.owner, rest);
    for (const auto& category : kCategories)
        out.hub.categories.push_back(
            {std::string(category.name), std::string(kCategoryDescription), category.time_ref_s});
    add_baseline_resources(out.hub);
    out.archive = true;
    return out;
}

state::ChangeSet genesis_changes(const GenesisConfig& config) {
    const EmptyReader nothing;
    state::State state(nothing);
    for (const auto& [address, wei] : config.coins) state.set_balance(address, wei);
    native::apply_genesis(state, config.hub);
    (void)state.end_transaction();
    return state.changes();
}

BlockHeader genesis_header(const GenesisConfig& config, const Hash& state_root) {
    BlockHeader out;
    out.beneficiary = config.beneficiary;
    out.state_root = state_root;
    out.transactions_root = empty_trie_root();
    out.receipts_root = empty_trie_root();
    out.time_s = config.time_s;
    out.time_ms = config.time_s * 1000;
    return out;
}

}  // namespace bourse::chain
