// JSON-RPC errors, with the codes of the specification and of geth.
#pragma once

#include <bourse/base/result.hpp>

#include <string>

namespace bourse::rpc {

inline constexpr int kParseError = -32700;
inline constexpr int kInvalidRequest = -32600;
inline constexpr int kMethodNotFound = -32601;
inline constexpr int kInvalidParams = -32602;
inline constexpr int kServerError = -32000;
inline constexpr int kResponseTooLarge = -32003;
inline constexpr int kLimitExceeded = -32005;
/// A reverted call; `data` holds the revert data.
inline constexpr int kReverted = 3;

struct RpcError {
    int code = kServerError;
    std::string message;
    std::string data;  ///< JSON text of the data field; empty: no such field
};

template <class T>
using RpcResult = Result<T, RpcError>;

inline tl::unexpected<RpcError> rpc_fail(int code, std::string message, std::string data = {}) {
    return tl::unexpected<RpcError>(RpcError{code, std::move(message), std::move(data)});
}

}  // namespace bourse::rpc
