// What the web app leads to beside this market: pages about it, markets of other chains.
#pragma once

#include <bourse/base/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bourse::market {

struct OtherMarket {
    std::string name;
    std::uint64_t chain_id = 0;
    std::string url;  ///< its origin
};

struct MarketLinks {
    std::string documentation_url, source_url;  ///< empty: none
    std::vector<OtherMarket> others;
};

/// "NAME=CHAINID=URL". Errors: OTHER_MARKET_INVALID.
Result<OtherMarket> parse_other_market(std::string_view text);
/// http or https and a host. Errors: URL_INVALID.
Status<> check_link(const std::string& url);

}  // namespace bourse::market
