// Rows of the index and of the book as the shapes of /v1 (api_schemas.cpp).
#pragma once

#include <bourse/explorer/index.hpp>
#include <bourse/market/v1/call.hpp>
#include <bourse/market/v1/rows.hpp>

namespace bourse::market {

Json amount_text(std::int64_t nrlc);
Json amount_or_null(const std::optional<std::int64_t>& nrlc);
Json ms_of(std::int64_t seconds);
/// null for 0.
Json ms_or_null(std::int64_t seconds);
Json count_of(std::int64_t value);  ///< cut at 2^53 − 1
Json address_or_null(const Address& address);
Json hash_or_null(const std::optional<Hash>& hash);

Json render(const explorer::DealRow& deal, std::int64_t now_s);
Json render(const explorer::TaskCounts& counts, bool deadline_passed);
Json render(const explorer::TaskRow& task, std::int64_t now_s);
/// With the confidence that its contributions give.
Json render(const explorer::TaskRow& task, const std::vector<explorer::ContributionRow>& contributions,
            std::int64_t now_s);
Json render(const explorer::ContributionRow& contribution, const std::string& group);
/// All of a task, with groups A, B, … by first appearance.
Json render(const std::vector<explorer::ContributionRow>& contributions);
Json render(const explorer::EventRow& event);
Json render(const explorer::MoneyRow& money);
Json render(const explorer::ResourceRow& resource, const ResourceFacts& facts = {});
Json render(const explorer::AccountRow& account);
Json render_worker(const explorer::AccountRow& account);
Json render(const explorer::EntryRow& entry);
Json render(const explorer::ScoreRow& score);
Json render(const explorer::CategoryRow& category);
Json render(const explorer::Candle& candle);
/// Width of the buckets "1m", "5m", "1h", "1d".
std::optional<std::int64_t> candle_width_s(std::string_view res);
Json render(const orderbook::OrderRecord& order);
/// What one task of a pool or request order locks of its maker.
Uint256 locked_per_task(const orderbook::OrderRecord& record);
Json render_commodity(const explorer::Commodity& commodity);

/// Weight of a worker's next contribution, and the score at which it grows.
std::int64_t weight_of_score(std::int64_t score);
std::int64_t next_score(std::int64_t score);

/// A multiaddress or result as text where it is printable UTF-8, else as 0x hex.
std::string readable(ByteView bytes);

}  // namespace bourse::market
