#include <bourse/worker/chain_steps.hpp>
#include <bourse/worker/journal.hpp>

#include <bourse/codec/abi.hpp>
#include <bourse/poco/messages.hpp>
#include <bourse/poco/selectors.hpp>
#include <bourse/sys/file.hpp>

#include <gtest/gtest.h>

namespace bourse::worker {
namespace {

namespace stream = client::stream;

poco::TaskId task_number(std::uint8_t n) {
    Hash hash;
    hash.data[31] = n;
    return poco::TaskId(hash);
}

stream::Command command(std::uint64_t seq, stream::CommandKind kind, std::uint8_t task = 1) {
    stream::Command out;
    out.seq = seq;
    out.kind = kind;
    out.task = task_number(task);
    out.index = 5;
    out.authorization = Bytes(65, 7);
    out.limits.seconds = 300;
    out.limits.memory_bytes = 512 << 20;
    out.contribution_deadline_s = 1000;
    out.final_deadline_s = 2000;
    return out;
}

class JournalTest : public testing::Test {
protected:
    void SetUp() override { reopen(); }
    /// As after a restart: everything comes from the file.
    void reopen() {
        journal_.reset();
        database_.reset();
        database_ = *db::Database::open("sqlite://" + (dir_.path() / "worker.db").string());
        auto opened = Journal::open(*database_);
        ASSERT_TRUE(opened) << opened.error().message;
        journal_ = std::move(*opened);
    }
    sys::TempDir dir_;
    std::unique_ptr<db::Database> database_;
    std::unique_ptr<Journal> journal_;
};

TEST_F(JournalTest, an_assignment_survives_a_restart) {
    journal_->begin_stream("s1");
    EXPECT_TRUE(journal_->take(command(1, stream::CommandKind::kAssign)));
    reopen();
    EXPECT_EQ(journal_->position().stream_id, "s1");
    EXPECT_EQ(journal_->position().seq, 1U);
    const auto record = journal_->find(task_number(1));
    ASSERT_TRUE(record);
    EXPECT_EQ(record->assignment, command(1, stream::CommandKind::kAssign));
    EXPECT_EQ(record->step, TaskStep::kAssigned);
}
TEST_F(JournalTest, a_digest_and_everything_beside_it_survives) {
    ASSERT_TRUE(journal_->take(command(1, stream::CommandKind::kAssign)));
    journal_->update(task_number(1), [](TaskRecord& r) {
        r.step = TaskStep::kComputed;
        r.digest.data.fill(0xAB);
        r.callback_data = {1, 2};
        r.has_callback = true;
        r.cause = "APP_COMPUTE_FAILED";
        r.message = "bad \xFF bytes";
        r.exit_code = -3;
        r.fetched = {"image:0x1", "input:http://x"};
        r.stake_nrlc = Uint256{6};
        r.cid = "bafy";
        r.link = "{}";
        r.log_pending = true;
    });
    reopen();
    const auto r = journal_->find(task_number(1));
    ASSERT_TRUE(r);
    EXPECT_EQ(r->step, TaskStep::kComputed);
    EXPECT_EQ(r->digest.data[5], 0xAB);
    EXPECT_EQ(r->callback_data, (Bytes{1, 2}));
    EXPECT_EQ(r->exit_code, -3);
    EXPECT_EQ(r->stake_nrlc, Uint256{6});
    EXPECT_EQ(r->fetched.size(), 2U);
    EXPECT_TRUE(r->has_callback && r->log_pending && r->cause == "APP_COMPUTE_FAILED" && r->cid == "bafy");
}
TEST_F(JournalTest, a_command_that_comes_twice_is_taken_once) {
    EXPECT_TRUE(journal_->take(command(1, stream::CommandKind::kAssign)));
    EXPECT_TRUE(journal_->take(command(2, stream::CommandKind::kReveal)));
    EXPECT_FALSE(journal_->take(command(1, stream::CommandKind::kAssign)));
    EXPECT_FALSE(journal_->take(command(2, stream::CommandKind::kReveal)));
    EXPECT_TRUE(journal_->find(task_number(1))->reveal_ordered);
    EXPECT_FALSE(journal_->find(task_number(1))->upload_ordered);
    reopen();
    EXPECT_TRUE(journal_->find(task_number(1))->reveal_ordered);
}
TEST_F(JournalTest, commands_for_unknown_tasks_make_no_record) {
    EXPECT_TRUE(journal_->take(command(1, stream::CommandKind::kUpload)));
    EXPECT_TRUE(journal_->take(command(2, stream::CommandKind::kComplete)));
    EXPECT_TRUE(journal_->all().empty());
}
TEST_F(JournalTest, another_stream_begins_at_zero_and_keeps_the_tasks) {
    journal_->begin_stream("s1");
    ASSERT_TRUE(journal_->take(command(9, stream::CommandKind::kAssign)));
    journal_->begin_stream("s1");
    EXPECT_EQ(journal_->position().seq, 9U);
    journal_->begin_stream("s2");
    EXPECT_EQ(journal_->position().seq, 0U);
    EXPECT_TRUE(journal_->find(task_number(1)));
}
TEST_F(JournalTest, a_change_that_throws_leaves_the_file_as_it_was) {
    ASSERT_TRUE(journal_->take(command(1, stream::CommandKind::kAssign)));
    EXPECT_THROW(journal_->update(
                     task_number(1), [](TaskRecord& r) { r.step = TaskStep::kComputed; },
                     [] { throw std::runtime_error("disk"); }),
                 std::runtime_error);
    reopen();
    EXPECT_EQ(journal_->find(task_number(1))->step, TaskStep::kAssigned);
}
TEST_F(JournalTest, a_removed_task_is_gone) {
    ASSERT_TRUE(journal_->take(command(1, stream::CommandKind::kAssign)));
    journal_->remove(task_number(1));
    EXPECT_FALSE(journal_->update(task_number(1), [](TaskRecord&) {}));
    reopen();
    EXPECT_TRUE(journal_->all().empty());
}
TEST_F(JournalTest, the_owners_wish_outlives_the_process) {
    EXPECT_EQ(journal_->wish(), OwnersWish{});
    journal_->set_wish({true, false});
    reopen();
    EXPECT_EQ(journal_->wish(), (OwnersWish{true, false}));
    journal_->set_wish({false, true});
    reopen();
    EXPECT_EQ(journal_->wish(), (OwnersWish{false, true}));
}
TEST_F(JournalTest, a_damaged_record_is_refused) {
    database_->execute("INSERT INTO task (id, record) VALUES ('x', '{}')");
    EXPECT_EQ(Journal::open(*database_).error().code, "JOURNAL_DAMAGED");
}

TEST(ChainStepsTest, keys_name_step_and_task) {
    for (const auto step : {ChainStep::kContribute, ChainStep::kReveal, ChainStep::kContributeAndFinalize}) {
        const auto parsed = parse_intent_key(intent_key(step, task_number(3)));
        ASSERT_TRUE(parsed);
        EXPECT_EQ(parsed->step, step);
        EXPECT_EQ(parsed->task, task_number(3));
    }
    EXPECT_FALSE(parse_intent_key("contribute"));
    EXPECT_FALSE(parse_intent_key("finalize:" + to_hex(task_number(3))));
}
TEST(ChainStepsTest, calls_carry_hash_and_seal) {
    TaskRecord record;
    record.assignment = command(1, stream::CommandKind::kAssign);
    record.digest.data.fill(1);
    const Address worker = *address_from_hex("0x14dC79964da2C08b23698B3D3cc7Ca32193d9955");
    const auto intent = make_intent(ChainStep::kContribute, record, Address{}, worker);
    const auto args = abi::decode<Hash, Hash, Hash, Address, Bytes, Bytes>(ByteView(intent.data).subspan(4));
    ASSERT_TRUE(args);
    EXPECT_EQ(std::get<1>(*args), poco::result_hash(record.task(), record.digest));
    EXPECT_EQ(std::get<2>(*args), poco::result_seal(worker, record.task(), record.digest));
    EXPECT_TRUE(std::get<3>(*args).is_zero());
    EXPECT_EQ(std::get<5>(*args), record.assignment.authorization);
    EXPECT_EQ(intent.deadline_s, 1000U);
    const auto reveal = make_intent(ChainStep::kReveal, record, Address{}, worker);
    EXPECT_EQ(reveal.data.size(), 4U + 64U);
    EXPECT_GT(reveal.priority, intent.priority);
}

}  // namespace
}  // namespace bourse::worker
