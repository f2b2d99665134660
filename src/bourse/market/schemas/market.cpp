// Books, orders, prices, checks and matches.
#include <bourse/market/schemas/shapes.hpp>

namespace bourse::market {

namespace {

constexpr std::string_view kOrderKindNames = "app|dataset|workerpool|request";

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
constexpr ApiField kOrderDetail[] = {
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
    {"deals", "@Deal[]?", "Deals that used it (only in GET …/:hash)", "[]"},
    {"place", "@OrderPlace", "How it stands"}};
constexpr auto kOrder = std::span(kOrderDetail).first<std::size(kOrderDetail) - 1>();
constexpr ApiField kOrderPlace[] = {
    {"ahead", "count?", "Tasks before it in its side of the book; null: not open"},
    {"counters", "count", "Open orders it could be matched with now, 100 at most"},
    {"funds", "object?", "{free, needed, tasks}: the maker's free stake, what the rest locks, tasks it covers",
     R"({"free":"100","needed":"21","tasks":4})"},
    {"restrictions", "@Restriction[]", "Whom it is for"}};
constexpr ApiField kRestriction[] = {{"field", "text", "Member of the order", "\"requesterrestrict\""},
                                     {"address", "address"},
                                     {"kind", "account|app|dataset|workerpool|group", "", "\"group\""},
                                     {"name", "text?", "Of a resource; untrusted text"},
                                     {"members", "address[]", "Of a group: those the market has met, 50 at most"}};
constexpr ApiField kGrant[] = {
    {"kind", kOrderKindNames, "", "\"dataset\""},
    {"order", "@Order"},
    {"through", "address?", "The group that makes it so; null: the order names the address"}};
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
    {"medianStartMs", "count?", "Match to first contribution, median of the last 50 deals"},
    {"startP95Ms", "count?", "The same, 95th percentile"},
    {"finishMs", "count?", "Match to the first completed task, median of the last 50 deals"},
    {"finishP95Ms", "count?", "The same, 95th percentile"}};
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

constexpr ApiShape kMarketShapes[] = {
    {"BookRow", "One order of a book", kBookRow},
    {"BookLevel", "Orders of one price step", kBookLevel},
    {"Book", "", kBook},
    {"Order", "A published order", kOrder},
    {"OrderDetail", "One order with what became of it", kOrderDetail},
    {"OrderPlace", "How an open order stands", kOrderPlace},
    {"Restriction", "Whom an order is for", kRestriction},
    {"Grant", "An order that not everybody may use", kGrant},
    {"Trade", "A deal as a trade", kTrade},
    {"Ticker", "", kTicker},
    {"Candle", "", kCandle},
    {"Candles", "", kCandles},
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
};

}  // namespace

std::span<const ApiShape> market_shapes() { return kMarketShapes; }

}  // namespace bourse::market
