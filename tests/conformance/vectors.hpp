// The vector files and the names in them: accounts by role, contracts, orders.
#pragma once

#include "world.hpp"

#include <bourse/poco/orders.hpp>

#include <nlohmann/json.hpp>
#include <string>

namespace bourse::conformance {

using nlohmann::json;

Bytes bytes_of(const json& text);
Hash hash_of(const json& text);
Address address_of(const json& text);
Uint256 integer_of(const json& value);  ///< a number or decimal text

struct OrderFour {
    poco::AppOrder app;
    poco::DatasetOrder dataset;
    poco::WorkerpoolOrder workerpool;
    poco::RequestOrder request;
};

/// The folder with vectors-env.json and what it names.
class Vectors {
public:
    explicit Vectors(std::string folder);

    json load(const std::string& file) const;
    /// Key of an account role.
    crypto::PrivateKey key(const std::string& role) const;
    /// Of an account role, a contract ("poco", "rlc", "appRegistry"…), a mock, an asset, or a plain 0x address.
    Address address(const std::string& name) const;
    /// Further names, e.g. "AppRegistry#0".
    void name_address(const std::string& name, const Address& address) { names_[name] = address; }

    /// Four orders; missing parts of `changed` are those of `base`.
    OrderFour orders(const json& base, const json& changed = json::object()) const;
    const json& env() const noexcept { return env_; }

private:
    std::string folder_;
    json env_;
    std::map<std::string, Address> names_;
};

Bytes match_call(const Bytes4& selector, const OrderFour& orders);

}  // namespace bourse::conformance
