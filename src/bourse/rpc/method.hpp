// The one table of JSON-RPC methods: name, checked parameters, shape of the result, one function. The dispatcher and
// the reference page (docs/reference/json-rpc.md) are made from it.
#pragma once

#include <bourse/engine/engine.hpp>
#include <bourse/rpc/params.hpp>

#include <span>
#include <string>
#include <vector>

namespace bourse::rpc {

class Filters;

/// Defaults of chain.md §8; docs/reference/limits.md is made from them.
struct RpcLimits {
    std::size_t batch_calls = 1'000;
    std::size_t batch_answer_bytes = 25UL << 20;  ///< of a whole answer; further calls of the batch get −32003
    std::uint64_t log_blocks = 10'000;            ///< unless address or topic is given
    std::size_t log_results = 10'000;
    std::size_t subscriptions = 100;  ///< of one connection
    std::size_t filters = 100;        ///< made by one connection
    std::size_t all_filters = 10'000;
    std::uint64_t filter_lifetime_ms = 300'000;  ///< without a poll
    std::size_t pending_hashes = 65'536;         ///< announcements kept for filters of pending transactions
    std::uint64_t call_gas = 200'000'000;
    std::uint64_t call_time_ms = 5'000;        ///< of eth_call, eth_estimateGas, eth_createAccessList
    std::size_t proof_keys = 1'024;            ///< of one eth_getProof
    std::uint64_t old_state_work = 4'000'000;  ///< of one call (engine/old_work.hpp)
    std::uint64_t fee_history_blocks = 1'024;
};

/// What eth_subscribe needs of the connection it came by.
class SubscriptionSink {
public:
    virtual ~SubscriptionSink() = default;
    /// Errors: −32005 beyond the limit, −32602 for an unknown kind. The id as JSON text.
    virtual RpcResult<std::string> subscribe(const std::string& kind, const SubscriptionArguments& arguments) = 0;
    virtual bool unsubscribe(const std::string& id) = 0;
};

/// One call: everything it reads comes from one view of the chain.
struct CallContext {
    engine::Engine& engine;
    engine::ReadViewPtr view;
    const RpcLimits& limits;
    Filters& filters;
    SubscriptionSink* sink = nullptr;  ///< null over plain HTTP
    std::uint64_t connection = 0;      ///< net::Request::connection
};

/// JSON text of the result.
using Answer = RpcResult<std::string>;

enum class MethodScope : std::uint8_t { kAlways, kWebSocket, kDevelopment };

struct Method {
    std::string_view name;
    std::vector<ParamSpec> params;
    std::string_view result;   ///< shape, for the reference page
    std::string_view summary;  ///< one sentence
    Answer (*run)(CallContext&, const Params&);
    MethodScope scope = MethodScope::kAlways;
};

/// Sorted by name.
const std::vector<Method>& method_table();
const Method* find_method(std::string_view name);

/// A method that other nodes have and this one does not, and why: part of the answer −32601 and of the reference page.
struct RefusedMethod {
    std::string_view name;
    std::string_view reason;
};
/// Sorted by name; none of them is in the method table.
std::span<const RefusedMethod> refused_methods();
const RefusedMethod* find_refused_method(std::string_view name);

/// docs/reference/json-rpc.md.
std::string method_reference();

}  // namespace bourse::rpc
