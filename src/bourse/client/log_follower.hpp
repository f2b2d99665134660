// Follows a chain's logs block by block: every log exactly once, across restarts, reorganisations and lost connections.
//
// The owner keeps the cursor (number and hash of the last block it has taken in) beside the facts it derives from the
// logs, and writes both in one transaction inside deliver(). What deliver() did not commit comes again.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/client/rpc_client.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bourse::client {

struct Cursor {
    std::uint64_t number = 0;
    Hash hash;

    bool operator==(const Cursor&) const = default;
};

/// Consecutive blocks and the matching logs in them, in order of block and index.
struct BlockBatch {
    std::uint64_t first = 0;
    BlockHead last;  ///< the new cursor
    BlockHead head;  ///< the chain's head when the batch was read; equal to `last` when caught up
    std::vector<LogEntry> logs;
};

/// What the follower needs of a chain; tests write their own. Errors as of RpcClient.
class FollowerChain {
public:
    virtual ~FollowerChain() = default;
    virtual Result<BlockHead> head() = 0;
    virtual Result<BlockHead> block(std::uint64_t number) = 0;
    virtual Result<std::vector<LogEntry>> logs(const LogFilter& filter) = 0;
};
std::unique_ptr<FollowerChain> make_follower_chain(RpcClient& rpc);

struct FollowerConfig {
    std::vector<Address> addresses;
    std::vector<std::vector<Bytes32>> topics;
    std::optional<Cursor> cursor;  ///< where the owner stands; absent: begin with start_block
    std::uint64_t start_block = 0;
    std::string ws_url;                  ///< newHeads as wake-up; empty: polling alone
    std::uint64_t poll_ms = 100;         ///< without a live subscription
    std::uint64_t idle_poll_ms = 2'000;  ///< with one: a net below it
    std::uint64_t max_range = 2'000;     ///< blocks a query; halved when the node refuses, doubled after success
    /// Blocks that may still be replaced. 0 where a committed block is final: then hashes are not compared.
    std::uint64_t rollback_depth = 0;
};

struct FollowerCallbacks {
    /// Takes a batch in and commits it together with the cursor `batch.last`. False: not committed; it comes again
    /// after a pause. Called from the follower's thread, one at a time.
    std::function<bool(const BlockBatch& batch)> deliver;
    /// With rollback_depth > 0: the owner's cursors of the last blocks, newest first (at most rollback_depth).
    std::function<std::vector<Cursor>()> recent;
    /// The blocks above `to` were replaced: undo what was derived from them and set the cursor to `to`. False: try
    /// again.
    std::function<bool(const Cursor& to)> roll_back;
    /// Optional: each new head as soon as it is known, before its logs are read.
    std::function<void(const BlockHead& head)> on_head;
    /// Optional: the node failed (for metrics and logs); retried by itself with a growing pause up to 2 s.
    std::function<void(const Error& error)> on_error;
};

class LogFollower {
public:
    LogFollower(FollowerChain& chain, FollowerConfig config, FollowerCallbacks callbacks);
    ~LogFollower();
    LogFollower(const LogFollower&) = delete;
    LogFollower& operator=(const LogFollower&) = delete;

    void start();
    void stop();
    /// Look for new blocks now.
    void wake();
    std::optional<Cursor> cursor() const;
    bool subscribed() const;

    /// One pass without the thread, for tests: true when it delivered something. Errors of the chain are returned.
    Result<bool> step();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// ws:// form of a node's http:// address (wss:// of https://): the node serves both on one port.
std::string websocket_url(const std::string& http_url);

}  // namespace bourse::client
