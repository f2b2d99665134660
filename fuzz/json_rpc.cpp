// JSON-RPC: any body is answered with valid JSON (or nothing), by parser, parameter checks and methods over a
// development chain in memory.
#include <bourse/base/assert.hpp>
#include <bourse/chain/genesis.hpp>
#include <bourse/engine/engine.hpp>
#include <bourse/rpc/service.hpp>

#include <nlohmann/json.hpp>

namespace {

/// Lives as long as the program: making a chain costs more than answering.
struct FuzzChain {
    std::unique_ptr<bourse::engine::Engine> engine;
    std::unique_ptr<bourse::rpc::RpcService> service;

    FuzzChain() {
        bourse::engine::EngineOptions options;
        options.genesis = bourse::chain::development_genesis();
        options.heartbeat_ms = 0;
        auto opened = bourse::engine::Engine::open(std::move(options));
        BOURSE_ASSERT(opened.has_value());
        engine = std::move(*opened);
        service = std::make_unique<bourse::rpc::RpcService>(*engine);
    }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static FuzzChain chain;
    const std::string_view body(reinterpret_cast<const char*>(data), size);
    const auto answer = chain.service->handle(body);
    BOURSE_ASSERT(answer.empty() || nlohmann::json::accept(answer));
    return 0;
}
