#include <bourse/chain/execution.hpp>

#include <bourse/chain/genesis.hpp>
#include <bourse/chain/simulation.hpp>
#include <bourse/codec/abi.hpp>
#include <bourse/codec/ordered_trie.hpp>
#include <bourse/poco/dev_accounts.hpp>
#include <bourse/poco/selectors.hpp>

#include <gtest/gtest.h>

#include <map>

namespace bourse::chain {
namespace {

namespace hub = poco::selectors::hub;

/// Committed state in maps.
class MapReader final : public state::Reader {
public:
    void apply(const state::ChangeSet& changes) {
        for (const auto& [address, change] : changes.accounts) {
            if (change.after)
                accounts_[address] = *change.after;
            else
                accounts_.erase(address);
        }
        for (const auto& [address, slots] : changes.slots)
            for (const auto& [key, change] : slots) slots_[{address, key}] = change.after;
        for (const auto& [hash, code] : changes.new_code) code_[hash] = code;
    }
    std::optional<state::Account> account(const Address& address) const override {
        const auto it = accounts_.find(address);
        if (it == accounts_.end()) return std::nullopt;
        return it->second;
    }
    state::SlotValue slot(const Address& address, const Bytes32& key) const override {
        const auto it = slots_.find({address, key});
        return it == slots_.end() ? state::SlotValue{} : it->second;
    }
    Bytes code(const Hash& hash) const override {
        const auto it = code_.find(hash);
        return it == code_.end() ? Bytes{} : it->second;
    }

private:
    std::map<Address, state::Account> accounts_;
    std::map<std::pair<Address, Bytes32>, state::SlotValue> slots_;
    std::map<Hash, Bytes> code_;
};

crypto::PrivateKey dev_key(std::string_view name) {
    return *crypto::PrivateKey::from(*from_hex(poco::find_dev_account(name)->key));
}
Address dev_address(std::string_view name) { return *address_from_hex(poco::find_dev_account(name)->address); }

constexpr std::uint64_t kCoin = 1'000'000'000'000'000'000;

class ExecutionTest : public ::testing::Test {
protected:
    ExecutionTest() {
        reader.apply(genesis_changes(genesis));
        block.parent = genesis_header(genesis, Hash{});
        block.parent_hash = header_hash(block.parent);
        block.chain_id = genesis.chain_id;
        block.time_ms = (genesis.time_s + 10) * 1000 + 5;
        block.beneficiary = Address{{0xbe}};
    }

    TransactionPtr call(std::string_view from, const Address& to, Bytes data, std::uint64_t gas_limit = 500'000,
                        std::uint64_t price = 0, const Uint256& value = {}) {
        Transaction tx;
        tx.chain_id = genesis.chain_id;
        tx.nonce = nonces[std::string(from)]++;
        tx.gas_price = price;
        tx.gas_limit = gas_limit;
        tx.to = to;
        tx.value = value;
        tx.data = std::move(data);
        sign_transaction(tx, dev_key(from));
        return prepare_transaction(encode_transaction(tx)).value();
    }
    ExecutedBlock run(std::vector<TransactionPtr> transactions) {
        block.transactions = std::move(transactions);
        ExecutedBlock out = execute_block(block, reader);
        reader.apply(out.changes);
        return out;
    }
    state::BlockContext context() const { return block_context(block); }
    Uint256 balance(const Address& address) const {
        const auto account = reader.account(address);
        return account ? account->balance : Uint256{};
    }
    Uint256 rlc_of(const Address& address) const {
        CallRequest request;
        request.to = poco::kRlc;
        request.data = abi::encode_call(poco::selectors::rlc::kBalanceOf, address);
        return std::get<0>(abi::decode<Uint256>(simulate_call(reader, context(), request).output).value());
    }

    GenesisConfig genesis = conformance_genesis();
    MapReader reader;
    BlockInput block;
    std::map<std::string, std::uint64_t> nonces;
};

TEST_F(ExecutionTest, coins_move_and_gas_goes_to_the_beneficiary) {
    const auto out = run({call("requester", Address{{5}}, {}, 30'000, 7, Uint256{3})});
    ASSERT_EQ(out.executed.size(), 1U);
    EXPECT_TRUE(out.executed[0].receipt.success);
    EXPECT_EQ(out.executed[0].gas_used, 21'000U);
    EXPECT_EQ(balance(Address{{5}}), 3);
    EXPECT_EQ(balance(Address{{0xbe}}), 21'000 * 7);
    EXPECT_EQ(balance(dev_address("requester")), Uint256{10'000} * kCoin - Uint256{3 + 21'000 * 7});
}

TEST_F(ExecutionTest, a_token_transfer_gives_its_log_bloom_and_roots) {
    const auto out = run({call("admin", poco::kRlc,
                               abi::encode_call(poco::selectors::rlc::kTransfer, dev_address("extra1"), Uint256{55}))});
    const auto& receipt = out.executed.at(0).receipt;
    EXPECT_TRUE(receipt.success);
    ASSERT_EQ(receipt.logs.size(), 1U);
    EXPECT_EQ(receipt.logs[0].address, poco::kRlc);
    EXPECT_EQ(receipt.logs[0].topics.at(0), abi::event_topic("Transfer(address,address,uint256)"));
    EXPECT_EQ(receipt.bloom, bloom_of(receipt.logs));
    EXPECT_EQ(out.header.logs_bloom, receipt.bloom);
    EXPECT_EQ(out.header.receipts_root, ordered_trie_root({encode_receipt(receipt)}));
    EXPECT_EQ(out.header.transactions_root, ordered_trie_root({out.executed[0].transaction->raw}));
    EXPECT_EQ(out.header.gas_used, receipt.cumulative_gas);
    EXPECT_EQ(rlc_of(dev_address("extra1")), 55);
    EXPECT_EQ(out.executed[0].state_growth_bytes, 64);  // one balance more
}

TEST_F(ExecutionTest, a_revert_keeps_nonce_and_gas_and_undoes_the_rest) {
    const auto transfer = abi::encode_call(poco::selectors::rlc::kTransfer, dev_address("extra1"), Uint256{1});
    const auto out = run({call("extra2", poco::kRlc, transfer, 200'000, 1)});
    ASSERT_EQ(out.executed.size(), 1U);
    EXPECT_FALSE(out.executed[0].receipt.success);
    EXPECT_TRUE(out.executed[0].receipt.logs.empty());
    EXPECT_EQ(reader.account(dev_address("extra2"))->nonce, 1U);
    EXPECT_EQ(balance(Address{{0xbe}}), out.executed[0].gas_used);
    EXPECT_EQ(rlc_of(dev_address("extra1")), 0);
    EXPECT_EQ(out.executed[0].state_growth_bytes, 0);
}

TEST_F(ExecutionTest, value_for_a_module_that_takes_none_comes_back) {
    const auto out = run({call("requester", poco::kRlc, {}, 200'000, 0, Uint256{9})});
    EXPECT_FALSE(out.executed.at(0).receipt.success);
    EXPECT_EQ(balance(poco::kRlc), 0);
    EXPECT_EQ(balance(dev_address("requester")), Uint256{10'000} * kCoin);
}

TEST_F(ExecutionTest, too_little_gas_fails_with_all_of_it) {
    const auto data = abi::encode_call(poco::selectors::rlc::kTransfer, dev_address("extra1"), Uint256{1});
    const auto needed = estimate_gas(reader, context(), {dev_address("admin"), poco::kRlc, 0, {}, {}, data}).value();
    const auto out = run({call("admin", poco::kRlc, data, needed - 1), call("admin", poco::kRlc, data, needed)});
    EXPECT_FALSE(out.executed.at(0).receipt.success);
    EXPECT_EQ(out.executed.at(0).gas_used, needed - 1);
    EXPECT_TRUE(out.executed.at(1).receipt.success);
    EXPECT_EQ(out.executed.at(1).gas_used, needed);
    EXPECT_EQ(out.executed.at(1).receipt.cumulative_gas, 2 * needed - 1);
}

TEST_F(ExecutionTest, invalid_transactions_change_nothing) {
    auto creation = call("worker1", Address{}, {});
    auto tx = creation->tx;
    tx.to.reset();
    tx.gas_limit = 5'000'000;
    sign_transaction(tx, dev_key("worker1"));
    creation = prepare_transaction(encode_transaction(tx)).value();
    const auto out = run({creation, call("worker2", Address{}, {}, 20'999), call("worker3", Address{}, {}, 200'000'001),
                          call("extra1", Address{}, {}, 21'000, 0, Uint256{10'001} * kCoin)});
    ASSERT_EQ(out.skipped.size(), 4U);
    EXPECT_EQ(out.skipped[0].reason, InvalidTransaction::kCreation);
    EXPECT_EQ(out.skipped[1].reason, InvalidTransaction::kIntrinsicGas);
    EXPECT_EQ(out.skipped[2].reason, InvalidTransaction::kGasLimit);
    EXPECT_EQ(out.skipped[3].reason, InvalidTransaction::kInsufficientFunds);
    EXPECT_TRUE(out.changes.accounts.empty());
    EXPECT_TRUE(out.changes.slots.empty());
    EXPECT_EQ(out.header.transactions_root, empty_trie_root());
}

TEST_F(ExecutionTest, a_full_block_skips_what_does_not_fit) {
    const auto transfer = abi::encode_call(poco::selectors::rlc::kTransfer, dev_address("extra1"), Uint256{1});
    const auto out = run({call("admin", poco::kRlc, Bytes(4), 199'000'000),  // unknown selector: fails or reverts
                          call("admin", poco::kRlc, transfer, 199'999'999)});
    ASSERT_EQ(out.executed.size(), 1U);
    ASSERT_EQ(out.skipped.size(), 1U);
    EXPECT_EQ(out.skipped[0].reason, InvalidTransaction::kBlockFull);
    EXPECT_EQ(out.verdicts,
              (std::vector<std::optional<InvalidTransaction>>{std::nullopt, InvalidTransaction::kBlockFull}));
}

TEST_F(ExecutionTest, calls_leave_no_trace_and_tell_reverts) {
    CallRequest request{dev_address("extra1"),
                        poco::kRlc,
                        0,
                        {},
                        {},
                        abi::encode_call(poco::selectors::rlc::kTransfer, dev_address("extra2"), Uint256{1})};
    const auto outcome = simulate_call(reader, context(), request);
    EXPECT_FALSE(outcome.success);
    EXPECT_TRUE(outcome.reverted);
    EXPECT_FALSE(estimate_gas(reader, context(), request).has_value());
    request.from = dev_address("admin");
    EXPECT_TRUE(simulate_call(reader, context(), request).success);
    EXPECT_EQ(rlc_of(dev_address("extra2")), 0);
    request.to.reset();
    EXPECT_EQ(simulate_call(reader, context(), request).invalid, InvalidTransaction::kCreation);
    request.to = poco::kRlc;
    request.gas = 21'000;
    EXPECT_EQ(simulate_call(reader, context(), request).invalid, InvalidTransaction::kIntrinsicGas);
    request.gas = 0;
    request.value = Uint256{20'000} * kCoin;
    EXPECT_EQ(simulate_call(reader, context(), request).invalid, InvalidTransaction::kInsufficientFunds);
}

TEST_F(ExecutionTest, the_same_block_gives_the_same_outcome) {
    const auto data = abi::encode_call(hub::kCreateCategory, std::string("new"), std::string("{}"), Uint256{10});
    block.transactions = {call("admin", poco::kHub, data), call("requester", Address{{1}}, {}, 21'000, 3, Uint256{1})};
    auto first = execute_block(block, reader);
    auto second = execute_block(block, reader);
    seal_block(first, Hash{{1}});
    seal_block(second, Hash{{1}});
    EXPECT_TRUE(first.executed.at(0).receipt.success);
    EXPECT_EQ(first.hash, second.hash);
}

}  // namespace
}  // namespace bourse::chain
