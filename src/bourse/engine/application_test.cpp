#include <bourse/engine/application.hpp>

#include <bourse/codec/ordered_trie.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/engine/test_genesis.hpp>

#include <gtest/gtest.h>

#include <map>

namespace bourse::engine {
namespace {

/// Loses everything from the n-th write on, as a killed process does. Reads go on.
class KilledStore final : public db::KvStore {
public:
    KilledStore(db::KvStore& inner, int writes) : inner_(inner), left_(writes) {}
    std::optional<Bytes> get(ByteView key) const override { return inner_.get(key); }
    void scan(ByteView prefix, ByteView from, const std::function<bool(ByteView, ByteView)>& f) const override {
        inner_.scan(prefix, from, f);
    }
    void write(const db::Batch& batch, bool sync) override {
        if (left_-- > 0) inner_.write(batch, sync);
    }

private:
    db::KvStore& inner_;
    int left_;
};

/// The same for every run: block n holds transfers of three senders.
Proposal proposal_of(std::uint64_t number) {
    Proposal out;
    out.height = number;
    out.time_ms = (kGenesisS + number) * 1000 + 1;
    out.beneficiary = Address{{0xbe}};
    for (std::uint64_t key = 1; key < 4; ++key)
        out.transactions.push_back(prepared({.key = key,
                                             .nonce = number - 1,
                                             .price = key,
                                             .to = Address{{9, static_cast<std::uint8_t>(number)}},
                                             .value = number}));
    return out;
}

std::vector<Hash> run_to(Application& application, std::uint64_t height) {
    std::vector<Hash> hashes;
    while (application.info().head_number < height) {
        application.finalize(proposal_of(application.info().head_number + 1));
        hashes.push_back(application.commit().view->head_hash());
    }
    return hashes;
}

TEST(Application, same_inputs_give_the_same_headers) {
    const auto a = db::make_memory_store(), b = db::make_memory_store();
    const auto first = open_application(*a, plain_genesis()).value();
    const auto second = open_application(*b, plain_genesis()).value();
    EXPECT_EQ(run_to(*first, 5), run_to(*second, 5));
    EXPECT_EQ(first->info().app_hash, second->info().app_hash);
}

TEST(Application, headers_follow_the_rules_of_the_chain) {
    const auto kv = db::make_memory_store();
    const auto application = open_application(*kv, plain_genesis()).value();
    run_to(*application, 2);
    const auto view = application->view();
    const auto& head = view->head();
    EXPECT_EQ(head.number, 2U);
    EXPECT_EQ(head.time_s, kGenesisS + 2);
    EXPECT_EQ(head.time_ms, (kGenesisS + 2) * 1000 + 1);
    EXPECT_EQ(head.parent_hash, view->blocks().header(1)->hash);
    EXPECT_EQ(head.prevrandao, chain::prevrandao_of(head.parent_hash, 2));
    EXPECT_EQ(head.gas_used, 3 * 21'000U);
    EXPECT_EQ(chain::header_hash(head), view->head_hash());
    // 21,000 gas at prices 1, 2 and 3 in two blocks.
    EXPECT_EQ(view->state().account(Address{{0xbe}})->balance, 21'000 * 6 * 2);
    EXPECT_EQ(view->state().account(Address{{9, 2}})->balance, 2 * 3);
    EXPECT_EQ((*view->state_at(1))->account(Address{{9, 2}}), std::nullopt);
    EXPECT_EQ(view->state_at(3).error().code, "BLOCK_UNKNOWN");
}

TEST(Application, what_cannot_be_executed_is_no_part_of_the_block) {
    const auto kv = db::make_memory_store();
    const auto application = open_application(*kv, plain_genesis()).value();
    Proposal proposal;
    proposal.height = 1;
    proposal.time_ms = 1;  // before the parent's: raised
    proposal.transactions = {prepared({.key = 1, .nonce = 1}), prepared({.key = 1}), prepared({.key = 1}),
                             prepared({.key = 4, .value = Uint256::max()}), prepared({.key = 2, .chain_id = 1})};
    const auto& block = application->finalize(proposal);
    ASSERT_EQ(block.executed.size(), 1U);
    ASSERT_EQ(block.skipped.size(), 4U);
    EXPECT_EQ(block.skipped[0].reason, chain::InvalidTransaction::kNonceTooHigh);
    EXPECT_EQ(block.skipped[1].reason, chain::InvalidTransaction::kNonceTooLow);
    EXPECT_EQ(block.skipped[2].reason, chain::InvalidTransaction::kInsufficientFunds);
    EXPECT_EQ(block.skipped[3].reason, chain::InvalidTransaction::kWrongChain);
    EXPECT_EQ(block.header.time_s, kGenesisS);
    // One result for each, in the order of the proposal.
    const auto results = chain::delivered_results(block);
    ASSERT_EQ(results.size(), 5U);
    const std::vector<std::uint32_t> codes{7, 0, 6, 10, 1};
    for (std::size_t i = 0; i < 5; ++i) {
        EXPECT_EQ(results[i].code, codes[i]) << i;
        EXPECT_EQ(results[i].gas_wanted, 100'000U);
        EXPECT_EQ(results[i].gas_used, i == 1 ? 21'000U : 0U);
        EXPECT_EQ(results[i].data.size(), i == 1 ? Hash::kSize : 0U);
    }
    EXPECT_EQ(results[1].data,
              to_bytes(ByteView(crypto::keccak256(ByteView(chain::encode_receipt(block.executed[0].receipt))))));
    application->commit();
    EXPECT_EQ(application->view()->blocks().block(1)->receipts.size(), 1U);
}

TEST(Application, a_decided_block_may_be_asked_for_again_before_its_commit) {
    const auto kv = db::make_memory_store();
    const auto application = open_application(*kv, plain_genesis()).value();
    auto proposal = proposal_of(1);
    proposal.proposer = Address{{0xcc}};
    proposal.misbehaviour = {{Misbehaviour::Kind::kDuplicateVote, Address{{0xdd}}, 1, 5, 10, 30}};
    const Hash hash = application->finalize(proposal).hash;
    auto again = proposal;
    for (auto& tx : again.transactions) tx = chain::prepare_transaction(tx->raw).value();
    EXPECT_EQ(application->finalize(again).hash, hash);
    EXPECT_EQ(application->commit().view->head_hash(), hash);
    EXPECT_EQ(application->info().head_number, 1U);
}

TEST(ApplicationDeath, another_block_of_a_height_or_another_height_stops_the_node) {
    const auto kv = db::make_memory_store();
    const auto application = open_application(*kv, plain_genesis()).value();
    EXPECT_DEATH(application->finalize(proposal_of(2)), "height");
    application->finalize(proposal_of(1));
    auto other = proposal_of(1);
    other.transactions.pop_back();
    EXPECT_DEATH(application->finalize(other), "is_same");
    other = proposal_of(1);
    other.misbehaviour.emplace_back();
    EXPECT_DEATH(application->finalize(other), "is_same");
}

TEST(Application, an_empty_block_changes_neither_state_nor_application_hash) {
    const auto kv = db::make_memory_store();
    const auto application = open_application(*kv, plain_genesis()).value();
    run_to(*application, 1);
    const auto before = application->info();
    application->finalize({2, (kGenesisS + 60) * 1000, {}});
    const auto committed = application->commit();
    EXPECT_EQ(committed.view->head().transactions_root, empty_trie_root());
    EXPECT_NE(application->info().head_hash, before.head_hash);
    EXPECT_EQ(application->info().app_hash, before.app_hash);
}

TEST(Application, listeners_see_the_new_view) {
    const auto kv = db::make_memory_store();
    const auto application = open_application(*kv, plain_genesis()).value();
    std::uint64_t seen = 0;
    application->on_commit([&](const CommittedBlock& block) {
        seen = block.view->head().number;
        EXPECT_EQ(application->view(), block.view);
        EXPECT_TRUE(block.view->blocks().place_of(block.block->executed[0].transaction->hash).has_value());
    });
    run_to(*application, 2);
    EXPECT_EQ(seen, 2U);
}

TEST(Application, views_stay_as_they_were) {
    const auto kv = db::make_memory_store();
    const auto application = open_application(*kv, plain_genesis()).value();
    run_to(*application, 1);
    const auto old = application->view();
    run_to(*application, 3);
    EXPECT_EQ(old->state().account(test_key(1).address())->nonce, 1U);
    EXPECT_EQ(application->view()->state().account(test_key(1).address())->nonce, 3U);
}

TEST(Application, a_process_killed_at_any_write_goes_on_to_the_same_hash) {
    constexpr std::uint64_t kHeight = 6;
    const auto undisturbed = db::make_memory_store();
    const auto reference = open_application(*undisturbed, plain_genesis()).value();
    run_to(*reference, kHeight);
    for (int writes = 0; writes < 12; ++writes) {
        const auto kv = db::make_memory_store();
        {
            KilledStore dying(*kv, writes);
            if (auto application = open_application(dying, plain_genesis())) run_to(**application, kHeight);
        }
        const auto again = open_application(*kv, plain_genesis());
        ASSERT_TRUE(again.has_value()) << again.error().message;
        run_to(**again, kHeight);
        EXPECT_EQ((*again)->info().head_hash, reference->info().head_hash) << "killed at write " << writes;
        EXPECT_EQ((*again)->info().app_hash, reference->info().app_hash);
    }
}

TEST(Application, foreign_folders_are_refused) {
    const auto kv = db::make_memory_store();
    run_to(*open_application(*kv, plain_genesis()).value(), 2);
    auto other = plain_genesis();
    other.time_s += 1;
    EXPECT_EQ(open_application(*kv, other).error().code, "DATA_FOREIGN");
    EXPECT_TRUE(open_application(*kv, plain_genesis()).has_value());
    const auto unknown = db::make_memory_store();
    db::Batch batch;
    batch.put(as_bytes("some other program's key"), as_bytes("value"));
    unknown->write(batch, true);
    EXPECT_EQ(open_application(*unknown, plain_genesis()).error().code, "DATA_FOREIGN");
}

TEST(Application, genesis_transactions_become_block_1) {
    auto genesis = plain_genesis();
    genesis.transactions = {raw_transaction({.key = 1}), raw_transaction({.key = 1, .nonce = 1})};
    const auto kv = db::make_memory_store();
    {
        const auto application = open_application(*kv, genesis).value();
        EXPECT_EQ(application->info().head_number, 1U);
        EXPECT_EQ(application->view()->head().time_s, kGenesisS);
        EXPECT_EQ(application->view()->blocks().block(1)->transactions.size(), 2U);
    }
    EXPECT_EQ(open_application(*kv, genesis).value()->info().head_number, 1U);
    genesis.transactions.pop_back();
    EXPECT_EQ(open_application(*kv, genesis).error().code, "DATA_FOREIGN");
    genesis.transactions = {raw_transaction({.key = 1, .nonce = 7})};
    const auto fresh = db::make_memory_store();
    EXPECT_EQ(open_application(*fresh, genesis).error().code, "GENESIS_INVALID");
}

TEST(Application, process_accepts_whatever_prepare_gives) {
    const auto kv = db::make_memory_store();
    const auto application = open_application(*kv, plain_genesis()).value();
    std::vector<chain::TransactionPtr> candidates;
    for (std::uint64_t nonce = 0; nonce < 30; ++nonce)
        candidates.push_back(prepared(
            {.key = nonce % 5, .nonce = nonce / 5, .gas_limit = 10'000'000, .chain_id = nonce == 7 ? 1U : 65535U}));
    candidates.push_back(candidates.front());
    Proposal proposal;
    proposal.transactions = application->prepare(candidates, 1 << 20);
    EXPECT_EQ(proposal.transactions.size(), 20U);  // 200 M gas
    EXPECT_TRUE(application->process(proposal).has_value());
    EXPECT_EQ(application->prepare(candidates, 500).size(), 4U);
    // One that is too large for what is left does not end the list, only its sender's part of it.
    const std::vector<chain::TransactionPtr> mixed{prepared({.key = 1}),
                                                   prepared({.key = 2, .data = Bytes(1000, 1)}),
                                                   prepared({.key = 2, .nonce = 1}),
                                                   prepared({.key = 3, .gas_limit = 199'950'000}),
                                                   prepared({.key = 3, .nonce = 1}),
                                                   prepared({.key = 4})};
    proposal.transactions = application->prepare(mixed, 600);
    ASSERT_EQ(proposal.transactions.size(), 2U);
    EXPECT_EQ(proposal.transactions[0]->sender, test_key(1).address());
    EXPECT_EQ(proposal.transactions[1]->sender, test_key(4).address());
    EXPECT_TRUE(application->process(proposal).has_value());
    proposal.transactions.push_back(proposal.transactions[0]);
    EXPECT_EQ(application->process(proposal).error().code, "DUPLICATE");
    proposal.transactions = {candidates[7]};
    EXPECT_EQ(application->process(proposal).error().code, "WRONG_CHAIN");
}

}  // namespace
}  // namespace bourse::engine
