// Sessions, curated lists, pages of apps, and the operator's side.
#include <bourse/market/schemas/shapes.hpp>

namespace bourse::market {

namespace {

constexpr ApiField kChallenge[] = {
    {"typedData", "object", "EIP-712 document to sign",
     R"({"primaryType":"Challenge","domain":{"name":"iExec Gateway","version":"1","chainId":65535},)"
     R"("message":{"challenge":"abc"}})"},
    {"hash", "hash", "First part of the authorization: hash_signature_address"}};
constexpr ApiField kSession[] = {{"token", "text", "For `authorization: Bearer …` and the socket's auth", "\"s-0a1b\""},
                                 {"address", "address"},
                                 {"expires", "ms", "Slides with each use"},
                                 {"scopes", "text[]", "self; operate:<pool> for pools it owns; worker where it is one",
                                  R"(["self","operate:0x4E61C418cFcF080DbCA9544AAd64572e68BD9802"])"}};
constexpr ApiField kList[] = {
    {"id", "hash", "Digest of the signed document"},
    {"name", "text"},
    {"curator", "address"},
    {"apps", "object[]", "{address, note, name}",
     R"([{"address":"0x4E61C418cFcF080DbCA9544AAd64572e68BD9802","note":"checked 2026-10-01","name":"hello"}])"},
    {"fee", "text?"},
    {"published", "ms"},
    {"runs30d", "count"},
    {"sign", "hex"}};
constexpr ApiField kAppPage[] = {
    {"app", "address"},
    {"owner", "address", "Of the app, and whose page it is"},
    {"readme", "text", "Markdown, untrusted: at most 32 KiB", "\"# hello\\n\\nGreets.\""},
    {"parameters", "text", "JSON text of the parameter schema: at most 16 KiB; empty: none", "\"\""},
    {"updated", "ms?", "null: there has never been a page"},
    {"sign", "hex?"}};
constexpr ApiField kListRun[] = {{"month", "text", "", "\"2026-11\""},
                                 {"app", "address"},
                                 {"name", "text"},
                                 {"deals", "count"},
                                 {"runs", "count"},
                                 {"completed", "count"},
                                 {"paid", "amount", "App price × tasks completed"},
                                 {"requesters", "count"}};
constexpr ApiField kOpsWorker[] = {{"address", "address"},
                                   {"name", "text"},
                                   {"owner", "address"},
                                   {"software", "text"},
                                   {"connected", "bool"},
                                   {"state", "fresh|late|lost", "By its delay: ≤ 5 s, ≤ 15 s, more", "\"fresh\""},
                                   {"delayMs", "count?"},
                                   {"lastSeen", "ms?"},
                                   {"os", "text?"},
                                   {"platform", "text?"},
                                   {"cpu", "text?"},
                                   {"clockAheadMs", "number?", "Its clock minus the scheduler's", "12"},
                                   {"clockDrift", "bool", "They differ by more than 5 s"},
                                   {"draining", "bool", "Takes no new task"},
                                   {"cores", "count"},
                                   {"memoryMib", "count"},
                                   {"slots", "count"},
                                   {"free", "count"},
                                   {"tasks", "count"},
                                   {"score", "count"},
                                   {"weight", "count"},
                                   {"joined", "ms"},
                                   {"staked", "amount"},
                                   {"locked", "amount"},
                                   {"earned24h", "amount"},
                                   {"done24h", "count"},
                                   {"failed24h", "count", "Engagements that came to nothing by its doing"},
                                   {"paused", "bool", "Stands still and takes no new task, says its owner"},
                                   {"banned", "bool", "Refused when it connects, says the operator"},
                                   {"offHours", "bool", "Stands still: now is not in its hours"},
                                   {"places", "count", "Tasks at a time that its owner gives, at most slots", "2"},
                                   {"fromMinute", "count", "Its hours, in minutes of the UTC day: from…", "1320"},
                                   {"toMinute", "count", "…to; the same as fromMinute: all day", "420"},
                                   {"onlyIdle", "bool", "Stands still while somebody else uses the machine"},
                                   {"tee", "bool"},
                                   {"gpu", "bool"}};
constexpr ApiField kOpsTask[] = {{"task", "@Task"},
                                 {"phase", "text", "Stage in the scheduler", "\"RUNNING\""},
                                 {"replicates", "object[]", "As of the scheduler", "[]"},
                                 {"risk", "bool", "Less time left than the remaining stages need"},
                                 {"timeLeftMs", "count"},
                                 {"reward", "amount"}};
constexpr ApiField kOverview[] = {
    {"workerpool", "address?"},
    {"draining", "bool"},
    {"workersAlive", "count"},
    {"workersKnown", "count"},
    {"workersDay", "count"},
    {"coresTotal", "count"},
    {"coresBusy", "count"},
    {"running", "count"},
    {"waiting", "count"},
    {"completed24h", "count"},
    {"failed24h", "count"},
    {"completedRatio", "number?", "", "0.99"},
    {"earnedToday", "amount"},
    {"earned7d", "amount"},
    {"earnedAll", "amount"},
    {"stakeFree", "amount"},
    {"stakeLocked", "amount"},
    {"stakeCovers", "count?", "Further tasks at the pool's best price"},
    {"headAgeMs", "count"},
    {"eventLag", "count?", "Blocks of the chain that the index has not read yet"},
    {"reachableTrust", "count?"},
    {"apps24h", "count"},
    {"software", "object[]", "{name, count}", R"([{"name":"bourse 0.2.0","count":3}])"},
    {"os", "object[]", "Of living workers: {name, count}", R"([{"name":"Debian GNU/Linux 12","count":3}])"},
    {"cpus", "object[]", "{name, count}", R"([{"name":"AMD EPYC","count":3}])"},
    {"series", "object[]", "Hourly, 7 days: {time, queued, running (both at the hour's end), completed, failed}",
     R"([{"time":1790000000000,"queued":0,"running":1,"completed":5,"failed":0}])"},
    {"stages", "object[]",
     "{stage, p50, p95, p99, tasks} in ms over the last 1 000 completed tasks; queue, download, compute, contribute, "
     "reveal, upload, finalise",
     R"([{"stage":"compute","p50":900,"p95":2000,"p99":3000,"tasks":1000}])"},
    {"faults", "object[]", "Of 7 days: {cause, payer: worker|requester|pool|nobody, count}",
     R"([{"cause":"WORKER_LOST","payer":"nobody","count":2}])"},
    {"risk", "object[]",
     "Open tasks with less time until their next deadline than the p95 of the stages before it, most urgent first: "
     "{task, timeLeftMs, neededMs}",
     R"([{"task":"0x7a","timeLeftMs":9000,"neededMs":12000}])"},
    {"health", "object",
     "{diskFree, diskTotal, memory (bytes), store: does it answer (null: none), version, clockOffsetMs: the node's "
     "clock "
     "minus the scheduler's (null: not known)}",
     R"({"diskFree":50000000000,"diskTotal":100000000000,"memory":90000000,"store":true,"version":"0.2.0",)"
     R"("clockOffsetMs":0})"},
    {"wasted", "object", "{replicas, unrewarded, share, reasons: [{cause, count}]}",
     R"({"replicas":30,"unrewarded":1,"share":0.03,"reasons":[{"cause":"TASK_FAILED","count":1}]})"},
    {"idle", "@Reason[]", "Why nothing runs"}};
constexpr ApiField kPhase[] = {{"phase", "text", "", "\"compute\""}, {"from", "ms"}, {"to", "ms?", "null: it goes on"}};
constexpr ApiField kReplica[] = {{"worker", "address"},
                                 {"name", "text"},
                                 {"round", "count"},
                                 {"outcome", "open|done|dropped|lost", "", "\"done\""},
                                 {"cause", "text?"},
                                 {"exitCode", "number?"},
                                 {"phases", "@Phase[]",
                                  "assigned, download, compute, contribute, wait, reveal, upload, "
                                  "done"}};
constexpr ApiField kTimeline[] = {{"task", "hash"},
                                  {"from", "ms"},
                                  {"to", "ms"},
                                  {"phases", "@Phase[]", "Of the chain: queue, contribute, reveal, finalise"},
                                  {"replicas", "@Replica[]"}};
constexpr ApiField kEarning[] = {
    {"day", "text", "", "\"2026-11-25\""},
    {"account", "address?", "With by=worker: the worker; then gross = workers = what it got"},
    {"category", "count?"},
    {"app", "address?"},
    {"gross", "amount"},
    {"workers", "amount"},
    {"scheduler", "text", "What is left to the pool; below zero where stakes were lost"},
    {"slashed", "amount"},
    {"refunds", "amount", "Back to requesters for failed tasks"},
    {"cpuSeconds", "number", "Time of computing × cores ÷ places of the worker", "12.5"},
    {"tasks", "count"}};
constexpr ApiField kHook[] = {{"id", "text", "", "\"5f0c9a1be2d34c77\""},
                              {"url", "text", "", "\"https://example.org/alerts\""},
                              {"created", "ms"},
                              {"lastTime", "ms?", "Of the last try"},
                              {"lastStatus", "number?", "Of the receiver's last answer", "200"},
                              {"lastError", "text?"},
                              {"waiting", "count", "Messages not delivered yet"},
                              {"failed", "count", "Messages given up"}};
constexpr ApiField kNewHook[] = {{"id", "text", "", "\"5f0c9a1be2d34c77\""},
                                 {"url", "text", "", "\"https://example.org/alerts\""},
                                 {"created", "ms"},
                                 {"lastTime", "ms?"},
                                 {"lastStatus", "number?"},
                                 {"lastError", "text?"},
                                 {"waiting", "count"},
                                 {"failed", "count"},
                                 {"secret", "text", "Shown this once", "\"f3a1\""}};
constexpr ApiField kAlert[] = {{"code", "text", "", "\"NO_WORKER\""},
                               {"level", "info|warning|danger", "", "\"danger\""},
                               {"text", "text"},
                               {"since", "ms"},
                               {"runbook", "text"},
                               {"acknowledged", "bool"},
                               {"silencedUntil", "ms?"}};
constexpr ApiField kAudit[] = {{"time", "ms"},      {"who", "address"}, {"action", "text"}, {"target", "text?"},
                               {"before", "text?"}, {"after", "text?"}, {"reason", "text?"}};
constexpr ApiField kActed[] = {{"done", "bool"}, {"message", "text"}};
constexpr ApiField kLogLine[] = {{"time", "ms?"},      {"source", "scheduler|worker|stdout|stderr", "", "\"stdout\""},
                                 {"level", "text?"},   {"worker", "address?"},
                                 {"task", "hash?"},    {"text", "text"},
                                 {"position", "count"}};
constexpr ApiField kLogs[] = {
    {"lines", "@LogLine[]", "Oldest first"}, {"more", "bool", "There are older ones"}, {"keptUntil", "ms?"}};
constexpr ApiField kFaucet[] = {{"ok", "bool"},
                                {"message", "text"},
                                {"amount", "amount"},
                                {"queue", "object", "{position, length}", R"({"position":1,"length":10})"}};

constexpr ApiShape kOperatorShapes[] = {
    {"Challenge", "", kChallenge},
    {"Session", "", kSession},
    {"List", "A curated list of apps", kList},
    {"AppPage", "What an app's owner says of it", kAppPage},
    {"ListRun", "Runs and payments of a list's app in a month", kListRun},
    {"Overview", "", kOverview},
    {"OpsWorker", "", kOpsWorker},
    {"OpsTask", "", kOpsTask},
    {"Phase", "A stretch of time", kPhase},
    {"Replica", "One engagement of a worker for a task", kReplica},
    {"Timeline", "", kTimeline},
    {"Earning", "", kEarning},
    {"Alert", "", kAlert},
    {"Hook", "A webhook", kHook},
    {"NewHook", "A webhook with its secret", kNewHook},
    {"Audit", "", kAudit},
    {"Acted", "", kActed},
    {"LogLine", "", kLogLine},
    {"Logs", "", kLogs},
    {"Faucet", "", kFaucet},
};

}  // namespace

std::span<const ApiShape> operator_shapes() { return kOperatorShapes; }

}  // namespace bourse::market
