#include "vectors.hpp"

#include <bourse/base/assert.hpp>
#include <bourse/poco/order_json.hpp>

#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace bourse::conformance {
namespace {

[[noreturn]] void give_up(const std::string& why) {
    std::fprintf(stderr, "bourse-conformance: %s\n", why.c_str());
    std::exit(2);
}

template <class Order>
Order read_order(json order, const json& changed, const char* name) {
    if (changed.contains(name)) order.update(changed.at(name));
    auto read = poco::order_from_json<Order>(order);
    if (!read) give_up("an order of the vectors cannot be read: " + read.error().message);
    return *std::move(read);
}

}  // namespace

Bytes bytes_of(const json& text) {
    auto bytes = from_hex(text.get<std::string>());
    if (!bytes) give_up("not hex: " + text.dump());
    return *std::move(bytes);
}
Hash hash_of(const json& text) {
    const auto hash = hash_from_hex(text.get<std::string>());
    if (!hash) give_up("not 32 bytes: " + text.dump());
    return *hash;
}
Address address_of(const json& text) {
    const auto address = address_from_hex(text.get<std::string>());
    if (!address) give_up("not an address: " + text.dump());
    return *address;
}
Uint256 integer_of(const json& value) {
    if (value.is_number_unsigned()) return value.get<std::uint64_t>();
    const auto number = uint256_from_decimal(value.get<std::string>());
    if (!number) give_up("not a number: " + value.dump());
    return *number;
}

Vectors::Vectors(std::string folder) : folder_(std::move(folder)) {
    env_ = load("vectors-env.json");
    for (const auto& [name, account] : env_.at("accounts").items()) names_[name] = address_of(account.at("address"));
    for (const auto& [name, contract] : env_.at("contracts").items()) {
        if (contract.is_string())
            names_[name] = address_of(contract);
        else
            for (const auto& [inner, address] : contract.items()) names_[inner] = address_of(address);
    }
    for (const auto& [name, asset] : env_.at("assets").items()) names_[name] = address_of(asset.at("address"));
}

json Vectors::load(const std::string& file) const {
    std::ifstream in(folder_ + "/" + file);
    if (!in) give_up("cannot read " + folder_ + "/" + file);
    json out = json::parse(in, nullptr, false);
    if (out.is_discarded()) give_up(folder_ + "/" + file + " is no JSON");
    return out;
}

crypto::PrivateKey Vectors::key(const std::string& role) const {
    const auto& accounts = env_.at("accounts");
    if (!accounts.contains(role)) give_up("no account " + role);
    return *crypto::PrivateKey::from(bytes_of(accounts.at(role).at("privateKey")));
}

Address Vectors::address(const std::string& name) const {
    if (const auto plain = address_from_hex(name)) return *plain;
    const auto found = names_.find(name);
    if (found == names_.end()) give_up("unknown name " + name);
    return found->second;
}

OrderFour Vectors::orders(const json& base, const json& changed) const {
    return {read_order<poco::AppOrder>(base.at("app"), changed, "app"),
            read_order<poco::DatasetOrder>(base.at("dataset"), changed, "dataset"),
            read_order<poco::WorkerpoolOrder>(base.at("workerpool"), changed, "workerpool"),
            read_order<poco::RequestOrder>(base.at("request"), changed, "request")};
}

Bytes match_call(const Bytes4& selector, const OrderFour& orders) {
    return abi::encode_call(selector, orders.app, orders.dataset, orders.workerpool, orders.request);
}

}  // namespace bourse::conformance
