// What a page asks to be signed, checked and put into words, before a key comes near it. Pure.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/client/transaction_sender.hpp>

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

namespace bourse::cli {

/// The network that may be signed for; everything else is refused.
struct SigningScope {
    std::uint64_t chain_id = 0;
    Address hub;
    Address token;
    std::vector<Address> registries;
};

/// A request in words: one sentence, then what it says in detail.
struct Words {
    std::string headline;
    std::vector<std::pair<std::string, std::string>> rows;
};

/// Safe on a terminal: in quotes, everything but plain characters escaped.
std::string terminal_text(const std::string& text);

struct TypedRequest {
    Words words;
    Hash digest;  ///< what is signed; computed from what `words` shows, never taken from the page
};

/// Typed data (eth_signTypedData_v4): one of the four orders, an operation on one, or a service's login challenge.
/// Errors: TYPED_DATA_INVALID, CHAIN_FOREIGN, CONTRACT_FOREIGN, NOT_AN_ORDER (a type that is never signed here).
Result<TypedRequest> read_typed_request(const nlohmann::json& document, const SigningScope& scope);

struct CallRequest {
    Words words;
    client::TransactionRequest transaction;
};

/// A transaction {to, data, value?} to the hub, the token or a registry. Errors: CALL_INVALID, CONTRACT_FOREIGN.
Result<CallRequest> read_call_request(const nlohmann::json& params, const SigningScope& scope);

}  // namespace bourse::cli
