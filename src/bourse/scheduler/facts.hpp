// Facts of the scheduler: what its append-only log holds, and what its state is a fold of (middleware.md §9.1).
//
// A fact is written before any of its effects. Chain facts come from the hub's events, worker facts from the stream,
// decisions from the reconciler; replaying the log gives the same state bit for bit.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/base/uint256.hpp>
#include <bourse/client/scheduler_stream.hpp>
#include <bourse/poco/ids.hpp>
#include <bourse/scheduler/terms.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace bourse::scheduler {

using poco::DealId;
using poco::TaskId;

// Every fact names its kind and visits its members in order; fact_codec.cpp writes and reads them by that.
#define BOURSE_FACT(Type, kind, ...)                  \
    static constexpr std::string_view kKind = kind;   \
    bool operator==(const Type&) const = default;     \
    template <class Self, class Visitor>              \
    static void visit_members(Self& m, Visitor&& v) { \
        __VA_ARGS__                                   \
    }

// ---- chain ---------------------------------------------------------------------------------------------------------

/// A deal of our pool, as viewDeal gives it, with its category's time.
struct DealSeen {
    DealId deal;
    Uint256 trust;
    Uint256 category;
    std::uint64_t time_ref_s = 0;
    std::uint64_t start_s = 0;
    std::uint64_t first = 0;  ///< index of the first task
    std::uint64_t count = 0;
    Bytes32 tag;
    Address requester;
    Address callback;
    Address app;
    Address dataset;
    Uint256 pool_price;
    Uint256 worker_stake;
    std::uint64_t block = 0;
    std::uint64_t ms = 0;  ///< when it was seen, Unix; 0 in older logs
    BOURSE_FACT(DealSeen, "deal", v("deal", m.deal); v("trust", m.trust); v("category", m.category);
                v("time_ref", m.time_ref_s); v("start", m.start_s); v("first", m.first); v("count", m.count);
                v("tag", m.tag); v("requester", m.requester); v("callback", m.callback); v("app", m.app);
                v("dataset", m.dataset); v("price", m.pool_price); v("stake", m.worker_stake); v("block", m.block);
                v("ms", m.ms);)
};

struct TaskInitialized {
    TaskId task;
    DealId deal;
    std::uint64_t index = 0;
    std::uint64_t block = 0;
    BOURSE_FACT(TaskInitialized, "initialized", v("task", m.task); v("deal", m.deal); v("index", m.index);
                v("block", m.block);)
};

struct TaskContributed {
    TaskId task;
    Address worker;
    Hash hash;
    std::uint64_t block = 0;
    std::uint64_t ms = 0;  ///< when it was seen, Unix
    BOURSE_FACT(TaskContributed, "contributed", v("task", m.task); v("worker", m.worker); v("hash", m.hash);
                v("block", m.block); v("ms", m.ms);)
};

struct ConsensusReached {
    TaskId task;
    Hash value;
    std::uint64_t block = 0;
    std::uint64_t time_s = 0;  ///< of the block: the reveal deadline counts from it
    BOURSE_FACT(ConsensusReached, "consensus", v("task", m.task); v("value", m.value); v("block", m.block);
                v("time", m.time_s);)
};

struct TaskRevealed {
    TaskId task;
    Address worker;
    Hash digest;
    std::uint64_t block = 0;
    BOURSE_FACT(TaskRevealed, "revealed", v("task", m.task); v("worker", m.worker); v("digest", m.digest);
                v("block", m.block);)
};

struct TaskReopened {
    TaskId task;
    std::uint64_t block = 0;
    BOURSE_FACT(TaskReopened, "reopened", v("task", m.task); v("block", m.block);)
};

struct TaskFinalized {
    TaskId task;
    Bytes results;
    std::uint64_t block = 0;
    std::uint64_t ms = 0;
    BOURSE_FACT(TaskFinalized, "finalized", v("task", m.task); v("results", m.results); v("block", m.block);
                v("ms", m.ms);)
};

struct TaskClaimed {
    TaskId task;
    std::uint64_t block = 0;
    std::uint64_t ms = 0;
    BOURSE_FACT(TaskClaimed, "claimed", v("task", m.task); v("block", m.block); v("ms", m.ms);)
};

/// AccurateContribution or FaultyContribution.
struct ScoreMoved {
    Address worker;
    bool accurate = false;
    std::uint64_t block = 0;
    BOURSE_FACT(ScoreMoved, "score", v("worker", m.worker); v("accurate", m.accurate); v("block", m.block);)
};

// ---- workers -------------------------------------------------------------------------------------------------------

struct WorkerJoined {
    Address worker;
    Address owner;
    std::string name;
    std::string software;
    std::uint64_t slots = 0;
    Bytes32 tags;
    std::uint64_t cores = 0;
    std::uint64_t memory_mib = 0;
    std::string os, platform, cpu;
    std::string prefix;  ///< /24 or /48 of its address; empty for loopback and private ranges
    Uint256 score;       ///< as the chain says at `score_block`
    std::uint64_t score_block = 0;
    std::uint64_t last_seq = 0;  ///< commands it has taken over
    std::uint64_t ms = 0;
    BOURSE_FACT(WorkerJoined, "joined", v("worker", m.worker); v("owner", m.owner); v("name", m.name);
                v("software", m.software); v("slots", m.slots); v("tags", m.tags); v("cores", m.cores);
                v("memory", m.memory_mib); v("os", m.os); v("platform", m.platform); v("cpu", m.cpu);
                v("prefix", m.prefix); v("score", m.score); v("score_block", m.score_block); v("last_seq", m.last_seq);
                v("ms", m.ms);)
};

/// Silent for longer than kWorkerLostMs; ends with the next WorkerJoined or WorkerHeard.
struct WorkerLost {
    Address worker;
    std::uint64_t ms = 0;
    BOURSE_FACT(WorkerLost, "lost", v("worker", m.worker); v("ms", m.ms);)
};

struct WorkerHeard {
    Address worker;
    std::uint64_t ms = 0;
    BOURSE_FACT(WorkerHeard, "heard", v("worker", m.worker); v("ms", m.ms);)
};

struct WorkerReported {
    Address worker;
    TaskId task;
    std::string status;
    std::string cause;
    std::string message;
    std::optional<std::int64_t> exit_code;
    std::string cid;
    std::string link;
    Bytes callback_data;
    std::vector<std::string> fetched;
    std::uint64_t ms = 0;
    std::uint64_t paused_ms = 0;  ///< of the app's run, its owner's pauses
    BOURSE_FACT(WorkerReported, "report", v("worker", m.worker); v("task", m.task); v("status", m.status);
                v("cause", m.cause); v("message", m.message); v("exit_code", m.exit_code); v("cid", m.cid);
                v("link", m.link); v("callback", m.callback_data); v("fetched", m.fetched); v("ms", m.ms);
                v("paused_ms", m.paused_ms);)
};

struct CommandsAcknowledged {
    Address worker;
    std::uint64_t seq = 0;
    BOURSE_FACT(CommandsAcknowledged, "ack", v("worker", m.worker); v("seq", m.seq);)
};

// ---- decisions -----------------------------------------------------------------------------------------------------

/// Tasks of a bag begin to be looked after (bags are unfolded as workers come free).
struct TasksUnfolded {
    DealId deal;
    std::uint64_t first = 0;
    std::uint64_t count = 0;
    BOURSE_FACT(TasksUnfolded, "unfolded", v("deal", m.deal); v("first", m.first); v("count", m.count);)
};

/// The draw can be repeated by anyone: supply.hpp, from the block's hash and the task's id.
struct WorkerAssigned {
    TaskId task;
    Address worker;
    std::uint64_t seq = 0;  ///< of the assign command
    Uint256 weight;
    bool fast = false;
    std::uint64_t seed_block = 0;
    std::uint64_t ms = 0;
    BOURSE_FACT(WorkerAssigned, "assigned", v("task", m.task); v("worker", m.worker); v("seq", m.seq);
                v("weight", m.weight); v("fast", m.fast); v("seed_block", m.seed_block); v("ms", m.ms);)
};

/// reveal, upload, complete or abort.
struct CommandIssued {
    Address worker;
    std::uint64_t seq = 0;
    client::stream::CommandKind kind = client::stream::CommandKind::kComplete;
    TaskId task;
    std::uint64_t block = 0;
    std::string cause;
    std::uint64_t ms = 0;
    BOURSE_FACT(CommandIssued, "command", v("worker", m.worker); v("seq", m.seq); v("kind", m.kind); v("task", m.task);
                v("block", m.block); v("cause", m.cause); v("ms", m.ms);)
};

/// The store holds the result, and its digest is the task's consensus.
struct UploadVerified {
    TaskId task;
    Address worker;
    std::string cid;
    BOURSE_FACT(UploadVerified, "verified", v("task", m.task); v("worker", m.worker); v("cid", m.cid);)
};

/// The worker reported an upload that the store does not have, or not verified.
struct UploadRefused {
    TaskId task;
    Address worker;
    std::string reason;
    std::uint64_t ms = 0;
    BOURSE_FACT(UploadRefused, "upload_refused", v("task", m.task); v("worker", m.worker); v("reason", m.reason);
                v("ms", m.ms);)
};

enum class IntentKind : std::uint8_t { kInitialize, kInitializeAndClaim, kClaim, kFinalize, kReopen };

/// A transaction was handed to the outbox, in the same database transaction.
struct IntentSubmitted {
    std::string key;
    IntentKind kind = IntentKind::kInitialize;
    std::vector<TaskId> tasks;
    BOURSE_FACT(IntentSubmitted, "intent", v("key", m.key); v("kind", m.kind); v("tasks", m.tasks);)
};

struct IntentEnded {
    std::string key;
    bool done = false;
    std::string reason;
    std::uint64_t ms = 0;
    BOURSE_FACT(IntentEnded, "intent_ended", v("key", m.key); v("done", m.done); v("reason", m.reason); v("ms", m.ms);)
};

struct DrainChanged {
    bool draining = false;
    BOURSE_FACT(DrainChanged, "drain", v("draining", m.draining);)
};

/// The operator lets a worker take no new tasks, or again.
struct WorkerDrained {
    Address worker;
    bool draining = false;
    BOURSE_FACT(WorkerDrained, "worker_drain", v("worker", m.worker); v("draining", m.draining);)
};

/// The worker's owner lets it take no new tasks, or again; the operator's drain is another matter.
struct WorkerPaused {
    Address worker;
    bool paused = false;
    BOURSE_FACT(WorkerPaused, "worker_pause", v("worker", m.worker); v("paused", m.paused);)
};

/// The worker's owner says how much of the machine the pool gets, and when (terms.hpp).
struct WorkerTerms {
    Address worker;
    Terms terms;
    BOURSE_FACT(WorkerTerms, "worker_terms", v("worker", m.worker); v("places", m.terms.places);
                v("from_min", m.terms.from_min); v("to_min", m.terms.to_min); v("only_idle", m.terms.only_idle);)
};

/// The operator wants no connection of this worker any more, or takes it back.
struct WorkerBanned {
    Address worker;
    bool banned = false;
    BOURSE_FACT(WorkerBanned, "worker_ban", v("worker", m.worker); v("banned", m.banned);)
};

#undef BOURSE_FACT

using Fact =
    std::variant<DealSeen, TaskInitialized, TaskContributed, ConsensusReached, TaskRevealed, TaskReopened,
                 TaskFinalized, TaskClaimed, ScoreMoved, WorkerJoined, WorkerLost, WorkerHeard, WorkerReported,
                 CommandsAcknowledged, TasksUnfolded, WorkerAssigned, CommandIssued, UploadVerified, UploadRefused,
                 IntentSubmitted, IntentEnded, DrainChanged, WorkerDrained, WorkerPaused, WorkerTerms, WorkerBanned>;

std::string_view kind_of(const Fact& fact) noexcept;
/// The members as a JSON object.
std::string body_of(const Fact& fact);
/// Errors: EVENT_DAMAGED (an unknown kind, or members missing or malformed).
Result<Fact> fact_from(std::string_view kind, std::string_view body);

}  // namespace bourse::scheduler
