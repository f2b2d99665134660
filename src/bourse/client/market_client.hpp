// The market's REST interface (sdk-interop §3): order books, publication, deals, faucet.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/client/app_page.hpp>
#include <bourse/client/project_file.hpp>
#include <bourse/crypto/secp256k1.hpp>
#include <bourse/poco/orders.hpp>

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace bourse::client {

template <class Order>
struct PublishedOrder {
    Order order;
    Hash hash;
    std::uint64_t remaining = 0;
    std::string status;     ///< open, filled, canceled, dead
    std::string published;  ///< ISO 8601; sorts as text
    Address signer;
};

/// Query parameters by their names in sdk-interop §3.1 ("app", "category", "minTag", "isAppStrict", …).
using OrderQuery = std::map<std::string, std::string>;

/// Errors of every call: MARKET_UNREACHABLE, MARKET_REFUSED (the market's own sentence), MARKET_BAD_ANSWER,
/// ORDER_NOT_FOUND (404), MARKET_BUSY (429).
class MarketClient {
public:
    MarketClient(std::string url, std::uint64_t chain_id) : url_(std::move(url)), chain_id_(chain_id) {}
    const std::string& url() const noexcept { return url_; }

    /// All pages, `limit` orders at most, in the market's order (cheapest first; requests dearest first).
    Result<std::vector<PublishedOrder<poco::AppOrder>>> app_orders(const OrderQuery& query,
                                                                   std::size_t limit = 200) const;
    Result<std::vector<PublishedOrder<poco::DatasetOrder>>> dataset_orders(const OrderQuery& query,
                                                                           std::size_t limit = 200) const;
    Result<std::vector<PublishedOrder<poco::WorkerpoolOrder>>> workerpool_orders(const OrderQuery& query,
                                                                                 std::size_t limit = 200) const;
    Result<std::vector<PublishedOrder<poco::RequestOrder>>> request_orders(const OrderQuery& query,
                                                                           std::size_t limit = 200) const;
    /// Wrappers as the market sends them.
    Result<std::vector<nlohmann::json>> orders(OrderKind kind, const OrderQuery& query, std::size_t limit) const;
    /// One order of any status, the wrapper as the market sends it.
    Result<nlohmann::json> order(OrderKind kind, const Hash& hash) const;

    /// Publishes a signed order (JSON as poco/order_json.hpp writes it) with a fresh challenge; gives its hash.
    Result<Hash> publish(OrderKind kind, const nlohmann::json& order, const crypto::PrivateKey& key) const;
    enum class Unpublish { kOne, kLast, kAll };
    /// Waits out the market's minimum rest time where the order is younger. `hash` for kOne; `resource` (app, dataset,
    /// workerpool address, or the requester) for the others.
    Result<std::vector<Hash>> unpublish(OrderKind kind, Unpublish what, const Hash& hash, const Address& resource,
                                        const crypto::PrivateKey& key) const;

    /// GET of any path below the market with the chain id added; the body as JSON once `ok` is true.
    Result<nlohmann::json> get(const std::string& path, OrderQuery query = {}) const;

    /// GET below /v1 (web-ui §12.1): the body as JSON. Errors as above, the market's own code where it names one;
    /// NOT_FOUND (404).
    Result<nlohmann::json> get_v1(const std::string& path, OrderQuery query = {}) const;
    /// Why an "order", "deal", "task" or "worker" waits: {subject, id, state, reasons:[…]}.
    Result<nlohmann::json> explain(std::string_view subject, const std::string& id) const;

    /// What an app's owner says of it; an empty page where nothing is said, and where the market has not heard of the
    /// app yet. Errors as get_v1().
    Result<AppPage> app_page(const Address& app) const;
    /// Signs and publishes; an empty page withdraws. Errors as get_v1(), also PAGE_INVALID before anything is sent.
    Status<> publish_app_page(const AppPage& page, const crypto::PrivateKey& key) const;

    struct FaucetAnswer {
        std::string message;
        Uint256 amount_nrlc;
        std::uint64_t position = 0;
        std::uint64_t length = 0;
    };
    /// Errors also: FAUCET_WAIT (429, message says when the next request is possible).
    Result<FaucetAnswer> faucet(const Address& address) const;

private:
    Result<nlohmann::json> write(const std::string& method, OrderKind kind, const nlohmann::json& body,
                                 const crypto::PrivateKey& key) const;

    std::string url_;
    std::uint64_t chain_id_;
};

/// "apporders" …: the path segment of a kind.
std::string_view orders_path(OrderKind kind) noexcept;

}  // namespace bourse::client
