#include <bourse/market/api_schemas.hpp>

namespace bourse::market {

namespace {

constexpr std::string_view kDealStatus = "NOT_STARTED|RUNNING|LATE|REVEALING|COMPLETE|CLAIMABLE|FAILED";
constexpr std::string_view kOrderKindNames = "app|dataset|workerpool|request";

constexpr ApiField kError[] = {{"code", "text", "Stable code", "\"NOT_FOUND\""},
                               {"message", "text", "A sentence that says what to do", "\"There is no deal 0x….\""},
                               {"field", "text?", "The parameter or member concerned"},
                               {"hint", "text?", "A further help"},
                               {"request", "text", "Id of this request, also in the server's log", "\"r-1a2b\""}};

constexpr ApiField kCommodity[] = {{"category", "count", "Index of the category", "3"},
                                   {"tag", "none|tee|gpu|any", "Class of capabilities", "\"none\""},
                                   {"trust", "count", "Least trust asked for; 0: any", "0"},
                                   {"key", "text", "Name in channels: category-tag-trust", "\"3-none-0\""}};

constexpr ApiField kCategory[] = {{"id", "count", "", "0"},
                                  {"name", "text", "", "\"XS\""},
                                  {"description", "text", "", "\"{}\""},
                                  {"time", "count", "Reference time in seconds", "300"},
                                  {"contributionSeconds", "count", "7 × time", "2100"},
                                  {"revealSeconds", "count", "2 × time", "600"},
                                  {"finalSeconds", "count", "10 × time", "3000"},
                                  {"block", "count"},
                                  {"tx", "hash?"}};

constexpr ApiField kBoot[] = {
    {"chains", "object[]", "{id, name, rpc, dev}: chains this market serves (one)",
     R"([{"id":65535,"name":"bourse","rpc":"/v1/rpc","dev":true}])"},
    {"contracts", "object", "hub, token, appRegistry, datasetRegistry, workerpoolRegistry",
     R"({"hub":"0x3eca1B216A7DF1C7689aEb259fFB83ADFB894E7f"})"},
    {"domain", "object", "EIP-712 domain of orders: name, version, chainId, verifyingContract",
     R"({"name":"iExecODB","version":"5.0.0","chainId":65535,)"
     R"("verifyingContract":"0x3eca1B216A7DF1C7689aEb259fFB83ADFB894E7f"})"},
    {"challengeDomain", "object", "EIP-712 domain of challenges",
     R"({"name":"iExec Gateway","version":"1","chainId":65535})"},
    {"types", "object", "EIP-712 types of AppOrder, DatasetOrder, WorkerpoolOrder, RequestOrder",
     R"({"AppOrder":[{"name":"app","type":"address"}]})"},
    {"categories", "@Category[]"},
    {"tags", "object", "Bits with names", R"({"0":"tee","1":"scone","2":"gramine","3":"tdx","8":"gpu"})"},
    {"trustPresets", "count[]", "", "[0,2,10,100,10000,1000000]"},
    {"limits", "object", "Of requests, orders, exports, frames",
     R"({"requestsPerMinute":100,"burst":50,"writesPerMinute":20,"openOrdersPerWallet":50,"pageMax":1000,)"
     R"("paramsBytes":16384,"frameBytes":4096})"},
    {"build", "text", "Version and hash of the web app", "\"0.2.0\""},
    {"features", "object", "Modules that exist here: faucet, helper, store, scheduler, lists, companion",
     R"({"faucet":true,"helper":true,"store":true,"scheduler":true,"lists":true,"companion":true,)"
     R"("verdicts":false,"receipts":false,"bridge":false,"governance":false})"},
    {"devAccounts", "object[]",
     "{name, address, key}: only of the embedded development stack and only to loopback; else []",
     R"([{"name":"requester","address":"0x70997970C51812dc3A010C7d01b50e0d17dc79C8","key":"0x59c6"}])"},
    {"faucetAmount", "amount?"}};

constexpr ApiField kStatusShape[] = {
    {"components", "@Component[]"},
    {"index", "object", "height, headHeight, lag, deals, tasks, accounts",
     R"({"height":12,"headHeight":12,"lag":0,"deals":97,"tasks":86,"accounts":20})"},
    {"uptimeMs", "count"},
    {"latency", "object", "p50, p95, p99 in ms of this market's answers in the last 1 000 requests",
     R"({"p50":1,"p95":4,"p99":9})"},
    {"cost", "object", "Requests that one call counts as", R"({"search":1,"explain":2,"check":2,"export":10})"}};
constexpr ApiField kComponent[] = {{"name", "node|market|scheduler|store", "", "\"node\""},
                                   {"ok", "bool"},
                                   {"version", "text?"},
                                   {"message", "text?", "Why it is not well"},
                                   {"latencyMs", "count?"}};

constexpr ApiField kStats[] = {{"headTime", "ms", "Time of the last block"},
                               {"deals24h", "count"},
                               {"tasks24h", "count", "Tasks sold in 24 h"},
                               {"value24h", "amount", "Price × volume of the deals of 24 h"},
                               {"running", "count", "Tasks that run now"},
                               {"success24h", "number?", "Completed ÷ (completed + failed) of 24 h, 0…1", "0.99"},
                               {"workers", "count", "Workers that contributed in 24 h"},
                               {"workerpools", "count"},
                               {"apps", "count"},
                               {"datasets", "count"},
                               {"deals", "count"},
                               {"tasks", "count"},
                               {"medians", "object[]", "{category, price, spark:[…24 hourly medians or null]}",
                                R"([{"category":0,"price":"20","spark":["20",null]}])"}};

constexpr ApiField kBookRow[] = {{"hash", "hash"},
                                 {"price", "amount", "nRLC a task"},
                                 {"remaining", "count"},
                                 {"volume", "count"},
                                 {"trust", "count"},
                                 {"tag", "hash"},
                                 {"category", "count"},
                                 {"workerpool", "address?", "Asks: the pool. Bids: the pool it is reserved for"},
                                 {"requester", "address?", "Bids: the requester. Asks: the one it is restricted to"},
                                 {"app", "address?", "Bids: the app. Asks: restriction"},
                                 {"dataset", "address?"},
                                 {"maker", "address"},
                                 {"published", "ms"},
                                 {"funded", "count", "Tasks that the maker's stake covers"},
                                 {"restricted", "bool"}};
constexpr ApiField kBookLevel[] = {{"price", "amount"}, {"remaining", "count"}, {"orders", "count"}};
constexpr ApiField kBook[] = {
    {"commodity", "@Commodity"},
    {"view", "orders|levels", "", "\"orders\""},
    {"group", "count", "Tick of levels in nRLC", "1"},
    {"seq", "count", "Sequence number: socket deltas continue here"},
    {"asks", "object[]", "BookRow (view orders) or BookLevel (view levels), best (lowest) first",
     R"([{"price":"8","remaining":1,"orders":1}])"},
    {"bids", "object[]", "Best (highest) first", R"([{"price":"3","remaining":3,"orders":3}])"},
    {"asksTotal", "count"},
    {"bidsTotal", "count"},
    {"hidden", "count", "Orders not shown because their maker cannot pay"}};

constexpr ApiField kOrder[] = {
    {"hash", "hash"},
    {"kind", kOrderKindNames, "", "\"workerpool\""},
    {"order", "object", "The signed order as in the ABI; amounts as decimal texts",
     R"({"workerpool":"0x4E61C418cFcF080DbCA9544AAd64572e68BD9802","workerpoolprice":"20","volume":"10000",)"
     R"("category":"0","trust":"3"})"},
    {"signer", "address"},
    {"status", "open|filled|canceled|dead", "", "\"open\""},
    {"remaining", "count"},
    {"volume", "count"},
    {"price", "amount"},
    {"published", "ms"},
    {"deals", "@Deal[]?", "Deals that used it (only in GET …/:hash)", "[]"}};

constexpr ApiField kTrade[] = {{"deal", "hash"},
                               {"index", "count", "Number of the deal on this chain"},
                               {"price", "amount", "Pool price a task"},
                               {"volume", "count"},
                               {"time", "ms"},
                               {"block", "count"},
                               {"tx", "hash"},
                               {"workerpool", "address"},
                               {"requester", "address"},
                               {"category", "count"},
                               {"trust", "count"},
                               {"tag", "hash"}};

constexpr ApiField kTicker[] = {
    {"commodity", "@Commodity"},
    {"last", "amount?", "Last price"},
    {"previous", "amount?", "Price of the trade before"},
    {"direction", "up|down|flat", "Of the last price against the one before", "\"down\""},
    {"open24h", "amount?", "First price in the window"},
    {"change24h", "number?", "(last − open) ÷ open", "-0.529"},
    {"high24h", "amount?"},
    {"low24h", "amount?"},
    {"tasks24h", "count"},
    {"value24h", "amount"},
    {"median24h", "amount?"},
    {"bestAsk", "amount?"},
    {"bestBid", "amount?"},
    {"spread", "amount?", "null while a side is empty"},
    {"spreadShare", "number?", "spread ÷ mid", "0.909"},
    {"medianStartMs", "count?", "Match to first contribution, median of the last 50 deals"}};

constexpr ApiField kCandle[] = {{"time", "ms", "Begin of the bucket"},
                                {"open", "amount"},
                                {"high", "amount"},
                                {"low", "amount"},
                                {"close", "amount"},
                                {"volume", "count"},
                                {"value", "amount"},
                                {"trades", "count"}};
constexpr ApiField kCandles[] = {{"commodity", "@Commodity"},
                                 {"res", "1m|5m|1h|1d", "", "\"1h\""},
                                 {"candles", "@Candle[]", "Oldest first; a bucket without trade has none"},
                                 {"truncated", "bool", "More than `points` buckets: the newest are given"}};

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
    {"granted", "object[]", "Open orders restricted to this address: {kind, order: Order}", "[]"}};
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

constexpr ApiField kReason[] = {
    {"code", "text", "Stable code, e.g. 03", "\"03\""},
    {"who", "text", "Whom it concerns", "\"request\""},
    {"text", "text", "", "\"The app costs 5 nRLC, the request pays at most 1.\""},
    {"now", "text?"},
    {"needed", "text?"},
    {"field", "text?", "Member of the order to change"},
    {"fix", "object?", "{action, order, field, value, text}: the smallest change that helps",
     R"({"action":"raise","order":"request","field":"appmaxprice","value":"5","text":"raise to 5"})"},
    {"gain", "text?", "What that change brings"},
    {"links", "text[]", "Ids concerned", "[]"}};
constexpr ApiField kCheckItem[] = {
    {"code", "text", "", "\"03\""}, {"ok", "bool?", "null: not known"}, {"text", "text"}, {"fix", "object?"}};
constexpr ApiField kCheck[] = {
    {"ready", "bool", "Would these orders match now?"},
    {"volume", "count", "Tasks of the deal"},
    {"checks", "@CheckItem[]", "In the order of settlement"},
    {"reasons", "@Reason[]", "The failing ones"},
    {"cost", "object?",
     "{app, dataset, workerpool, perTask, total, locked, poolStake, payerFree, payerAfter, median24h}",
     R"({"app":"1","dataset":"0","workerpool":"20","perTask":"21","total":"21","locked":"21","poolStake":"6",)"
     R"("payerFree":"1000","payerAfter":"979","median24h":"20"})"},
    {"deal", "hash?", "The id the deal would get"}};
constexpr ApiField kExplanation[] = {{"subject", "order|deal|task|worker", "", "\"order\""},
                                     {"id", "text"},
                                     {"state", "text", "Its state in words"},
                                     {"reasons", "@Reason[]", "Most useful first"}};
constexpr ApiField kQuoteLeg[] = {{"workerpoolorder", "hash"},
                                  {"apporder", "hash"},
                                  {"datasetorder", "hash?"},
                                  {"volume", "count"},
                                  {"price", "amount", "Sum a task"}};
constexpr ApiField kQuote[] = {{"legs", "@QuoteLeg[]", "Cheapest first"},
                               {"volume", "count", "Tasks that can be had now"},
                               {"total", "amount"},
                               {"worst", "amount?"},
                               {"best", "amount?"},
                               {"reasons", "@Reason[]", "Why not more"}};
constexpr ApiField kMatched[] = {{"tx", "hash"},
                                 {"deal", "hash"},
                                 {"volume", "count"},
                                 {"block", "count"},
                                 {"repeated", "bool", "The same orders were submitted before"}};
constexpr ApiField kSent[] = {{"hash", "hash"}, {"known", "bool", "Sent before"}};
constexpr ApiField kPublished[] = {{"order", "@Order"}};
constexpr ApiField kWithdrawn[] = {{"hashes", "hash[]"}};
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
constexpr ApiField kListRun[] = {{"month", "text", "", "\"2026-11\""},
                                 {"app", "address"},
                                 {"name", "text"},
                                 {"deals", "count"},
                                 {"runs", "count"},
                                 {"completed", "count"},
                                 {"paid", "amount", "App price × tasks completed"},
                                 {"requesters", "count"}};

constexpr ApiField kOpsWorker[] = {
    {"address", "address"},  {"name", "text"},
    {"owner", "address"},    {"software", "text"},
    {"connected", "bool"},   {"state", "fresh|late|lost", "By its delay: ≤ 5 s, ≤ 15 s, more", "\"fresh\""},
    {"delayMs", "count?"},   {"lastSeen", "ms?"},
    {"os", "text?"},         {"platform", "text?"},
    {"cpu", "text?"},        {"draining", "bool", "Takes no new task"},
    {"cores", "count"},      {"memoryMib", "count"},
    {"slots", "count"},      {"free", "count"},
    {"tasks", "count"},      {"score", "count"},
    {"weight", "count"},     {"joined", "ms"},
    {"staked", "amount"},    {"locked", "amount"},
    {"earned24h", "amount"}, {"done24h", "count"}};
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
    {"stages", "object[]", "{stage, p50, p95, p99} in ms over the last 1 000 tasks",
     R"([{"stage":"init→contribute","p50":900,"p95":2000,"p99":3000}])"},
    {"wasted", "object", "{replicas, unrewarded, share}", R"({"replicas":30,"unrewarded":0,"share":0})"},
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
constexpr ApiField kEarning[] = {{"day", "text", "", "\"2026-11-25\""},
                                 {"account", "address?", "The worker, or null for the pool"},
                                 {"category", "count?"},
                                 {"app", "address?"},
                                 {"gross", "amount"},
                                 {"workers", "amount"},
                                 {"scheduler", "text", "What is left to the pool; below zero where stakes were lost"},
                                 {"slashed", "amount"},
                                 {"tasks", "count"}};
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

constexpr ApiShape kShapes[] = {{"Error", "Every refusal of /v1", kError},
                                {"Commodity", "What a book, a chart and a ticker are about", kCommodity},
                                {"Category", "", kCategory},
                                {"Boot", "What a page needs before anything else", kBoot},
                                {"Component", "", kComponent},
                                {"Status", "", kStatusShape},
                                {"Stats", "The network strip of the explorer", kStats},
                                {"BookRow", "One order of a book", kBookRow},
                                {"BookLevel", "Orders of one price step", kBookLevel},
                                {"Book", "", kBook},
                                {"Order", "A published order", kOrder},
                                {"Trade", "A deal as a trade", kTrade},
                                {"Ticker", "", kTicker},
                                {"Candle", "", kCandle},
                                {"Candles", "", kCandles},
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
                                {"Reason", "", kReason},
                                {"CheckItem", "", kCheckItem},
                                {"Check", "", kCheck},
                                {"Explanation", "", kExplanation},
                                {"QuoteLeg", "", kQuoteLeg},
                                {"Quote", "", kQuote},
                                {"Matched", "", kMatched},
                                {"Sent", "", kSent},
                                {"Published", "", kPublished},
                                {"Withdrawn", "", kWithdrawn},
                                {"Challenge", "", kChallenge},
                                {"Session", "", kSession},
                                {"List", "A curated list of apps", kList},
                                {"ListRun", "Runs and payments of a list's app in a month", kListRun},
                                {"Overview", "", kOverview},
                                {"OpsWorker", "", kOpsWorker},
                                {"OpsTask", "", kOpsTask},
                                {"Phase", "A stretch of time", kPhase},
                                {"Replica", "One engagement of a worker for a task", kReplica},
                                {"Timeline", "", kTimeline},
                                {"Earning", "", kEarning},
                                {"Alert", "", kAlert},
                                {"Audit", "", kAudit},
                                {"Acted", "", kActed},
                                {"LogLine", "", kLogLine},
                                {"Logs", "", kLogs},
                                {"Faucet", "", kFaucet}};

}  // namespace

std::span<const ApiShape> api_shapes() { return kShapes; }

}  // namespace bourse::market
