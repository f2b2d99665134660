// What a page needs first, and what refuses it.
#include <bourse/market/schemas/shapes.hpp>

namespace bourse::market {

namespace {

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
    {"chains", "object[]",
     "{id, name, rpc, dev, url}: the chain this market serves, then those of other markets (url: where)",
     R"([{"id":65535,"name":"bourse","rpc":"/v1/rpc","dev":true,"url":null}])"},
    {"links", "object", "{documentation, source}: pages to lead to; null: none",
     R"({"documentation":null,"source":"https://example.org/source"})"},
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
    {"features", "object", "Modules that exist here: faucet, helper, store, uploads, scheduler, lists, companion",
     R"({"faucet":true,"helper":true,"store":true,"uploads":true,"scheduler":true,"lists":true,"companion":true,)"
     R"("secrets":false,"verdicts":false,"receipts":false,"bridge":false,"governance":false})"},
    {"devAccounts", "object[]",
     "{name, address, key}: only of the embedded development stack and only to loopback; else []",
     R"([{"name":"requester","address":"0x70997970C51812dc3A010C7d01b50e0d17dc79C8","key":"0x59c6"}])"},
    {"faucetAmount", "amount?"}};
constexpr ApiField kStatusShape[] = {
    {"components", "@Component[]"},
    {"index", "object", "height, headHeight, lag, deals, tasks, accounts",
     R"({"height":12,"headHeight":12,"lag":0,"deals":97,"tasks":86,"accounts":20})"},
    {"incidents", "@Incident[]"},
    {"uptimeMs", "count"},
    {"latency", "object", "p50, p95, p99 in ms of this market's answers in the last 1 000 requests",
     R"({"p50":1,"p95":4,"p99":9})"},
    {"cost", "object", "Requests that one call counts as",
     R"({"explain":2,"check":2,"quote":2,"export":10,"other":1})"}};
constexpr ApiField kIncident[] = {{"text", "text", "Of the operator", "\"The store was away.\""},
                                  {"begun", "ms"},
                                  {"ended", "ms?", "null: it goes on"}};
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

constexpr ApiField kUploadRules[] = {
    {"from", "nobody|staked|anyone", "Whose files are taken; staked: wallets with a deposit", "\"staked\""},
    {"maxBytes", "count", "Of a file", "5368709120"},
    {"ownerBytes", "count", "Of all files of a wallet", "10737418240"},
    {"chunkBytes", "count", "Most in one chunk", "4194304"},
    {"keepMs", "count", "How long an unfinished upload is kept, and a file that no dataset on chain refers to",
     "86400000"}};
constexpr ApiField kUpload[] = {{"id", "hash", "Secret of the owner: who knows it may send"},
                                {"owner", "address"},
                                {"sha256", "hash"},
                                {"size", "count", "", "10485760"},
                                {"received", "count", "", "4194304"},
                                {"chunkBytes", "count", "", "4194304"},
                                {"cid", "text?", "Once it is whole and verified"},
                                {"location", "text?", "/ipfs/CID: a dataset's multiaddr"},
                                {"expires", "ms?", "null: a dataset on chain refers to it"}};

constexpr ApiShape kNetworkShapes[] = {
    {"Error", "Every refusal of /v1", kError},
    {"Commodity", "What a book, a chart and a ticker are about", kCommodity},
    {"Category", "", kCategory},
    {"Boot", "What a page needs before anything else", kBoot},
    {"Component", "", kComponent},
    {"Incident", "What was not well, and since when", kIncident},
    {"Status", "", kStatusShape},
    {"UploadRules", "What the store behind this market takes", kUploadRules},
    {"Upload", "A file on its way to the store", kUpload},
    {"Stats", "The network strip of the explorer", kStats},
};

}  // namespace

std::span<const ApiShape> network_shapes() { return kNetworkShapes; }

}  // namespace bourse::market
