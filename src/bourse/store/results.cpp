#include <bourse/store/results.hpp>

#include <bourse/client/cid.hpp>
#include <bourse/client/result_digest.hpp>
#include <bourse/poco/messages.hpp>
#include <bourse/poco/signatures.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/log.hpp>

#include <algorithm>
#include <limits>

namespace bourse::store {

namespace {

/// The chain's answer, or an error that tells the worker to come again.
template <class T>
Result<T> chain_answer(Result<T> answer, std::string_view not_found = {}, const char* sentence = "") {
    if (answer) return answer;
    if (!not_found.empty() && answer.error().code == not_found) return fail(std::string(not_found), sentence);
    return fail("CHAIN_UNREACHABLE",
                "The store cannot ask the chain now (" + answer.error().message + "). Try again later.");
}

bool is_open(const poco::Task& task, std::uint64_t now_s) {
    const bool running = task.status == poco::TaskStatus::kActive || task.status == poco::TaskStatus::kRevealing;
    return running && Uint256(now_s) < task.final_deadline;
}

std::int64_t stored_deadline(const poco::Task& task) {
    constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
    return static_cast<std::int64_t>(std::min(task.final_deadline.saturated_u64(), kMax));
}

StoredResult stored_result(const db::SqlRow& row) {
    StoredResult out;
    out.task = poco::TaskId(*hash_from_hex(db::sql_text(row[0])));
    out.worker = *address_from_hex(db::sql_text(row[1]));
    out.digest = *hash_from_hex(db::sql_text(row[2]));
    out.cid = db::sql_text(row[3]);
    out.size_bytes = static_cast<std::uint64_t>(db::sql_int(row[4]));
    out.verified = db::sql_int(row[5]) != 0;
    return out;
}

constexpr const char* kSelectResult =
    "SELECT r.task, r.worker, r.digest, b.cid, b.size, r.verified FROM results r JOIN blobs b ON "
    "b.multihash=r.multihash ";

}  // namespace

bool is_consensus(const poco::Task& task, const poco::TaskId& id, const Hash& digest) {
    if (task.status != poco::TaskStatus::kRevealing && task.status != poco::TaskStatus::kCompleted) return false;
    return task.consensus_value == poco::result_hash(id, digest);
}

Status<> Results::check_authorization(const Upload& upload, const poco::Deal& deal) {
    const auto hash = poco::signed_hash(poco::authorization_message(upload.worker, upload.task));
    const auto signer = poco::recover_signer(hash, upload.authorization);
    if (signer && *signer == deal.workerpool.owner) return {};
    // The owner may be a contract: then only the chain can tell.
    BOURSE_TRY(const bool valid,
               chain_answer(chain_->verify_signature(deal.workerpool.owner, hash, upload.authorization)));
    if (valid) return {};
    return fail("AUTHORIZATION_INVALID",
                "The authorization is not signed by the owner of the deal's workerpool for this worker "
                "and task. Send the one that the scheduler gave with the assignment.");
}

Result<Results::Facts> Results::check(const Upload& upload, std::uint64_t size_bytes) {
    const auto hash = poco::signed_hash(poco::upload_message(upload.task, upload.digest, size_bytes));
    const auto signer = poco::recover_signer(hash, upload.signature);
    if (!signer || *signer != upload.worker)
        return fail("SIGNATURE_INVALID", "The signature is not the worker's over this task, digest and size.");
    BOURSE_CHECK(blobs_->check_room(size_bytes));
    Facts facts;
    BOURSE_TRY(facts.task,
               chain_answer(chain_->task(upload.task), "TASK_NOT_FOUND", "There is no such task on this chain."));
    BOURSE_TRY(const auto now_s, chain_answer(chain_->time_s()));
    if (!is_open(facts.task, now_s))
        return fail("TASK_NOT_OPEN",
                    "Results are taken while a task is ACTIVE or REVEALING and before its final deadline; this "
                    "one is " +
                        client::task_status_name(facts.task, now_s) + ".");
    BOURSE_TRY(facts.deal, chain_answer(chain_->deal(facts.task.dealid)));
    BOURSE_CHECK(check_authorization(upload, facts.deal));
    return facts;
}

Result<StoredResult> Results::upload(const Upload& upload) {
    std::error_code error;
    const auto size_bytes = std::filesystem::file_size(upload.archive, error);
    if (error) return fail("DATA_UNWRITABLE", "The upload was lost on the store's disk. Try again.");
    if (const auto before = find(upload.task, upload.worker);
        before && before->verified && before->digest == upload.digest)
        return *before;  // a worker that missed the answer asks again, perhaps after the task was closed
    BOURSE_TRY(const auto facts, check(upload, size_bytes));
    BOURSE_TRY(const auto result, client::result_of_zip(upload.archive, !facts.deal.callback.is_zero()));
    if (result.digest != upload.digest)
        return fail("RESULT_DIGEST_MISMATCH", "The archive's digest is " + to_hex(result.digest) + ", not " +
                                                  to_hex(upload.digest) + " as announced.");
    const bool verified = is_consensus(facts.task, upload.task, upload.digest);
    if (facts.task.status == poco::TaskStatus::kRevealing && !verified)
        return fail("RESULT_NOT_CONSENSUS",
                    "The task's workers agreed on another digest than " + to_hex(upload.digest) + ".");
    return keep(upload, facts.task, verified);
}

Result<StoredResult> Results::keep(const Upload& upload, const poco::Task& task, bool verified) {
    BOURSE_TRY(const auto blob, blobs_->identify(upload.archive));
    const std::lock_guard lock(mutex_);
    const auto before = find(upload.task, upload.worker);
    if (before && before->verified && before->digest == upload.digest) return *before;
    BOURSE_CHECK(blobs_->add(upload.archive, blob, [&] {
        db_->execute(
            "INSERT INTO results(task, worker, digest, multihash, verified, final_deadline_s, created_ms)"
            " VALUES(?1,?2,?3,?4,?5,?6,?7) ON CONFLICT(task, worker) DO UPDATE SET digest=excluded.digest,"
            " multihash=excluded.multihash, verified=excluded.verified, created_ms=excluded.created_ms",
            {to_hex(upload.task), to_hex(upload.worker), to_hex(upload.digest), to_hex(blob.multihash),
             std::int64_t{verified ? 1 : 0}, stored_deadline(task), static_cast<std::int64_t>(sys::unix_time_ms())});
    }));
    // Also after a reopening, when the workers agreed on something else than before.
    if (before && before->cid != blob.cid) blobs_->drop_if_unused(*client::cid_digest(before->cid));
    return StoredResult{upload.task, upload.worker, upload.digest, blob.cid, blob.size_bytes, verified};
}

std::optional<StoredResult> Results::find(const poco::TaskId& task) const {
    const auto rows =
        db_->query(std::string(kSelectResult) + "WHERE r.task=?1 ORDER BY r.verified DESC, r.created_ms DESC LIMIT 1",
                   {to_hex(task)});
    if (rows.empty()) return std::nullopt;
    return stored_result(rows[0]);
}

std::optional<StoredResult> Results::find(const poco::TaskId& task, const Address& worker) const {
    const auto rows =
        db_->query(std::string(kSelectResult) + "WHERE r.task=?1 AND r.worker=?2", {to_hex(task), to_hex(worker)});
    if (rows.empty()) return std::nullopt;
    return stored_result(rows[0]);
}

void Results::remove(const std::string& task, const std::string& worker, const Hash& multihash) {
    db_->execute("DELETE FROM results WHERE task=?1 AND worker=?2 AND verified=0", {task, worker});
    blobs_->drop_if_unused(multihash);
}

Result<std::size_t> Results::sweep() {
    const auto rows =
        db_->query("SELECT task, worker, digest, multihash, final_deadline_s FROM results WHERE verified=0");
    if (rows.empty()) return std::size_t{0};
    BOURSE_TRY(const auto now_s, chain_answer(chain_->time_s()));
    std::size_t changed = 0;
    for (const auto& row : rows) {
        const poco::TaskId id(*hash_from_hex(db::sql_text(row[0])));
        auto task = chain_->task(id);
        if (!task && task.error().code != "TASK_NOT_FOUND") return fail("CHAIN_UNREACHABLE", task.error().message);
        const std::lock_guard lock(mutex_);
        if (task && is_consensus(*task, id, *hash_from_hex(db::sql_text(row[2])))) {
            db_->execute("UPDATE results SET verified=1 WHERE task=?1 AND worker=?2 AND multihash=?3",
                         {row[0], row[1], row[3]});
            ++changed;
        } else if (static_cast<std::uint64_t>(db::sql_int(row[4])) <= now_s) {
            remove(db::sql_text(row[0]), db::sql_text(row[1]), *hash_from_hex(db::sql_text(row[3])));
            sys::log_info("unverified result deleted",
                          {{"task", db::sql_text(row[0])}, {"worker", db::sql_text(row[1])}});
            ++changed;
        }
    }
    return changed;
}

std::uint64_t Results::count(bool verified) const {
    return static_cast<std::uint64_t>(db::sql_int(
        db_->query("SELECT COUNT(*) FROM results WHERE verified=?1", {std::int64_t{verified ? 1 : 0}})[0][0]));
}

}  // namespace bourse::store
