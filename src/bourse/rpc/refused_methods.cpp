// Methods that clients may know from other nodes and that are not served, each with its reason.
#include <bourse/rpc/method.hpp>

#include <algorithm>
#include <array>

namespace bourse::rpc {

namespace {

constexpr std::string_view kNoKeys = "this node keeps no keys; sign in the client and use eth_sendRawTransaction";
constexpr std::string_view kNoMining = "blocks are not mined; the engine makes them when transactions are due";
constexpr std::string_view kNoCompiler = "nodes compile no sources any more; use the compiler itself";
constexpr std::string_view kFinal = "a committed block is final; make a new data folder for a fresh chain";

/// Sorted by name (a test checks it).
constexpr std::array kRefused{
    RefusedMethod{"eth_capabilities", "bourse_keptHistory tells which state is kept"},
    RefusedMethod{"eth_compileLLL", kNoCompiler},
    RefusedMethod{"eth_compileSerpent", kNoCompiler},
    RefusedMethod{"eth_compileSolidity", kNoCompiler},
    RefusedMethod{"eth_config", "there is one fork, Cancun without blobs, from genesis on"},
    RefusedMethod{"eth_fillTransaction",
                  "use eth_getTransactionCount, eth_estimateGas and eth_gasPrice, and sign in the client"},
    RefusedMethod{"eth_getBlockAccessList", "blocks of this chain carry no access lists (EIP-7928 is not active)"},
    RefusedMethod{"eth_getCompilers", kNoCompiler},
    RefusedMethod{"eth_getStorageValues", "use eth_getProof, or eth_getStorageAt in a batch"},
    RefusedMethod{"eth_getWork", kNoMining},
    RefusedMethod{"eth_pendingTransactions",
                  "this node has no transactions of its own; see eth_getBlockByNumber with pending"},
    RefusedMethod{"eth_protocolVersion", "this node does not speak Ethereum's wire protocol"},
    RefusedMethod{"eth_resend", kNoKeys},
    RefusedMethod{"eth_sendRawTransactionSync",
                  "a request is not held open for a block; send, then ask for the receipt or subscribe"},
    RefusedMethod{"eth_sendTransaction", kNoKeys},
    RefusedMethod{"eth_sign", kNoKeys},
    RefusedMethod{"eth_signTransaction", kNoKeys},
    RefusedMethod{"eth_signTypedData_v4", kNoKeys},
    RefusedMethod{"eth_simulateV1", "state overrides and made-up blocks are not offered; use eth_call for each call"},
    RefusedMethod{"eth_submitHashrate", kNoMining},
    RefusedMethod{"eth_submitWork", kNoMining},
    RefusedMethod{"evm_revert", kFinal},
    RefusedMethod{"evm_snapshot", kFinal},
};

}  // namespace

std::span<const RefusedMethod> refused_methods() { return kRefused; }

const RefusedMethod* find_refused_method(std::string_view name) {
    const auto* const it = std::ranges::lower_bound(kRefused, name, {}, &RefusedMethod::name);
    return it != kRefused.end() && it->name == name ? it : nullptr;
}

}  // namespace bourse::rpc
