// Deals, tasks, resources, accounts, blocks.
#include <bourse/market/schemas/shapes.hpp>

namespace bourse::market {

namespace {

constexpr std::string_view kDealStatus = "NOT_STARTED|RUNNING|LATE|REVEALING|COMPLETE|CLAIMABLE|FAILED";

constexpr ApiField kResourceRef[] = {
    {"address", "address"},
    {"owner", "address", "At the time of the match"},
    {"price", "amount", "nRLC a task"},
    {"name", "text", "Name of the app or dataset, description of the pool; untrusted text"}};
constexpr ApiField kTaskCounts[] = {{"total", "count"},
                                    {"notStarted", "count"},
                                    {"running", "count", "ACTIVE"},
                                    {"revealing", "count"},
                                    {"complete", "count"},
                                    {"failed", "count"},
                                    {"claimable", "count", "Initialised, not ended, final deadline passed"}};
constexpr ApiField kDeal[] = {{"id", "hash"},
                              {"index", "count", "Number of the deal on this chain, from 1"},
                              {"tx", "hash"},
                              {"block", "count"},
                              {"time", "ms"},
                              {"status", kDealStatus, "", "\"RUNNING\""},
                              {"app", "@ResourceRef"},
                              {"dataset", "@ResourceRef?"},
                              {"workerpool", "@ResourceRef"},
                              {"price", "amount", "Sum a task: app + dataset + pool"},
                              {"requester", "address"},
                              {"beneficiary", "address"},
                              {"payer", "address", "The sponsor, else the requester"},
                              {"callback", "address?"},
                              {"params", "text", "Untrusted text", R"("{\"iexec_args\":\"hello\"}")"},
                              {"category", "count"},
                              {"tag", "hash"},
                              {"trust", "count"},
                              {"volume", "count", "Number of tasks"},
                              {"firstIndex", "count", "Index of the first task in the request"},
                              {"workerStake", "amount", "nRLC a contribution"},
                              {"schedulerShare", "count", "Percent"},
                              {"contributionDeadline", "ms"},
                              {"finalDeadline", "ms"},
                              {"orders", "object", "Hashes: app, dataset (null), workerpool, request",
                               R"({"app":"0x00","dataset":null,"workerpool":"0x00","request":"0x00"})"},
                              {"tasks", "@TaskCounts"}};
constexpr ApiField kTask[] = {{"id", "hash"},
                              {"deal", "hash"},
                              {"index", "count", "Within the request"},
                              {"number", "count?", "Number of the task on this chain; null: not initialised yet"},
                              {"status", kDealStatus, "", "\"COMPLETE\""},
                              {"category", "count"},
                              {"trust", "count"},
                              {"app", "address"},
                              {"workerpool", "address"},
                              {"requester", "address"},
                              {"initialised", "ms?"},
                              {"ended", "ms?", "Finalised or claimed"},
                              {"contributionDeadline", "ms"},
                              {"revealDeadline", "ms?"},
                              {"finalDeadline", "ms"},
                              {"contributions", "count"},
                              {"winners", "count"},
                              {"revealed", "count"},
                              {"consensus", "hash?"},
                              {"digest", "hash?", "Digest of the result that was revealed"},
                              {"confidence", "@Confidence?"},
                              {"result", "@ResultPlace?"}};
constexpr ApiField kConfidence[] = {{"best", "amount", "Weight of the strongest group", "\"32\""},
                                    {"total", "amount", "Weight of all", "\"33\""},
                                    {"share", "number", "best ÷ total", "0.9697"},
                                    {"needed", "number", "1 − 1 ÷ trust", "0.99"},
                                    {"reached", "bool"}};
constexpr ApiField kResultPlace[] = {
    {"raw", "hex", "As on chain"},
    {"text", "text?", "As text where it is UTF-8", R"("{\"storage\":\"ipfs\",\"location\":\"/ipfs/Qm…\"}")"},
    {"path", "text?", "Where this market serves it", "\"/ipfs/QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG\""},
    {"digest", "hash?"},
    {"callback", "hex?"}};
constexpr ApiField kContribution[] = {{"task", "hash"},
                                      {"worker", "address"},
                                      {"status", "CONTRIBUTED|PROVED|REJECTED|LOST|NOT_REVEALED", "", "\"PROVED\""},
                                      {"hash", "hash", "Commitment; equal hashes are one group"},
                                      {"group", "text", "A, B, … by first appearance"},
                                      {"weight", "count", "The factor this contribution brings to its group"},
                                      {"enclave", "address?"},
                                      {"committed", "ms"},
                                      {"revealed", "ms?"},
                                      {"block", "count"},
                                      {"tx", "hash"},
                                      {"stake", "amount"},
                                      {"reward", "amount"},
                                      {"loss", "amount"},
                                      {"scoreBefore", "count?"},
                                      {"scoreAfter", "count?"}};
constexpr ApiField kEvent[] = {{"block", "count"},
                               {"logIndex", "count"},
                               {"time", "ms"},
                               {"tx", "hash"},
                               {"name", "text", "Name of the event", "\"TaskContribute\""},
                               {"actor", "address?"},
                               {"value", "text?", "Hash, digest or amount of the event"}};
constexpr ApiField kMoney[] = {
    {"account", "address"}, {"role", "app|dataset|workerpool|worker|requester|kitty|other", "", "\"worker\""},
    {"locked", "amount"},   {"returned", "amount", "Unlocked"},
    {"received", "amount"}, {"slashed", "amount"}};
constexpr ApiField kTaskDetail[] = {{"task", "@Task"},
                                    {"deal", "@Deal"},
                                    {"contributions", "@Contribution[]"},
                                    {"events", "@Event[]", "Oldest first"},
                                    {"money", "@Money[]"},
                                    {"rule", "text", "The rule that decided the money, in words", "\"Completed: …\""}};
constexpr ApiField kDealDetail[] = {
    {"deal", "@Deal"}, {"events", "@Event[]"}, {"related", "@Deal[]", "Other deals of the same request order"}};
constexpr ApiField kStrip[] = {
    {"deal", "hash"},
    {"first", "count"},
    {"volume", "count"},
    {"bucketSize", "count", "Tasks a bucket"},
    {"buckets", "text", "One letter a bucket, the worst status in it: N R L V C X F", "\"CCRN\""},
    {"counts", "@TaskCounts"},
    {"throughput", "number?", "Tasks an hour over the last 5 completions or more", "12.5"},
    {"endEarliest", "ms?"},
    {"endLatest", "ms?"}};
constexpr ApiField kResource[] = {
    {"address", "address"},
    {"kind", "app|dataset|workerpool", "", "\"app\""},
    {"owner", "address"},
    {"name", "text", "Untrusted text; a pool's description"},
    {"type", "text?", "Apps: DOCKER"},
    {"multiaddr", "text?", "Apps and datasets: the location as text"},
    {"checksum", "hash?"},
    {"mrenclave", "text?"},
    {"stakeRatio", "count?", "Pools: the worker's stake, percent of the price"},
    {"schedulerShare", "count?", "Pools: percent"},
    {"index", "count"},
    {"block", "count"},
    {"time", "ms", "Of the deployment"},
    {"tx", "hash"},
    {"deals", "count"},
    {"runs", "count", "Tasks sold"},
    {"completed", "count"},
    {"failed", "count"},
    {"requesters", "count", "Different requesters"},
    {"revenue", "amount", "Price × tasks completed"},
    {"lastUsed", "ms?"},
    {"bestPrice", "amount?", "Of its open orders (in the detail and in the store list)"},
    {"lists", "object[]", "{id, name, curator}: curated lists an app is on",
     R"([{"id":"0x00","name":"Checked apps","curator":"0x70997970C51812dc3A010C7d01b50e0d17dc79C8"}])"}};
constexpr ApiField kResourceDetail[] = {
    {"resource", "@Resource"},
    {"owners", "object[]", "{owner, block, time, tx}: newest first",
     R"([{"owner":"0x70997970C51812dc3A010C7d01b50e0d17dc79C8","block":3,"time":1790000000000,"tx":"0x00"}])"},
    {"policies", "object[]", "Pools: {stakeRatio, schedulerShare, block, time, tx}", "[]"},
    {"usedBy", "object[]", "Datasets: {app, name, deals, runs}; apps: {dataset, …}",
     R"([{"address":"0x4E61C418cFcF080DbCA9544AAd64572e68BD9802","name":"hello","deals":1,"runs":1}])"},
    {"orders", "count", "Open orders"},
    {"versions", "@Resource[]", "Others of the same owner and kind", "[]"}};
constexpr ApiField kAccount[] = {
    {"address", "address"},
    {"index", "count"},
    {"staked", "amount", "Free stake in the market"},
    {"locked", "amount"},
    {"score", "count"},
    {"weight", "count", "Of its next contribution"},
    {"roles", "text[]", "requester, beneficiary, payer, app, dataset, workerpool (owner of), worker",
     R"(["requester"])"},
    {"deals", "count", "As requester"},
    {"contributions", "count"},
    {"proved", "count"},
    {"firstSeen", "ms"}};
constexpr ApiField kAccountDetail[] = {
    {"account", "@Account"},
    {"wallet", "amount?", "Tokens outside the market; null: the node does not answer"},
    {"coin", "amount?", "Wei, as decimal text"},
    {"contract", "text?", "app, dataset, workerpool where the address is one"},
    {"locks", "object[]", "What locks the locked part: {deal, task, role, amount, until}",
     R"([{"deal":"0x00","task":null,"role":"requester","amount":"21","until":1790000000000}])"},
    {"nextScore", "count?", "Score at which the weight grows"},
    {"granted", "@Grant[]", "Open orders for this address only, or for a group that it is a member of"}};
constexpr ApiField kEntry[] = {{"index", "count"},
                               {"kind", "deposit|withdraw|send|receive|lock|unlock|reward|seize", "", "\"reward\""},
                               {"amount", "amount"},
                               {"account", "address"},
                               {"other", "address?", "Of send and receive"},
                               {"task", "hash?"},
                               {"block", "count"},
                               {"time", "ms"},
                               {"tx", "hash"}};
constexpr ApiField kTransfer[] = {
    {"index", "count"},   {"token", "rlc|stake", "Token in wallets, or stake in the market", "\"stake\""},
    {"from", "address?"}, {"to", "address?"},
    {"amount", "amount"}, {"block", "count"},
    {"time", "ms"},       {"tx", "hash"}};
constexpr ApiField kScorePoint[] = {
    {"time", "ms"}, {"score", "count"}, {"task", "hash"}, {"accurate", "bool"}, {"block", "count"}};
constexpr ApiField kWorker[] = {{"address", "address"},
                                {"index", "count"},
                                {"score", "count"},
                                {"weight", "count"},
                                {"contributions", "count"},
                                {"proved", "count"},
                                {"rewards", "amount"},
                                {"slashed", "amount"},
                                {"staked", "amount"},
                                {"locked", "amount"},
                                {"lastSeen", "ms?", "Last contribution"}};
constexpr ApiField kWorkerDetail[] = {{"worker", "@Worker"},
                                      {"scores", "@ScorePoint[]", "Newest first, at most 1 000"},
                                      {"contributions", "@Contribution[]", "Newest first, at most 100"},
                                      {"nextScore", "count?", "Score at which the weight grows"}};
constexpr ApiField kTransaction[] = {
    {"hash", "hash"},
    {"block", "count"},
    {"time", "ms"},
    {"position", "count", "In the block"},
    {"from", "address"},
    {"to", "address?"},
    {"method", "text", "Name of the function called, or its selector", "\"matchOrders\""},
    {"value", "amount", "Wei"},
    {"ok", "bool?", "null: in lists of transactions that were not asked for one by one"}};
constexpr ApiField kTransactionDetail[] = {
    {"transaction", "@Transaction"},
    {"words", "text", "What it did, in words", "\"Sealed deal 0x….\""},
    {"failure", "text?", "Why it failed, in words"},
    {"nonce", "count"},
    {"gasUsed", "count"},
    {"gasLimit", "count"},
    {"gasPrice", "amount"},
    {"input", "hex"},
    {"arguments", "object[]", "{name, value} where the function is known", "[]"},
    {"events", "object[]", "{name, address, logIndex, fields:{…}, topics, data}", "[]"}};
constexpr ApiField kBlock[] = {{"number", "count"},   {"hash", "hash"},          {"parent", "hash"},
                               {"time", "ms"},        {"transactions", "count"}, {"gasUsed", "count"},
                               {"gasLimit", "count"}, {"size", "count"},         {"author", "address"}};
constexpr ApiField kBlockDetail[] = {{"block", "@Block"}, {"transactions", "@Transaction[]"}};
constexpr ApiField kHit[] = {
    {"kind", "deal|task|app|dataset|workerpool|account|worker|transaction|block|order", "", "\"app\""},
    {"id", "text"},
    {"chain", "count"},
    {"label", "text"}};
constexpr ApiField kSearch[] = {{"items", "@Hit[]"},
                                {"tried", "text[]", "Kinds that were looked through", R"(["deal","task"])"}};

constexpr ApiShape kExplorerShapes[] = {
    {"ResourceRef", "App, dataset or pool of a deal", kResourceRef},
    {"TaskCounts", "", kTaskCounts},
    {"Deal", "", kDeal},
    {"DealDetail", "", kDealDetail},
    {"Strip", "Status of a bag at a glance", kStrip},
    {"Confidence", "", kConfidence},
    {"ResultPlace", "", kResultPlace},
    {"Task", "", kTask},
    {"Contribution", "", kContribution},
    {"Event", "A log of the chain about a deal or task", kEvent},
    {"Money", "What one party locked, got and lost in a task", kMoney},
    {"TaskDetail", "", kTaskDetail},
    {"Resource", "", kResource},
    {"ResourceDetail", "", kResourceDetail},
    {"Account", "", kAccount},
    {"AccountDetail", "", kAccountDetail},
    {"Entry", "One movement on an account in the market", kEntry},
    {"Transfer", "", kTransfer},
    {"ScorePoint", "", kScorePoint},
    {"Worker", "", kWorker},
    {"WorkerDetail", "", kWorkerDetail},
    {"Transaction", "", kTransaction},
    {"TransactionDetail", "", kTransactionDetail},
    {"Block", "", kBlock},
    {"BlockDetail", "", kBlockDetail},
    {"Hit", "", kHit},
    {"Search", "", kSearch},
};

}  // namespace

std::span<const ApiShape> explorer_shapes() { return kExplorerShapes; }

}  // namespace bourse::market
