// The node as a whole: engine, JSON-RPC and server, started and stopped together.
#pragma once

#include <bourse/base/result.hpp>
#include <bourse/engine/engine.hpp>
#include <bourse/node/limits.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace bourse::node {

struct NodeOptions {
    std::filesystem::path data_dir;      ///< must exist; holds genesis.json and chain/
    std::filesystem::path genesis_file;  ///< empty: the folder's own
    bool dev = false;                    ///< the development genesis
    std::string bind = "127.0.0.1";
    std::uint16_t port = 8545;  ///< 0: a free one
    std::uint64_t compat_delay_ms = 100;
    std::uint64_t heartbeat_ms = 5'000;
    /// Blocks whose state is kept, where the genesis does not ask for an archive; 0: all. At least 128 otherwise.
    std::uint64_t history_blocks = 128;
    std::int64_t clock_offset_s = 0;  ///< added to the system's clock; development chains only
    unsigned handler_threads = 8;
    bool cors = false;  ///< any web origin may use the RPC
    std::vector<std::string> allowed_hosts;
    std::vector<std::string> quota_exempt;  ///< addresses
    std::vector<std::string> rate_exempt;   ///< client addresses without a limit of requests
    ServerLimits limits;
};

/// The genesis that a data folder is to be opened with. Errors: GENESIS_MISSING, GENESIS_INVALID, DATA_FOREIGN (the
/// folder keeps another one).
Result<chain::GenesisConfig> choose_genesis(const std::filesystem::path& data_dir,
                                            const std::filesystem::path& genesis_file, bool dev);

class Node {
public:
    /// Opens the data folder, making it a chain's on the first time. Errors: those of choose_genesis and
    /// engine::Engine.
    static Result<std::unique_ptr<Node>> open(NodeOptions options);
    ~Node();

    /// Blocks are made and requests answered from here on; `admin.json` in the data folder says where (admin.hpp).
    /// Errors: PORT_TAKEN, BIND_FAILED, CLOCK_BEHIND (the clock is more than a minute behind the last block),
    /// FILE_UNWRITABLE.
    Status<> start();
    std::uint16_t port() const noexcept;
    engine::Engine& engine() noexcept;
    /// Lets requests in progress and the block being made end. Idempotent.
    void stop();

private:
    struct Impl;
    explicit Node(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace bourse::node
