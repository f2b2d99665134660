// The stream between a pool's scheduler and its workers: messages, their JSON, login and signatures.
//
// One WebSocket, `ws://…/v1/worker`, opened by the worker. In order:
//   scheduler → Hello                       pool, hub, chain, a fresh nonce, the id of its command log
//   worker    → Login                       wallet's EIP-191 signature over login_text() (middleware.md §9.11)
//   scheduler → Welcome (its own signature over the same nonce, which proves that it owns the pool) or Refused
//   worker    → after Welcome: one StatusReport for every task it still holds, LogReports not yet acknowledged, and
//               FreeReport; afterwards these as they happen, and a Ping every kPingPeriodMs
//   scheduler → Pause (after Welcome, and whenever it changes), Command, ReportAck, FetchAnswer, Pong
//
// Commands carry `seq`, 1, 2, 3 … for each worker, written to the scheduler's log before they are sent. The worker
// keeps the highest seq it has durably taken over (in its journal, with the stream id), sends AckReport{seq}
// (cumulative) and names it again in the next Login; everything above comes again, in order. A command that comes twice
// is ignored. Another stream id means that the scheduler's log was begun anew: the worker starts from 0 and drops what
// it holds of it.
//
// Reports of the worker are sealed: numbered from 1 within the connection and signed by the session key over
// keccak("bourse/stream/1" ‖ nonce ‖ uint64be number ‖ payload). The scheduler confirms them by ReportAck once they are
// in its log; a status report is superseded by later ones, so after a reconnect the worker only repeats its present
// state, and logs that were not confirmed. Chain facts override whatever a worker claims.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/crypto/secp256k1.hpp>
#include <bourse/poco/categories.hpp>
#include <bourse/poco/ids.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace bourse::client::stream {

/// Major version of the stream; another one is refused with STREAM_VERSION.
inline constexpr std::uint64_t kStreamVersion = 1;
inline constexpr std::uint64_t kPingPeriodMs = 4'000;
/// A worker that the scheduler has heard nothing of for so long counts as lost (its replicates are kept, §9.7).
inline constexpr std::uint64_t kWorkerLostMs = 15'000;
inline constexpr std::string_view kStreamPath = "/v1/worker";
/// stdout and stderr in a LogReport: at most so many bytes each, the first and the last half of them (§9.8).
inline constexpr std::size_t kMaxLogBytes = 1 << 20;
/// Of one OutputReport.
inline constexpr std::size_t kMaxOutputBytes = 256 << 10;

// ---- login ---------------------------------------------------------------------------------------------------------

struct Hello {
    std::uint64_t version = kStreamVersion;
    Address pool;
    Address hub;
    std::uint64_t chain_id = 0;
    Bytes32 nonce;
    std::string stream_id;  ///< of the scheduler's command log; a new one after its database was lost

    bool operator==(const Hello&) const = default;
};

struct Login {
    std::uint64_t version = kStreamVersion;
    Address pool;
    std::uint64_t chain_id = 0;
    Address hub;
    Address worker;
    Address owner;               ///< whoever answers for several wallets; default the worker itself
    Address session_key;         ///< address of a key made for this connection; signs everything that follows
    Bytes32 nonce;               ///< of Hello
    std::uint64_t expiry_s = 0;  ///< Unix seconds; at most an hour ahead
    Bytes signature;             ///< 65 bytes, EIP-191 over login_text() by the worker's wallet
    // Not signed: description and state.
    std::string name;
    std::string software;     ///< "bourse/0.1.0"
    std::uint64_t slots = 1;  ///< tasks it computes at the same time
    Bytes32 tags;             ///< every tag bit it can serve; zero: plain tasks only
    std::uint64_t cores = 1;
    std::uint64_t memory_mib = 0;
    std::string os;              ///< "Debian GNU/Linux 12 (bookworm)"
    std::string platform;        ///< "x86_64"
    std::string cpu;             ///< model of the processor; these three may be empty
    bool pauses = false;         ///< understands Pause; the scheduler sends it to no other
    std::string last_stream_id;  ///< of the log that last_seq counts in; empty: none yet
    std::uint64_t last_seq = 0;  ///< highest command durably taken over

    bool operator==(const Login&) const = default;
};

/// poco::WorkerLogin::text(): `Bourse worker login/1` and the lines pool, chain id, hub, worker, owner, session key,
/// nonce, expiry.
std::string login_text(const Login& login);
void sign_login(Login& login, const crypto::PrivateKey& wallet);
/// Against what the scheduler said in its Hello. `now_s`: the scheduler's own clock.
/// Errors: STREAM_VERSION, LOGIN_POOL, LOGIN_CHAIN, LOGIN_HUB, LOGIN_NONCE, LOGIN_EXPIRED, LOGIN_SIGNATURE.
Status<> check_login(const Login& login, const Hello& hello, std::uint64_t now_s);

struct Welcome {
    Address scheduler;  ///< owner of the pool contract
    Bytes signature;    ///< 65 bytes, EIP-191 over welcome_text()

    bool operator==(const Welcome&) const = default;
};
/// `Bourse scheduler login/1` and the lines pool, chain id, hub, worker, session key, nonce.
std::string welcome_text(const Login& login);
Welcome make_welcome(const Login& login, const crypto::PrivateKey& scheduler);
/// `pool_owner`: owner() of the pool contract as the worker read it from the chain. Errors: WELCOME_SIGNER.
Status<> check_welcome(const Welcome& welcome, const Login& login, const Address& pool_owner);

/// Instead of Welcome, or later in place of anything; the connection is closed afterwards. Codes: those of check_login,
/// STAKE_TOO_LOW (no stake at all), STREAM_BAD_MESSAGE, STREAM_SUPERSEDED (the same wallet logged in elsewhere),
/// SCHEDULER_STOPPING.
struct Refused {
    std::string code;
    std::string message;

    bool operator==(const Refused&) const = default;
};

// ---- commands ------------------------------------------------------------------------------------------------------

enum class CommandKind : std::uint8_t {
    kAssign,    ///< take the task, compute and contribute; then wait
    kReveal,    ///< consensus on your value: reveal
    kUpload,    ///< upload your result to the store and report RESULT_UPLOADED or RESULT_UPLOAD_FAILED
    kComplete,  ///< the task is paid for: forget it
    kAbort,     ///< stop and forget it; `cause` says why
};
std::string_view to_text(CommandKind kind) noexcept;

/// Limits of the sandbox for one task (middleware.md §9.8), the same for all its workers.
using poco::TaskLimits;

struct Command {
    std::uint64_t seq = 0;
    CommandKind kind = CommandKind::kAssign;
    poco::TaskId task;
    // kAssign only:
    poco::DealId deal;
    std::uint64_t index = 0;  ///< of the task, as on the chain
    Bytes authorization;      ///< 65 bytes, the pool owner's over (worker, task, no enclave)
    TaskLimits limits;
    /// The only replicate of a deal with trust ≤ 1: upload first, then contributeAndFinalize, and report
    /// CONTRIBUTE_AND_FINALIZE_DONE. Where the upload fails: contribute as usual.
    bool fast = false;
    std::uint64_t contribution_deadline_s = 0;  ///< chain time
    std::uint64_t final_deadline_s = 0;
    // kReveal: block of the consensus; kAbort: cause (CONTRIBUTION_TIMEOUT, CONSENSUS_REACHED, TASK_NOT_ACTIVE, …)
    std::uint64_t block = 0;
    std::string cause;

    bool operator==(const Command&) const = default;
};

/// The scheduler has every report up to `number` of this connection in its log.
struct ReportAck {
    std::uint64_t number = 0;
    bool operator==(const ReportAck&) const = default;
};
/// Answer to FetchQuery.
struct FetchAnswer {
    poco::TaskId task;
    std::string key;
    bool fetched_elsewhere = false;
    bool operator==(const FetchAnswer&) const = default;
};
/// Answer to Ping.
struct Pong {
    std::uint64_t sent_ms = 0;  ///< the scheduler's clock, Unix; 0: an older scheduler, which does not tell
    bool operator==(const Pong&) const = default;
};
/// Its owner's wish, not a command: the last one holds. While paused (also because its owner's hours are over), and
/// with `only_idle` while somebody else uses the machine, the worker lets its running apps stand still and begins no
/// other; contributions, reveals and uploads go on.
struct Pause {
    bool paused = false;
    std::uint64_t chain_s = 0;  ///< the chain's time as it was sent: deadlines do not wait
    bool only_idle = false;     ///< sent only where it is set
    bool operator==(const Pause&) const = default;
};

using ServerMessage = std::variant<Hello, Welcome, Refused, Command, ReportAck, FetchAnswer, Pong, Pause>;
std::string to_text(const ServerMessage& message);
/// Errors: STREAM_BAD_MESSAGE.
Result<ServerMessage> server_message_from(std::string_view text);

std::string to_text(const Login& login);
Result<Login> login_from(std::string_view text);

// ---- reports -------------------------------------------------------------------------------------------------------

/// Statuses are the names of middleware.md §2.6: STARTED, APP_DOWNLOADING, APP_DOWNLOADED, DATA_DOWNLOADED, COMPUTING,
/// COMPUTED, CONTRIBUTING, CONTRIBUTED, REVEALING, REVEALED, RESULT_UPLOADING, RESULT_UPLOADED, RESULT_UPLOAD_FAILED,
/// CONTRIBUTE_AND_FINALIZE_DONE, COMPLETED, ABORTED; a failure that is contributed as an error result is reported by
/// its own name (APP_DOWNLOAD_FAILED, DATA_DOWNLOAD_FAILED, COMPUTE_FAILED) with its cause, and work goes on. ABORTED
/// with a cause: the worker has dropped the task (its own fault, or kAbort carried out).
bool is_known_status(std::string_view status) noexcept;

struct StatusReport {
    poco::TaskId task;
    std::string status;
    std::string cause;    ///< of §3.15 and §9.7, empty if none
    std::string message;  ///< for people, at most 2 KiB
    std::optional<std::int64_t> exit_code;
    std::string cid;                   ///< RESULT_UPLOADED, CONTRIBUTE_AND_FINALIZE_DONE
    std::string link;                  ///< as for finalize: {"storage":"ipfs","location":"/ipfs/<cid>"}
    Bytes callback_data;               ///< of deals with a callback
    std::vector<std::string> fetched;  ///< keys fetched and verified so far: "image:0x…", "dataset:0x…", "input:<url>"
    std::uint64_t paused_ms = 0;       ///< COMPUTED: for how long of its run the app stood still

    bool operator==(const StatusReport&) const = default;
};
/// Slots that are free now.
struct FreeReport {
    std::uint64_t slots = 0;
    bool operator==(const FreeReport&) const = default;
};
struct AckReport {
    std::uint64_t seq = 0;
    bool operator==(const AckReport&) const = default;
};
/// Output of the app, any bytes (base64 on the wire). Kept for the requester, never part of the result.
struct LogReport {
    poco::TaskId task;
    Bytes out;
    Bytes err;
    std::int64_t exit_code = 0;
    bool operator==(const LogReport&) const = default;
};
/// What the app has written so far, while it runs: the bytes of one of its streams from `offset` on, whole lines where
/// there are any. Not confirmed reports come again after a reconnect; bytes between two reports that never came were
/// left out by a worker that could not keep up. The LogReport at the end is the record.
struct OutputReport {
    poco::TaskId task;
    std::uint64_t run = 0;  ///< Unix ms of the run's begin: a worker that was restarted runs the app again
    bool error = false;     ///< stderr, else stdout
    std::uint64_t offset = 0;
    std::uint64_t ms = 0;  ///< when they were written, Unix
    Bytes bytes;           ///< at most kMaxOutputBytes
    bool operator==(const OutputReport&) const = default;
};
/// Before a download failure is contributed: has another worker of this task fetched these bytes (§9.7)?
struct FetchQuery {
    poco::TaskId task;
    std::string key;
    bool operator==(const FetchQuery&) const = default;
};
/// A sign of life, and what the two clocks show: all Unix ms, 0 where not known. A worker's clock is ahead of the
/// scheduler's by at least sent_ms - (when the Ping came) and at most heard_ms - pong_ms.
struct Ping {
    std::uint64_t sent_ms = 0;   ///< the worker's clock
    std::uint64_t pong_ms = 0;   ///< sent_ms of the last Pong
    std::uint64_t heard_ms = 0;  ///< the worker's clock when that Pong came
    bool operator==(const Ping&) const = default;
};

using WorkerMessage = std::variant<StatusReport, FreeReport, AckReport, LogReport, FetchQuery, Ping, OutputReport>;
/// The payload without its seal.
std::string to_text(const WorkerMessage& message);
Result<WorkerMessage> worker_message_from(std::string_view payload);

/// The worker's side: numbers and signs. Not safe from several threads.
class Sealer {
public:
    Sealer(const Bytes32& nonce, crypto::PrivateKey session_key);
    /// Text to send; its number is last_number() afterwards.
    std::string seal(const WorkerMessage& message);
    std::uint64_t last_number() const noexcept { return number_; }

private:
    Bytes32 nonce_;
    crypto::PrivateKey key_;
    std::uint64_t number_ = 0;
};

/// The scheduler's side: checks order and signature.
class Opener {
public:
    Opener(const Bytes32& nonce, const Address& session_address) : nonce_(nonce), session_(session_address) {}
    /// Errors: STREAM_BAD_MESSAGE, STREAM_OUT_OF_ORDER, STREAM_SIGNATURE.
    Result<WorkerMessage> open(std::string_view text);
    std::uint64_t last_number() const noexcept { return number_; }

private:
    Bytes32 nonce_;
    Address session_;
    std::uint64_t number_ = 0;
};

}  // namespace bourse::client::stream
