// docs/reference/json-rpc.md, from the tables.
#include <bourse/rpc/method.hpp>

namespace bourse::rpc {

namespace {

constexpr std::string_view kHead =
    "# JSON-RPC methods\n\n"
    "Made by `bourse node rpc-docs` from the method tables; do not edit.\n\n"
    "JSON-RPC 2.0 by `POST /` and WebSocket on the same port, single or as a batch. A `block` is `latest`, `safe`,\n"
    "`finalized` (the same: a committed block is final), `pending`, `earliest`, a quantity, `{\"blockNumber\"}` or\n"
    "`{\"blockHash\", \"requireCanonical\"?}`; without one it is `latest`. Quantities are hex without leading zeros. "
    "`ws`:\nover WebSocket only; `dev`: on development chains only. What is limited is in [limits.md](limits.md).\n\n"
    "State (balances, nonces, code, slots, calls, proofs) is answered for every block whose state is kept: all of them "
    "in an\narchive, else the newest (`bourse_keptHistory`). One call sees one block from its begin to its end. Going "
    "back "
    "costs work: what\nlies beyond `--old-state-work` is refused with −32005, and so is a third proof at a time of "
    "blocks "
    "more than 128 behind.\n\n"
    "## Served\n\n"
    "| method | parameters | result | |\n|---|---|---|---|\n";

constexpr std::string_view kErrors =
    "\n## Errors\n\n| code | when |\n|---|---|\n"
    "| 3 | a call reverted; `data` holds the revert data |\n"
    "| −32700 | the body is not JSON |\n"
    "| −32600 | it is not a request, or a batch of none or too many |\n"
    "| −32601 | the method is not served (here, or by this transport) |\n"
    "| −32602 | wrong parameters |\n"
    "| −32000 | refused, with geth's text where geth has the case; unknown block or filter; a state that is not kept; "
    "a "
    "call that took too long |\n"
    "| −32003 | the answer would be too large |\n"
    "| −32005 | a limit is exceeded |\n";

std::string parameter_list(const Method& method) {
    std::string out;
    for (const auto& param : method.params) {
        if (param.type == ParamType::kNothing) continue;
        if (!out.empty()) out += ", ";
        out += std::string(param.name) + (param.required ? "" : "?") + ": " + std::string(to_text(param.type));
    }
    return out.empty() ? "–" : out;
}

}  // namespace

std::string method_reference() {
    std::string out(kHead);
    for (const auto& method : method_table()) {
        out += "| `" + std::string(method.name) + "` | " + parameter_list(method) + " | " + std::string(method.result) +
               " | ";
        if (method.scope == MethodScope::kWebSocket) out += "ws. ";
        if (method.scope == MethodScope::kDevelopment) out += "dev. ";
        out += std::string(method.summary) + " |\n";
    }
    out += "\n## Not served\n\n";
    out += "Each answers −32601 with its reason.\n\n| method | why |\n|---|---|\n";
    for (const auto& method : refused_methods())
        out += "| `" + std::string(method.name) + "` | " + std::string(method.reason) + " |\n";
    out += kErrors;
    return out;
}

}  // namespace bourse::rpc
