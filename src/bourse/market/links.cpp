#include <bourse/market/links.hpp>

#include <bourse/base/uint256.hpp>
#include <bourse/net/http.hpp>

namespace bourse::market {

Status<> check_link(const std::string& url) {
    const auto parsed = net::parse_url(url);
    if (parsed && (parsed->scheme == "http" || parsed->scheme == "https") && !parsed->host.empty()) return {};
    return fail("URL_INVALID", "\"" + url + "\" is no http or https address.");
}

Result<OtherMarket> parse_other_market(std::string_view text) {
    const auto refuse = [&] {
        return fail(
            "OTHER_MARKET_INVALID",
            "\"" + std::string(text) + "\" does not read NAME=CHAINID=URL, like side=1337=https://market.example");
    };
    const auto first = text.find('='), second = first == text.npos ? first : text.find('=', first + 1);
    if (second == text.npos || first == 0) return refuse();
    const auto id = uint256_from_decimal(text.substr(first + 1, second - first - 1));
    OtherMarket out{std::string(text.substr(0, first)), 0, std::string(text.substr(second + 1))};
    if (!id || !id->fits_u64() || !check_link(out.url)) return refuse();
    out.chain_id = id->low_u64();
    while (out.url.ends_with('/')) out.url.pop_back();
    return out;
}

}  // namespace bourse::market
